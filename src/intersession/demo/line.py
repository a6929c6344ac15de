"""The demo's line: the whole corridor on one thread, so that a jump of the clock lets everything on the way
happen at its own time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue

import structlog

from intersession.carriers.port import Envelope
from intersession.corridor.clock import MovableClock
from intersession.corridor.running import Ticket
from intersession.stories.acts import ACTS
from intersession.stories.cast import Cast
from intersession.stories.world import World

log = structlog.get_logger(__name__)

LONGEST_SLEEP = 0.5

Publish = Callable[[frozenset[str]], None]


@dataclass(frozen=True, slots=True)
class Scripted:
    """Something that somebody does by themselves, in a sentence of stories."""

    at: datetime
    does: str


class DemoLine:
    """A world that goes on with real time, its clock moved by hand; what people's screens and phones talk to."""

    def __init__(self, cast: Cast, publish: Publish, path: Path, script: Iterable[Scripted] = ()) -> None:
        self._publish = publish
        self._script = sorted(script, key=lambda one: one.at)
        self.clock = MovableClock(cast.start, running=True)
        self.world = World(cast, clock=self.clock, address=str(path))
        self.world.corridor.turned.append(lambda turned, _: self._changed(turned.changed))
        self.world.exchange.listeners.append(lambda _: self._changed(frozenset({"phones"})))
        self.world.exchange.report = self._report
        self._tickets: SimpleQueue[Ticket] = SimpleQueue()
        self._jumps: SimpleQueue[tuple[datetime, threading.Event]] = SimpleQueue()
        self._news = threading.Event()
        self._stop = threading.Event()
        self._dirty: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="demo-line", daemon=True)

    def start(self) -> DemoLine:
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End; the world's files go."""
        self._stop.set()
        self._news.set()
        self._thread.join(10)
        self.world.__exit__(None, None, None)

    def submit(self, envelope: Envelope) -> Ticket:
        """An act on a screen."""
        ticket = Ticket(envelope)
        self._tickets.put(ticket)
        self._news.set()
        return ticket

    def jump(self, at: datetime) -> None:
        """Move the clock, and wait until everything on the way has happened. ValueError for a time that is past."""
        if at < self.clock.now():
            raise ValueError("the clock does not go back: start the week again instead")
        done = threading.Event()
        self._jumps.put((at, done))
        self._news.set()
        done.wait(60)

    # ------------------------------------------------------------ the one thread

    def _report(self, envelope: Envelope) -> None:
        self.world.corridor.submit(envelope)
        self._news.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._turn()
            except Exception:
                log.exception("demo_line")
            self._tell()
            self._news.wait(self._seconds())
            self._news.clear()

    def _turn(self) -> None:
        while True:
            try:
                ticket = self._tickets.get_nowait()
            except Empty:
                break
            ticket.settle(self.world.corridor.now_do(ticket.envelope))
        self.world.settle()
        self._go_to(self.clock.now())
        while True:
            try:
                at, done = self._jumps.get_nowait()
            except Empty:
                break
            try:
                self._go_to(max(at, self.clock.now()))
                self._changed(frozenset({"clock", "phones"}))
            finally:
                self._tell()
                done.set()

    def _go_to(self, at: datetime) -> None:
        """What others do by themselves that week happens on the way, at its own time."""
        while self._script and self._script[0].at <= at:
            scripted = self._script.pop(0)
            self.world.go_to(max(scripted.at, self.clock.now()))
            found, parts = ACTS.find(scripted.does)
            try:
                found.act(self.world, **parts)
            except (ValueError, LookupError):
                log.info("demo_script_passed_over")
            self.world.settle()
        self.world.go_to(at)

    def _seconds(self) -> float:
        due = min((at for at in (self.world.next_due(), *(one.at for one in self._script)) if at), default=None)
        if due is None:
            return LONGEST_SLEEP
        return min(max((due - self.clock.now()).total_seconds(), 0.005), LONGEST_SLEEP)

    def _changed(self, ids: frozenset[str]) -> None:
        self._dirty |= ids
        self._news.set()

    def _tell(self) -> None:
        if self._dirty:
            ids, self._dirty = frozenset(self._dirty), set()
            self._publish(ids)
