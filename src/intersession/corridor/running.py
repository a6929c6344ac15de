"""The corridor, running: one writer that turns events, and workers that run errands and watch due times.

`Corridor` by itself has no threads: `pump()` does everything that is due, for scenarios and tests on a clock
that is moved. `Running` puts threads around it for a server.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

import structlog

from intersession.carriers.port import Carrier, Envelope
from intersession.core.events import CallArrived, CallFellBack
from intersession.records.sealing import Keyring

from .clock import Clock
from .db import DatabaseGone, Db
from .dispatch import LANES, Dispatch, due_wakes, next_due
from .reconcile import reconcile
from .seal import seal_new
from .tick import Decide, Tick, Turned

log = structlog.get_logger(__name__)

MOST_ROUNDS = 10_000
BATCH = 64
LONGEST_SLEEP = 1.0
SEAL_EVERY = 1.0
RECONCILE_EVERY = 300.0
"""How often the carriers are asked whether something passed us by, in seconds."""

Changed = Callable[[frozenset[str]], None]


class Corridor:
    """The whole path on one thread. `submit` takes an event in; `pump` runs until nothing is due."""

    def __init__(
        self,
        address: str,
        keyring: Keyring,
        clock: Clock,
        decide: Decide,
        carriers: Mapping[str, Carrier] | None = None,
    ) -> None:
        self.db, self.keyring, self.clock = Db(address), keyring, clock
        self.carriers: dict[str, Carrier] = dict(carriers or {})
        self.tick = Tick(self.db, keyring, decide)
        self.dispatch = Dispatch(self.db, keyring, self.carriers, self.submit)
        self.turned: list[Callable[[Turned, datetime], None]] = []
        """Told of every turn, for transcripts."""
        self._waiting: deque[Envelope] = deque()

    def submit(self, envelope: Envelope) -> None:
        """Take an event in; it is turned at the next pump."""
        self._waiting.append(envelope)

    def now_do(self, envelope: Envelope) -> Turned:
        """Turn one event at once, before anything else that waits; errands run at the next pump."""
        return self._turn([envelope])[0]

    def pump(self) -> None:
        """Everything that is due by now: events, due times, errands, until nothing is left."""
        for _ in range(MOST_ROUNDS):
            if self._waiting:
                self._turn([self._waiting.popleft()])
            elif not self._wake() and not self.dispatch.run_due(self.clock.now()):
                return
        raise RuntimeError(f"the line did not come to rest in {MOST_ROUNDS} rounds: something triggers itself")

    def next_due(self) -> datetime | None:
        """The next instant at which anything is due here."""
        return next_due(self.db)

    def _wake(self) -> bool:
        wakes = due_wakes(self.db, self.clock.now(), 1)
        for wake in wakes:
            self._turn([wake])
        return bool(wakes)

    def _turn(self, envelopes: list[Envelope]) -> list[Turned]:
        now = self.clock.now()
        done = self.tick.turn(envelopes, now)
        for turned in done:
            for one in (turned, *turned.follows):
                for listener in self.turned:
                    listener(one, now)
        return done

    def seal(self, practice: str) -> None:
        """Chain every committed journal row."""
        while seal_new(self.db, self.keyring, practice):
            pass


class Ticket:
    """A place in the queue. Whoever waits may give it up; the event then commits as one that fell back."""

    __slots__ = ("_done", "_given_up", "_lock", "_turned", "envelope")

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._turned: Turned | None = None
        self._given_up = False

    def wait(self, seconds: float) -> Turned | None:
        """What became of it; None, and the ticket is given up, if that takes too long."""
        self._done.wait(seconds)
        with self._lock:
            self._given_up = self._turned is None
            return self._turned

    def settle(self, turned: Turned) -> None:
        """The writer has committed it."""
        with self._lock:
            self._turned = turned
        self._done.set()

    @property
    def given_up(self) -> bool:
        """Nobody waits for the answer any more."""
        with self._lock:
            return self._given_up


class _Batch(Sequence[Envelope]):
    """Envelopes as they are when the turn reads them, with the database's lock in hand: it is while the writer waits
    for that lock that callers give up, and a caller who was given the fallback must not be rung for."""

    def __init__(self, tickets: Sequence[Ticket]) -> None:
        self._tickets = tickets

    def __len__(self) -> int:
        return len(self._tickets)

    def __getitem__(self, at: Any) -> Any:
        ticket = self._tickets[at]
        return fallen_back(ticket.envelope) if ticket.given_up else ticket.envelope


def fallen_back(envelope: Envelope) -> Envelope:
    """A call whose caller nobody answered in time fell back (V00); anything else is what it was."""
    event = envelope.event
    if not isinstance(event, CallArrived):
        return envelope
    late = CallFellBack(
        id=event.id, practice=event.practice, at=event.at, contact=event.contact, line=event.line, caller=event.caller
    )
    return replace(envelope, event=late)


class Running:
    """Threads around the corridor: one writer, one watch over due times, one worker a lane, one sealer."""

    def __init__(
        self,
        address: str,
        keyring: Keyring,
        clock: Clock,
        decide: Decide,
        *,
        batch: int = BATCH,
        practices: tuple[str, ...] = (),
    ) -> None:
        self.address, self.keyring, self.clock, self.decide = address, keyring, clock, decide
        self.batch, self.practices = batch, practices
        self.carriers: dict[str, Carrier] = {}
        self.changed: list[Changed] = []
        self._queue: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._threads: list[threading.Thread] = []
        self.tick = Tick(Db(address), keyring, decide)

    def submit(self, envelope: Envelope) -> Ticket:
        """Take an event in; the ticket says when it is safe on disk."""
        ticket = Ticket(envelope)
        self._queue.put(ticket)
        return ticket

    def nudge(self) -> None:
        """Something changed that may be due earlier: a new errand, or a clock that was moved."""
        with self._news:
            self._news.notify_all()

    def start(self) -> Running:
        """Begin. Claims that a dead worker left are settled first."""
        targets: list[tuple[str, Callable[[], None]]] = [("writer", self._write), ("due", self._watch)]
        targets += [(lane, lambda lane=lane: self._work(lane)) for lane in LANES]  # type: ignore[misc]
        targets += [("sealer", self._seal), ("reconciler", self._reconcile)]
        for name, target in targets:
            thread = threading.Thread(target=target, name=f"corridor-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """End, after what was taken in is written."""
        self._stop.set()
        self._queue.put(None)
        self.nudge()
        for thread in self._threads:
            thread.join(5)

    def __enter__(self) -> Running:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ------------------------------------------------------------ the writer

    def _write(self) -> None:
        while True:
            ticket = self._queue.get()
            if ticket is None:
                return
            self._write_batch([ticket, *self._more()])

    def _more(self) -> list[Ticket]:
        """Whatever else waits already: it shares the commit."""
        found: list[Ticket] = []
        while len(found) < self.batch - 1:
            try:
                ticket = self._queue.get_nowait()
            except queue.Empty:
                break
            if ticket is None:
                self._queue.put(None)
                break
            found.append(ticket)
        return found

    def _write_batch(self, tickets: list[Ticket]) -> None:
        envelopes = _Batch(tickets)
        while True:
            try:
                turned = self.tick.turn(envelopes, self.clock.now())
                break
            except DatabaseGone as error:
                # locked or gone: nothing is lost, the events wait here and their callers get the safe fallback
                log.error("database_gone", error=type(error.__cause__).__name__, waiting=len(envelopes))
                self.tick.db.close()
                if self._stop.wait(0.5):
                    return
        for ticket, one in zip(tickets, turned, strict=True):
            ticket.settle(one)
        self._tell(frozenset().union(*(one.changed for one in turned)))
        self.nudge()

    def _tell(self, changed: frozenset[str]) -> None:
        if changed:
            for listener in self.changed:
                listener(changed)

    # ------------------------------------------------------------ due times and lanes

    def _watch(self) -> None:
        db = Db(self.address)
        while not self._stop.is_set():
            try:
                tickets = [self.submit(wake) for wake in due_wakes(db, self.clock.now())]
                for ticket in tickets:
                    ticket.wait(10)
                self._sleep(db, busy=bool(tickets))
            except DatabaseGone:
                db.close()
                self._stop.wait(0.5)
        db.close()

    def _work(self, lane: str) -> None:
        db = Db(self.address)
        dispatch = Dispatch(db, self.keyring, self.carriers, self.submit, name=f"{lane}-{id(self):x}")
        while not self._stop.is_set():
            try:
                for envelope in dispatch.expired(self.clock.now()):
                    self.submit(envelope)
                ran = dispatch.run_due(self.clock.now(), (lane,))
                self._sleep(db, busy=ran > 0)
            except DatabaseGone:
                db.close()
                self._stop.wait(0.5)
        db.close()

    def _sleep(self, db: Db, *, busy: bool) -> None:
        """Until the next due instant, at most a second; a commit or a moved clock wakes us earlier."""
        if busy:
            return
        due = next_due(db)
        seconds = LONGEST_SLEEP if due is None else (due - self.clock.now()) / timedelta(seconds=1)
        with self._news:
            self._news.wait(min(max(seconds, 0.005), LONGEST_SLEEP))

    def _reconcile(self) -> None:
        """At the start, and every few minutes: what passed us by while we were down, or while we served."""
        db = Db(self.address)
        while True:
            try:
                reconcile(db, self.carriers, self.submit, self.clock.now())
            except DatabaseGone:
                db.close()
            if self._stop.wait(RECONCILE_EVERY):
                break
        db.close()

    def _seal(self) -> None:
        db = Db(self.address)
        while not self._stop.wait(SEAL_EVERY):
            try:
                for (practice,) in db.rows("SELECT id FROM practice"):
                    seal_new(db, self.keyring, practice)
            except DatabaseGone:
                db.close()
        db.close()
