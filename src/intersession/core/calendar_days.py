"""The practice's calendar: business hours, closed days, business days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from .spans import utc
from .windows import DAY, Expanded, Reading, Weekly, at_wall, expanded, zone_named

_YEAR = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When the practice is open. Built once for each version; `around` is about today (see `Expanded`).

    On a closed day nothing opens. A practice that states no business hours is never open, and every
    day that is not closed is a business day, so that a due time always exists (INV-03).
    """

    hours: Weekly
    closed: Mapping[date, str] = field(default_factory=dict)
    """Closed days with the name of each, as it is said."""
    around: date
    _open: Expanded = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        laid_out = expanded(self.hours, Reading.AVAILABLE, self.around, frozenset(self.closed))
        object.__setattr__(self, "_open", laid_out)

    @property
    def zone(self) -> str:
        """The practice's zone."""
        return self.hours.zone

    def local_date(self, at: datetime) -> date:
        """The date on the practice's wall at that instant."""
        return utc(at).astimezone(zone_named(self.zone)).date()

    def is_open(self, at: datetime) -> bool:
        """Whether the practice is open."""
        return self._open.contains(at)

    def closing(self, at: datetime) -> datetime | None:
        """When the hours running at `at` end; None where closed, or open without end."""
        return self._open.end_at(at)

    def next_opening(self, at: datetime) -> datetime | None:
        """The first opening after `at` (never `at` itself); None where none is in sight."""
        return self._open.next_start(at)

    def opening(self, day: date) -> datetime | None:
        """When the practice first opens on that date; None where it does not."""
        starts = [window.start for window in self.hours.windows if window.weekday == day.weekday()]
        if not starts or day in self.closed:
            return None
        return at_wall(day, min(starts), self.zone)

    def business_day(self, day: date) -> bool:
        """Whether business is done on that date."""
        if day in self.closed:
            return False
        return not self.hours.windows or any(window.weekday == day.weekday() for window in self.hours.windows)

    def business_days(self, first: date) -> Iterator[date]:
        """Business days from `first` on, itself included, for some 400 days ahead."""
        return (day for day in (first + number * DAY for number in range(_YEAR)) if self.business_day(day))

    def next_business_day(self, at: datetime) -> date:
        """The first business day after the date of `at`; tomorrow where there is none for a year."""
        tomorrow = self.local_date(at) + DAY
        return next(self.business_days(tomorrow), tomorrow)

    def add_open_minutes(self, at: datetime, minutes: float) -> datetime | None:
        """When so many minutes of open time have passed since `at`; None where that is not in sight."""
        left = timedelta(minutes=minutes)
        for span in self._open.since(utc(at)):
            if left <= span.length:
                return span.start + left
            left -= span.length
        return None
