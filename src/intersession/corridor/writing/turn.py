"""One decision being written: its event, its instant, and what it leaves for after the transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from intersession.core.call import Hearing
from intersession.core.events import Event
from intersession.core.facts import Facts
from intersession.core.ids import LineId, PracticeId
from intersession.records.fields import to_micros

from ..contact_keys import ContactKeys
from ..db import Db


@dataclass(slots=True)
class Written:
    """What one decision left for after it: the answer to a waiting caller, and events that follow at once."""

    hearing: Hearing | None = None
    follow: list[Event] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Turn:
    """What every writer needs."""

    db: Db
    keys: ContactKeys
    pulls: frozenset[LineId]
    event: Event
    facts: Facts
    now: datetime
    sounds: dict[str, tuple[str, bytes]]
    written: Written = field(default_factory=Written)

    @property
    def at(self) -> int:
        """Now, in microseconds."""
        return to_micros(self.now)

    @property
    def practice(self) -> PracticeId:
        """Whose rows these are."""
        return self.event.practice

    def changed(self, contact: str) -> None:
        """Screens that show this contact fetch again."""
        self.written.changed.add(contact)
