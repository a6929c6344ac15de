"""What happens inside the process of a line: the production threads, and senders beside them."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import getpid
from types import TracebackType

import structlog

from intersession.carriers.port import Capabilities, Done, Envelope, Order, Outcome
from intersession.core.decide import decide
from intersession.core.events import TimeCame
from intersession.core.ids import LineId
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import Db
from intersession.corridor.running import Running
from intersession.corridor.tick import Turned
from intersession.records.fields import from_micros, to_micros
from intersession.records.sealing import Keyring

from .practice import arrived
from .slow_disk import slow_commits
from .where import profiled, stages, top

WAIT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a line is started."""

    path: str
    key: bytes
    start: datetime
    number: str
    batch: int
    sync: float
    """Seconds by which each sync takes longer."""


class Takes:
    """A carrier that takes every order at once: the network is no part of the measurement."""

    name = "simulated"
    capabilities = Capabilities()

    def run(self, order: Order) -> Outcome:
        """Done."""
        return Done()

    def missed(self, line: LineId, since: datetime) -> Iterable[Envelope]:
        """Nothing."""
        return ()


class Inside:
    """One running line, and what it can be asked."""

    def __init__(self, setting: Setting) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        if setting.sync:
            slow_commits(setting.sync)
        self.keyring = Keyring(setting.key)
        self.clock = MovableClock(setting.start, running=True)
        self.running = Running(setting.path, self.keyring, self.clock, decide, batch=setting.batch)
        self.running.carriers["simulated"] = Takes()
        self.db = Db(setting.path)
        self._woken: list[float] = []
        self._watch_wakes()

    def __enter__(self) -> Inside:
        self.running.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.running.stop()
        self.running.tick.db.close()
        self.db.close()

    def ready(self) -> None:
        """It runs."""

    # ------------------------------------------------------------ texts

    def send(self, first: int, count: int, senders: int) -> tuple[float, list[float]]:
        """`count` texts from so many senders, each of whom waits for one answer before the next text."""
        envelopes = self._envelopes(first, count)
        waits: list[float] = []

        def sender(mine: Sequence[Envelope]) -> None:
            for envelope in mine:
                began = time.perf_counter()
                self._answered(envelope)
                waits.append(time.perf_counter() - began)

        began = time.perf_counter()
        _together(sender, [envelopes[number::senders] for number in range(senders)])
        return time.perf_counter() - began, waits

    def steadily(self, first: int, count: int, per_second: float, senders: int) -> list[float]:
        """One text after another at fixed instants; each wait counts from the instant at which it was to be sent."""
        envelopes = self._envelopes(first, count)
        waits: list[float] = []
        start = time.perf_counter() + 0.1

        def sender(mine: Sequence[tuple[int, Envelope]]) -> None:
            for number, envelope in mine:
                due = start + number / per_second
                time.sleep(max(0.0, due - time.perf_counter()))
                self._answered(envelope)
                waits.append(time.perf_counter() - due)

        numbered = list(enumerate(envelopes))
        _together(sender, [numbered[number::senders] for number in range(senders)])
        return waits

    def again(self, first: int, count: int) -> int:
        """The same texts once more, as a carrier that tries again; how many of them were known."""
        tickets = [self.running.submit(envelope) for envelope in self._envelopes(first, count)]
        turned = [ticket.wait(WAIT) for ticket in tickets]
        return sum(1 for one in turned if one is not None and one.replayed)

    def _envelopes(self, first: int, count: int) -> list[Envelope]:
        now = self.clock.now()
        return [arrived(text, self.keyring, now) for text in range(first, first + count)]

    def _answered(self, envelope: Envelope) -> None:
        turned = self.running.submit(envelope).wait(WAIT)
        if turned is None or turned.set_aside or turned.replayed:
            raise RuntimeError(f"{envelope.event.id} was not turned: {turned}")

    def rest(self) -> float:
        """Until every errand has been run; the seconds that took."""
        began = time.perf_counter()
        waits = "SELECT count(*) FROM errand WHERE state IN ('due', 'claimed') AND lane <> 'wake' AND not_before <= ?"
        while self.db.value(waits, (to_micros(self.clock.now()),)):
            time.sleep(0.01)
        return time.perf_counter() - began

    # ------------------------------------------------------------ due times

    def bring_forward(self, count: int, apart: float) -> int:
        """Due times of real tasks fall due from two seconds from now on, so far apart; how many there are."""
        start = self.clock.now() + timedelta(seconds=2)
        rows = self.db.rows(
            "SELECT id FROM errand WHERE lane = 'wake' AND state = 'due' AND subject LIKE 'task:m%' ORDER BY id LIMIT ?", (count,)
        )
        moved = [(to_micros(start + timedelta(seconds=number * apart)), row[0]) for number, row in enumerate(rows)]
        with self.db.transaction():
            self.db.many("UPDATE errand SET not_before = ? WHERE id = ?", moved)
        self._woken.clear()
        return len(moved)

    def woken(self, count: int, within: float) -> list[float]:
        """Seconds from each due instant until its turn was safe on disk."""
        until = time.monotonic() + within
        while len(self._woken) < count and time.monotonic() < until:
            time.sleep(0.05)
        return list(self._woken)

    def _watch_wakes(self) -> None:
        turn = self.running.tick.turn

        def timed(envelopes: Sequence[Envelope], now: datetime) -> list[Turned]:
            done = turn(envelopes, now)
            safe = self.clock.now()
            self._woken += [
                (safe - one.event.at).total_seconds()
                for one in done
                if isinstance(one.event, TimeCame) and not one.replayed
            ]
            return done

        self.running.tick.turn = timed  # type: ignore[method-assign]

    def memory(self) -> int:
        """Kilobytes that this process holds now."""
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(getpid())], capture_output=True, text=True, check=True)
        return int(shown.stdout)

    # ------------------------------------------------------------ where the time goes

    def profile(self, first: int, count: int, senders: int) -> str:
        """Two more stretches of texts, with the writer's thread looked at. Their speed does not count."""
        half = count // 2
        with stages(self.running) as found:
            self.send(first, half, senders)
        with profiled(self.running) as profile:
            self.send(first + half, count - half, senders)
        return f"{found.told()}\n\n{top(profile)}"


def _together(target: object, shares: Sequence[object]) -> None:
    """One thread a share; the first error of any."""
    errors: list[BaseException] = []

    def run(share: object) -> None:
        try:
            target(share)  # type: ignore[operator]
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
