"""Due times (§3.7, D17, D31-D33, D37, D38, D41, D50, D53, D57, INV-15, scenario 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.hours import Calendar, Reading, Span, Spans, Weekly, Window, expanded
from intersession.core.promise import (
    after_hours_callback,
    after_next_opening,
    anniversary,
    by_wall,
    guaranteed_callback,
    keepable,
    key_three,
    listen_in_hours,
    may_send_now,
    months_later,
    next_business_morning,
    next_business_noon,
    safe_window,
    safe_window_cap,
    text_window,
    within,
)

NY, LA = "America/New_York", "America/Los_Angeles"
OFFICE = Weekly(NY, tuple(Window(day, time(9), time(17)) for day in range(5)))
CALENDAR = Calendar(hours=OFFICE, closed={date(2027, 2, 15): "Presidents' Day"}, around=date(2027, 2, 1))
STATED = expanded(OFFICE, Reading.AVAILABLE, date(2027, 2, 1))
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

instants = st.datetimes(datetime(2027, 1, 1), datetime(2028, 6, 1), timezones=st.just(UTC))
zones = st.sampled_from((NY, LA, "UTC", "America/Havana", "Australia/Lord_Howe", "Europe/Dublin"))


def ny(text: str, fold: int = 0) -> datetime:
    """A wall time in New York as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(NY), fold=fold).astimezone(UTC)


def always(_: datetime) -> bool:
    return True


def nobody(_: datetime) -> bool:
    return False


# ---------------------------------------------------------------- elapsed


def test_scenario_4a_a_callback_in_60_minutes_over_the_long_night() -> None:
    due = within(datetime(2027, 11, 7, 5, 40, tzinfo=UTC), HOUR)
    assert due == datetime(2027, 11, 7, 6, 40, tzinfo=UTC)
    local = due.astimezone(ZoneInfo(NY))
    assert (local.hour, local.minute, local.tzname()) == (1, 40, "EST")


def test_scenario_4a_rule24_from_saturday_ten_ends_sunday_nine_standard_time() -> None:
    ends = within(ny("2027-11-06T22:00"), timedelta(hours=24)).astimezone(ZoneInfo(NY))
    assert (ends.day, ends.hour, ends.tzname()) == (7, 21, "EST")


def test_scenario_4b_a_callback_in_60_minutes_over_the_short_night() -> None:
    due = within(ny("2027-03-14T01:50"), HOUR).astimezone(ZoneInfo(NY))
    assert (due.hour, due.minute, due.tzname()) == (3, 50, "EDT")


@given(instants, zones, st.integers(0, 100_000))
def test_INV15_a_change_of_clocks_neither_shortens_nor_lengthens_a_promise(
    at: datetime, zone: str, seconds: int
) -> None:
    due = within(at.astimezone(ZoneInfo(zone)), timedelta(seconds=seconds))
    assert due.tzinfo is UTC
    assert due.timestamp() - at.timestamp() == pytest.approx(seconds, abs=1e-3)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        within(datetime(2027, 2, 9, 12), HOUR)


def test_S37_by_wall_takes_the_first_of_two_and_the_change_for_none() -> None:
    assert by_wall(date(2027, 11, 7), time(1, 30), NY) == ny("2027-11-07T01:30")
    assert by_wall(date(2027, 3, 14), time(2, 30), NY) == ny("2027-03-14T03:00")


# ---------------------------------------------------------------- mornings and noons


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2027-02-09T20:00", "2027-02-10T09:30"),
        ("2027-02-10T02:11", "2027-02-10T09:30"),
        ("2027-02-10T09:30", "2027-02-11T09:30"),
        ("2027-02-12T18:00", "2027-02-16T09:30"),
    ],
)
def test_D32_the_next_business_morning_is_the_next_to_come(at: str, due: str) -> None:
    assert next_business_morning(CALENDAR, ny(at)) == ny(due)


def test_D32_never_before_opening_and_half_an_hour() -> None:
    late = replace(CALENDAR, hours=Weekly(NY, tuple(Window(day, time(11), time(19)) for day in range(5))))
    assert next_business_morning(late, ny("2027-02-10T02:11")) == ny("2027-02-10T11:30")
    assert next_business_morning(late, ny("2027-02-10T11:29")) == ny("2027-02-10T11:30")


def test_V02_a_quarantined_voicemail_waits_for_ten_of_the_next_business_day() -> None:
    due = next_business_morning(CALENDAR, ny("2027-02-12T18:00"), morning=time(10))
    assert due == ny("2027-02-16T10:00")


def test_INV03_there_is_a_morning_even_without_business_hours_or_days() -> None:
    bare = replace(CALENDAR, hours=Weekly(NY))
    assert next_business_morning(bare, ny("2027-02-13T10:00")) == ny("2027-02-14T09:30")
    shut = replace(CALENDAR, closed={date(2027, 1, 1) + timedelta(days=n): "closed" for n in range(900)})
    assert next_business_morning(shut, ny("2027-02-13T10:00")) == ny("2027-02-14T09:30")


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2027-02-09T11:59", "2027-02-09T12:00"),
        ("2027-02-09T12:00", "2027-02-10T12:00"),
        ("2027-02-12T21:00", "2027-02-16T12:00"),
    ],
)
def test_D33_the_first_business_noon_after(at: str, due: str) -> None:
    assert next_business_noon(CALENDAR, ny(at)) == ny(due)


@given(instants)
def test_D32_mornings_and_noons_lie_ahead_on_a_business_day_at_their_wall_time(at: datetime) -> None:
    for due, wall in (
        (next_business_morning(CALENDAR, at), time(9, 30)),
        (next_business_noon(CALENDAR, at), time(12)),
    ):
        local = due.astimezone(ZoneInfo(NY))
        assert due > at
        assert local.time() == wall
        assert CALENDAR.business_day(local.date())
        eve = (local - timedelta(days=1)).date()
        assert eve < CALENDAR.local_date(at) or not CALENDAR.business_day(eve) or by_wall(eve, wall, NY) <= at


# ---------------------------------------------------------------- guaranteed promises


def test_D33_24_hours_where_somebody_is_on_duty_then() -> None:
    at = ny("2027-02-12T16:00")
    assert guaranteed_callback(at, CALENDAR, always) == ny("2027-02-13T16:00")
    assert guaranteed_callback(at, CALENDAR, nobody) == ny("2027-02-16T12:00")
    assert guaranteed_callback(ny("2027-02-09T16:00"), CALENDAR, CALENDAR.is_open) == ny("2027-02-10T16:00")


def test_D33_24_hours_over_the_change_of_clocks_are_24_hours() -> None:
    assert guaranteed_callback(ny("2027-11-06T22:00"), CALENDAR, always) == ny("2027-11-07T21:00")


def test_V21_after_hours_is_noon_but_never_later_than_24_hours() -> None:
    assert after_hours_callback(ny("2027-02-09T20:00"), CALENDAR, always) == ny("2027-02-10T12:00")
    assert after_hours_callback(ny("2027-02-12T20:00"), CALENDAR, always) == ny("2027-02-13T20:00")
    assert after_hours_callback(ny("2027-02-12T20:00"), CALENDAR, nobody) == ny("2027-02-16T12:00")


def test_INV15_a_promise_longer_than_every_gap_can_be_kept() -> None:
    night = ny("2027-02-09T23:00")
    gap = Spans((Span(night, night + HOUR),))
    assert keepable(HOUR, Spans())
    assert not keepable(HOUR, gap)
    assert keepable(HOUR + MINUTE, gap)


# ---------------------------------------------------------------- openings and listening


def test_D41_half_an_hour_after_the_next_opening() -> None:
    assert after_next_opening(CALENDAR, ny("2027-02-12T23:00"), 30) == ny("2027-02-16T09:30")
    assert after_next_opening(CALENDAR, ny("2027-02-10T08:00"), 60) == ny("2027-02-10T10:00")


def test_INV03_something_is_due_though_the_practice_never_opens() -> None:
    bare = replace(CALENDAR, hours=Weekly(NY))
    assert after_next_opening(bare, ny("2027-02-10T08:00"), 60) == ny("2027-02-10T09:30")


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2027-02-09T14:00", "2027-02-09T15:00"),
        ("2027-02-09T16:00", "2027-02-09T17:00"),
        ("2027-02-09T16:01", "2027-02-10T09:30"),
        ("2027-02-12T16:30", "2027-02-16T09:30"),
    ],
)
def test_D32_listening_within_60_minutes_if_that_still_lies_in_hours(at: str, due: str) -> None:
    assert listen_in_hours(CALENDAR, ny(at)) == ny(due)


def test_D32_the_hours_of_the_person_who_listens_may_count() -> None:
    assert listen_in_hours(CALENDAR, ny("2027-02-09T18:00"), always) == ny("2027-02-09T19:00")


# ---------------------------------------------------------------- safe windows and key 3


def test_D38_the_earlier_of_promise_and_window_end() -> None:
    due = ny("2027-02-09T15:00")
    assert safe_window_cap(due, None) == due
    assert safe_window_cap(due, due - MINUTE) == due - MINUTE
    assert safe_window_cap(due, due + MINUTE) == due


def test_D38_the_safe_window_that_runs_or_the_next() -> None:
    window = (time(10), time(12))
    tuesday = Span(ny("2027-02-09T10:00"), ny("2027-02-09T12:00"))
    assert safe_window(ny("2027-02-09T11:59"), window, NY) == tuesday
    assert safe_window(ny("2027-02-09T08:00"), window, NY) == tuesday
    assert safe_window(ny("2027-02-09T12:00"), window, NY).start == ny("2027-02-10T10:00")
    over_night = (time(22), time(6))
    assert safe_window(ny("2027-02-09T01:00"), over_night, NY).end == ny("2027-02-09T06:00")


@pytest.mark.parametrize(("choice", "due"), [(1, "14:22"), (2, "14:37"), (3, "15:07")])
def test_D37_key_three_is_due_at_the_minute_that_is_spoken(choice: int, due: str) -> None:
    assert key_three(ny("2027-02-09T14:07:40"), choice) == ny(f"2027-02-09T{due}")


def test_D38_key_three_never_passes_the_cap() -> None:
    cap = ny("2027-02-09T14:30")
    assert key_three(ny("2027-02-09T14:07:40"), 3, cap) == cap


def test_D37_any_other_key_is_refused() -> None:
    for key in (0, 4):
        with pytest.raises(ValueError, match="1, 2 or 3"):
            key_three(ny("2027-02-09T14:00"), key)


@given(instants, st.sampled_from((1, 2, 3)))
def test_D37_rounding_never_makes_it_later(at: datetime, choice: int) -> None:
    promised = (15, 30, 60)[choice - 1] * MINUTE
    assert promised - MINUTE < key_three(at, choice) - at <= promised


# ---------------------------------------------------------------- anniversaries


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2027, 12, 15), 1, date(2028, 1, 15)),
    ],
)
def test_D53_months_end_on_the_last_of_a_short_month(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


def test_D53_an_anniversary_is_on_the_practices_wall() -> None:
    assert anniversary(ny("2028-02-29T22:30"), 12, NY) == ny("2029-02-28T22:30")
    assert anniversary(ny("2027-03-10T10:00"), 1, NY) == ny("2027-04-10T10:00")


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("at", "zone", "goes"),
    [
        ("2027-02-09T10:00", NY, "2027-02-09T10:00"),
        ("2027-02-09T17:00", NY, "2027-02-10T09:00"),
        ("2027-02-09T09:30", LA, "2027-02-09T11:00"),
        ("2027-02-12T20:00", LA, "2027-02-15T11:00"),
        ("2027-02-10T11:00", LA, "2027-02-10T11:00"),
    ],
)
def test_O05_a_text_is_held_for_the_clients_day_and_the_clinicians_hours(
    at: str, zone: str, goes: str
) -> None:
    assert text_window(ny(at), zone, STATED) == ny(goes)


def test_D50_where_the_two_never_meet_the_next_eight_of_the_client() -> None:
    nights = expanded(Weekly(NY, (Window(2, time(1), time(6)),)), Reading.AVAILABLE, date(2027, 2, 1))
    assert text_window(ny("2027-02-09T22:00"), NY, nights) == ny("2027-02-10T08:00")
    assert text_window(ny("2027-02-10T08:00"), NY, nights) == ny("2027-02-10T08:00")
    assert text_window(ny("2027-02-10T08:01"), LA, nights) == ny("2027-02-10T11:00")


@given(instants, zones)
def test_O05_a_held_text_goes_at_the_first_instant_of_both_hours(at: datetime, zone: str) -> None:
    def both(moment: datetime) -> bool:
        day = time(8) <= moment.astimezone(ZoneInfo(zone)).time() < time(21)
        return day and STATED.contains(moment)

    goes = text_window(at, zone, STATED)
    local = goes.astimezone(ZoneInfo(zone))
    assert goes >= at
    assert time(8) <= local.time() < time(21)
    if both(goes):
        assert text_window(goes, zone, STATED) == goes
        assert goes == at or not both(goes - timedelta(microseconds=1))
        waited = int((goes - at) / (15 * MINUTE))
    else:
        assert local.time() == time(8)
        assert goes - at <= 25 * HOUR
        waited = 14 * 24 * 4
    assert not any(both(at + n * 15 * MINUTE) for n in range(0 if goes > at else waited, waited))


def test_D57_a_reply_may_go_until_sixty_minutes_to_the_second() -> None:
    theirs = ny("2027-02-09T22:00")
    assert may_send_now(theirs + HOUR, last_text_at=theirs)
    assert not may_send_now(theirs + HOUR + timedelta(microseconds=1), last_text_at=theirs)


def test_D57_the_sixty_minutes_are_elapsed_on_the_long_night() -> None:
    eastern = ZoneInfo(NY)
    theirs = datetime(2027, 11, 7, 1, 30, tzinfo=eastern)
    assert may_send_now(datetime(2027, 11, 7, 1, 30, fold=1, tzinfo=eastern), last_text_at=theirs)
    assert not may_send_now(datetime(2027, 11, 7, 1, 31, fold=1, tzinfo=eastern), last_text_at=theirs)


def test_D17_a_text_about_a_visit_in_the_next_twelve_hours_may_go() -> None:
    at = ny("2027-02-09T22:00")
    assert may_send_now(at, visit_at=at + 12 * HOUR)
    assert not may_send_now(at, visit_at=at + 12 * HOUR + MINUTE)
    assert not may_send_now(at, visit_at=at - MINUTE)
    assert not may_send_now(at)
