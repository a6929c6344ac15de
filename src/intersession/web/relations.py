"""What the viewer is to a client, now: primary, coverage, on call, supervisor, owner. From rows, never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..permissions import Action, Relation, may
from ..records.models import Absence, Client, Contact, Line, Staff, Task, TaskContact
from . import line
from .directory import practice
from .viewer import Viewer

NEWCOMERS = frozenset({"prospective_or_unknown", "withheld", "call_back"})
"""Callers who are nobody's client; a call back counts where it names no client."""


def allowed(who: Viewer, actions: Iterable[Action], relations: frozenset[Relation]) -> frozenset[Action]:
    """Those of the actions that the table allows."""
    return frozenset(action for action in actions if may(who.person, action, relations))


def to_client(who: Viewer, client: Client) -> frozenset[Relation]:
    """To a client on file."""
    return standing(who).to_client(client.id, client.primary)


def to_contact(who: Viewer, contact: Contact) -> frozenset[Relation]:
    """To whoever is behind a contact. Where that is no client of ours, the line's owner stands nearest."""
    primary = Client.objects.filter(pk=contact.client).values_list("primary", flat=True).first()
    return standing(who).to_contact(contact, primary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that relations follow from, read once for a whole list."""

    id: str
    on_call: bool
    supervised: frozenset[str]
    covered: frozenset[str]
    """Those on time off for whom the viewer stands in."""
    line_owners: dict[str, str]
    contacts: frozenset[str]
    """On which the viewer owes something."""
    threads: frozenset[str]
    clients: frozenset[str]

    def to_client(self, client: str, primary: str | None) -> frozenset[Relation]:
        """Whoever owes something to a client stands in for them until it is closed."""
        held = self._to_primary(primary)
        if client in self.clients:
            held.add(Relation.COVERAGE)
        return frozenset(held)

    def to_contact(self, contact: Contact, primary: str | None) -> frozenset[Relation]:
        """`primary`: of the contact's client, where there is one."""
        owner = {Relation.OWNER} if self._owns(contact) else set()
        if contact.client is not None:
            return self.to_client(contact.client, primary) | owner
        new = {Relation.INTAKE} if contact.caller_class in NEWCOMERS else set()
        return frozenset({*new, *self._to_primary(self.line_owners.get(contact.line)), *owner})

    def _owns(self, contact: Contact) -> bool:
        if contact.id in self.contacts:
            return True
        return contact.client is None and contact.thread is not None and contact.thread in self.threads

    def _to_primary(self, primary: str | None) -> set[Relation]:
        held = {Relation.ON_CALL} if self.on_call else set()
        if primary is not None and primary == self.id:
            held.add(Relation.PRIMARY)
        if primary in self.supervised:
            held.add(Relation.SUPERVISOR)
        if primary in self.covered:
            held.add(Relation.COVERAGE)
        return held


def standing(who: Viewer) -> Standing:
    """A handful of short queries, however long the list is."""
    now, of = line.now(), line.connected().practice
    away = Absence.objects.filter(practice=of, kind="time_off", cover=who.id, start__lte=now, end__gt=now)
    tasks = Task.objects.filter(practice=of, owner=who.id, closed_at=None)
    mine = dict(tasks.values_list("contact", "thread"))
    joined = TaskContact.objects.filter(task__in=list(tasks.values_list("id", flat=True)))
    contacts = frozenset({*mine, *joined.values_list("contact", flat=True)})
    clients = Contact.objects.filter(id__in=contacts).exclude(client=None).values_list("client", flat=True)
    lines = Line.objects.filter(practice=of).exclude(staff=None).values_list("id", "staff")
    return Standing(
        id=who.id,
        on_call=who.id in practice().rota.tiers_at(now).values(),
        supervised=frozenset(Staff.objects.filter(practice=of, supervisor=who.id).values_list("id", flat=True)),
        covered=frozenset(away.values_list("staff_id", flat=True)),
        line_owners={found: staff for found, staff in lines if staff is not None},
        contacts=contacts,
        threads=frozenset(thread for thread in mine.values() if thread),
        clients=frozenset(client for client in clients if client is not None),
    )
