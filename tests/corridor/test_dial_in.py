"""Staff who dial in (V04, D21): guessing ends, only the own phone steers, nothing that was said is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from intersession.core.pin import AT_MOST
from intersession.records.fields import to_micros
from intersession.stories.acts import ACTS
from intersession.stories.cast import cast_of
from intersession.stories.source import read
from intersession.stories.world import World

from .conftest import team

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
TWO_PHONES = """
cast = "dbt_team"
start = 2027-02-09 20:12:00

[staff.Evan]
phones = ["+12025550115", "+12025550119"]
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(team(tmp_path)) as made:
        yield made


def does(world: World, *sentences: str) -> None:
    for sentence in sentences:
        found, parts = ACTS.find(sentence)
        found.act(world, **parts)
        world.settle()


def heard(world: World, who: str = "Evan") -> str:
    """The wordings that somebody heard, in their order."""
    number = world.cast.phones[who]
    return " ".join(said.id for seen in world.seen if seen.number == number for said in seen.said)


def wrong(world: World, times: int) -> None:
    """So many wrong PINs, in as many calls as it takes."""
    for tried in range(times):
        if world.exchange.handset(world.cast.phones["Evan"]).free:
            does(world, "Evan calls main")
        does(world, f"Evan enters {1000 + tried}#")
        world.go_to(world.now() + 15 * SECOND)


def menu_opens(world: World) -> bool:
    if not world.exchange.handset(world.cast.phones["Evan"]).free:
        does(world, "Evan hangs up")
    before = heard(world).count("IN-MENU")
    does(world, "Evan calls main", "Evan enters 4711#")
    return heard(world).count("IN-MENU") > before


# ---------------------------------------------------------------- guessing


def test_D21_guessing_closes_the_menu_and_the_person_and_the_director_are_told(world: World) -> None:
    wrong(world, AT_MOST)
    assert not menu_opens(world), "the right PIN does not help now"
    told = {row[0] for row in world.db.rows("SELECT staff FROM notice WHERE what = 'pin_locked'")}
    assert told == {"Evan", "Gil"}
    world.go_to(world.now() + HOUR)
    assert menu_opens(world)


def test_it_closes_for_twice_as_long_each_time_and_the_right_pin_ends_the_count(world: World) -> None:
    wrong(world, AT_MOST)
    world.go_to(world.now() + HOUR)
    wrong(world, AT_MOST)
    world.go_to(world.now() + HOUR)
    assert not menu_opens(world)
    world.go_to(world.now() + HOUR)
    assert menu_opens(world)
    assert world.db.value("SELECT pin_wrong FROM staff WHERE id = 'Evan'") == 0


def test_two_wrong_pins_close_nothing(world: World) -> None:
    wrong(world, 2)
    assert menu_opens(world)


# ---------------------------------------------------------------- lost phones


def test_a_lost_phone_is_a_strangers(world: World) -> None:
    world.db.run("UPDATE endpoint SET lost_at = 1 WHERE staff_id = 'Evan'")
    world.db.run("UPDATE practice SET version = version + 1")
    does(world, "Evan calls main")
    assert "IN-PIN" not in heard(world)


def test_D63_the_phone_in_the_hand_is_not_the_lost_one(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    team(tmp_path)
    path.write_text(TWO_PHONES)
    with World(cast_of(read(path))) as world:
        first, second = (row[0] for row in world.db.rows("SELECT id FROM endpoint WHERE staff_id = 'Evan' ORDER BY 1"))
        world.db.run("UPDATE endpoint SET doubtful_at = ? WHERE id = ?", (to_micros(world.now()), first))
        world.db.run("UPDATE practice SET version = version + 1")
        does(world, "Evan 2 calls main", "Evan 2 enters 4711#", "Evan 2 presses 6", "Evan 2 presses 1")
        lost = {row[0] for row in world.db.rows("SELECT id FROM endpoint WHERE lost_at IS NOT NULL")}
        assert lost == {first}
        assert second not in lost


# ---------------------------------------------------------------- whose keys


def test_a_colleague_who_was_rung_steers_nothing_and_is_let_go(world: World) -> None:
    does(world, "Evan calls main", "Evan enters 4711#", "Evan presses 4")
    ringing = [who for who in ("Fay", "Dee", "Gil") if not world.exchange.handset(world.cast.phones[who]).free]
    assert ringing
    (colleague,) = ringing
    does(world, "Evan presses 1")
    assert not world.exchange.handset(world.cast.phones[colleague]).free, "1 means nothing to staff who wait"
    does(world, "Evan presses *")
    assert world.exchange.handset(world.cast.phones[colleague]).free
    assert heard(world).endswith("IN-MENU")


def test_with_nobody_to_ring_they_are_told(world: World) -> None:
    world.db.run("DELETE FROM shift")
    world.db.run("UPDATE staff SET supervisor = NULL")
    world.db.run("UPDATE practice SET director = NULL, version = version + 1")
    does(world, "Evan calls main", "Evan enters 4711#", "Evan presses 5")
    assert heard(world).endswith("CV-NONE IN-MENU")


def test_INV_08_nobody_stays_on_the_line_who_pressed_nothing(world: World) -> None:
    does(world, "Evan calls main", "Evan enters 4711#", "Evan presses 4")
    (colleague,) = [who for who in ("Fay", "Dee", "Gil") if not world.exchange.handset(world.cast.phones[who]).free]
    world.go_to(world.now() + 5 * SECOND)
    does(world, f"{colleague} picks up")
    world.go_to(world.now() + timedelta(minutes=3))
    assert world.exchange.handset(world.cast.phones[colleague]).free
    assert world.db.value("SELECT count(*) FROM occupied") == 0


@pytest.mark.parametrize("after", [5, 12, 25])
def test_INV_08_a_call_back_that_a_voicemail_picks_up_is_let_go(world: World, after: int) -> None:
    """However late it picks up."""
    does(world, "JS calls coaching")
    world.go_to(world.now() + 3 * SECOND)
    does(world, "JS hangs up", "Ames calls back JS")
    world.go_to(world.now() + after * SECOND)
    does(world, "Ames picks up")
    world.go_to(world.now() + timedelta(minutes=2))
    assert world.exchange.handset(world.cast.phones["Ames"]).free
    assert world.db.value("SELECT count(*) FROM occupied") == 0


# ---------------------------------------------------------------- what was said


def test_INV_02_a_recording_that_they_left_is_kept(world: World) -> None:
    does(world, "Evan calls main", "Evan enters 4711#", "Evan presses 7")
    world.go_to(world.now() + 12 * SECOND)
    does(world, 'Evan says "Hello."')
    world.go_to(world.now() + 3 * SECOND)
    does(world, "Evan hangs up")
    assert world.db.value("SELECT count(*) FROM recording") == 1
