"""Where the writer's time goes: the stages of a turn by the clock, its functions by a profile."""

from __future__ import annotations

import cProfile
import io
import pstats
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from intersession.corridor.running import Running

TOP = 15


@dataclass(slots=True)
class Stages:
    """Seconds of the writer's thread, by stage."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    batches: int = 0
    events: int = 0

    def told(self) -> str:
        """A line a stage, the longest first."""
        whole = self.seconds.pop("turn")
        self.seconds["seen before? and the rest"] = whole - sum(self.seconds.values())
        head = f"The writer's time an event, by the clock; {self.events / self.batches:.1f} events a commit:"
        lines = [
            f"{part / whole:6.0%}  {1e6 * part / self.events:6.0f} µs  {name}"
            for name, part in sorted(self.seconds.items(), key=lambda one: -one[1])
        ]
        return "\n".join([head, *lines])


@contextmanager
def stages(running: Running) -> Iterator[Stages]:
    """The writer of this line, by the clock."""
    tick, found = running.tick, Stages()
    names = {"BEGIN IMMEDIATE": "begin: the write lock", "COMMIT": "commit: the sync"}

    def timed(name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        def timed_run(*values: Any) -> Any:
            began = time.perf_counter()
            try:
                return run(*values)
            finally:
                found.seconds[name] += time.perf_counter() - began

        return timed_run

    run, turn, gather, decide, commit = tick.db.run, tick.turn, tick._gather, tick._decide, tick._commit

    def run_timed(sql: str, values: Sequence[object] = ()) -> int:
        return int(timed(names[sql], run)(sql, values)) if sql in names else run(sql, values)

    def turn_counted(envelopes: Sequence[Any], *values: Any) -> Any:
        found.batches, found.events = found.batches + 1, found.events + len(envelopes)
        return timed("turn", turn)(envelopes, *values)

    replaced: Any = tick
    replaced.turn, replaced._decide = turn_counted, timed("decide", decide)
    replaced._gather = SimpleNamespace(facts=timed("gather", gather.facts))
    replaced._commit = SimpleNamespace(write=timed("write", commit.write))
    replaced.db.run = run_timed
    try:
        yield found
    finally:
        replaced.turn, replaced._decide, replaced._gather, replaced._commit = turn, decide, gather, commit
        del replaced.db.run


@contextmanager
def profiled(running: Running) -> Iterator[cProfile.Profile]:
    """The functions that the writer of this line spends its time in."""
    profile, turn = cProfile.Profile(), running.tick.turn

    def watched(*values: Any) -> Any:
        profile.enable()
        try:
            return turn(*values)
        finally:
            profile.disable()

    replaced: Any = running.tick
    replaced.turn = watched
    try:
        yield profile
    finally:
        replaced.turn = turn


def top(profile: cProfile.Profile) -> str:
    """The fifteen functions with the most time of their own."""
    out = io.StringIO()
    stats: Any = pstats.Stats(profile, stream=out)
    stats.strip_dirs().sort_stats("tottime").print_stats(TOP)
    lines = [line.rstrip() for line in out.getvalue().splitlines() if line.strip()]
    first = next((number for number, line in enumerate(lines) if "ncalls" in line), 0)
    return "\n".join(lines[first:])
