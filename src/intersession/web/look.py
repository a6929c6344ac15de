"""Template tags and the words for instants: icons, clock times, days, how long until something is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@register.simple_tag
def icon(name: str, css: str = "i") -> SafeString:
    """An icon of the sprite. Always beside a word, so hidden from a screen reader."""
    return format_html('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>', css, name)


@register.simple_tag
def handle(name: str) -> SafeString:
    """A client's initials, never broken across lines."""
    return format_html('<span class="handle">{}</span>', name)


@register.filter
def typed(field: BoundField) -> SafeString:
    """What is typed into. A placeholder would go when somebody begins to type; the label stays."""
    return field.as_widget(attrs={"placeholder": False})


@register.filter
def clock(at: datetime, zone: str) -> str:
    """14:10, in the zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


@register.filter
def to_second(at: datetime, zone: str) -> str:
    """14:10:07, in the zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}"


@register.filter
def millis(at: datetime) -> int:
    """For clocks that run on in the browser."""
    return int(at.timestamp() * 1000)


@register.filter
def minutes(seconds: float | None) -> str:
    """0:40."""
    if seconds is None:
        return "length not known yet"
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def when(at: datetime, now: datetime, zone: str) -> str:
    """14:10 today; Mon 14:10 within the week; 3 Mar 14:10 beyond it."""
    there, here = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    days = (there.date() - here.date()).days
    if days == 0:
        return f"{there:%H:%M}"
    return f"{there:%a} {there:%H:%M}" if abs(days) < 7 else f"{day(at, now, zone)} {there:%H:%M}"


def full_when(at: datetime, zone: str) -> str:
    """Monday 08:00."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%A} {there:%H:%M}"


def day(at: datetime, now: datetime, zone: str) -> str:
    """3 Mar; with the year where it is another one."""
    there, here = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%b}" if there.year == here.year else f"{there.day} {there:%b} {there.year}"


def long_day(at: datetime, zone: str) -> str:
    """Tuesday 24 November."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%A} {there.day} {there:%B}"


def until(due: datetime, now: datetime) -> str:
    """in 34 min, 6 min late, in 3 h, 2 days late."""
    if due < now:
        return f"{_span(now - due)} late"
    return "now" if due - now < MINUTE else f"in {_span(due - now)}"


def _span(span: timedelta) -> str:
    if span < HOUR:
        return f"{max(span // MINUTE, 1)} min"
    if span < 2 * DAY:
        return f"{round(span / HOUR)} h"
    return f"{span // DAY} days"


def city(zone: str) -> str:
    """New York, of America/New_York."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def same_wall(a: str, b: str, at: datetime) -> bool:
    """Whether both zones show the same time at that instant."""
    return at.astimezone(ZoneInfo(a)).utcoffset() == at.astimezone(ZoneInfo(b)).utcoffset()


def anchor(id_: str) -> str:
    """An id as it may stand in an element's id."""
    return "".join(letter if letter.isalnum() else "-" for letter in id_)
