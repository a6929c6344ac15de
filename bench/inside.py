"""What happens inside the process of a line: its production threads and its door, on a database of its own."""

from __future__ import annotations

import logging
import socket
import subprocess
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import getpid
from types import TracebackType

import structlog
import uvicorn

from intersession.asgi import webhooks
from intersession.carriers.port import Capabilities, Done, Envelope, Order, Outcome
from intersession.carriers.twilio.account import Account
from intersession.core.decide import decide
from intersession.core.events import TimeCame
from intersession.core.ids import LineId
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import Db
from intersession.corridor.dispatch import due_wakes, next_due
from intersession.corridor.legs import Legs
from intersession.corridor.running import Running
from intersession.corridor.tick import Turned
from intersession.records.fields import to_micros
from intersession.records.sealing import Keyring
from intersession.server.hooks import twilio

from .practice import LINE, PRACTICE, Seed
from .slow_disk import slow_commits
from .where import profiled, stages, top

ASKED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a line is started."""

    path: str
    batch: int = 64
    sync: float = 0.0
    """Seconds by which each sync takes longer."""
    goes: bool = False
    """The clock goes on. Else it stands, so that no due time but "at once" comes between the texts."""


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

    def __init__(self, seed: Seed, setting: Setting) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        if setting.sync:
            slow_commits(setting.sync)
        keyring = Keyring(seed.key)
        self.clock = MovableClock(seed.start, running=setting.goes)
        self.running = Running(setting.path, keyring, self.clock, decide, batch=setting.batch)
        self.running.carriers["simulated"] = Takes()
        self.db = Db(setting.path)
        self._woken: list[float] = []
        self._watch_wakes()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(
            uvicorn.Config(
                webhooks(twilio(self.running, _account(seed), keyring, Legs(self.running.address, keyring))),
                log_level="warning", access_log=False,
            )
        )
        self._door = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Inside:
        self.running.start()
        self._door.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._door.join(5)
        self.running.stop()
        self.running.tick.db.close()
        self.db.close()

    def port(self) -> int:
        """Where its door is, once it is open."""
        while not self._server.started:
            time.sleep(0.01)
        return int(self._socket.getsockname()[1])

    def rest(self) -> float:
        """Until everything that is due has been done; the seconds that took."""
        began = time.perf_counter()
        waits = "SELECT count(*) FROM errand WHERE state IN ('due', 'claimed') AND lane = ? AND not_before <= ?"
        for lane in ("wake", "voice", "pages", "texts", "mail", "wake", "pages"):
            while self.db.value(waits, (lane, to_micros(self.clock.now()))):
                time.sleep(0.005)
        return time.perf_counter() - began

    # ------------------------------------------------------------ due times

    def bring_forward(self, count: int, apart: float) -> list[str]:
        """Due times of real tasks fall due so far apart, from two seconds from now on; the ids of their events."""
        start = self.clock.now() + timedelta(seconds=2)
        rows = self.db.rows(
            "SELECT errand.id, subject FROM task JOIN errand ON subject = 'task:' || task.id"
            " WHERE errand.state = 'due' AND not_before > ? ORDER BY errand.id LIMIT ?",
            (to_micros(start), count),
        )
        moved = [(to_micros(start + timedelta(seconds=place * apart)), row[0]) for place, row in enumerate(rows)]
        self._woken.clear()
        with self.db.transaction():
            self.db.many("UPDATE errand SET not_before = ? WHERE id = ?", moved)
        return [f"wake:{row[1]}:{due}" for row, (due, _) in zip(rows, moved, strict=True)]

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

    def asked_for_due(self) -> str:
        """How long the two questions take that every worker asks again and again."""
        said = []
        for name, ask in (("due_wakes", due_wakes), ("next_due", lambda db, _: next_due(db))):
            began = time.perf_counter()
            for _ in range(ASKED):
                ask(self.db, self.clock.now())
            said.append(f"{(time.perf_counter() - began) / ASKED * 1000:8.2f} ms  {name}")
        return "\n".join(said)

    def memory(self) -> int:
        """Kilobytes that this process holds now."""
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(getpid())], capture_output=True, text=True, check=True)
        return int(shown.stdout)

    # ------------------------------------------------------------ where the time goes

    def look(self, how: str) -> None:
        """From now on the writer is watched: by the clock (`stages`) or by a profile (`functions`)."""
        self._looking = stages(self.running) if how == "stages" else profiled(self.running)
        self._found = self._looking.__enter__()

    def looked(self) -> str:
        """What was found; nobody is watched any more."""
        self._looking.__exit__(None, None, None)
        return self._found.told() if hasattr(self._found, "told") else top(self._found)


def _account(seed: Seed) -> Account:
    return Account(
        practice=PRACTICE, public_url=seed.public_url, tokens=(seed.token,), lines={seed.number: LINE}, zone=seed.zone
    )
