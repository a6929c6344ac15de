"""A million due times that wait: what they cost in memory, and how late those are that fall due beside them."""

from __future__ import annotations

import random
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

from intersession.records.fields import to_micros

from .checks import check
from .figures import Figure, milliseconds, percentile
from .line import Line
from .practice import PRACTICE, Seed
from .size import Size

LATE = 0.050
APART = 0.02
DAYS = 30
AT_ONCE = 50_000


def timers(seed: Seed, folder: Path, size: Size) -> tuple[list[Figure], str]:
    """Lateness and memory with the few of a practice, then with the many beside them."""
    path = folder / "timers.sqlite3"
    with Line(seed, path, goes=True) as line:
        line.take(size.timers_due)
        wakes, few = _late(line, size.timers_due)
        before = _memory(line, size)
        _pile_up(path, seed, size.timers)
        more, many = _late(line, size.timers_due)
        after = _memory(line, size)
        figures = [_lateness(few, many, size), _grown(before, after, size)]
        figures = [figure if figure.met else replace(figure, profile=line.ask("asked_for_due")) for figure in figures]
    said = check(path, seed, line.texts, [*wakes, *more])
    kept = _waiting(path)
    if kept != size.timers:
        raise RuntimeError(f"{kept} due times still wait instead of {size.timers}")
    return figures, said


def _late(line: Line, count: int) -> tuple[list[str], list[float]]:
    """So many due times come; their events, and how late each was."""
    wakes = line.ask("bring_forward", count, APART)
    late = line.ask("woken", len(wakes), len(wakes) * APART + 30)
    line.ask("rest")
    return wakes, late


def _memory(line: Line, size: Size) -> int:
    time.sleep(size.settle)
    return int(line.ask("memory"))


def _pile_up(path: Path, seed: Seed, count: int) -> None:
    """From here, so that it costs the line nothing: due times of the coming month, in no order."""
    start, second = to_micros(seed.start), 1_000_000
    dice = random.Random(count)
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    for first in range(0, count, AT_ONCE):
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO errand (practice_id, lane, kind, subject, not_before, state, payload, outcome)"
            " VALUES (?, 'wake', 'task', ?, ?, 'due', '', '')",
            (
                (PRACTICE, f"task:later-{number}", start + dice.randrange(3600, DAYS * 86400) * second)
                for number in range(first, min(first + AT_ONCE, count))
            ),
        )
        db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _waiting(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        return int(db.execute("SELECT count(*) FROM errand WHERE subject LIKE 'task:later-%'").fetchone()[0])
    finally:
        db.close()


def _lateness(few: list[float], many: list[float], size: Size) -> Figure:
    words = [f"{milliseconds(percentile(late, 0.5))}, {milliseconds(percentile(late, 0.99))}" for late in (many, few)]
    return Figure(
        what=f"wake-up (p50, p99) with {size.timers:,} timers: p99 beside {LATE * 1000:.0f} ms",
        ours=words[0], limit=f"with few {words[1]}", ratio=percentile(many, 0.99) / LATE, target=1.0, at_least=False,
    )  # fmt: skip


def _grown(before: int, after: int, size: Size) -> Figure:
    return Figure(
        what=f"memory with {size.timers:,} timers", ours=f"{after / 1024:.0f} MB", limit=f"{before / 1024:.0f} MB",
        ratio=after / before, target=1.25, at_least=False,
    )  # fmt: skip
