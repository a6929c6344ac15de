"""Weekly windows of wall time, and what they are on the clock of the world (§3.7).

On the night on which clocks change, a wall time may not exist, or may come twice. A time that does not
exist is the instant of the change. A time that comes twice is read so that the client is MORE reachable:
availability starts at the earlier and ends at the later reading, unavailability the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .spans import NEVER, Pair, Span, Spans, merged, utc

DAY = timedelta(days=1)
DAYS_BEHIND = 35
DAYS_AHEAD = 400
DAYS_IN_SIGHT = 100
"""An expanded calendar sees at least this far ahead of any instant it is asked about."""


class Reading(StrEnum):
    """What a window says of the person whose it is."""

    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Window:
    """Wall time on one weekday (Monday 0 … Sunday 6). An end not after the start is on the next day."""

    weekday: int
    start: time
    end: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday {self.weekday}: give 0 (Monday) to 6 (Sunday)")
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError(
                "a window is wall time: its zone belongs to the weekly calendar, not to its times"
            )


@dataclass(frozen=True, slots=True)
class Weekly:
    """Windows that come back every week, in a named zone. No windows: never."""

    zone: str
    windows: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        zone_named(self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """A weekly calendar laid out from `horizon.start` to `horizon.end`.

    Asked about an instant from which it would see less than `DAYS_IN_SIGHT` ahead, it lays itself out
    anew around that instant (some milliseconds, remembered): no answer depends on the horizon.
    """

    weekly: Weekly
    reading: Reading
    without: frozenset[date]
    horizon: Span
    spans: Spans

    def near(self, at: datetime) -> Expanded:
        """This calendar with `at` well within its horizon."""
        if self.horizon.start <= at < self.horizon.end - DAYS_IN_SIGHT * DAY:
            return self
        return expanded(self.weekly, self.reading, utc(at).date().replace(day=1), self.without)

    def contains(self, at: datetime) -> bool:
        """Whether a window is running at `at`."""
        return self.near(at).spans.contains(at)

    def end_at(self, at: datetime) -> datetime | None:
        """When the window running at `at` ends; None where none runs, or no end is in sight."""
        here = self.near(at)
        end = here.spans.end_at(at)
        return None if end == here.horizon.end else end

    def next_start(self, at: datetime) -> datetime | None:
        """The first start of a window after `at`; None where none is in sight."""
        return self.near(at).spans.next_start(at)

    def since(self, at: datetime) -> Iterator[Span]:
        """The windows ahead of `at`, at least `DAYS_IN_SIGHT` far, a running one cut to begin at `at`."""
        return self.near(at).spans.since(at)


@lru_cache(maxsize=512)
def expanded(
    weekly: Weekly, reading: Reading, around: date, without: frozenset[date] = frozenset()
) -> Expanded:
    """The weekly calendar from 35 days before `around` to 400 days after it."""
    first, days = around - DAYS_BEHIND * DAY, DAYS_BEHIND + DAYS_AHEAD
    return Expanded(
        weekly=weekly,
        reading=reading,
        without=without,
        horizon=Span(day_start(first, weekly.zone), day_start(first + days * DAY, weekly.zone)),
        spans=expand(weekly, reading, first, days, without),
    )


def expand(
    weekly: Weekly, kind: Reading, first: date, days: int, without: frozenset[date] = frozenset()
) -> Spans:
    """The windows as instants, exact from the start of the day `first` for `days` days of the zone.

    A window that begins on a date in `without` falls out. A window that runs on past either edge is cut
    there, so neighbouring stretches join without a seam.
    """
    zone = zone_named(weekly.zone)
    start, end = day_start(first, weekly.zone), day_start(first + days * DAY, weekly.zone)
    if start >= end:  # a date that a zone skipped, as Samoa did with 2011-12-30
        return NEVER
    # Windows that touch are made one before they become instants: else a change of clocks at the seam
    # would tear a hole that nobody asked for.
    walls = merged(_walls(weekly, first - DAY, days + 1, without))
    resolved = (_resolved(wall, zone, kind) for wall in walls)
    return Spans(tuple(span for span in resolved if span)).clip(Span(start, end))


def wall_span(day: date, start: time, end: time, zone: str, kind: Reading) -> Span | None:
    """One stretch of wall time that begins on `day`; None where no instant is left of it."""
    return _resolved(_wall(day, start, end), zone_named(zone), kind)


@lru_cache(maxsize=4096)
def at_wall(day: date, wall: time, zone: str, *, later: bool = False) -> datetime:
    """The instant of a wall time. One that comes twice: the earlier, or the later where asked."""
    return readings(datetime.combine(day, wall), zone_named(zone))[1 if later else 0]


def day_start(day: date, zone: str) -> datetime:
    """The first instant of a date in a zone."""
    return at_wall(day, time(0), zone)


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The zone of that IANA name. ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}: give a name such as America/New_York") from error


def readings(wall: datetime, zone: ZoneInfo) -> Pair:
    """The earlier and the later instant that a naive wall time may mean; the same twice on most days."""
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if second < first:  # PEP 495: only a time that does not exist is turned round like this
        change = _change_between(second, first, zone)
        return change, change
    return first, second


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant, to the second, at which the zone leaves the offset that it has at `before`."""
    old = before.astimezone(zone).utcoffset()
    low = before.replace(microsecond=0)
    below, above = 0, (after - low) // timedelta(seconds=1) + 1
    while above - below > 1:
        middle = (below + above) // 2
        if (low + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            below = middle
        else:
            above = middle
    return low + timedelta(seconds=above)


def _walls(weekly: Weekly, first: date, days: int, without: frozenset[date]) -> Iterator[Pair]:
    for day in (first + number * DAY for number in range(days)):
        if day not in without:
            for window in weekly.windows:
                if window.weekday == day.weekday():
                    yield _wall(day, window.start, window.end)


def _wall(day: date, start: time, end: time) -> Pair:
    last = day if end > start else day + DAY
    return datetime.combine(day, start), datetime.combine(last, end)


def _resolved(wall: Pair, zone: ZoneInfo, kind: Reading) -> Span | None:
    starts, ends = readings(wall[0], zone), readings(wall[1], zone)
    match kind:
        case Reading.AVAILABLE:
            start, end = starts[0], ends[1]
        case Reading.UNAVAILABLE:
            start, end = starts[1], ends[0]
        case _:
            assert_never(kind)
    return Span(start, end) if start < end else None
