"""Who is on call (S24, §4.10, D36, D41, D48)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.hours import Reading, Span, Spans, wall_span
from intersession.core.ids import StaffId
from intersession.core.rota import TIERS, Rota, Shift

EVAN, FAY, DEE = StaffId("evan"), StaffId("fay"), StaffId("dee")
MINUTE = timedelta(minutes=1)
EPOCH = datetime(2027, 2, 12, tzinfo=UTC)


def at(hour: float) -> datetime:
    """So many hours after the start of the first day."""
    return EPOCH + timedelta(hours=hour)


def shift(staff: StaffId, start: float, end: float, tier: int = 1) -> Shift:
    return Shift(staff=staff, tier=tier, span=Span(at(start), at(end)))


staff_ids = st.sampled_from((EVAN, FAY, DEE))
shifts = st.builds(
    lambda staff, tier, start, length: shift(staff, start, start + length, tier),
    staff_ids,
    st.sampled_from(TIERS),
    st.integers(0, 40),
    st.integers(1, 20),
)
rotas = st.lists(shifts, max_size=10).map(lambda found: Rota(tuple(found)))
quarters = st.integers(-8, 260).map(lambda n: EPOCH + n * 15 * MINUTE)


def on_duty_by_scan(rota: Rota, moment: datetime, tier: int) -> StaffId | None:
    holding = [s.staff for s in rota.shifts if s.tier == tier and s.span.contains(moment)]
    return holding[-1] if holding else None


def test_D4_a_practice_may_have_no_on_call() -> None:
    none = Rota()
    assert not none.exists
    assert none.tiers_at(at(1)) == {}
    assert none.next_on_call(at(1)) is None


def test_each_tier_has_its_own_person() -> None:
    rota = Rota((shift(EVAN, 0, 8), shift(FAY, 0, 8, tier=2)))
    assert rota.exists
    assert rota.on_call(at(1), 1) == EVAN
    assert rota.on_call(at(1), 2) == FAY
    assert rota.on_call(at(1), 3) is None
    assert rota.tiers_at(at(1)) == {1: EVAN, 2: FAY}


def test_a_later_entry_replaces_within_its_span_only() -> None:
    rota = Rota((shift(EVAN, 0, 8), shift(FAY, 2, 4)))
    assert [rota.on_call(at(hour), 1) for hour in (1, 2, 3, 4, 5)] == [EVAN, FAY, FAY, EVAN, EVAN]
    assert rota.elapsed_hours(EVAN, Span(at(0), at(8))) == 6


def test_an_earlier_entry_does_not_replace_a_later_one() -> None:
    rota = Rota((shift(FAY, 2, 4), shift(EVAN, 0, 8)))
    assert rota.on_call(at(3), 1) == EVAN


def test_D48_a_shift_counts_to_the_end_of_its_instant_where_nobody_follows() -> None:
    rota = Rota((shift(EVAN, 0, 8), shift(FAY, 20, 24)))
    assert rota.on_call(at(8), 1) == EVAN
    assert rota.on_call(at(8) + timedelta(microseconds=1), 1) is None


def test_D48_whoever_follows_begins_at_that_instant() -> None:
    rota = Rota((shift(EVAN, 0, 8), shift(FAY, 8, 16)))
    assert rota.on_call(at(8), 1) == FAY


def test_D36_at_a_shifts_end_ownership_passes_to_the_new_person_or_to_a_gap() -> None:
    followed = Rota((shift(EVAN, 0, 8), shift(FAY, 8, 16)))
    assert followed.on_from(at(8), 1) == FAY
    assert Rota((shift(EVAN, 0, 8),)).on_from(at(8), 1) is None


def test_D41_in_a_gap_the_next_on_call_is_known_with_the_start_of_the_shift() -> None:
    rota = Rota((shift(EVAN, 0, 8), shift(DEE, 20, 24, tier=2), shift(FAY, 20, 24)))
    coming = rota.next_on_call(at(8))
    assert coming is not None
    assert (coming.staff, coming.tier, coming.span.start) == (FAY, 1, at(20))


def test_gaps_of_any_tier_and_of_one() -> None:
    rota = Rota((shift(EVAN, 0, 8), shift(FAY, 6, 12, tier=2)))
    day = Span(at(0), at(24))
    assert rota.gaps(day) == Spans((Span(at(12), at(24)),))
    assert rota.gaps(day, 1) == Spans((Span(at(8), at(24)),))
    assert rota.gaps(day, 2) == Spans((Span(at(0), at(6)), Span(at(12), at(24))))


@pytest.mark.parametrize(
    ("eve", "hours"), [(date(2027, 11, 6), 9), (date(2027, 3, 13), 7), (date(2027, 2, 9), 8)]
)
def test_scenario_4_the_night_shift_counts_what_really_passes(eve: date, hours: int) -> None:
    night = wall_span(eve, time(23), time(7), "America/New_York", Reading.AVAILABLE)
    assert night is not None
    rota = Rota((Shift(staff=EVAN, tier=1, span=night),))
    week = Span(night.start - timedelta(days=3), night.end + timedelta(days=3))
    assert rota.elapsed_hours(EVAN, week) == hours
    assert rota.elapsed_hours(FAY, week) == 0


def test_hours_in_two_tiers_at_once_count_once() -> None:
    rota = Rota((shift(EVAN, 0, 8), shift(EVAN, 4, 10, tier=2)))
    assert rota.elapsed_hours(EVAN, Span(at(0), at(24))) == 10


@pytest.mark.parametrize("tier", [0, 4])
def test_a_tier_that_does_not_exist_is_refused(tier: int) -> None:
    with pytest.raises(ValueError, match="1, 2 or 3"):
        shift(EVAN, 0, 1, tier)


@given(rotas, quarters, st.sampled_from(TIERS))
def test_bisect_agrees_with_a_naive_scan(rota: Rota, moment: datetime, tier: int) -> None:
    scanned = on_duty_by_scan(rota, moment, tier)
    assert rota.on_from(moment, tier) == scanned
    ending = {s.staff for s in rota.shifts if s.tier == tier and s.span.end == moment}
    assert rota.on_call(moment, tier) == scanned or (scanned is None and rota.on_call(moment, tier) in ending)


@given(rotas, quarters)
def test_the_next_on_call_is_the_next_to_begin(rota: Rota, moment: datetime) -> None:
    coming = rota.next_on_call(moment)
    later = [moment + n * 15 * MINUTE for n in range(1, 300)]
    changes = [
        (point, tier)
        for before, point in pairwise([moment, *later])
        for tier in TIERS
        if (now := on_duty_by_scan(rota, point, tier)) and now != on_duty_by_scan(rota, before, tier)
    ]
    assert (coming and (coming.span.start, coming.tier)) == (changes[0] if changes else None)


@given(rotas, quarters, st.integers(1, 200), st.sampled_from((None, *TIERS)))
def test_what_is_covered_and_the_gaps_make_the_whole(
    rota: Rota, start: datetime, length: int, tier: int | None
) -> None:
    span = Span(start, start + length * 15 * MINUTE)
    covered, gaps = rota.covered(tier).clip(span), rota.gaps(span, tier)
    assert covered.union(gaps) == Spans((span,))
    assert covered.total() + gaps.total() == span.length


@given(rotas, quarters, st.integers(1, 200))
def test_hours_of_all_in_one_tier_and_its_gaps_make_the_whole(
    rota: Rota, start: datetime, length: int
) -> None:
    one = Rota(tuple(s for s in rota.shifts if s.tier == 1))
    span = Span(start, start + length * 15 * MINUTE)
    worked = sum(one.elapsed_hours(staff, span) for staff in (EVAN, FAY, DEE))
    assert worked + one.gaps(span, 1).total() / timedelta(hours=1) == pytest.approx(
        span.length / timedelta(hours=1)
    )
