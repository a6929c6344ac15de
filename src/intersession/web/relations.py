"""What the viewer is to a client, now: primary, coverage, on call, supervisor. Read from rows, never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ..permissions import Action, Relation, may
from ..records.models import Absence, Client, Contact, Line, Shift, Staff, Task
from . import line
from .viewer import Viewer


def allowed(who: Viewer, actions: Iterable[Action], relations: frozenset[Relation]) -> frozenset[Action]:
    """Those of the actions that the table allows."""
    return frozenset(action for action in actions if may(who.person, action, relations))


def to_client(who: Viewer, client: Client) -> frozenset[Relation]:
    """To a client on file."""
    now = line.now()
    held = _on_call(who, now)
    held |= _to_primary(who, client.primary, now)
    if _owns(who, Contact.objects.filter(client=client.id).values_list("id", flat=True)):
        held.add(Relation.COVERAGE)
    return frozenset(held)


def to_contact(who: Viewer, contact: Contact) -> frozenset[Relation]:
    """To whoever is behind a contact. Where that is no client of ours, the line's owner stands nearest."""
    client = Client.objects.filter(pk=contact.client).first() if contact.client else None
    if client is not None:
        return to_client(who, client)
    now = line.now()
    owner = Line.objects.filter(pk=contact.line).values_list("staff", flat=True).first()
    held = _on_call(who, now) | _to_primary(who, owner, now)
    if _owns(who, [contact.id]):
        held.add(Relation.COVERAGE)
    return frozenset(held)


def _to_primary(who: Viewer, primary: str | None, now: datetime) -> set[Relation]:
    if primary is None:
        return set()
    if primary == who.id:
        return {Relation.PRIMARY}
    held: set[Relation] = set()
    if Staff.objects.filter(pk=primary, supervisor=who.id).exists():
        held.add(Relation.SUPERVISOR)
    away = Absence.objects.filter(staff=primary, kind="time_off", cover=who.id, start__lte=now, end__gt=now)
    if away.exists():
        held.add(Relation.COVERAGE)
    return held


def _on_call(who: Viewer, now: datetime) -> set[Relation]:
    on_duty = Shift.objects.filter(staff=who.id, start__lte=now, end__gt=now).exists()
    return {Relation.ON_CALL} if on_duty else set()


def _owns(who: Viewer, contacts: Iterable[str]) -> bool:
    """Whoever owes something to somebody stands in for them until it is closed."""
    return Task.objects.filter(owner=who.id, closed_at=None, contact__in=contacts).exists()
