"""Something under test, in a process of its own, so that what measures it takes nothing from it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

Make = Callable[..., AbstractContextManager[Any]]


class Broke(RuntimeError):
    """What went wrong inside."""


class Apart:
    """Starts the process; `ask` has one method run there and waits for what comes of it."""

    def __init__(self, make: Make, *how: Any) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._ours, theirs = spawn.Pipe()
        self._process = spawn.Process(target=live, args=(theirs, make, how), daemon=True)

    def ask(self, what: str, *values: Any) -> Any:
        """One method of what lives there."""
        self._ours.send((what, values))
        done, answer = self._ours.recv()
        if not done:
            raise Broke(answer)
        return answer

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._ours.send(None)
        else:
            self._process.terminate()
        self._process.join(30)


def live(asked: Connection, make: Make, how: tuple[Any, ...]) -> None:
    """The life of that process."""
    with make(*how) as inside:
        while (question := asked.recv()) is not None:
            what, values = question
            try:
                asked.send((True, getattr(inside, what)(*values)))
            except Exception as error:
                asked.send((False, f"{what}: {type(error).__name__}: {error}"))
