"""One decision being written: its event, its instant, and what it leaves for after the transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from intersession.carriers.port import Picture
from intersession.core.events import Event
from intersession.core.facts import Facts
from intersession.core.ids import LegId, LineId, PracticeId
from intersession.records.fields import to_micros

from ..contact_keys import ContactKeys
from ..db import Db


@dataclass(slots=True)
class Written:
    """What one decision left for after it: events that follow at once, and what has something new."""

    follow: list[Event] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    lanes: set[str] = field(default_factory=set)
    """Lanes that have something new to run, and `wake` for due times."""


@dataclass(slots=True)
class Turn:
    """What every writer needs."""

    db: Db
    keys: ContactKeys
    pulls: frozenset[LineId]
    answers: LegId | None
    """The leg that waits for the answer to the event."""
    event: Event
    facts: Facts
    now: datetime
    sounds: dict[str, tuple[str, bytes]]
    pictures: tuple[Picture, ...]
    written: Written = field(default_factory=Written)
    threads: dict[str, str | None] = field(default_factory=dict)
    """The threads of contacts that this turn has opened."""

    @property
    def at(self) -> int:
        """Now, in microseconds."""
        return to_micros(self.now)

    @property
    def practice(self) -> PracticeId:
        """Whose rows these are."""
        return self.event.practice

    def thread_of(self, contact: str) -> str | None:
        """The thread of a contact."""
        if contact not in self.threads:
            self.threads[contact] = self.db.value("SELECT thread FROM contact WHERE id = ?", (contact,))
        return self.threads[contact]

    def changed(self, contact: str) -> None:
        """Screens that show this contact fetch again."""
        self.written.changed.add(contact)
