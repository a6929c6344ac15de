"""Clients: the list, one person's screen, and writing to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ...permissions import Action, may
from ...records import models
from .. import line
from ..asks import asks
from ..directory import client as client_of
from ..directory import clients_by_id, practice
from ..look import when
from ..now.handing_in import hand_in, once
from ..now.who import staff_name
from ..relations import standing
from ..viewer import Viewer, viewer
from .agreed import level
from .composing import LONGEST, staff_words, state, way_to, written
from .screen import client_screen, thread_screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A line of the list."""

    handle: str
    level: str
    primary: str
    last: str
    open: int
    url: str


@require_http_methods(["GET", "POST"])
@asks(Action.SEE_CLIENTS)
def clients(request: HttpRequest) -> HttpResponse:
    """Everybody whom the viewer may see, by handle. What is looked for is posted, so that no address holds it."""
    wanted = request.POST.get("q", "")[:40].strip()
    found = _listed(viewer(request), wanted)
    template = "clients/listed.html" if request.headers.get("HX-Target") == "listed" else "clients/clients.html"
    return render(request, template, {"clients": found, "wanted": wanted})


@require_GET
@asks(Action.SEE_AGREEMENT)
def client(request: HttpRequest, client: str) -> HttpResponse:
    """One client."""
    return client_screen(request, client)


@require_POST
@asks(Action.SEE_NAME)
def name(request: HttpRequest, client: str) -> HttpResponse:
    """The name is one deliberate tap away."""
    return client_screen(request, client, name=True)


@require_GET
@asks(Action.SEE_TIMELINE)
def thread(request: HttpRequest, contact: str) -> HttpResponse:
    """What passed with a number that is nobody's on file. Of a client's contact: the client."""
    found = get_object_or_404(models.Contact, pk=contact)
    return redirect("client", client=found.client) if found.client else thread_screen(request, found)


@require_POST
@asks(Action.WRITE_TEXT)
def start(request: HttpRequest, client: str) -> HttpResponse:
    """Begin with ready words: they stand in the field, nothing is sent."""
    return client_screen(request, client)


@require_POST
@asks(Action.WRITE_TEXT)
def write(request: HttpRequest, client: str) -> HttpResponse:
    """Send, hold, or say why not."""
    looks, found = viewer(request), client_of(client)
    if found is None:
        raise Http404("there is no such client")
    body, way = request.POST.get("body", "").strip(), way_to(found, practice())
    at_once, reason = bool(request.POST.get("now")), request.POST.get("reason", "").strip()[:500]
    about_visit = bool(request.POST.get("about_visit"))
    trouble = _trouble(request, body, at_once=at_once, reason=reason, client=client, about_visit=about_visit)
    if way is None or trouble:
        return client_screen(request, client, trouble=trouble or "No number of this client is on file.", body=body)
    event = written(
        found, way, looks, body, mark=once(request), about_visit=about_visit, now=at_once, reason=reason
    )
    done = hand_in(event)
    if done.trouble or not done.commands:
        return client_screen(request, client, trouble=done.trouble or " ".join(done.says), body=body)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('client', args=[client])}#write")
    return client_screen(request, client, says=" ".join(done.says[1:]) or "Sent.")


def _trouble(
    request: HttpRequest, body: str, *, at_once: bool, reason: str, client: str, about_visit: bool
) -> str:
    """What is wrong with the form, in one sentence; the rule asks about everything else."""
    if not body:
        return "Write something first."
    if len(body) > LONGEST:
        return f"That is too long for a text: {len(body)} letters, at most {LONGEST}."
    found, looks = client_of(client), viewer(request)
    if found is None or not at_once or reason:
        return ""
    now_state = state(found, practice(), looks, about_visit=about_visit)
    goes = now_state.held_until is None or now_state.may_send_now
    return "" if goes or not now_state.allowed else staff_words(practice(), looks, "HELD-OVR")


def _listed(who: Viewer, wanted: str) -> list[Listed]:
    here, now, stands = practice(), line.now(), standing(who)
    rows = models.Client.objects.filter(practice=here.id).defer("sealed_profile").order_by("handle")
    if wanted:
        rows = rows.filter(handle__icontains=wanted)
    seen = [row for row in rows if may(who.person, Action.SEE_AGREEMENT, stands.to_client(row.id, row.primary))]
    opened, ids = clients_by_id(row.id for row in seen), [row.id for row in seen]
    contacts = models.Contact.objects.filter(client__in=ids).values("client").annotate(last=Max("at"))
    last = dict(contacts.values_list("client", "last"))
    waits = _waiting(ids)
    return [
        Listed(
            handle=row.handle,
            level=level(opened[row.id]),
            primary=staff_name(here, row.primary, who.id),
            last=_when(last.get(row.id), now, who.zone),
            open=waits.get(row.id, 0),
            url=reverse("client", args=[row.id]),
        )
        for row in seen
        if row.id in opened
    ]


def _when(at: datetime | None, now: datetime, zone: str) -> str:
    return when(at, now, zone) if at is not None else ""


def _waiting(clients: list[str]) -> dict[str, int]:
    open_now = models.Task.objects.filter(practice=line.connected().practice, closed_at=None)
    tasks = open_now.values_list("contact", flat=True)
    of = dict(models.Contact.objects.filter(id__in=list(tasks), client__in=clients).values_list("id", "client"))
    found: dict[str, int] = {}
    for contact in tasks:
        client = of.get(contact)
        if client is not None:
            found[client] = found.get(client, 0) + 1
    return found
