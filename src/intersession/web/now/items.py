"""What is open, as rows know it: each task with its contacts, its client, and what was left there."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ...core import facts
from ...core.call import Call as CallState
from ...core.tasks import Task
from ...corridor.codec import load
from ...permissions import Action, Relation
from ...records import models
from .. import line
from ..clients.sealed import Sealed
from ..directory import clients_by_id
from ..relations import allowed, standing
from ..viewer import Viewer

T = TypeVar("T", models.Recording, models.Message, models.Call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing owed by a person."""

    task: Task
    red: bool
    contact: models.Contact
    """The one that opened it."""
    contacts: tuple[models.Contact, ...]
    """All that joined it, oldest first (D56)."""
    client: facts.Client | None
    recordings: tuple[models.Recording, ...] = ()
    """Without their sound."""
    messages: tuple[models.Message, ...] = ()
    """What the outside person wrote, oldest first."""
    calls: tuple[CallState, ...] = ()
    relations: frozenset[Relation] = frozenset()
    may: frozenset[Action] = frozenset()

    @property
    def newest(self) -> models.Contact:
        """The last time that they reached out; a call back of ours that joined does not count."""
        inbound = [contact for contact in self.contacts if contact.direction == "in"]
        return inbound[-1] if inbound else self.contacts[-1]


def open_items(who: Viewer, *, client: str | None = None, thread: str | None = None) -> list[Item]:
    """Everything open that the viewer may see, by due time; of one client or of one thread, where asked."""
    tasks = models.Task.objects.filter(practice=line.connected().practice, closed_at=None)
    if client is not None:
        tasks = tasks.filter(contact__in=models.Contact.objects.filter(client=client).values("id"))
    if thread is not None:
        tasks = tasks.filter(thread=thread)
    return _items(who, sorted(tasks, key=lambda row: (row.due_at is None, row.due_at or row.opened_at, row.id)))


def item_of(who: Viewer, task: str) -> Item | None:
    """One open item; None where it is closed meanwhile or not the viewer's to see."""
    rows = models.Task.objects.filter(practice=line.connected().practice, pk=task, closed_at=None)
    return next(iter(_items(who, list(rows))), None)


def _items(who: Viewer, rows: Sequence[models.Task]) -> list[Item]:
    joined: dict[str, list[str]] = defaultdict(list)
    further = models.TaskContact.objects.filter(task__in=[row.id for row in rows])
    for task, contact in further.values_list("task", "contact"):
        joined[task].append(contact)
    ids = {row.contact for row in rows} | {contact for many in joined.values() for contact in many}
    contacts = {contact.id: contact for contact in models.Contact.objects.filter(id__in=ids)}
    clients = clients_by_id(contact.client for contact in contacts.values() if contact.client)
    held = _Held(ids, Sealed().prepare(contacts.values()))
    stands = standing(who)
    found = []
    for row in rows:
        mine = [contacts[one] for one in dict.fromkeys((row.contact, *joined[row.id])) if one in contacts]
        if row.contact not in contacts:
            continue
        first = contacts[row.contact]
        client = clients.get(first.client or "")
        relations = stands.to_contact(first, client.primary if client is not None else None)
        may = allowed(who, Action, relations)
        if Action.SEE_ITEM in may:
            found.append(held.item(row, first, mine, client, relations, may))
    return found


class _Held:
    """What several contacts hold, read in one go."""

    def __init__(self, contacts: Iterable[str], sealed: Sealed) -> None:
        ids = list(contacts)
        self._sealed = sealed
        self._recordings = _by_contact(
            models.Recording.objects.filter(contact__in=ids, silent=False).defer("sealed_sound").order_by("at")
        )
        self._messages = _by_contact(models.Message.objects.filter(contact__in=ids, direction="in").order_by("at"))
        self._calls = _by_contact(models.Call.objects.filter(contact__in=ids))

    def item(
        self,
        task: models.Task,
        first: models.Contact,
        contacts: list[models.Contact],
        client: facts.Client | None,
        relations: frozenset[Relation],
        may: frozenset[Action],
    ) -> Item:
        ids = [contact.id for contact in contacts]
        return Item(
            task=load(json.dumps(task.state), Task),
            red=task.red,
            contact=first,
            contacts=tuple(sorted(contacts, key=lambda contact: (contact.at, contact.id))),
            client=client,
            recordings=tuple(recording for one in ids for recording in self._recordings[one]),
            messages=tuple(message for one in ids for message in self._messages[one]),
            calls=tuple(self._call_states(ids)),
            relations=relations,
            may=may,
        )

    def _call_states(self, contacts: Iterable[str]) -> Iterator[CallState]:
        for row in (row for one in contacts for row in self._calls[one]):
            call = self._sealed.call(row)
            if call is not None:
                yield call


def _by_contact(rows: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[row.contact].append(row)
    return found
