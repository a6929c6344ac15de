"""A line that takes texts, in a process of its own, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .apart import Apart
from .inside import Inside, Setting
from .practice import Seed
from .senders import Senders


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Texts a second: answered, and with everything done that followed from them at once."""

    answered: float
    done: float


class Line(Apart):
    """`ask` has something done there: a method of `Inside`."""

    def __init__(self, seed: Seed, path: Path, *, batch: int = 64, sync: float = 0.0, goes: bool = False) -> None:
        self.seed, self.path = seed, seed.copy(path)
        self.senders: Senders
        self.texts = 0
        """How many it has been sent."""
        super().__init__(Inside, seed, Setting(path=str(path), batch=batch, sync=sync, goes=goes))

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

    def __enter__(self) -> Self:
        super().__enter__()
        self.senders = Senders(self.seed, self.ask("port"))
        return self
