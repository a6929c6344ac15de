"""When something is due (§3.7, D31-D33, D37, D38, D41).

Every function takes the instant from which the clock runs: the arrival at the carrier, or the end of a
recording (D31). Elapsed amounts are counted in UTC; wall times in the practice's zone, or the client's
where the name says so. All results are aware UTC. The defaults are those of the policy (§3.12).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from .hours import Calendar, Expanded, Reading, Span, Spans, at_wall, utc, wall_span, zone_named

DAY = timedelta(days=1)
MOMENT = timedelta.resolution
HELD_AT_MOST = timedelta(days=14)
"""Hours that do not meet within two weeks, closed days counted in, do not meet (D50)."""


def within(at: datetime, elapsed: timedelta) -> datetime:
    """`elapsed` later by the clock of the world: 24 h over a change of clocks is still 24 h (INV-15)."""
    return utc(at) + elapsed


def by_wall(day: date, wall: time, zone: str) -> datetime:
    """By that time on that day. A time that comes twice is due at the first, one that never comes at the
    change of clocks.
    """
    return at_wall(day, wall, zone)


def next_business_morning(
    calendar: Calendar, at: datetime, *, morning: time = time(9, 30), after_opening_minutes: int = 30
) -> datetime:
    """The next morning of a business day to come, today's included, never before opening + 30 min (D32)."""
    wait = timedelta(minutes=after_opening_minutes)

    def morning_of(day: date) -> datetime:
        opening = calendar.opening(day)
        due = by_wall(day, morning, calendar.zone)
        return max(due, opening + wait) if opening else due

    return _next_on_business_day(calendar, at, morning_of)


def next_business_noon(calendar: Calendar, at: datetime, *, noon: time = time(12, 0)) -> datetime:
    """The first 12:00 of a business day after `at`."""
    return _next_on_business_day(calendar, at, lambda day: by_wall(day, noon, calendar.zone))


def guaranteed_callback(
    at: datetime,
    calendar: Calendar,
    on_duty: Callable[[datetime], bool],
    *,
    hours: float = 24,
    noon: time = time(12, 0),
) -> datetime:
    """24 h where somebody is on duty then, else the first business-day 12:00 after `at` (D33)."""
    due = within(at, timedelta(hours=hours))
    return due if on_duty(due) else next_business_noon(calendar, at, noon=noon)


def after_hours_callback(
    at: datetime,
    calendar: Calendar,
    on_duty: Callable[[datetime], bool],
    *,
    hours: float = 24,
    noon: time = time(12, 0),
) -> datetime:
    """V21: the first business-day 12:00 after `at`, never later than a 24 h promise (D33)."""
    promised = guaranteed_callback(at, calendar, on_duty, hours=hours, noon=noon)
    return min(promised, next_business_noon(calendar, at, noon=noon))


def after_next_opening(
    calendar: Calendar,
    at: datetime,
    minutes: float,
    *,
    morning: time = time(9, 30),
    after_opening_minutes: int = 30,
) -> datetime:
    """So many minutes after the next opening (D32, D41). Where no opening is in sight: the next business
    morning, so that something is due (INV-03).
    """
    opening = calendar.next_opening(at)
    if opening:
        return within(opening, timedelta(minutes=minutes))
    return next_business_morning(calendar, at, morning=morning, after_opening_minutes=after_opening_minutes)


def listen_in_hours(
    calendar: Calendar,
    at: datetime,
    in_hours: Callable[[datetime], bool] | None = None,
    *,
    minutes: float = 60,
    morning: time = time(9, 30),
    after_opening_minutes: int = 30,
) -> datetime:
    """60 min if that still lies in hours (closing time itself does), else the next business morning (D32).

    `in_hours` says whose hours count; without it they are the practice's.
    """
    open_at = in_hours or calendar.is_open
    due = within(at, timedelta(minutes=minutes))
    if open_at(due) or open_at(due - MOMENT):
        return due
    return next_business_morning(calendar, at, morning=morning, after_opening_minutes=after_opening_minutes)


def keepable(promised: timedelta, uncovered: Spans) -> bool:
    """Whether "within `promised`" may be said at all: every stretch with nobody there is shorter (INV-15)."""
    return all(gap.length < promised for gap in uncovered)


def safe_window_cap(due: datetime, window_end: datetime | None) -> datetime:
    """What is said and due where the safe window ends before the promise (D38). None: no window."""
    return due if window_end is None else min(due, window_end)


def safe_window(at: datetime, window: tuple[time, time], zone: str) -> Span:
    """The safe window that is running at `at`, else the next one (D38), in the client's zone."""
    return next(span for span in _daily(at, window, zone) if at < span.end)


def key_three(
    at: datetime,
    choice: int,
    cap: datetime | None = None,
    *,
    minutes: tuple[int, int, int] = (15, 30, 60),
) -> datetime:
    """Key 3, then 1, 2 or 3: due is the minute that is spoken, rounded down (D37), never after `cap` (D38).

    ValueError for any other key.
    """
    if not 1 <= choice <= len(minutes):
        raise ValueError(f"key {choice}: 1, 2 or 3 choose how soon")
    due = safe_window_cap(within(at, timedelta(minutes=minutes[choice - 1])), cap)
    return due.replace(second=0, microsecond=0)


def anniversary(at: datetime, months: int, zone: str) -> datetime:
    """So many months later, at the same wall time. Where that month is too short: on its last day (D53)."""
    local = utc(at).astimezone(zone_named(zone))
    return by_wall(months_later(local.date(), months), local.time(), zone)


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day (D53)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def text_window(
    at: datetime,
    client_zone: str,
    stated: Expanded,
    *,
    text_from: time = time(8, 0),
    text_to: time = time(21, 0),
) -> datetime:
    """When a text may go that is held outside the hours (O05, D50): `at` itself, or the first instant that
    lies in both the client's 08:00-21:00 and the clinician's stated hours (`Schedule.stated`).

    Where the two do not meet: the next 08:00 of the client. Asked once, when the text is written: what was
    said then is kept.
    """
    start = utc(at)
    limit = start + HELD_AT_MOST
    for span in stated.since(start):
        if span.start >= limit:
            break
        for day in _daily(span.start, (text_from, text_to), client_zone):
            if day.start >= span.end:
                break
            if day.end > span.start:
                return max(day.start, span.start)
    return next(day.start for day in _daily(start, (text_from, text_to), client_zone) if day.start >= start)


def may_send_now(
    at: datetime,
    *,
    last_text_at: datetime | None = None,
    visit_at: datetime | None = None,
    reply_minutes: float = 60,
    visit_hours: float = 12,
) -> bool:
    """Whether a text outside the hours may go now by one tap (D17): a reply at most 60:00 after theirs
    reached the carrier (D57), or one about a visit within the next 12 hours.

    Safe-contact and STOP are not looked at here; they always win.
    """
    now = utc(at)
    replying = last_text_at is not None and now <= within(last_text_at, timedelta(minutes=reply_minutes))
    return replying or (visit_at is not None and now <= visit_at <= now + timedelta(hours=visit_hours))


def _next_on_business_day(calendar: Calendar, at: datetime, due_on: Callable[[date], datetime]) -> datetime:
    today = calendar.local_date(at)
    coming = (due_on(day) for day in calendar.business_days(today))
    return next((due for due in coming if due > at), due_on(today + DAY))


def _daily(at: datetime, window: tuple[time, time], zone: str) -> Iterator[Span]:
    """The same window on each day, from the eve of `at`; the client is the one made more reachable."""
    day = at.astimezone(zone_named(zone)).date() - DAY
    while True:
        span = wall_span(day, *window, zone, Reading.AVAILABLE)
        if span:
            yield span
        day += DAY
