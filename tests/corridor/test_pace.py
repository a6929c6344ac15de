"""A carrier starts so many calls a second: a stage staggers to fit, and what is urgent does not wait for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.events import CallBackAsked
from intersession.core.ids import ClientId, ContactId, EventId, LineId, NumberKey, PracticeId, StaffId
from intersession.corridor.pace import Pace
from intersession.stories.world import World
from tests.core.cast import ny

from .conftest import team

LINE, OTHER, FREE = LineId("coaching"), LineId("main"), LineId("free")
NOW = ny("2027-02-09 20:12")
SECOND = timedelta(seconds=1)


def paced(rate: float = 1.0) -> Pace:
    made = Pace()
    made.set((LINE, OTHER), rate)
    return made


def test_one_after_the_other_on_all_lines_of_the_carrier() -> None:
    pace = paced()
    slots = [pace.at(line, NOW, urgent=False) for line in (LINE, OTHER, LINE)]
    assert slots == [NOW, NOW + SECOND, NOW + 2 * SECOND]
    assert pace.at(FREE, NOW, urgent=False) == NOW
    assert pace.at(LINE, NOW + 10 * SECOND, urgent=False) == NOW + 10 * SECOND


def test_what_is_urgent_does_not_wait_for_pages() -> None:
    pace = paced()
    for _ in range(20):
        pace.at(LINE, NOW, urgent=False)
    assert [pace.at(LINE, NOW, urgent=True) for _ in range(2)] == [NOW, NOW + SECOND]
    assert pace.at(LINE, NOW, urgent=False) == NOW + 20 * SECOND


def test_a_carrier_that_is_fast_enough_holds_nothing_back() -> None:
    pace = paced(10)
    assert {pace.at(LINE, NOW, urgent=False) for _ in range(20)} == {NOW}


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 5)), max_size=40))
def test_no_call_goes_out_before_it_was_asked_for_and_urgent_ones_keep_their_distance(
    asked: list[tuple[bool, float]]
) -> None:
    pace, now, urgent = paced(2), NOW, []
    for is_urgent, later in asked:
        now += timedelta(seconds=later)
        slot = pace.at(LINE, now, urgent=is_urgent)
        assert slot >= now
        urgent += [slot] if is_urgent else []
    assert all(after - before >= SECOND / 2 for before, after in pairwise(urgent))


# ---------------------------------------------------------------- in a call


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[World]:
    """The DBT team, whose carrier starts a call in two seconds."""
    with World(team(tmp_path)) as world:
        world.corridor.tick.paces([LineId(line.id) for line in world.cast.setup.lines], 0.5)
        yield world


def rings(world: World) -> set[str]:
    phones = {who: number for who, number in world.cast.phones.items() if not who.startswith(("JS", "MR", "TK"))}
    return {who for who, number in phones.items() if not world.exchange.handset(number).free}


def test_an_urgent_stage_rings_its_phones_one_by_one(slow: World) -> None:
    js = slow.cast.phones["JS"]
    slow.exchange.call(js, slow.cast.lines["coaching"])
    slow.settle()
    slow.exchange.press(js, "1")
    slow.settle()
    seen = [len(rings(slow))]
    for _ in range(3):
        slow.go_to(slow.now() + 2 * SECOND)
        seen.append(len(rings(slow)))
    assert seen == [1, 2, 2, 2]


def test_INV_02_who_was_not_rung_yet_as_somebody_accepts_is_never_rung(slow: World) -> None:
    js = slow.cast.phones["JS"]
    slow.exchange.call(js, slow.cast.lines["coaching"])
    slow.settle()
    slow.exchange.press(js, "1")
    slow.settle()
    slow.go_to(slow.now() + timedelta(seconds=0.5))
    (first,) = rings(slow)
    waiting = slow.db.value("SELECT count(*) FROM errand WHERE subject LIKE 'dial:%' AND state = 'due'")
    assert waiting
    slow.exchange.pick_up(slow.cast.phones[first])
    slow.settle()
    slow.exchange.press(slow.cast.phones[first], "1")
    slow.go_to(slow.now() + 20 * SECOND)
    assert rings(slow) == {first}
    assert slow.db.value("SELECT count(*) FROM errand WHERE subject LIKE 'dial:%' AND state = 'due'") == 0
    assert slow.db.value("SELECT count(*) FROM occupied") == 1, "the others' phones are free for the next call"


def test_a_phone_that_was_engaged_is_not_hung_up(tmp_path: Path) -> None:
    """Whoever asks for a call back while their phone is still in another call hears busy, and that is all."""
    with World(team(tmp_path)) as world:
        world.db.run(
            "INSERT INTO occupied (endpoint, practice_id, contact, leg) SELECT id, practice_id, 'other', 'other.1'"
            " FROM endpoint"
        )
        practice, key = PracticeId(world.cast.setup.id), NumberKey(world.key_of("JS"))
        asked = CallBackAsked(
            id=EventId("e1"), practice=practice, at=world.now(), by=StaffId("Ames"), contact=ContactId("c1"),
            line=LineId("coaching"), client=ClientId("JS"), number=key,
        )  # fmt: skip
        world.do(asked)
        assert world.db.value("SELECT phase FROM call WHERE contact = 'c1'") == "ended"
        assert not world.db.rows("SELECT kind FROM errand WHERE contact = 'c1' AND lane = 'voice'")
