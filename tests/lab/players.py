"""Several stages at once: each its own process, Asterisk and telephones, for real calls are mostly waiting."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty

import structlog

from intersession.stories.play import load, play
from tests.lab.asterisk import private_asterisk
from tests.lab.real_double import TwilioOnAsterisk
from tests.lab.real_world import OnAsterisk, RealTelephones, Stage, speakers
from tests.lab.telephones import telephone_network
from tests.stories.table import ASTERISK, BOTH

Make = Callable[..., RealTelephones]
WORLDS: dict[str, Make] = {ASTERISK: OnAsterisk, BOTH: TwilioOnAsterisk}
"""By the name of the carrier."""
PATIENCE = 900.0
"""Seconds in which one more story is over, whichever."""


@dataclass(frozen=True, slots=True)
class Part:
    """A story on a carrier."""

    carrier: str
    path: Path


@dataclass(frozen=True, slots=True)
class Played:
    """How it went. `says` is empty where it went as the story says."""

    part: Part
    says: str
    seconds: float
    messages: int = 0
    """SIP messages that were looked at, for numbers that must not be there."""


@contextmanager
def stage(paths: Sequence[Path]) -> Iterator[Stage]:
    """An Asterisk with the lines of these stories, and everybody's telephone."""
    lines = {line.number: line for path in paths for line in load(path).cast.setup.lines}
    numbers = {number: line.id for number, line in lines.items()}
    numbers |= {line.urgent_number: line.id for line in lines.values() if line.urgent_number}
    with telephone_network() as network, private_asterisk(numbers, "p", network.here[1]) as switch:
        network.switch = ("127.0.0.1", switch.pbx.sip_port)
        yield Stage(switch, network)


def perform(part: Part, on: Stage) -> Played:
    """Play it to its end, then look at every SIP message."""
    story, began = load(part.path), time.monotonic()
    try:
        with play(story, make=partial(WORLDS[part.carrier], stage=on, speakers=speakers(story))) as world:
            leaks, messages = world.leaks(), world.messages()
            assert messages or not world.seen, "no message was looked at"
            assert not world.soundless(), "a message was kept without its sound"
    except Exception as error:
        return Played(part, f"{type(error).__name__}: {error}", time.monotonic() - began)
    return Played(part, f"numbers were told: {leaks}" if leaks else "", time.monotonic() - began, messages)


@dataclass
class Players:
    """Give it all parts; then ask for each."""

    parts: Sequence[Part]
    many: int
    done: dict[Part, Played] = field(default_factory=dict)

    def __enter__(self) -> Players:
        start = multiprocessing.get_context("spawn")
        self._todo: Queue[Part | None] = start.Queue()
        self._played: Queue[Played] = start.Queue()
        for part in self.parts:
            self._todo.put(part)
        paths = [part.path for part in self.parts]
        work = (self._todo, self._played, paths)
        self._processes = [start.Process(target=_player, args=work) for _ in range(min(self.many, len(paths)))]
        for process in self._processes:
            self._todo.put(None)
            process.start()
        return self

    def __exit__(self, *_: object) -> None:
        with_nothing_left = len(self.done) == len(self.parts)
        for process in self._processes:
            if not with_nothing_left:
                process.terminate()
            process.join(30)

    def played(self, part: Part) -> Played:
        """How this one went."""
        while part not in self.done:
            try:
                played = self._played.get(timeout=PATIENCE)
            except Empty as error:
                raise AssertionError("the players are gone") from error
            self.done[played.part] = played
        return self.done[part]


def _player(todo: Queue[Part | None], done: Queue[Played], paths: Sequence[Path]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that its Asterisk goes too
    with stage(paths) as on:
        for part in iter(todo.get, None):
            done.put(perform(part, on))
