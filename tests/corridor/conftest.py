"""A small world on each of the two databases: the same code, the same tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intersession.stories.cast import Cast, cast_of
from intersession.stories.source import read
from intersession.stories.world import World

STORY = """
cast = "dbt_team"
start = 2027-02-09 20:12:00
"""

NewWorld = Callable[[], World]


def team(folder: Path) -> Cast:
    """The DBT team of the stories, on a Tuesday evening."""
    casts = Path(__file__).parents[2] / "scenarios" / "casts"
    path = folder / "story.toml"
    path.write_text(STORY)
    (folder / "casts").mkdir(exist_ok=True)
    (folder / "casts" / "dbt_team.toml").write_text((casts / "dbt_team.toml").read_text())
    return cast_of(read(path))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.lab)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A fresh world, once on SQLite and once on PostgreSQL."""
    address = None
    if request.param == "postgres":
        address = request.getfixturevalue("postgres").new_database()
    with World(team(tmp_path), address=address) as made:
        yield made
