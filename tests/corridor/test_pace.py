"""A carrier starts so many calls a second: a stage staggers to fit, and what is urgent does not wait for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.carriers.port import Dial, Notice, Order, Outcome
from intersession.core.events import CallBackAsked, Event, LegEnded
from intersession.core.ids import ClientId, ContactId, EventId, LineId, NumberKey, PracticeId, StaffId
from intersession.corridor.pace import FAST, Pace, Rank, Row
from intersession.records.fields import to_micros
from intersession.stories.world import World
from tests.core.cast import ny

from .conftest import team
from .test_errands import Stands
from .test_tick import text

NOW = ny("2027-02-09 20:12")
SECOND = timedelta(seconds=1)


@given(st.lists(st.floats(0, 3), max_size=40))
def test_starts_keep_their_distance_and_none_is_kept_for_who_does_not_come(gaps: list[float]) -> None:
    row, now, starts = Row(SECOND), NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if row.start(now):
            starts.append(now)
        else:
            assert starts[-1] <= now < starts[-1] + SECOND
    assert all(after - before >= SECOND for before, after in pairwise(starts))


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    row = Row(SECOND)
    assert row.start(NOW + timedelta(hours=1))
    assert row.start(NOW)


def test_a_carrier_that_is_fast_enough_holds_nothing_back() -> None:
    pace = Pace()
    pace.set([LineId("main")], FAST)
    assert pace.lines == ()


# ---------------------------------------------------------------- a carrier that starts one call a second


class Slow:
    """The DBT team on a carrier that starts one call a second, and when it was asked to."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rung: list[tuple[datetime, Dial]] = []
        self.noticed: list[tuple[datetime, Notice]] = []
        world.corridor.pace.set([LineId(line.id) for line in world.cast.setup.lines], 1.0)
        world.corridor.carriers["simulated"] = Stands(world.exchange, self._run)

    def _run(self, order: Order) -> Outcome:
        if isinstance(order, Dial):
            self.rung.append((self.world.now(), order))
        if isinstance(order, Notice):
            self.noticed.append((self.world.now(), order))
        return self.world.exchange.run(order)

    def waits(self, rank: Rank, many: int, seconds: int = 20) -> None:
        """So many calls of nobody, on their way out."""
        for number in range(many):
            leg, at = f"{rank}-{self.world.count()}-{number}", to_micros(self.world.now())
            self.world.db.run(
                "INSERT INTO errand (practice_id, lane, kind, subject, contact, line, not_before, not_after, state,"
                " payload, outcome, sealed) VALUES (?, 'voice', 'RingEndpoint', ?, 'nobody', 'coaching', ?, ?, 'due',"
                " ?, '', ?)",
                (self.world.cast.setup.id, f"dial:{leg}", at, at + seconds * 1_000_000, rank, b"nobody's"),
            )

    def urgent_call(self) -> None:
        js = self.world.cast.phones["JS"]
        self.world.exchange.call(js, self.world.cast.lines["coaching"])
        self.world.settle()
        self.world.exchange.press(js, "1")
        self.world.settle()

    def waiting(self) -> int:
        return int(self.world.db.value("SELECT count(*) FROM errand WHERE kind = 'RingEndpoint' AND state = 'due'"))

    def ended(self) -> list[LegEnded]:
        events: list[Event] = [
            one.event for _, turned in self.world.turned for one in (turned, *turned.follows)
        ]
        return [event for event in events if isinstance(event, LegEnded)]


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Slow]:
    with World(team(tmp_path)) as world:
        yield Slow(world)


def test_an_urgent_stage_rings_its_phones_one_by_one(slow: Slow) -> None:
    slow.urgent_call()
    assert len(slow.rung) == 1
    slow.world.go_to(slow.world.now() + 3 * SECOND)
    first, second = (at for at, _ in slow.rung)
    assert second - first == SECOND


def test_under_load_as_many_ring_as_the_carrier_can_start(slow: Slow) -> None:
    """Three phones every two seconds at one a second: two of three ring all along, and nothing piles up."""
    began = slow.world.now()
    for _ in range(60):
        slow.waits(Rank.ROUTINE, 3)
        slow.world.go_to(slow.world.now() + 2 * SECOND)
    tried = slow.world.db.rows("SELECT state FROM errand WHERE kind = 'RingEndpoint' AND state <> 'due'")
    seconds = (slow.world.now() - began) / SECOND
    assert len(tried) >= seconds, "every start is used"
    assert slow.waiting() <= 31, "what has no time any more does not wait on"
    slow.urgent_call()
    slow.world.go_to(slow.world.now() + 2 * SECOND)
    assert len(slow.rung) == 2, "and an urgent call goes first"


def test_a_caller_who_presses_and_hangs_up_again_and_again_takes_nobodys_start(slow: Slow) -> None:
    js = slow.world.cast.phones["JS"]
    for _ in range(10):
        slow.urgent_call()
        slow.world.exchange.hang_up(js)
        slow.world.settle()
    assert slow.waiting() == 0
    slow.world.go_to(slow.world.now() + 2 * SECOND)
    before, at = len(slow.rung), slow.world.now()
    slow.urgent_call()
    slow.world.go_to(at + 2 * SECOND)
    assert slow.rung[before][0] == at


def test_a_page_goes_before_what_is_routine_and_its_line_beside_it_waits_for_nothing(slow: Slow) -> None:
    world = slow.world
    world.corridor.now_do(text(world, "m1", who="MR"))
    for _ in range(20 * 60):
        slow.waits(Rank.ROUTINE, 1)
        world.go_to(world.now() + SECOND)
        if slow.rung:
            break
    ((paged, _),) = slow.rung
    ordered = next(at for at, turned in reversed(world.turned) if turned.decision and turned.decision.rule == "P01")
    assert paged - ordered <= 2 * SECOND
    assert slow.noticed[-1][0] == ordered


def test_what_waited_until_it_could_not_help_is_told_as_a_leg_that_ended(slow: Slow) -> None:
    world = slow.world
    slow.waits(Rank.URGENT, 90, seconds=90)
    world.db.run("UPDATE errand SET payload = '0' WHERE contact = 'nobody'")
    slow.urgent_call()
    world.go_to(world.now() + 40 * SECOND)
    assert not [dial for _, dial in slow.rung], "nothing rings after its time"
    ended = {event.leg for event in slow.ended() if not event.leg.endswith(".0")}
    assert len(ended) >= 2, "whoever was not rung is over for the call (INV-11)"


def test_INV_02_who_was_not_rung_yet_as_somebody_accepts_is_never_rung(slow: Slow) -> None:
    world = slow.world
    slow.urgent_call()
    world.go_to(world.now() + SECOND / 2)
    ((_, first),) = slow.rung
    assert slow.waiting()
    world.exchange.pick_up(first.to)
    world.settle()
    world.exchange.press(first.to, "1")
    world.go_to(world.now() + 20 * SECOND)
    assert [dial for _, dial in slow.rung] == [first]
    assert slow.waiting() == 0
    assert world.db.value("SELECT count(*) FROM occupied") == 1, "the others' phones are free for the next call"


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
