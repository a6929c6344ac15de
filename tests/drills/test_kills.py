"""The line is killed again and again, and nothing is lost, doubled or unowned (INV-02, INV-03, INV-17)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corridor.conftest import team

from .books import wrong
from .child import SEAMS
from .drill import Drill, seed


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.lab)])
def drill(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Drill]:
    """A line on each of the two databases, with a seed that is printed."""
    address = request.getfixturevalue("postgres").new_database() if request.param == "postgres" else None
    chosen = seed()
    print(f"DRILL_SEED={chosen}")
    made = Drill(tmp_path, team(tmp_path), address, random.Random(chosen))
    yield made
    made.close()


def test_a_few_kills(drill: Drill) -> None:
    drill.run(events=600, kills=4)
    assert drill.kills >= 4
    assert wrong(drill) == []


def test_a_death_at_every_seam(drill: Drill) -> None:
    """A random kill seldom falls between two lines of code; here each such place has its own death."""
    for seam in SEAMS:
        line = drill.start(seam=seam, passages=3, fates={"refused": 0.4, "lost": 0.1})
        drill.until_dead(line)
        drill.buried(line)
    line = drill.start()
    drill.rest(line)
    line.kill()
    assert drill.kills == len(SEAMS)
    assert wrong(drill) == []


@pytest.mark.prove
@pytest.mark.parametrize("events", [20_000])
def test_many_kills(drill: Drill, events: int) -> None:
    drill.run(events=events, kills=50)
    assert drill.kills >= 50
    assert wrong(drill) == []
