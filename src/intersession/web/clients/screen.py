"""One person's screen: the timeline, what is open, how they may be reached, what was agreed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from ...core import facts
from ...permissions import Action
from ...records import models
from ...records.fields import from_micros, to_micros
from .. import line
from ..directory import client as client_of
from ..directory import practice as directory
from ..now.items import Item, open_items
from ..now.reaching import CallBack, refused, safe_lines
from ..now.rows import endings, rows
from ..now.who import staff_name, who
from ..relations import allowed, to_client, to_contact
from ..viewer import viewer
from .agreed import agreed, level
from .composing import composer
from .sealed import Sealed
from .showing import Shown
from .timeline import PAGE, timeline


def client_screen(
    request: HttpRequest, client: str, *, says: str = "", trouble: str = "", body: str = "", name: bool = False
) -> HttpResponse:
    """The page, or only the person where htmx asks for that."""
    looks, practice, now = viewer(request), directory(), line.now()
    row = get_object_or_404(models.Client, pk=client, practice=practice.id)
    found = client_of(client)
    if found is None:
        raise Http404("there is no such client")
    may = allowed(looks, Action, to_client(looks, row))
    items = open_items(looks, client=client)
    shown = Shown(viewer=looks, practice=practice, handle=found.handle, may=may, now=now)
    contacts = models.Contact.objects.filter(client=client)
    days, earlier = _days(request, contacts, shown)
    context = {
        "person": "client",
        "client": row,
        "handle": found.handle,
        "level": level(found),
        "name": Sealed().name(row) if name and Action.SEE_NAME in may else "",
        "name_url": reverse("client-name", args=[client]) if Action.SEE_NAME in may and not name else "",
        "primary": staff_name(practice, found.primary, looks.id),
        "short_code": row.short_code if Action.CALL_BACK in may else "",
        "safe": safe_lines(found, practice) if Action.SEE_SAFE_CONTACT in may else (),
        "call": _call(items, contacts, found, practice, may, now),
        "rows": rows(items, looks, practice, now, back="client"),
        "endings": endings(),
        "days": days,
        "earlier": earlier,
        "see_timeline": Action.SEE_TIMELINE in may,
        "agreed": agreed(found, practice, now, looks.zone) if Action.SEE_AGREEMENT in may else None,
        "composer": composer(found, practice, looks, _due(items)) if Action.WRITE_TEXT in may else None,
        "once": _mark(),
        "body": body or _prefilled(request),
        "back": "client",
        "says": says,
        "trouble": trouble,
        "zone": looks.zone,
        "here": reverse("client", args=[client]),
    }
    return _answer(request, context)


def thread_screen(request: HttpRequest, contact: models.Contact, *, says: str = "", trouble: str = "") -> HttpResponse:
    """Somebody who is nobody's client on file: what passed with that number, and the number for whoever may see it."""
    looks, practice, now = viewer(request), directory(), line.now()
    may = allowed(looks, Action, to_contact(looks, contact))
    handle = who(contact, None)
    shown = Shown(viewer=looks, practice=practice, handle=handle, may=may, now=now)
    items = open_items(looks, thread=contact.thread) if contact.thread else []
    contacts = models.Contact.objects.filter(pk=contact.id)
    if contact.thread:
        contacts = models.Contact.objects.filter(thread=contact.thread, client=None)
    days, earlier = _days(request, contacts, shown)
    context = {
        "person": "thread",
        "handle": handle,
        "level": "Not on file",
        "number": _number(contact) if Action.SEE_NUMBER in may else "",
        "safe": (),
        "call": _call(items, contacts, None, practice, may, now),
        "rows": rows(items, looks, practice, now, back="thread"),
        "endings": endings(),
        "days": days,
        "earlier": earlier,
        "see_timeline": Action.SEE_TIMELINE in may,
        "agreed": None,
        "composer": None,
        "back": "thread",
        "says": says,
        "trouble": trouble,
        "zone": looks.zone,
        "here": reverse("client-thread", args=[contact.id]),
    }
    return _answer(request, context)


def _answer(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    part = request.headers.get("HX-Target") == "person"
    return render(request, "clients/person.html" if part else "clients/client.html", context)


def _days(request: HttpRequest, contacts: QuerySet[models.Contact], shown: Shown) -> tuple[object, str]:
    if Action.SEE_TIMELINE not in shown.may:
        return (), ""
    before = request.GET.get("before", "")
    if before.isdigit():
        contacts = contacts.filter(at__lt=from_micros(int(before)))
    page = list(contacts.order_by("-at", "-id")[: PAGE + 1])
    earlier = f"?before={to_micros(page[PAGE - 1].at)}" if len(page) > PAGE else ""
    return timeline(page[:PAGE][::-1], shown), earlier


def _call(
    items: Sequence[Item],
    contacts: QuerySet[models.Contact],
    client: facts.Client | None,
    practice: facts.Practice,
    may: frozenset[Action],
    now: datetime,
) -> CallBack | None:
    """Calls the number of the newest open item, else of the newest contact."""
    if Action.CALL_BACK not in may:
        return None
    newest = items[0].newest if items else contacts.exclude(thread=None).order_by("-at").first()
    if newest is None or newest.thread is None:
        return None
    return CallBack(
        url=reverse("now-call", args=[newest.id]),
        refused=refused(client, practice, now),
        may_break_glass=Action.BREAK_GLASS in may,
        once=_mark(),
    )


def _mark() -> str:
    return uuid.uuid4().hex


def _due(items: Sequence[Item]) -> datetime | None:
    promised = (item.task.call_by for item in items if item.task.call_by is not None and item.task.attempted_at is None)
    return min((due for due in promised if due is not None), default=None)


def _number(contact: models.Contact) -> str:
    thread = models.Thread.objects.filter(pk=contact.thread).first() if contact.thread else None
    return (Sealed().number(thread.number_key) or "") if thread is not None else ""


def _prefilled(request: HttpRequest) -> str:
    """Words that a person chose to start from; never from an address."""
    return request.POST.get("start", "")[:600]
