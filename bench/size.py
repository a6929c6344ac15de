"""How much is measured: enough for medians, or just enough to see that it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One run."""

    rounds: int = 7
    commits: int = 2000
    texts: int = 600
    """In each round, on the disk as it is."""
    slow_texts: int = 200
    steady: int = 1500
    per_second: float = 100.0
    decide_seconds: float = 0.5
    timers: int = 1_000_000
    timers_due: int = 400
    settle: float = 2.0
    """Seconds of quiet before memory is read."""
    calls: int = 8
    """In each round, at the line and past it."""
    keys: int = 2
    """In each round, keys 1 of waiting callers."""
    looked_at: int = 1200
    """Texts for a profile, where a figure falls short."""

    @property
    def most_texts(self) -> int:
        """To any one line."""
        return self.slow_texts + self.rounds * self.texts + self.steady + 4 * self.looked_at + self.timers_due


QUICK = Size(
    rounds=1,
    commits=50,
    texts=60,
    slow_texts=40,
    steady=40,
    decide_seconds=0.02,
    timers=2000,
    timers_due=20,
    settle=0.1,
    calls=2,
    keys=1,
    looked_at=40,
)
