""""Why?": the stored decisions of one contact, in a drawer beside the screen or on a page of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from ...permissions import Action
from ...records.models import Contact, JournalEntry
from ..asks import asks
from ..clients.sealed import Sealed
from ..clients.timeline import heard_by
from ..directory import client as client_of
from ..directory import practice
from ..look import long_day
from ..now.who import who
from ..relations import allowed, to_contact
from ..viewer import viewer
from .told import told

QUESTIONS = {"voice": "Why was this call handled so?", "text": "Why was this text handled so?"}


@require_GET
@asks(Action.SEE_WHY)
def why(request: HttpRequest, contact: str) -> HttpResponse:
    """From the journal alone."""
    looks, about = viewer(request), get_object_or_404(Contact, pk=contact)
    client = client_of(about.client) if about.client else None
    may = allowed(looks, Action, to_contact(looks, about))
    entries = list(JournalEntry.objects.filter(contact=about.id).order_by("id"))
    context = {
        "told": told(entries, practice(), looks.id),
        "handle": who(about, client),
        "person_url": reverse("client", args=[client.id]) if client is not None and Action.SEE_AGREEMENT in may else "",
        "about": about,
        "url": reverse("why", args=[about.id]),
        "day": long_day(about.at, looks.zone),
        "zone": looks.zone,
        "question": QUESTIONS.get(about.channel, "Why was this handled so?"),
        "heard": heard_by(about, Sealed()) if Action.SEE_WORDS_OF_CLIENT in may else (),
    }
    part = request.headers.get("HX-Target") == "drawer-in"
    return render(request, "why/drawer.html" if part else "why/why.html", context)
