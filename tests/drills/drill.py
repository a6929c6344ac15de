"""A kill drill: events go in, the line is killed at random moments, and at the end the books must balance."""

from __future__ import annotations

import json
import os
import queue
import random
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from intersession.corridor.db import Db
from intersession.corridor.setup import install
from intersession.records.fields import to_micros
from intersession.records.schema import fresh, migrate
from intersession.records.sealing import Keyring
from intersession.stories.cast import Cast

from .network import Network

ROOT = Path(__file__).parents[2]
MOST_UNDER_WAY = 300
CLAIM = timedelta(seconds=61)
"""After this, what a dead worker had claimed is known to be unknown."""
PATIENCE = 180.0
FATES = {"refused": 0.02, "lost": 0.02, "unsure": 0.02}


def seed() -> int:
    """Of DRILL_SEED; else a new one. It is printed with every drill."""
    return int(os.environ.get("DRILL_SEED") or random.SystemRandom().randrange(10**6))


@dataclass(slots=True)
class Line:
    """The child process, and what it said."""

    process: subprocess.Popen[str]
    said: queue.SimpleQueue[dict[str, Any]] = field(default_factory=queue.SimpleQueue)
    reader: threading.Thread | None = None

    def tell(self, line: str) -> bool:
        """One document; False where nobody is there any more."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except (BrokenPipeError, OSError):
            return False
        return True

    def listen(self) -> Line:
        """Gather what it says."""
        self.reader = threading.Thread(target=self._listen, daemon=True)
        self.reader.start()
        return self

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.put(json.loads(line))

    def kill(self) -> None:
        """SIGKILL; what it had said before still counts."""
        self.process.kill()
        self.process.wait()
        if self.reader is not None:
            self.reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(OSError):  # what was still in the pipe has nobody to read it
                pipe.close()


class Drill:
    """One drill on one database. `run` plays it, the books are read from `db`, `log` and `network`."""

    def __init__(self, folder: Path, cast: Cast, address: str | None, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.key, self.log = folder / "drill.key", folder / "carrier.log"
        self.key.write_bytes(os.urandom(32))
        self.log.touch()
        self.keyring = Keyring(self.key.read_bytes())
        self.address = address or fresh(folder / "drill.sqlite3")
        if address is not None:
            migrate(address)
        self.db = Db(self.address)
        install(self.db, self.keyring, cast.setup)
        self._start, self._began, self._jumped = cast.start, time.monotonic(), timedelta()
        known = tuple(cast.phones[client] for client in sorted(cast.clients))
        self.network = Network(chance=chance, now=self.now, key_of=self.keyring.number_key, known=known)
        self.kills = self.aside = 0
        self._tail = self.log.open()

    def close(self) -> None:
        """Let go of its files; the books are closed."""
        self._tail.close()
        self.db.close()

    def now(self) -> datetime:
        """The drill's time: it runs as time does, and jumps at the end."""
        return self._start + timedelta(seconds=time.monotonic() - self._began) + self._jumped

    # ------------------------------------------------------------ the line

    def start(self, **more: Any) -> Line:
        """A new process on the same database, key and carrier."""
        given = {
            "address": self.address, "key": str(self.key), "log": str(self.log), "at": to_micros(self.now()),
            "fates": FATES, **more,
        }  # fmt: skip
        with (self.folder / "child.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.drills.child", json.dumps(given)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT,
                env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
            )  # fmt: skip
        return Line(process).listen()

    def ready(self, line: Line) -> None:
        """Wait until it listens."""
        assert line.said.get(timeout=60) == {"ready": True}, "the line did not start"

    # ------------------------------------------------------------ a drill

    def run(self, events: int, kills: int) -> None:
        """So many events, and so many kills spread over them; then everything comes to rest."""
        marks = sorted(self.chance.sample(range(events), kills))
        line = self.start()
        for mark in (*marks, events):
            self.until_made(line, mark)
            if mark == events:
                break
            time.sleep(self.chance.random() * 0.05)
            line = self.killed(line)
            while self.chance.random() < 0.15:
                time.sleep(self.chance.random())  # some die before they have begun
                line = self.killed(line)
        self.rest(line)
        line.kill()

    def killed(self, line: Line, **more: Any) -> Line:
        """Kill it, take in what it had answered, and start another."""
        self.buried(line)
        return self.start(**more)

    def buried(self, line: Line) -> None:
        """Kill it, where it is not dead yet, and take in what it had answered."""
        line.kill()
        self.kills += 1
        self.hear(line)
        self.network.again()

    def until_dead(self, line: Line) -> None:
        """Keep the traffic going until the line dies by its own hand."""
        give_up = time.monotonic() + PATIENCE / 4
        while line.process.poll() is None:
            self.until_made(line, self.network.made + 3)
            self.hear(line, wait=0.1)
            assert time.monotonic() < give_up, "the line passed this place and did not die"

    def until_made(self, line: Line, mark: int) -> None:
        """Let people act, send what waits, and hear the answers, until so many events were made."""
        self.until(line, lambda: self.network.made >= mark, mark)

    def until(self, line: Line, done: Any, mark: int = 0) -> None:
        """Keep the traffic going until something is so."""
        give_up = time.monotonic() + PATIENCE
        before = -1
        while not done():
            net = self.network
            while net.made < mark and len(net.unanswered) < MOST_UNDER_WAY:
                net.somebody_does_something()
            for _ in range(min(len(net.waiting), MOST_UNDER_WAY)):
                if not line.tell(net.waiting.popleft().wire):
                    return
            self.hear(line, wait=0.02)
            if line.process.poll() is not None:
                return
            if len(net.answered) != before:
                before, give_up = len(net.answered), time.monotonic() + PATIENCE
            assert time.monotonic() < give_up, f"nothing moves: {len(net.unanswered)} are not answered"

    def hear(self, line: Line, wait: float = 0.0) -> None:
        """Answers of the line, and orders in the carrier's log."""
        try:
            said = line.said.get(timeout=wait) if wait else line.said.get_nowait()
            while True:
                if "n" in said:
                    self.network.answer(said["n"])
                    self.aside += said["aside"]
                said = line.said.get_nowait()
        except queue.Empty:
            pass
        for entry in self._tail.readlines():  # the child writes whole lines only
            self.network.accepted(json.loads(entry))

    def orders(self) -> list[dict[str, str]]:
        """What the carrier accepted, in its order."""
        return [json.loads(entry) for entry in self.log.read_text().splitlines()]

    def rest(self, line: Line) -> None:
        """Until all is answered and no errand is left; what the dead had claimed must run out first."""
        for _ in range(8):
            self.until(line, lambda: not self.network.unanswered and not self.network.waiting and not self._due())
            if not self._errands("claimed"):
                return
            self._jumped += CLAIM
            line.tell(json.dumps({"clock": to_micros(self.now())}))
            time.sleep(1.5)
        raise AssertionError(f"the line did not come to rest: {self._errands('claimed')} errands are still claimed")

    def _due(self) -> int:
        return self._errands("due")

    def _errands(self, state: str) -> int:
        return int(self.db.value("SELECT count(*) FROM errand WHERE lane <> 'wake' AND state = ?", (state,)))
