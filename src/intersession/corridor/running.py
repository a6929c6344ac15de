"""The corridor, running: one writer that turns events, and workers that run errands and watch due times.

`Corridor` by itself has no threads: `pump()` does everything that is due, for scenarios and tests on a clock
that is moved. `Running` puts threads around it for a server.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

import structlog

from intersession.carriers.port import Carrier, Envelope
from intersession.core.events import CallArrived, CallFellBack, Event, LegEnded
from intersession.core.ids import EventId, caller_leg
from intersession.records.sealing import Keyring

from .care import Care
from .clock import Clock
from .db import DatabaseGone, Db
from .dispatch import LANES, WAKE, Dispatch, due_wakes, next_due
from .pace import Pace
from .reconcile import reconcile
from .seal import seal_new
from .tick import Decide, Tick, Turned

log = structlog.get_logger(__name__)

MOST_ROUNDS = 10_000
BATCH = 64
LONGEST_SLEEP = 1.0
SEAL_EVERY = 1.0
AFTER_TROUBLE = 0.5
BEAT_EVERY = 20.0
"""Seconds between two heartbeats of a line that has nothing to do."""
STUCK_EVERY = 5.0
ENDS_WITHIN = 5.0
"""Seconds that whoever is in the middle of something has to come to its end."""
RECONCILE_EVERY = 300.0
"""How often the carriers are asked whether something passed us by, in seconds, where none of them says so itself."""
MISSED = "missed"

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
        self.pace = Pace()
        self.dispatch = Dispatch(self.db, keyring, self.carriers, self.submit, clock.now, pace=self.pace)
        self.care = Care(self.db, keyring, self.carriers, self.submit, clock.now)
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
            elif not self._wake() and not self.dispatch.run_due() and not self.care.run_due():
                return
        raise RuntimeError(f"the line did not come to rest in {MOST_ROUNDS} rounds: something triggers itself")

    def next_due(self) -> datetime | None:
        """The next instant at which anything is due here."""
        return min((due for due in (next_due(self.db), self.care.next_due()) if due is not None), default=None)

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

    __slots__ = ("_done", "_given_up", "_lock", "_taken", "_turned", "envelope")

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._turned: Turned | None = None
        self._taken = self._given_up = False

    @property
    def written(self) -> bool:
        """It is safe on disk."""
        return self._turned is not None

    def wait(self, seconds: float) -> Turned | None:
        """What became of it; None, and the ticket is given up, if that takes too long."""
        self._done.wait(seconds)
        with self._lock:
            self._given_up = self._turned is None
            return self._turned

    def take(self) -> Envelope:
        """The writer turns it now: as it is, or as one that fell back, where nobody waits for it any more."""
        with self._lock:
            self._taken = not self._given_up
            return self.envelope if self._taken else fallen_back(self.envelope)

    def settle(self, turned: Turned) -> bool:
        """The writer has committed it. True where whoever waited gave up while it was being written."""
        with self._lock:
            self._turned = turned
            left = self._taken and self._given_up
        self._done.set()
        return left

    def let_go(self) -> None:
        """It will not be written: nobody waits on. The carrier tells it again, or is asked for it (`missed`)."""
        self._done.set()


class _Batch(Sequence[Envelope]):
    """Envelopes as they are when the turn reads them, with the database's lock in hand: it is while the writer waits
    for that lock that callers give up, and a caller who was given the fallback must not be rung for."""

    def __init__(self, tickets: Sequence[Ticket]) -> None:
        self._tickets = tickets

    def __len__(self) -> int:
        return len(self._tickets)

    def __getitem__(self, at: Any) -> Any:
        return self._tickets[at].take()


def fallen_back(envelope: Envelope) -> Envelope:
    """A call whose caller nobody answered in time fell back (V00); anything else is what it was, and its leg is told
    what it hears, for nobody waits for the answer."""
    event = envelope.event
    envelope = replace(envelope, answers=None)
    if not isinstance(event, CallArrived):
        return envelope
    late = CallFellBack(
        id=event.id, practice=event.practice, at=event.at, contact=event.contact, line=event.line, caller=event.caller
    )
    return replace(envelope, event=late)


class Running:
    """Threads around the corridor: one writer, one watch over due times, one worker a lane, one sealer, one that asks
    the carriers what passed us by, one that brings home the voicemail that they keep. Whatever stumbles in one of them
    is logged, and it goes on."""

    def __init__(
        self, address: str, keyring: Keyring, clock: Clock, decide: Decide, *, batch: int = BATCH
    ) -> None:
        self.address, self.keyring, self.clock, self.decide, self.batch = address, keyring, clock, decide, batch
        self.carriers: dict[str, Carrier] = {}
        self.elsewhere: set[str] = set()
        """Carriers whose connection another process holds: their errands are left to it."""
        self.changed: list[Changed] = []
        self.beats: list[Callable[[], None]] = []
        """Told when a tick was completed, every `BEAT_EVERY` seconds at the most. They must not wait for anything."""
        self._queue: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._stuck: list[Ticket] = []
        self._beat_at = 0.0
        self._stop, self._written = threading.Event(), threading.Event()
        self._bells = {lane: threading.Event() for lane in (WAKE, MISSED, *LANES)}
        self._threads: list[threading.Thread] = []
        self.tick = Tick(Db(address), keyring, decide)
        self.pace = Pace()

    def submit(self, envelope: Envelope) -> Ticket:
        """Take an event in; the ticket says when it is safe on disk."""
        ticket = Ticket(envelope)
        self._queue.put(ticket)
        if self._written.is_set():
            self._leave()
        return ticket

    def nudge(self, lanes: Iterable[str] = (WAKE, *LANES)) -> None:
        """Something changed that may be due earlier: a new errand of these lanes, or a clock that was moved."""
        for lane in lanes:
            self._bells[lane].set()

    def look_back(self) -> None:
        """A carrier says that something may have passed us by: they are asked at once."""
        self._bells[MISSED].set()

    def start(self) -> Running:
        """Begin."""
        self._begin("writer", self._write)
        self._begin("due", lambda: self._forever("due", self._watch))
        for lane in LANES:
            self._begin(lane, lambda lane=lane: self._work(lane))  # type: ignore[misc]
        self._begin("sealer", lambda: self._forever("sealer", self._seal))
        self._begin("reconciler", lambda: self._forever("reconciler", self._reconcile))
        self._begin("care", lambda: self._forever("care", self._care))
        return self

    def _begin(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=f"corridor-{name}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def stop(self) -> None:
        """End, after what was taken in is written. The writer ends last: a lane that ends may wait for its event."""
        self._stop.set()
        self.nudge((WAKE, MISSED, *LANES))
        until = time.monotonic() + ENDS_WITHIN
        for thread in self._threads[1:]:
            thread.join(max(0.0, until - time.monotonic()))
        self._queue.put(None)
        for writer in self._threads[:1]:
            writer.join(ENDS_WITHIN)

    def __enter__(self) -> Running:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _forever(self, name: str, do: Callable[[Db], None]) -> None:
        """One thread's loop on a connection of its own. Nothing ends it but `stop`."""
        db = Db(self.address)
        while not self._stop.is_set():
            try:
                do(db)
            except DatabaseGone:
                db.close()
                self._stop.wait(AFTER_TROUBLE)
            except Exception:
                log.exception("thread_stumbled", lane=name)
                self._stop.wait(AFTER_TROUBLE)
        db.close()

    # ------------------------------------------------------------ the writer

    def _write(self) -> None:
        while True:
            try:
                ticket = self._queue.get(timeout=STUCK_EVERY if self._stuck else BEAT_EVERY)
            except queue.Empty:
                self._try_again()
            else:
                if ticket is None:
                    break
                self._write_batch([ticket, *self._more()])
            self._beat()
        self._try_again()
        self._written.set()
        self._leave()

    def _leave(self) -> None:
        """Nobody writes any more: whoever waits learns that it is not on disk, and does not wait on."""
        stuck, self._stuck = self._stuck, []
        _let_go(stuck)
        while True:
            try:
                left = self._queue.get_nowait()
            except queue.Empty:
                return
            if left is not None:
                left.let_go()

    def _beat(self) -> None:
        """What can be watched from outside: this thread lives, and the database keeps what it writes (DESIGN §6)."""
        if time.monotonic() < self._beat_at:
            return
        try:
            self.tick.beat(self.clock.now())
        except DatabaseGone:
            self.tick.db.close()
            return
        self._beat_at = time.monotonic() + BEAT_EVERY
        for listener in self.beats:
            listener()

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
        turned = self._turn(tickets)
        if turned is None:
            return
        for ticket, one in zip(tickets, turned, strict=True):
            if ticket.settle(one):
                self._fell_back_late(one.event)
        self.nudge(frozenset().union(*(one.lanes for one in turned)))
        self._tell(frozenset().union(*(one.changed for one in turned)))

    def _turn(self, tickets: list[Ticket]) -> list[Turned] | None:
        envelopes = _Batch(tickets)
        while True:
            try:
                return self.tick.turn(envelopes, self.clock.now())
            except DatabaseGone as error:
                # locked or gone: nothing is lost, the events wait here and their callers get the safe fallback
                log.error("database_gone", error=type(error.__cause__).__name__, waiting=len(envelopes))
                self.tick.db.close()
                if self._stop.wait(AFTER_TROUBLE):
                    _let_go(tickets)
                    return None
            except Exception:
                # not even setting it aside worked: it is kept here, and tried again
                log.exception("batch_stuck", waiting=len(envelopes))
                self._stuck += tickets
                return None

    def _try_again(self) -> None:
        """One by one, so that a single one cannot hold up the others for ever."""
        stuck, self._stuck = self._stuck, []
        for ticket in stuck:
            self._write_batch([ticket])

    def _fell_back_late(self, event: Event) -> None:
        """Its caller was given the fallback while the call was being written: they are not on our line any more."""
        if isinstance(event, CallArrived):
            gone = LegEnded(
                id=EventId(f"{event.id}:fell-back"), practice=event.practice, at=self.clock.now(),
                contact=event.contact, leg=caller_leg(event.contact),
            )  # fmt: skip
            self.submit(Envelope(event=gone))

    def _tell(self, changed: frozenset[str]) -> None:
        if not changed:
            return
        for listener in self.changed:
            try:
                listener(changed)
            except Exception:
                log.exception("listener_stumbled")

    # ------------------------------------------------------------ due times and lanes

    def _watch(self, db: Db) -> None:
        self._bells[WAKE].clear()
        tickets = [self.submit(wake) for wake in due_wakes(db, self.clock.now())]
        for ticket in tickets:
            ticket.wait(10)
        if not tickets:
            self._sleep(db, WAKE)

    def _work(self, lane: str) -> None:
        name = f"{lane}-{id(self):x}"

        def work(db: Db) -> None:
            self._bells[lane].clear()
            dispatch = Dispatch(
                db, self.keyring, self.carriers, self.submit, self.clock.now, name=name, elsewhere=self.elsewhere,
                pace=self.pace,
            )  # fmt: skip
            if not dispatch.expire((lane,)) + dispatch.run_due((lane,)):
                self._sleep(db, lane)

        self._forever(lane, work)

    def _sleep(self, db: Db, lane: str) -> None:
        """Until the lane's next due instant, at most a second; whatever rang since the lane last looked wakes it."""
        due = next_due(db, (lane,), self.elsewhere)
        seconds = LONGEST_SLEEP if due is None else (due - self.clock.now()) / timedelta(seconds=1)
        self._bells[lane].wait(min(max(seconds, 0.001), LONGEST_SLEEP))

    def _reconcile(self, db: Db) -> None:
        """At the start, and every few minutes: what passed us by while we were down, or while we served."""
        self._bells[MISSED].clear()
        reconcile(db, self.carriers, self.submit, self.clock.now())
        self._bells[MISSED].wait(RECONCILE_EVERY)

    def _care(self, db: Db) -> None:
        care = Care(db, self.keyring, self.carriers, self.submit, self.clock.now, self._tell)
        if self.elsewhere or not care.run_due():  # whoever holds them cares for what they keep
            self._stop.wait(LONGEST_SLEEP)

    def _seal(self, db: Db) -> None:
        for (practice,) in db.rows("SELECT id FROM practice"):
            seal_new(db, self.keyring, practice)
        self._stop.wait(SEAL_EVERY)


def _let_go(tickets: Iterable[Ticket]) -> None:
    for ticket in tickets:
        ticket.let_go()
