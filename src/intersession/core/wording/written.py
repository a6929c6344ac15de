"""Facts in writing: short for texts ("3:10pm", "May 31", "las 3:10pm"), fuller for screens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import assert_never

from .moment import FAR, Moment, zone_words
from .pack import Pack
from .spoken import Ear
from .values import At, Day, Days, Digits, Handle, Hours, OpenHours, Until, Var, Window, ZoneOf

SATURDAY = 5
NOON = (12, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How it is written: for a text or a screen, by which clock, and how short."""

    ear: Ear
    text: bool
    """A text: short day names, and in Spanish no word that GSM-7 lacks a sign for."""
    terse: bool = False
    """Every day and month in its shortest form."""
    clock24: bool = False
    dated: bool = False
    """The wording names the date beside the time, so that the time is a clock time alone."""
    zoned: bool = False
    """The wording names the zone beside the time."""

    @property
    def pack(self) -> Pack:
        """The language."""
        return self.ear.pack

    @property
    def spanish(self) -> bool:
        """Whether times take an article."""
        return self.ear.pack.tongue == "es"


def put(name: str, value: Var, page: Page) -> str | None:
    """The fact `name` in writing, or None where it cannot be written in a text of this language."""
    match value:
        case str():
            return number(value) if name in ("digits", "number") else value
        case int():
            return str(value)
        case At() | Until():
            return _time(name, page.ear.moment(value.instant, value.zone), page)
        case Window():
            start, end = (_time("", page.ear.moment(edge), page) for edge in (value.start, value.end))
            return f"{start} - {end}"
        case Digits():
            return number(value.number)
        case Handle():
            return value.handle
        case Day():
            return day(value.date, page)
        case Days():
            return _days(value, page)
        case Hours():
            return _hours(value, page)
        case ZoneOf():
            return zone_words(value.instant, value.zone, page.pack)
        case _:
            assert_never(value)


def number(phone: str) -> str:
    """Such as "212-555-0142"; a number from elsewhere as it is."""
    figures = re.sub(r"\D", "", phone)
    home = re.fullmatch(r"1?(\d{3})(\d{3})(\d{4})", figures)
    return "-".join(home.groups()) if home else phone


def day(on: date, page: Page) -> str:
    """Such as "May 31"; "31 de mayo"."""
    months = page.pack.short_months if page.terse else page.pack.months
    month = months[on.month - 1]
    return f"{on.day} de {month}" if page.spanish else f"{month} {on.day}"


def clock(at: time, page: Page) -> str:
    """Such as "3:10pm", "9am", or "15:10" for a reader of the 24-hour clock."""
    if page.clock24:
        return f"{at.hour}:{at.minute:02}"
    if (at.hour, at.minute) == NOON and not page.spanish:
        return "noon"
    minute = f":{at.minute:02}" if at.minute else ""
    return f"{(at.hour - 1) % 12 + 1}{minute}{'pm' if at.hour >= 12 else 'am'}"


def _time(name: str, at: Moment, page: Page) -> str:
    local, ahead = at.local, at.days_ahead
    if at.midnight:  # "12am Monday" is read both ways; a minute earlier is not, and promises no more
        local, ahead = local - timedelta(minutes=1), ahead - 1
    zone = f" {at.zone_short}" if at.zone_short and not page.zoned else ""
    said = clock(local.time(), page)
    match name:
        case "date":
            return day(local.date(), page)
        case "time" if page.dated:
            return f"{said}{zone}"
        case "slot_a" | "slot_b":
            return f"{day(local.date(), page)}{' ' if page.spanish else ' at '}{said}{zone}"
        case _ if page.spanish:
            return f"{_article(local)}{said}{zone}{_of_day_es(local, ahead, page)}"
        case _:
            return f"{said}{zone}{_of_day_en(local, ahead, page)}"


def _article(local: datetime) -> str:
    return "la " if local.hour in (1, 13) else "las "


def _of_day_en(local: datetime, ahead: int, page: Page) -> str:
    if abs(ahead) <= 1:
        return {0: "", 1: " tomorrow", -1: " yesterday"}[ahead]
    return f" {day(local.date(), page) if abs(ahead) > FAR else _weekday(local.weekday(), page)}"


def _of_day_es(local: datetime, ahead: int, page: Page) -> str:
    if abs(ahead) <= 1:
        return {0: "", 1: " de mañana", -1: " de ayer"}[ahead]
    unwritable = page.text and local.weekday() == SATURDAY  # sábado has a sign that GSM-7 lacks
    named = abs(ahead) <= FAR and not unwritable
    return f" del {_weekday(local.weekday(), page) if named else day(local.date(), page)}"


def _weekday(day_: int, page: Page) -> str:
    return page.pack.short_days[day_] if page.terse else page.pack.days[day_]


def _days(days: Days, page: Page) -> str:
    """Such as "September 20-October 3"; "20 al 30 de septiembre", to stand after "del"."""
    first, last = days.first, days.last
    same = (first.year, first.month) == (last.year, last.month)
    if page.spanish:
        return f"{first.day if same else day(first, page)} al {day(last, page)}"
    if first == last:
        return day(first, page)
    return f"{day(first, page)}-{last.day if same else day(last, page)}"


def _hours(hours: Hours, page: Page) -> str | None:
    spans = [_open(span, page) for span in hours.spans]
    return None if None in spans else "; ".join(span for span in spans if span)


def _open(span: OpenHours, page: Page) -> str | None:
    """Such as "Mon to Fri, 9am to 5pm"; None where a Spanish text would have to write sábado."""
    names = page.pack.short_days if page.text else page.pack.days
    run = len(span.days) > 2 and span.days[-1] - span.days[0] == len(span.days) - 1
    told = (span.days[0], span.days[-1]) if run else span.days
    if page.spanish and page.text and SATURDAY in told:
        return None
    between = (" a " if page.spanish else " to ") if run else ", "
    days = between.join(names[day_] for day_ in told)
    full = page.spanish and not page.text
    hours = f"{clock(span.opens, page)}{' a ' if page.spanish else ' to '}{clock(span.closes, page)}"
    return f"{'de ' if full and run else ''}{days}, {'de ' if full else ''}{hours}"
