"""A client whose talk has just ended calls again: their clinician's phone rings, though its last leg still lingers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from intersession.stories.world import World

from .conftest import team
from .test_dial_in import SECOND, does


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(team(tmp_path)) as made:
        yield made


def rings(world: World, who: str = "Ames") -> int:
    number = world.cast.phones[who]
    return sum(seen.number == number and seen.what == "rings" for seen in world.seen)


def talks_and_is_cut_off(world: World) -> None:
    does(world, "JS calls coaching")
    world.go_to(world.now() + 8 * SECOND)
    does(world, "Ames picks up")
    world.go_to(world.now() + 4 * SECOND)
    does(world, "Ames presses 1")
    world.go_to(world.now() + 30 * SECOND)
    does(world, "JS hangs up")


@pytest.mark.parametrize("after", [2, 20, 55])
def test_INV_11_who_calls_again_within_the_minute_rings_the_clinician(world: World, after: int) -> None:
    talks_and_is_cut_off(world)
    world.go_to(world.now() + after * SECOND)
    before = rings(world)
    does(world, "JS calls coaching")
    world.go_to(world.now() + 8 * SECOND)
    assert rings(world) == before + 1
    does(world, "Ames picks up")
    world.go_to(world.now() + 4 * SECOND)
    does(world, "Ames presses 1")
    world.go_to(world.now() + 5 * SECOND)
    phases = [row[0] for row in world.db.rows("SELECT phase FROM call ORDER BY arrived_at")]
    assert phases == ["ended", "talking"]
    world.go_to(world.now() + timedelta(minutes=2))
    assert [row[0] for row in world.db.rows("SELECT phase FROM call ORDER BY arrived_at")] == ["ended", "talking"]


def test_so_does_another_client(world: World) -> None:
    talks_and_is_cut_off(world)
    world.go_to(world.now() + 5 * SECOND)
    before = rings(world)
    does(world, "MR calls coaching")
    world.go_to(world.now() + 10 * SECOND)
    assert rings(world) == before + 1


def test_who_is_in_a_talk_is_not_rung(world: World) -> None:
    does(world, "JS calls coaching")
    world.go_to(world.now() + 8 * SECOND)
    does(world, "Ames picks up")
    world.go_to(world.now() + 4 * SECOND)
    does(world, "Ames presses 1")
    world.go_to(world.now() + 30 * SECOND)
    before = rings(world)
    does(world, "MR calls coaching")
    world.go_to(world.now() + 20 * SECOND)
    assert rings(world) == before
