"""The line as a process of its own, made to be killed: events come in on stdin, each is answered once it is safe.

`python -m tests.drills.child '{"address": …, "key": …, "log": …, "at": …}'`. One JSON document a line, both ways.
Its carrier writes every order that it accepts into a log that outlives the process, as a real carrier's would.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from intersession.carriers.port import (
    Capabilities,
    Dial,
    Done,
    Drop,
    Envelope,
    Failed,
    Join,
    Order,
    Outcome,
    Text,
    Unknown,
)
from intersession.carriers.simulated.exchange import CAPABILITIES
from intersession.cli import logs
from intersession.core.decide import decide
from intersession.core.ids import LineId
from intersession.corridor import running as shell
from intersession.corridor.clock import MovableClock
from intersession.corridor.codec import load_kind
from intersession.corridor.commit import Commit
from intersession.corridor.dispatch import Dispatch
from intersession.corridor.running import Running, Ticket
from intersession.corridor.tick import Tick
from intersession.records.fields import from_micros
from intersession.records.sealing import Keyring

PATIENCE = 120.0
SLOWEST = 0.004
"""Seconds that the carrier takes over an order: kills fall into that time too."""

SEAMS = ("deciding", "committed", "claimed", "accepted", "settled", "sealing")
"""Where a child can be told to die by its own hand: the places between which a kill makes a difference."""


def die() -> None:
    """As a power cut would: nothing is flushed, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


class LoggingCarrier:
    """Takes orders, and writes down what it took before it says so. Some orders it refuses, of some it is not sure."""

    name = "simulated"
    capabilities: Capabilities = CAPABILITIES

    def __init__(self, log: Path, fates: dict[str, float], after: Callable[[Order], None]) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._fates, self._after = fates, after

    def run(self, order: Order) -> Outcome:
        """Refuse, lose, take and say nothing, or take."""
        # the same text has the same fate however often it is sent, so that a second sending cannot hide
        fate = random.Random(getattr(order, "message", None) or repr(order)).random()
        time.sleep(random.random() * SLOWEST)
        if fate < self._fates.get("refused", 0.0):
            return Failed("refused")
        if fate < (lost := self._fates.get("refused", 0.0) + self._fates.get("lost", 0.0)):
            return Unknown("the connection broke before the order was through")
        self._write(order)
        self._after(order)
        time.sleep(random.random() * SLOWEST)
        if fate < lost + self._fates.get("unsure", 0.0):
            return Unknown("the connection broke before the answer came")
        return Done()

    def missed(self, line: LineId, since: object) -> Iterable[Envelope]:
        """Whatever was not answered is sent again: nothing is missed."""
        del line, since
        return ()

    def _write(self, order: Order) -> None:
        entry: dict[str, object] = {"order": type(order).__name__}
        match order:
            case Text():
                entry["message"] = order.message
            case Dial() | Drop():
                entry |= {"contact": order.contact, "leg": order.leg}
            case Join():
                entry |= {"contact": order.contact, "leg": order.staff_leg}
            case _:
                return
        os.write(self._log, (json.dumps(entry) + "\n").encode())  # one write, whole or not at all


class Child:
    """The production shell, a door on stdin, and answers on stdout."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.clock = MovableClock(from_micros(given["at"]), running=True)
        keyring = Keyring(Path(given["key"]).read_bytes())
        self.running = Running(given["address"], keyring, self.clock, decide)
        after = plan_death(given.get("seam"), given.get("passages", 1))
        self.running.carriers["simulated"] = LoggingCarrier(Path(given["log"]), given.get("fates", {}), after)
        self._taken: queue.SimpleQueue[tuple[int, Ticket]] = queue.SimpleQueue()

    def serve(self) -> None:
        """Until stdin ends, or until it is killed."""
        threading.Thread(target=self._answer, daemon=True).start()
        with self.running:
            _say({"ready": True})
            for line in sys.stdin:
                self._take(json.loads(line))

    def _take(self, said: dict[str, Any]) -> None:
        if "clock" in said:
            self.clock.at_least(from_micros(said["clock"]))
            self.running.nudge()
            return
        sounds = {name: (kind, base64.b64decode(sound)) for name, (kind, sound) in said["sounds"].items()}
        envelope = Envelope(event=load_kind(said["event"]), numbers=said["numbers"], sounds=sounds)
        self._taken.put((said["n"], self.running.submit(envelope)))

    def _answer(self) -> None:
        """One writer settles in the order of submission, so the oldest ticket is the next to be ready."""
        while True:
            number, ticket = self._taken.get()
            turned = ticket.wait(PATIENCE)
            if turned is not None:
                _say({"n": number, "aside": turned.set_aside})


def plan_death(seam: str | None, passages: int) -> Callable[[Order], None]:
    """Arrange for death at the n-th passage of a seam; what the carrier calls after each accepted order."""
    left = [passages]

    def passed() -> None:
        left[0] -= 1
        if left[0] <= 0:
            die()

    match seam:
        case "deciding":
            _after(Commit, "write", lambda _: passed())
        case "committed":
            _after(Tick, "turn", lambda _: passed())
        case "claimed":
            _after(Dispatch, "_claim", lambda errands: passed() if errands else None)
        case "settled":
            _after(Dispatch, "_settle", lambda _: passed(), only=_something_failed)
        case "sealing":
            _after(shell, "seal_new", lambda rows: passed() if rows else None)
        case _:
            pass
    return lambda order: passed() if seam == "accepted" and isinstance(order, Text) else None


def _something_failed(_: Dispatch, ran: Iterable[Any]) -> bool:
    return any(not isinstance(one.outcome, Done) for one in ran)


def _after(where: Any, name: str, then: Callable[[Any], None], only: Callable[..., bool] = lambda *_: True) -> None:
    real = getattr(where, name)

    def stands_in(*given: Any, **named: Any) -> Any:
        result = real(*given, **named)
        if only(*given):
            then(result)
        return result

    setattr(where, name, stands_in)


ANSWERS = os.dup(1)


def _say(what: dict[str, object]) -> None:
    os.write(ANSWERS, (json.dumps(what) + "\n").encode())


if __name__ == "__main__":
    os.dup2(2, 1)  # the log is written to stdout, which here is for answers
    logs.configure()
    Child(json.loads(sys.argv[1])).serve()
