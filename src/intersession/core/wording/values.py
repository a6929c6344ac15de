"""The facts that a wording is filled with, as typed values.

Plain text is `str`, a count is `int`; whatever is spoken differently from how it is written has a type.
A fact that does not exist is None: its sentence is left out (INV-15).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeAlias


class WordingError(ValueError):
    """A wording cannot be said or written as asked; the message names the id and says what to do."""


@dataclass(frozen=True, slots=True)
class At:
    """An instant that is promised or told. Floored to the minute: a promise is never rounded up."""

    instant: datetime
    zone: str = ""
    """Another zone than the listener's, where one must be told."""

    def __post_init__(self) -> None:
        _aware(self.instant)


@dataclass(frozen=True, slots=True)
class Until:
    """The instant at which an absence or a pause ends. Rounded down to the minute."""

    instant: datetime
    zone: str = ""

    def __post_init__(self) -> None:
        _aware(self.instant)


@dataclass(frozen=True, slots=True)
class Window:
    """A span in which calls are taken."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        _aware(self.start)
        _aware(self.end)


@dataclass(frozen=True, slots=True)
class Digits:
    """A telephone number in E.164 form."""

    number: str


@dataclass(frozen=True, slots=True)
class Handle:
    """A client's handle: `JS`, `JS-2`. Spoken letter by letter."""

    handle: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date without a time."""

    date: date


@dataclass(frozen=True, slots=True)
class Days:
    """From the first date to the last, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class OpenHours:
    """On these weekdays (0 is Monday), from when to when by the wall clock. Closing at 00:00 is midnight."""

    days: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """The weekly hours of somebody, in the order in which they are told."""

    spans: tuple[OpenHours, ...]


@dataclass(frozen=True, slots=True)
class ZoneOf:
    """The name of a zone as it is at an instant (standard or daylight time)."""

    instant: datetime
    zone: str

    def __post_init__(self) -> None:
        _aware(self.instant)


Var: TypeAlias = str | int | At | Until | Window | Digits | Handle | Day | Days | Hours | ZoneOf


def _aware(instant: datetime) -> None:
    if instant.tzinfo is None:
        raise WordingError(f"{instant!r} has no time zone: pass an aware UTC datetime")
