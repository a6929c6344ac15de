"""A line under test, in a process of its own, so that what measures it takes nothing from it."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any

from .inside import Inside, Setting
from .practice import Seed


class LineFailed(RuntimeError):
    """What went wrong inside."""


class Line:
    """Starts the process; `ask` has something done there and waits for what comes of it."""

    def __init__(self, seed: Seed, path: Path, *, batch: int = 64, sync: float = 0.0) -> None:
        self.seed, self.path = seed, seed.copy(path)
        setting = Setting(
            path=str(path), key=seed.key, start=seed.start, number=seed.number, batch=batch, sync=sync
        )
        self._ours, theirs = multiprocessing.get_context("spawn").Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=live, args=(theirs, setting), daemon=True)

    def ask(self, what: str, *values: Any) -> Any:
        """One method of `Inside`."""
        self._ours.send((what, values))
        done, answer = self._ours.recv()
        if not done:
            raise LineFailed(answer)
        return answer

    def __enter__(self) -> Line:
        self._process.start()
        self.ask("ready")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process.is_alive() and error is None:
            self._ours.send(None)
        else:
            self._process.terminate()
        self._process.join(30)


def live(asked: Connection, setting: Setting) -> None:
    """The life of that process."""
    with Inside(setting) as inside:
        while (question := asked.recv()) is not None:
            what, values = question
            try:
                asked.send((True, getattr(inside, what)(*values)))
            except Exception as error:
                asked.send((False, f"{what}: {type(error).__name__}: {error}"))
