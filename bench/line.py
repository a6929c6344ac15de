"""A line under test, in a process of its own, so that what measures it takes nothing from it."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any

from .inside import Inside, Setting
from .practice import Seed
from .senders import Senders


class LineFailed(RuntimeError):
    """What went wrong inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Texts a second: answered, and with everything done that followed from them at once."""

    answered: float
    done: float


class Line:
    """Starts the process; `ask` has something done there and waits for what comes of it."""

    def __init__(self, seed: Seed, path: Path, *, batch: int = 64, sync: float = 0.0, goes: bool = False) -> None:
        self.seed, self.path = seed, seed.copy(path)
        self.senders: Senders
        self.texts = 0
        """How many it has been sent."""
        spawn = multiprocessing.get_context("spawn")
        self._ours, theirs = spawn.Pipe()
        setting = Setting(path=str(path), batch=batch, sync=sync, goes=goes)
        self._process = spawn.Process(target=live, args=(theirs, seed, setting), daemon=True)

    def ask(self, what: str, *values: Any) -> Any:
        """One method of `Inside`."""
        self._ours.send((what, values))
        done, answer = self._ours.recv()
        if not done:
            raise LineFailed(answer)
        return answer

    def take(self, count: int) -> Taken:
        """So many more texts, as fast as they are answered; then a rest."""
        rate = self.senders.send(self._next(count), count)
        return Taken(answered=rate, done=count / (count / rate + self.ask("rest")))

    def take_steadily(self, count: int, per_second: float) -> list[float]:
        """So many more texts at fixed instants; how long each waited for its answer."""
        return self.senders.steadily(self._next(count), count, per_second)

    def take_again(self, count: int) -> None:
        """Texts that it has been sent before: a carrier that tries again."""
        self.senders.send(0, min(count, self.texts))

    def _next(self, count: int) -> int:
        first, self.texts = self.texts, self.texts + count
        return first

    def __enter__(self) -> Line:
        self._process.start()
        self.senders = Senders(self.seed, self.ask("port"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._ours.send(None)
        else:
            self._process.terminate()
        self._process.join(30)


def live(asked: Connection, seed: Seed, setting: Setting) -> None:
    """The life of that process."""
    with Inside(seed, setting) as inside:
        while (question := asked.recv()) is not None:
            what, values = question
            try:
                asked.send((True, getattr(inside, what)(*values)))
            except Exception as error:
                asked.send((False, f"{what}: {type(error).__name__}: {error}"))
