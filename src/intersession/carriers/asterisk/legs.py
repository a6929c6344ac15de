"""What is up at Asterisk now: the legs, and what each of them does. Small, exact, and rebuilt from Asterisk's own
lists after a lost socket."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from intersession.core.call import Hearing
from intersession.core.ids import ContactId, LegId, RecordingId, caller_leg

from ..port import Envelope
from .client import Ari, Away, Event, Lost, Refused, log
from .parse import Reader
from .pbx import Pbx
from .told import Told

WAITING, TALKING, CRISIS = "wait-", "talk-", "crisis-"
"""How the bridges of a contact are named."""


@dataclass(slots=True)
class Leg:
    """One leg. `channel` is Asterisk's name of it; of a leg that we dialled, the leg's own id."""

    id: LegId
    contact: ContactId
    channel: str
    number: str | None = None
    """The caller's, in E.164, where the call came in and shows one."""
    up: bool = False
    dropped: bool = False
    """We ended it."""
    leaving: bool = False
    """It is hanging up, or is being hung up: what ends now has not been heard to its end."""
    hearing: Hearing = field(default_factory=Hearing)
    task: asyncio.Task[None] | None = None
    """What is being done for it: words, a recording's beginning, a join."""
    arrived: Envelope | None = None
    """The caller's arrival, as it was told."""
    fell_back: bool = False
    """We let them go to the fallback: the line did not decide about them."""
    joins: bool = False
    """On the way to somebody who has accepted."""
    transfers: bool = False
    """On the way to the crisis line, or with it."""
    playing: str | None = None
    recording: RecordingId | None = None
    room: str | None = None
    """The bridge that it is in, or is on its way into."""
    last_key: str = ""
    """The mark of the last key: an event may come twice, by the leg's own subscription and by its trunk's."""
    entered: str = ""
    """Digits so far."""
    pause: asyncio.TimerHandle | None = None

    @property
    def came_in(self) -> bool:
        """Somebody called us: the dialplan takes it when we no longer do."""
        return self.channel != self.id

    @property
    def waits(self) -> bool:
        """In the waiting room."""
        return self.room is not None and self.room.startswith(WAITING)

    @property
    def with_crisis(self) -> bool:
        """With the crisis line."""
        return self.room is not None and self.room.startswith(CRISIS)


class Legs:
    """All of them, by either name."""

    def __init__(self) -> None:
        self._by_channel: dict[str, Leg] = {}
        self._by_id: dict[LegId, Leg] = {}
        self._locks: dict[ContactId, asyncio.Lock] = {}

    def __iter__(self) -> Iterator[Leg]:
        return iter(tuple(self._by_id.values()))

    def add(self, leg: Leg) -> Leg:
        """A leg begins."""
        self._by_channel[leg.channel] = self._by_id[leg.id] = leg
        return leg

    def remove(self, leg: Leg) -> None:
        """A leg is gone."""
        self._by_channel.pop(leg.channel, None)
        self._by_id.pop(leg.id, None)
        if not any(other.contact == leg.contact for other in self):
            self._locks.pop(leg.contact, None)

    def get(self, leg: LegId) -> Leg | None:
        """By core's name."""
        return self._by_id.get(leg)

    def at(self, channel: str) -> Leg | None:
        """By Asterisk's name."""
        return self._by_channel.get(channel)

    def caller(self, contact: ContactId) -> Leg | None:
        """The outside leg of a contact."""
        return self._by_id.get(caller_leg(contact))

    def lock(self, contact: ContactId) -> asyncio.Lock:
        """Orders of one contact run one after another."""
        return self._locks.setdefault(contact, asyncio.Lock())


@dataclass(slots=True)
class Board:
    """What every part of the carrier works on."""

    pbx: Pbx
    ari: Ari
    reader: Reader
    report: Told
    now: Callable[[], datetime]
    legs: Legs = field(default_factory=Legs)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    recordings: dict[str, Leg] = field(default_factory=dict)
    """Those that run, or have just ended."""
    recorders: dict[str, str] = field(default_factory=dict)
    """By which channel each is recorded."""
    closing: bool = False
    """Our process ends: calls that are connected go on without us."""
    _awaited: dict[tuple[str, str], asyncio.Future[Event]] = field(default_factory=dict)
    _marks: Iterator[int] = field(default_factory=itertools.count)
    _run: str = field(default_factory=lambda: secrets.token_hex(4))

    def mark(self) -> str:
        """A name that was never used at this Asterisk."""
        return f"{self._run}-{next(self._marks)}"

    def expect(self, what: str, of: str) -> asyncio.Future[Event]:
        """Done when that has happened: `played`, `here`, `gone`, `entered`."""
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._awaited[what, of] = future
        future.add_done_callback(lambda _: self._awaited.pop((what, of), None))
        return future

    def happened(self, what: str, of: str, event: Event) -> None:
        """Whoever waits for it goes on."""
        future = self._awaited.get((what, of))
        if future is not None and not future.done():
            future.set_result(event)

    def begin(self, act: Any) -> asyncio.Task[None]:
        """Something that goes on by itself."""
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(act)
        self.tasks.add(task)
        task.add_done_callback(self._over)
        return task

    def awaited(self, what: str) -> list[str]:
        """Of which names somebody waits for that."""
        return [of for kind, of in self._awaited if kind == what]

    def _over(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            stumbled(error)


def stumbled(error: BaseException) -> None:
    """A leg that is gone, or a socket that is: neither is news, its event comes. Anything else is."""
    if isinstance(error, Away | Lost | Refused):
        log.warning("asterisk_act_not_done", error=type(error).__name__)
    else:
        log.error("asterisk_act_stumbled", error=type(error).__name__, exc_info=error)
