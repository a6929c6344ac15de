"""One tap each: take, hand over, mark as read, call back, close. Every one is an event; the tick decides."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from ...core.disposition import DISPOSITIONS
from ...core.events import CallBackAsked, ContactClosed, Event, ItemHeard, TaskHandedOver, TaskTaken
from ...core.ids import ClientId, ContactId, LineId, NumberKey, StaffId, TaskId
from ...permissions import Action, may
from ...records.models import Contact, Task, Thread
from .. import line
from ..asks import asks
from ..clients.screen import client_screen, thread_screen
from ..directory import client as client_of
from ..directory import practice
from ..relations import to_contact
from ..viewer import viewer
from .handing_in import Done, event_id, hand_in, once
from .reaching import refused
from .screen import now_screen


@require_POST
@asks(Action.TAKE)
def take(request: HttpRequest, task: str) -> HttpResponse:
    """The viewer takes it; pages that run on it stop."""
    who, to = viewer(request), line.connected()
    event = TaskTaken(
        id=event_id(who, "take", once(request)), practice=to.practice, at=to.clock.now(), by=who.id, task=TaskId(task)
    )
    return _answer(request, _contact_of(task), hand_in(event), "It is yours now.")


@require_POST
@asks(Action.HAND_OVER)
def hand(request: HttpRequest, task: str) -> HttpResponse:
    """It goes to somebody else, who is told."""
    who, to, given = viewer(request), line.connected(), StaffId(request.POST.get("to", ""))
    staff = practice().staff.get(given)
    if staff is None:
        return _answer(request, _contact_of(task), Done(trouble="Choose somebody to hand it to."), "")
    event = TaskHandedOver(
        id=event_id(who, "hand", once(request)), practice=to.practice, at=to.clock.now(), by=who.id,
        task=TaskId(task), to=given,
    )  # fmt: skip
    return _answer(request, _contact_of(task), hand_in(event), f"Handed over to {staff.said_as}.")


@require_POST
@asks(Action.SEE_WORDS_OF_CLIENT)
def read(request: HttpRequest, task: str) -> HttpResponse:
    """A text or an e-mail was read. It stays open until a person closes it (VM02)."""
    who, to, contact = viewer(request), line.connected(), _contact_of(task)
    event = ItemHeard(
        id=event_id(who, "read", once(request)), practice=to.practice, at=to.clock.now(), by=who.id,
        contact=ContactId(contact.id),
    )  # fmt: skip
    return _answer(request, contact, hand_in(event), "Marked as read. It stays open until somebody closes it.")


@require_POST
@asks(Action.CLOSE)
def close(request: HttpRequest, task: str) -> HttpResponse:
    """A person closes it, saying how it ended (INV-10)."""
    who, to, contact = viewer(request), line.connected(), _contact_of(task)
    ended = request.POST.get("disposition", "")
    if ended not in DISPOSITIONS:
        return _answer(request, contact, Done(trouble="Say how it ended; then it can be closed."), "")
    mark, done = once(request), Done()
    for each in (contact, *_also(request, contact)):
        event = ContactClosed(
            id=event_id(who, f"close:{each.id}", mark), practice=to.practice, at=to.clock.now(), by=who.id,
            contact=ContactId(each.id), disposition=ended,
        )  # fmt: skip
        done = hand_in(event)
        if done.trouble:
            break
    return _answer(request, contact, done, "Closed.")


def _also(request: HttpRequest, contact: Contact) -> Iterator[Contact]:
    """Further items of the same person that this talk ended too; each is asked about like the first."""
    who = viewer(request)
    for task in request.POST.getlist("also")[:20]:
        row = Task.objects.filter(pk=task, practice=contact.practice_id, closed_at=None).first()
        other = Contact.objects.filter(pk=row.contact).first() if row is not None else None
        if other is None or not _same_person(contact, other):
            continue
        if may(who.person, Action.CLOSE, to_contact(who, other)):
            yield other


def _same_person(a: Contact, b: Contact) -> bool:
    if a.client is not None or b.client is not None:
        return a.client == b.client
    return a.thread is not None and a.thread == b.thread


@require_POST
@asks(Action.CALL_BACK)
def call(request: HttpRequest, contact: str) -> HttpResponse:
    """Ring the viewer's own phone first, then the client's, from the line (O01). Safe contact binds (O02)."""
    about = get_object_or_404(Contact, pk=contact)
    reason = request.POST.get("override", "").strip()[:500]
    trouble = _may_not_call(request, about, reason)
    if trouble:
        return _answer(request, about, Done(trouble=trouble), "")
    event = _asked(request, about, reason)
    done = hand_in(event)
    if done.rule == "O02":
        done = Done(trouble=" ".join(done.says))
    return _answer(request, about, done, "Your phone rings now. Press 1, and the line calls them.")


def _may_not_call(request: HttpRequest, contact: Contact, reason: str) -> str:
    """Said before the tick is asked; the tick asks the same again with the facts of its own instant."""
    if contact.thread is None:
        return "There is no number to call back."
    client = client_of(contact.client) if contact.client else None
    why_not = refused(client, practice(), line.now())
    if not why_not:
        return ""
    who = viewer(request)
    if not reason:
        return why_not
    breaks = may(who.person, Action.BREAK_GLASS, to_contact(who, contact))
    return "" if breaks else f"{why_not} Overriding that is not yours to do."


def _asked(request: HttpRequest, contact: Contact, reason: str) -> Event:
    who, to, mark = viewer(request), line.connected(), once(request)
    thread = Thread.objects.get(pk=contact.thread)
    return CallBackAsked(
        id=event_id(who, "call", mark), practice=to.practice, at=to.clock.now(), by=who.id,
        contact=ContactId(f"out-{mark}"), line=LineId(contact.line),
        client=ClientId(contact.client) if contact.client else None, number=NumberKey(thread.number_key),
        answers=ContactId(contact.id), override=reason,
    )  # fmt: skip


def _contact_of(task: str) -> Contact:
    row = get_object_or_404(Task, pk=task)
    return get_object_or_404(Contact, pk=row.contact)


def _answer(request: HttpRequest, contact: Contact, done: Done, says: str) -> HttpResponse:
    """The refreshed screen with what became of it. Without scripts and without trouble: go back to where it was."""
    back = request.POST.get("back", "now")
    if not request.headers.get("HX-Request") and not done.trouble:
        return _back_to(back, contact)
    says = "" if done.trouble else says
    if back == "client" and contact.client:
        return client_screen(request, contact.client, says=says, trouble=done.trouble)
    if back == "thread":
        return thread_screen(request, contact, says=says, trouble=done.trouble)
    return now_screen(request, says=says, trouble=done.trouble)


def _back_to(back: str, contact: Contact) -> HttpResponse:
    if back == "client" and contact.client:
        return redirect("client", client=contact.client)
    if back == "thread":
        return redirect("client-thread", contact=contact.id)
    return redirect("now")
