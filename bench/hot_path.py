"""A signed text in, safe on disk, answered: its rate and its waits, round by round beside bare commits."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .checks import check
from .decisions import Mix
from .figures import Figure, milliseconds, percentile, rates
from .limit import Limit
from .line import Line
from .practice import Seed
from .size import Size

SYNC = 0.003
REPEATS = 100


@dataclass(slots=True)
class Rounds:
    """Rates of every round, by what was measured."""

    limit: list[float] = field(default_factory=list)
    texts: list[float] = field(default_factory=list)
    slow_limit: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    slow_alone: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)


def hot_path(seed: Seed, folder: Path, size: Size, mix: Mix) -> tuple[list[Figure], list[str], str]:
    """Figures, what the checks said, and a profile of the writer where a rate falls short."""
    with ExitStack() as stack:
        limit = stack.enter_context(Limit(folder / "limit.sqlite3"))
        lines = [
            stack.enter_context(line)
            for line in (
                Line(seed, folder / "texts.sqlite3"),
                Line(seed, folder / "slow-disk.sqlite3", sync=SYNC),
                Line(seed, folder / "slow-disk-one-by-one.sqlite3", sync=SYNC, batch=1),
            )
        ]
        ours, slow, alone = lines
        for line in lines:
            line.take(size.slow_texts)  # caches fill, the log grows to its size
        rounds = Rounds()
        for _ in range(size.rounds):
            rounds.limit.append(limit.per_second(size.commits))
            rounds.texts.append(ours.take(size.texts))
            rounds.slow_limit.append(limit.per_second(max(20, size.commits // 10), SYNC))
            rounds.slow.append(slow.take(size.slow_texts))
            rounds.slow_alone.append(alone.take(size.slow_texts))
            rounds.decided.append(mix.per_second(size.decide_seconds))
        waits = ours.take_steadily(size.steady, size.per_second)
        ours.ask("rest")
        bare = limit.each(size.commits)
        figures = [*_rates(rounds), *_waits(waits, bare, size)]
        found = "" if all(figure.met for figure in figures[:3]) else _look(ours, size.looked_at)
        for line in lines:
            line.take_again(REPEATS)
    return figures, [check(line.path, seed, line.texts) for line in lines], found


def _rates(rounds: Rounds) -> list[Figure]:
    return [
        rates("texts taken, to bare commits", rounds.texts, rounds.limit, target=0.5),
        rates("the same, each sync 3 ms longer, to one a commit", rounds.slow, rounds.slow_alone, target=5.0),
        rates("the same, to bare commits 3 ms longer", rounds.slow, rounds.slow_limit, target=1.0),
    ]


def _waits(waits: list[float], bare: list[float], size: Size) -> list[Figure]:
    middle, late, commit = percentile(waits, 0.5), percentile(waits, 0.99), median(bare)
    return [
        Figure(
            what=f"answer at {size.per_second:.0f} texts/s, p99 to p50", ours=milliseconds(late),
            limit=milliseconds(middle), ratio=late / middle, target=5.0, at_least=False,
        ),
    ]  # fmt: skip


def _look(line: Line, texts: int) -> str:
    found = []
    for how in ("stages", "functions"):
        line.ask("look", how)
        line.take(texts // 2)
        found.append(line.ask("looked"))
    return "\n\n".join(found)
