"""The world of a story: the whole corridor on a database of its own, simulated telephones, a clock that jumps."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Protocol

from intersession.carriers.port import Envelope
from intersession.carriers.simulated.exchange import Exchange, Here, Seen
from intersession.core.decide import decide
from intersession.core.events import Event
from intersession.core.ids import ContactId, LineId, NumberKey, PracticeId
from intersession.core.tasks import Task, TaskKind
from intersession.corridor.clock import MovableClock
from intersession.corridor.codec import load
from intersession.corridor.db import Db
from intersession.corridor.running import Corridor
from intersession.corridor.seal import Broken, Intact, verify
from intersession.corridor.setup import install
from intersession.corridor.tick import Turned
from intersession.records.schema import fresh, migrate
from intersession.records.sealing import Keyring

from .cast import Cast

MOST_STEPS = 100_000


def _tables(address: str) -> str:
    if "://" not in address:
        return fresh(Path(address))
    migrate(address)
    return address


class Beside(Protocol):
    """Something beside the telephones that does things by itself, such as a carrier between them and the line."""

    def next_due(self) -> datetime | None:
        """When it does something next; None where nothing waits."""

    def advance(self) -> bool:
        """Do what is due by now; whether there was anything."""


class World:
    """Everything of one story. Use it as a context: its files go when it ends."""

    patience = timedelta(0)
    """How much later than the story says something may be so: what a real carrier takes between the telephones."""
    precision = timedelta(0)
    """How far from the story's instant a due time may lie: what it counts from happens when it happens there."""

    def __init__(self, cast: Cast, clock: MovableClock | None = None, address: str | None = None) -> None:
        self.cast = cast
        self._folder = tempfile.TemporaryDirectory(prefix="intersession-story-")
        self.keyring = Keyring(os.urandom(32))
        self.clock = clock or MovableClock(cast.start)
        self.address = _tables(address or str(Path(self._folder.name) / "line.sqlite3"))
        self.corridor = Corridor(self.address, self.keyring, self.clock, decide)
        install(self.corridor.db, self.keyring, cast.setup)
        if not self.db.postgres:
            self.db.run("PRAGMA synchronous=OFF")  # a story's world does not outlive a crash anyway
        self.exchange = Exchange(
            lines={
                line.number: Here(practice=PracticeId(cast.setup.id), line=LineId(line.id)) for line in cast.setup.lines
            },
            now=self.clock.now,
            key_of=self.keyring.number_key,
            report=self.corridor.submit,
        )
        self.corridor.carriers["simulated"] = self.exchange
        self.corridor.turned.append(self._turned)
        self.exchange.listeners.append(self._saw)
        self.beside: list[Beside] = [self.exchange]
        self.seen: list[Seen] = []
        self.turned: list[tuple[datetime, Turned]] = []
        self._counted = 0

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.corridor.db.close()
        self._folder.cleanup()

    @property
    def db(self) -> Db:
        """The line's own connection."""
        return self.corridor.db

    def now(self) -> datetime:
        """The story's instant, UTC."""
        return self.clock.now()

    # ------------------------------------------------------------ time

    def settle(self) -> None:
        """Everything that is due by now."""
        for _ in range(MOST_STEPS):
            self.corridor.pump()
            if not any(one.advance() for one in self.beside):
                return
        raise RuntimeError("the telephones did not come to rest")

    def go_to(self, at: datetime) -> None:
        """Let time pass: whatever falls due on the way happens at its own instant."""
        self.settle()
        while (due := self.next_due()) is not None and due <= at:
            self.clock.at_least(due)
            self.settle()
        self.clock.at_least(at)
        self.settle()

    def next_due(self) -> datetime | None:
        """The next instant at which anything happens by itself."""
        times = [self.corridor.next_due(), *(one.next_due() for one in self.beside)]
        return min((at for at in times if at is not None), default=None)

    # ------------------------------------------------------------ acts of staff on a screen

    def do(self, event: Event) -> Turned:
        """An act on a screen: decided at once; what it orders happens before the story goes on."""
        turned = self.corridor.now_do(Envelope(event=event))
        self.settle()
        return turned

    def take_in(self, event: Event, numbers: Mapping[NumberKey, str]) -> None:
        """Something that reaches the line beside its telephones."""
        self.corridor.submit(Envelope(event=event, numbers=numbers))
        self.settle()

    def count(self) -> int:
        """A number that has not been used in this story."""
        self._counted += 1
        return self._counted

    # ------------------------------------------------------------ what is kept for the transcript

    def _turned(self, turned: Turned, at: datetime) -> None:
        self.turned.append((at, turned))

    def _saw(self, seen: Seen) -> None:
        self.seen.append(seen)

    def sealed(self) -> Intact | Broken:
        """Seal the journal and walk its chain."""
        self.corridor.seal(self.cast.setup.id)
        return verify(self.db, self.keyring, self.cast.setup.id)

    # ------------------------------------------------------------ looking things up by the story's names

    def key_of(self, who: str) -> str:
        """The keyed hash of somebody's telephone number."""
        number = self.cast.phones.get(who)
        if number is None:
            raise ValueError(f"nobody called {who} has a phone in this story")
        return self.keyring.number_key(number)

    def tasks(self, who: str) -> list[Task]:
        """Open tasks about somebody, the soonest due first."""
        rows = self.db.rows(
            "SELECT task.state FROM task LEFT JOIN thread ON thread.id = task.thread JOIN contact ON"
            " contact.id = task.contact WHERE task.closed_at IS NULL AND (thread.number_key = ? OR contact.client = ?)"
            " ORDER BY task.due_at",
            (self.key_of(who), who),
        )
        return [load(state, Task) for (state,) in rows]

    def item(self, who: str) -> Task:
        """The one open item about somebody; of several, the one that waits for an answer. ValueError if none."""
        tasks = self.tasks(who)
        if not tasks:
            raise ValueError(f"nothing is open about {who}")
        return next((task for task in tasks if task.kind is TaskKind.ANSWER), tasks[0])

    def contact_held(self, who: str) -> ContactId:
        """The latest contact about somebody that holds a message; else that of the open item."""
        row = self.db.row(
            "SELECT contact.id FROM contact JOIN thread ON thread.id = contact.thread WHERE thread.number_key = ?"
            " AND (contact.id IN (SELECT contact FROM recording) OR contact.channel <> 'voice')"
            " ORDER BY contact.at DESC LIMIT 1",
            (self.key_of(who),),
        )
        return ContactId(row[0]) if row else self.item(who).contact

    def line_of(self, who: str) -> str:
        """The line on which somebody last reached us; else the first line."""
        row = self.db.row(
            "SELECT contact.line FROM contact JOIN thread ON thread.id = contact.thread WHERE thread.number_key = ?"
            " ORDER BY contact.at DESC LIMIT 1",
            (self.key_of(who),),
        )
        return str(row[0]) if row else next(iter(self.cast.lines))
