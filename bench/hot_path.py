"""A signed text in, safe on disk, answered: its rate and its waits, round by round beside bare commits."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from .checks import check
from .decisions import Mix
from .figures import Figure, milliseconds, percentile, rates
from .limit import Limit
from .line import Line
from .practice import Seed
from .size import Size
from .where import top

SYNC = 0.003
REPEATS = 100
WANTED = 20_000.0
"""Decisions a second on one core."""

TEXTS = "texts taken (signed, safe on disk, answered) beside bare commits"
SLOW = "texts taken, each sync 3 ms longer, beside one text a commit"
DECIDED = "decisions of one core beside 20,000/s"
WAITS = "answer at"


@dataclass(slots=True)
class Rounds:
    """Rates of every round, by what was measured."""

    limit: list[float] = field(default_factory=list)
    texts: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    slow_limit: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    slow_alone: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)


def hot_path(seed: Seed, folder: Path, size: Size, mix: Mix) -> tuple[list[Figure], list[str]]:
    """Figures, and what the checks said. The writer is looked at where a figure falls short."""
    with ExitStack() as stack:
        limit = stack.enter_context(Limit(folder / "limit.sqlite3"))
        lines = tuple(
            stack.enter_context(line)
            for line in (
                Line(seed, folder / "texts.sqlite3"),
                Line(seed, folder / "slow-disk.sqlite3", sync=SYNC),
                Line(seed, folder / "slow-disk-one-by-one.sqlite3", sync=SYNC, batch=1),
            )
        )
        for line in lines:
            line.take(size.slow_texts)  # caches fill, the log grows to its size
        rounds = Rounds()
        for _ in range(size.rounds):
            _round(rounds, limit, lines, size, mix)
        figures = [*_rates(rounds), *_waits(lines[0], limit, size)]
        figures = [figure if figure.met else _looked_at(figure, lines, size, mix) for figure in figures]
        for line in lines:
            line.take_again(REPEATS)
            line.ask("rest")
    return figures, [check(line.path, seed, line.texts) for line in lines]


def _round(rounds: Rounds, limit: Limit, lines: tuple[Line, ...], size: Size, mix: Mix) -> None:
    """One after another, so that a busy moment of the machine falls on all of them alike."""
    ours, slow, alone = lines
    rounds.limit.append(limit.per_second(size.commits))
    taken = ours.take(size.texts)
    rounds.texts.append(taken.answered)
    rounds.done.append(taken.done)
    rounds.slow_limit.append(limit.per_second(size.slow_texts, SYNC))
    rounds.slow.append(slow.take(size.slow_texts).answered)
    rounds.slow_alone.append(alone.take(size.slow_texts).answered)
    rounds.decided.append(mix.per_second(size.decide_seconds))


def _rates(rounds: Rounds) -> list[Figure]:
    return [
        rates(TEXTS, rounds.texts, rounds.limit, 0.5),
        rates("  the same until every errand of theirs is run", rounds.done, rounds.limit),
        rates(SLOW, rounds.slow, rounds.slow_alone, 5.0),
        rates("  the same beside bare commits, 3 ms longer too", rounds.slow, rounds.slow_limit),
        rates(DECIDED, rounds.decided, [WANTED] * len(rounds.decided), 1.0),
        rates("  the same beside bare commits", rounds.decided, rounds.limit),
    ]


def _waits(line: Line, limit: Limit, size: Size) -> list[Figure]:
    waits = line.take_steadily(size.steady, size.per_second)
    line.ask("rest")
    bare = median(limit.each(size.commits))
    middle, late = percentile(waits, 0.5), percentile(waits, 0.99)
    return [
        Figure(
            what=f"{WAITS} {size.per_second:.0f} texts/s: p99 beside p50", ours=milliseconds(late),
            limit=milliseconds(middle), ratio=late / middle, target=5.0, at_least=False,
        ),
        Figure(
            what="  its p50 beside one bare commit", ours=milliseconds(middle), limit=milliseconds(bare),
            ratio=middle / bare,
        ),
    ]  # fmt: skip


# ---------------------------------------------------------------- where a figure falls short


def _looked_at(figure: Figure, lines: tuple[Line, ...], size: Size, mix: Mix) -> Figure:
    if figure.what == DECIDED:
        return replace(figure, profile=top(mix.profile()))
    line = lines[1] if figure.what == SLOW else lines[0]
    found = []
    for how in ("stages", "functions"):
        line.ask("look", how)
        if figure.what.startswith(WAITS):
            line.take_steadily(size.looked_at // 2, size.per_second)
        else:
            line.take(size.looked_at // 2)
        line.ask("rest")
        found.append(line.ask("looked"))
    return replace(figure, profile="\n\n".join(found))
