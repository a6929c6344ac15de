"""Spans, weekly windows, the practice's calendar and time classes (§3.1, §3.7, scenario 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.hours import (
    NEVER,
    Calendar,
    Reading,
    Schedule,
    Span,
    Spans,
    TimeClass,
    Weekly,
    Window,
    at_wall,
    classes,
    day_start,
    expand,
    expanded,
    next_reachable,
    time_class,
    until,
    wall_span,
)

NY = "America/New_York"
# Havana changes at midnight, Lord Howe by half an hour, Dublin has its summer as standard time.
ZONES = (NY, "UTC", "America/Havana", "Australia/Lord_Howe", "Europe/Dublin", "Asia/Kolkata")
LONG_NIGHT = date(2027, 11, 7)
SHORT_NIGHT = date(2027, 3, 14)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
OFFICE = Weekly(NY, tuple(Window(day, time(9), time(17)) for day in range(5)))


def z(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def every_day(start: time, end: time, zone: str = NY) -> Weekly:
    return Weekly(zone, tuple(Window(day, start, end) for day in range(7)))


instants = st.datetimes(datetime(2027, 1, 1), datetime(2028, 6, 1), timezones=st.just(UTC))
minutes_of_2027 = st.integers(0, 5000).map(lambda n: z("2027-03-12T00:00") + n * MINUTE)
some_spans = st.lists(
    st.tuples(minutes_of_2027, st.integers(1, 900)).map(lambda p: Span(p[0], p[0] + p[1] * MINUTE)),
    max_size=12,
).map(lambda found: Spans(tuple(found)))
times = st.times(datetime.min.time(), time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))
windows = st.builds(Window, st.integers(0, 6), times, times)
weeklies = st.builds(Weekly, st.sampled_from(ZONES), st.lists(windows, max_size=9).map(tuple))
dates = st.dates(date(2027, 1, 1), date(2027, 12, 31))


# ---------------------------------------------------------------- spans


def test_a_span_is_half_open() -> None:
    span = Span(z("2027-02-09T12:00"), z("2027-02-09T13:00"))
    assert span.contains(span.start)
    assert not span.contains(span.end)


def test_a_span_is_kept_in_utc() -> None:
    eastern = ZoneInfo(NY)
    span = Span(datetime(2027, 11, 6, 23, tzinfo=eastern), datetime(2027, 11, 7, 7, tzinfo=eastern))
    assert span.start.tzinfo is UTC
    assert span.length == timedelta(hours=9)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2027, 1, 1), z("2027-01-02")),
        (z("2027-01-02"), z("2027-01-02")),
        (z("2027-01-03"), z("2027-01-02")),
    ],
)
def test_a_span_that_is_naive_empty_or_backwards_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match=r"no time zone|end after its start"):
        Span(start, end)


def test_no_spans_at_all() -> None:
    assert not NEVER
    assert NEVER.span_at(z("2027-01-01")) is None
    assert NEVER.next_start(z("2027-01-01")) is None
    assert NEVER.total() == timedelta()


@given(some_spans)
def test_spans_are_sorted_disjoint_and_apart(spans: Spans) -> None:
    assert all(before.end < after.start for before, after in pairwise(spans))


@given(some_spans, minutes_of_2027)
def test_bisect_agrees_with_a_naive_scan(spans: Spans, at: datetime) -> None:
    here = [span for span in spans.spans if span.start <= at < span.end]
    assert spans.contains(at) == bool(here)
    assert spans.span_at(at) == (here[0] if here else None)
    assert spans.end_at(at) == (here[0].end if here else None)
    assert spans.next_start(at) == min((s.start for s in spans if s.start > at), default=None)
    ahead = [Span(max(s.start, at), s.end) for s in spans if s.end > at]
    assert list(spans.since(at)) == ahead


@given(some_spans, some_spans, minutes_of_2027)
def test_union_intersection_and_difference_hold_at_every_instant(a: Spans, b: Spans, at: datetime) -> None:
    assert a.union(b).contains(at) == (a.contains(at) or b.contains(at))
    assert a.intersect(b).contains(at) == (a.contains(at) and b.contains(at))
    assert a.subtract(b).contains(at) == (a.contains(at) and not b.contains(at))


@given(some_spans, some_spans)
def test_what_is_taken_and_what_is_left_make_the_whole(a: Spans, b: Spans) -> None:
    assert a.intersect(b).union(a.subtract(b)) == a
    assert a.intersect(b).total() + a.subtract(b).total() == a.total()


@given(some_spans, minutes_of_2027, st.integers(1, 3000))
def test_overlap_minutes_are_those_of_a_count(spans: Spans, start: datetime, length: int) -> None:
    counted = sum(spans.contains(start + n * MINUTE) for n in range(length))
    assert spans.overlap_minutes(Span(start, start + length * MINUTE)) == counted


# ---------------------------------------------------------------- weekly windows


def test_scenario_4a_no_call_begins_at_the_second_half_past_one_and_ends_half_past_two_standard_time() -> (
    None
):
    no_call = expand(every_day(time(1, 30), time(2, 30)), Reading.UNAVAILABLE, LONG_NIGHT, 1)
    assert no_call.spans == (Span(z("2027-11-07T06:30"), z("2027-11-07T07:30")),)


def test_scenario_4a_availability_mirrors_it_and_ends_at_the_later_reading() -> None:
    at_call = expand(every_day(time(0, 30), time(1, 30)), Reading.AVAILABLE, LONG_NIGHT, 1)
    assert at_call.spans == (Span(z("2027-11-07T04:30"), z("2027-11-07T06:30")),)
    from_half_past = expand(every_day(time(1, 30), time(2, 30)), Reading.AVAILABLE, LONG_NIGHT, 1)
    assert from_half_past.spans == (Span(z("2027-11-07T05:30"), z("2027-11-07T07:30")),)


def test_scenario_4b_no_call_ends_at_the_change_of_clocks() -> None:
    no_call = expand(every_day(time(1, 30), time(2, 30)), Reading.UNAVAILABLE, SHORT_NIGHT, 1)
    assert no_call.spans == (Span(z("2027-03-14T06:30"), z("2027-03-14T07:00")),)


def test_scenario_4b_open_at_half_past_two_opens_at_three() -> None:
    opens = expand(every_day(time(2, 30), time(5)), Reading.AVAILABLE, SHORT_NIGHT, 1)
    assert opens.spans[0].start == datetime(2027, 3, 14, 3, tzinfo=ZoneInfo(NY))


@pytest.mark.parametrize(
    ("eve", "hours"), [(date(2027, 11, 6), 9), (date(2027, 3, 13), 7), (date(2027, 6, 1), 8)]
)
def test_scenario_4_a_night_lasts_as_long_as_it_lasts(eve: date, hours: int) -> None:
    night = wall_span(eve, time(23), time(7), NY, Reading.AVAILABLE)
    assert night is not None
    assert night.length == timedelta(hours=hours)


def test_S37_unavailability_wholly_within_the_repeated_hour_leaves_nothing_of_itself() -> None:
    assert wall_span(LONG_NIGHT, time(1, 15), time(1, 45), NY, Reading.UNAVAILABLE) is None
    reachable = wall_span(LONG_NIGHT, time(1, 15), time(1, 45), NY, Reading.AVAILABLE)
    assert reachable == Span(z("2027-11-07T05:15"), z("2027-11-07T06:45"))


def test_a_window_wholly_within_the_lost_hour_does_not_exist() -> None:
    assert wall_span(SHORT_NIGHT, time(2, 15), time(2, 45), NY, Reading.AVAILABLE) is None


def test_windows_that_touch_in_the_repeated_hour_leave_no_hole() -> None:
    split = Weekly(NY, (Window(6, time(0), time(1, 30)), Window(6, time(1, 30), time(3))))
    whole = Weekly(NY, (Window(6, time(0), time(3)),))
    assert expand(split, Reading.UNAVAILABLE, LONG_NIGHT, 1) == expand(
        whole, Reading.UNAVAILABLE, LONG_NIGHT, 1
    )


def test_a_window_from_midnight_to_midnight_is_the_whole_day() -> None:
    always = expand(every_day(time(0), time(0)), Reading.UNAVAILABLE, LONG_NIGHT, 2)
    assert always.total() == timedelta(hours=49)
    assert len(always) == 1


def test_a_night_that_began_the_day_before_is_seen() -> None:
    sunday_night = Weekly(NY, (Window(6, time(22), time(6)),))
    monday = expand(sunday_night, Reading.AVAILABLE, date(2027, 6, 7), 1)
    assert monday.spans == (Span(z("2027-06-07T04:00"), z("2027-06-07T10:00")),)


def test_a_date_that_a_zone_skipped_holds_nothing() -> None:
    assert (
        expand(every_day(time(9), time(17), "Pacific/Apia"), Reading.AVAILABLE, date(2011, 12, 30), 1)
        == NEVER
    )


@pytest.mark.parametrize("wall", [time(2, 0), time(2, 30), time(2, 59, 59, 999999)])
def test_a_time_that_does_not_exist_is_the_instant_of_the_change(wall: time) -> None:
    assert at_wall(SHORT_NIGHT, wall, NY) == z("2027-03-14T07:00")
    assert at_wall(SHORT_NIGHT, wall, NY, later=True) == z("2027-03-14T07:00")


def test_a_time_that_comes_twice_is_read_as_asked() -> None:
    assert at_wall(LONG_NIGHT, time(1, 30), NY) == z("2027-11-07T05:30")
    assert at_wall(LONG_NIGHT, time(1, 30), NY, later=True) == z("2027-11-07T06:30")


def test_an_unknown_zone_and_a_wrong_weekday_are_refused() -> None:
    with pytest.raises(ValueError, match="America/New_York"):
        Weekly("Mars/Olympus")
    with pytest.raises(ValueError, match="Monday"):
        Window(7, time(9), time(17))
    with pytest.raises(ValueError, match="wall time"):
        Window(0, time(9, tzinfo=UTC), time(17))


@given(weeklies, st.sampled_from(Reading), dates, st.integers(1, 20))
def test_expanded_windows_are_sorted_disjoint_utc_and_within_their_days(
    weekly: Weekly, kind: Reading, first: date, days: int
) -> None:
    spans = expand(weekly, kind, first, days)
    assert all(span.start.tzinfo is UTC and span.end.tzinfo is UTC for span in spans)
    assert all(before.end < after.start for before, after in pairwise(spans))
    edges = Span(day_start(first, weekly.zone), day_start(first + days * DAY, weekly.zone))
    assert spans.clip(edges) == spans


@given(weeklies, st.sampled_from(Reading), dates, st.integers(1, 9), st.integers(1, 9))
def test_neighbouring_stretches_join_without_a_seam(
    weekly: Weekly, kind: Reading, first: date, days: int, more: int
) -> None:
    joined = expand(weekly, kind, first, days).union(expand(weekly, kind, first + days * DAY, more))
    assert joined == expand(weekly, kind, first, days + more)


@given(weeklies, dates, st.integers(1, 9))
def test_S37_a_repeated_hour_never_makes_unavailability_longer_than_availability(
    weekly: Weekly, first: date, days: int
) -> None:
    away = expand(weekly, Reading.UNAVAILABLE, first, days)
    assert away.subtract(expand(weekly, Reading.AVAILABLE, first, days)) == NEVER


@given(weeklies, st.sampled_from(Reading), instants)
def test_away_from_a_change_of_clocks_the_wall_decides(weekly: Weekly, kind: Reading, at: datetime) -> None:
    zone = ZoneInfo(weekly.zone)
    if (at - 2 * DAY).astimezone(zone).utcoffset() != (at + 2 * DAY).astimezone(zone).utcoffset():
        return
    wall = at.astimezone(zone).replace(tzinfo=None)

    def runs(window: Window) -> bool:
        for day in (wall.date(), wall.date() - DAY):
            end = day if window.end > window.start else day + DAY
            if day.weekday() == window.weekday and (
                datetime.combine(day, window.start) <= wall < datetime.combine(end, window.end)
            ):
                return True
        return False

    assert expanded(weekly, kind, at.date()).contains(at) == any(map(runs, weekly.windows))


@given(weeklies, st.sampled_from(Reading), instants, st.dates(date(2024, 1, 1), date(2031, 1, 1)))
def test_no_answer_depends_on_where_the_horizon_lies(
    weekly: Weekly, kind: Reading, at: datetime, around: date
) -> None:
    one, other = expanded(weekly, kind, around), expanded(weekly, kind, at.date())
    assert one.contains(at) == other.contains(at)
    assert one.end_at(at) == other.end_at(at)
    assert one.next_start(at) == other.next_start(at)


def test_near_the_end_of_its_horizon_a_calendar_still_sees_ahead() -> None:
    mondays = expanded(Weekly(NY, (Window(0, time(9), time(17)),)), Reading.AVAILABLE, date(2027, 1, 1))
    eve = mondays.horizon.end - timedelta(hours=1)
    coming = mondays.next_start(eve)
    assert coming is not None
    assert eve < coming < eve + 8 * DAY


def test_a_window_without_end_has_no_end() -> None:
    always = expanded(every_day(time(0), time(0)), Reading.UNAVAILABLE, date(2027, 1, 1))
    assert always.contains(z("2027-06-01T12:00"))
    assert always.end_at(z("2027-06-01T12:00")) is None


# ---------------------------------------------------------------- the practice's calendar

CALENDAR = Calendar(hours=OFFICE, closed={date(2027, 7, 5): "Independence Day"}, around=date(2027, 6, 1))


def test_the_calendar_knows_open_closed_and_next_opening() -> None:
    assert CALENDAR.is_open(z("2027-07-02T14:00"))
    assert CALENDAR.closing(z("2027-07-02T14:00")) == z("2027-07-02T21:00")
    assert not CALENDAR.is_open(z("2027-07-05T14:00"))
    assert CALENDAR.next_opening(z("2027-07-02T21:00")) == z("2027-07-06T13:00")


def test_a_closed_day_and_a_weekend_are_no_business_days() -> None:
    assert CALENDAR.business_day(date(2027, 7, 2))
    assert not CALENDAR.business_day(date(2027, 7, 3))
    assert not CALENDAR.business_day(date(2027, 7, 5))
    assert CALENDAR.next_business_day(z("2027-07-02T14:00")) == date(2027, 7, 6)
    assert CALENDAR.opening(date(2027, 7, 5)) is None
    assert CALENDAR.opening(date(2027, 7, 6)) == z("2027-07-06T13:00")


def test_the_business_day_is_that_of_the_practice_not_of_utc() -> None:
    assert CALENDAR.next_business_day(z("2027-07-07T02:00")) == date(2027, 7, 7)


def test_the_calendar_is_asked_years_away() -> None:
    assert CALENDAR.is_open(z("2033-03-14T14:00"))
    assert CALENDAR.next_opening(z("2033-03-18T22:00")) == z("2033-03-21T13:00")


def test_open_minutes_run_over_night_weekend_and_closed_day() -> None:
    assert CALENDAR.add_open_minutes(z("2027-07-02T20:40"), 20) == z("2027-07-02T21:00")
    assert CALENDAR.add_open_minutes(z("2027-07-02T20:40"), 60) == z("2027-07-06T13:40")
    assert CALENDAR.add_open_minutes(z("2027-07-04T00:00"), 15) == z("2027-07-06T13:15")


def test_open_minutes_count_what_passes_on_the_night_of_the_change() -> None:
    nights = Calendar(hours=every_day(time(22), time(6)), around=LONG_NIGHT)
    assert nights.add_open_minutes(z("2027-11-07T02:00"), 9 * 60) == z("2027-11-07T11:00")
    assert nights.closing(z("2027-11-07T06:00")) == z("2027-11-07T11:00")


def test_INV03_a_practice_without_hours_is_never_open_and_every_day_is_a_business_day() -> None:
    bare = Calendar(hours=Weekly(NY), closed={date(2027, 7, 5): "holiday"}, around=date(2027, 6, 1))
    assert not bare.is_open(z("2027-07-02T14:00"))
    assert bare.next_opening(z("2027-07-02T14:00")) is None
    assert bare.add_open_minutes(z("2027-07-02T14:00"), 5) is None
    assert bare.business_day(date(2027, 7, 4))
    assert not bare.business_day(date(2027, 7, 5))


# ---------------------------------------------------------------- time classes

SCHEDULE = Schedule(
    hours=OFFICE,
    no_call=every_day(time(22), time(7)),
    encounters=Spans((Span(z("2027-02-09T15:00"), z("2027-02-09T15:50")),)),
    time_off=Spans((Span(z("2027-02-11T05:00"), z("2027-02-12T05:00")),)),
    around=date(2027, 2, 1),
)


@pytest.mark.parametrize(
    ("at", "kind", "ends"),
    [
        ("2027-02-09T14:30", TimeClass.IN_HOURS, "2027-02-09T15:00"),
        ("2027-02-09T15:00", TimeClass.IN_SESSION, "2027-02-09T15:50"),
        ("2027-02-09T15:50", TimeClass.IN_HOURS, "2027-02-09T22:00"),
        ("2027-02-09T22:00", TimeClass.AFTER_HOURS, "2027-02-10T03:00"),
        ("2027-02-10T03:00", TimeClass.NO_CALL_TIME, "2027-02-10T12:00"),
        ("2027-02-11T04:00", TimeClass.NO_CALL_TIME, "2027-02-11T05:00"),
        ("2027-02-11T15:00", TimeClass.TIME_OFF, "2027-02-12T05:00"),
    ],
)
def test_time_class_and_when_it_ends(at: str, kind: TimeClass, ends: str) -> None:
    assert time_class(SCHEDULE, z(at)) is kind
    assert until(SCHEDULE, z(at)) == z(ends)


def test_precedence_is_time_off_dnd_session_no_call_hours() -> None:
    everything = Spans((Span(z("2027-02-09T00:00"), z("2027-02-13T00:00")),))
    stacked = replace(
        SCHEDULE,
        encounters=everything,
        time_off=everything,
        dnd=everything.spans[0],
        no_call=every_day(time(0), time(0)),
    )
    at = z("2027-02-09T15:00")
    assert time_class(stacked, at) is TimeClass.TIME_OFF
    stacked = replace(stacked, time_off=NEVER)
    assert time_class(stacked, at) is TimeClass.DND
    stacked = replace(stacked, dnd=None)
    assert time_class(stacked, at) is TimeClass.IN_SESSION
    stacked = replace(stacked, encounters=NEVER)
    assert time_class(stacked, at) is TimeClass.NO_CALL_TIME
    assert time_class(replace(stacked, no_call=None), at) is TimeClass.IN_HOURS


def test_D29_an_encounter_within_no_call_time_shows_both() -> None:
    late = replace(SCHEDULE, encounters=Spans((Span(z("2027-02-10T03:30"), z("2027-02-10T04:30")),)))
    both = {TimeClass.IN_SESSION, TimeClass.NO_CALL_TIME, TimeClass.AFTER_HOURS}
    assert classes(late, z("2027-02-10T04:00")) == both


def test_INV16_dnd_ends_by_itself() -> None:
    quiet = replace(SCHEDULE, dnd=Span(z("2027-02-09T16:00"), z("2027-02-09T18:00")))
    assert time_class(quiet, z("2027-02-09T17:59")) is TimeClass.DND
    assert time_class(quiet, z("2027-02-09T18:00")) is TimeClass.IN_HOURS


def test_V17_when_the_primary_is_reachable_again() -> None:
    assert next_reachable(SCHEDULE, z("2027-02-10T04:00")) == z("2027-02-10T12:00")
    assert next_reachable(SCHEDULE, z("2027-02-11T04:00")) == z("2027-02-12T12:00")
    assert next_reachable(SCHEDULE, z("2027-02-09T14:30")) == z("2027-02-09T14:30")


def test_no_call_time_without_end_is_never_reachable() -> None:
    never = replace(SCHEDULE, no_call=every_day(time(0), time(0)))
    assert next_reachable(never, z("2027-02-10T04:00")) is None


def test_scenario_4_no_call_ends_on_time_on_both_nights() -> None:
    short = replace(SCHEDULE, no_call=every_day(time(1, 30), time(2, 30)))
    assert time_class(short, z("2027-11-07T05:45")) is TimeClass.AFTER_HOURS
    assert time_class(short, z("2027-11-07T06:30")) is TimeClass.NO_CALL_TIME
    assert until(short, z("2027-11-07T06:30")) == z("2027-11-07T07:30")
    assert until(short, z("2027-03-14T06:30")) == z("2027-03-14T07:00")


def test_stated_hours_fall_out_on_a_closed_day() -> None:
    closed = replace(SCHEDULE, closed=frozenset({date(2027, 2, 9)}))
    assert time_class(closed, z("2027-02-09T18:00")) is TimeClass.AFTER_HOURS


schedules = st.builds(
    Schedule,
    hours=weeklies,
    no_call=st.none() | weeklies,
    encounters=some_spans,
    time_off=some_spans,
    dnd=st.none() | some_spans.filter(len).map(lambda s: s.spans[0]),
    around=st.just(date(2027, 3, 1)),
)


@given(schedules, minutes_of_2027)
def test_time_class_is_total_and_among_those_that_hold(schedule: Schedule, at: datetime) -> None:
    assert time_class(schedule, at) in TimeClass
    assert time_class(schedule, at) in classes(schedule, at)


@given(schedules, minutes_of_2027)
def test_until_is_the_first_instant_of_another_class(schedule: Schedule, at: datetime) -> None:
    kind, end = time_class(schedule, at), until(schedule, at)
    if end is None:
        end = at + 10 * DAY
    else:
        assert end > at
        assert time_class(schedule, end) is not kind
    steps = min(int((end - at) / MINUTE), 600)
    assert all(time_class(schedule, at + n * MINUTE) is kind for n in range(0, steps, 7))


@given(schedules, minutes_of_2027)
def test_next_reachable_is_reachable(schedule: Schedule, at: datetime) -> None:
    found = next_reachable(schedule, at)
    if found is not None:
        assert found >= at
        assert time_class(schedule, found) in {TimeClass.IN_HOURS, TimeClass.AFTER_HOURS}
