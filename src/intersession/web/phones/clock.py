"""The demo's clock as the screen shows it, and where a press of a button moves it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .demo import Demo

FARTHEST = timedelta(days=60)
STEPS = (("+1 min", 1), ("+5 min", 5), ("+1 h", 60))


class CannotMove(ValueError):
    """A time that the clock cannot be moved to; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """One of the three buttons."""

    index: int
    label: str
    past: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockShown:
    """For the template. Wall time in the practice's zone."""

    at_ms: int
    zone: str
    says: str
    minute: int
    local: str
    """As a datetime-local field wants it."""
    jumps: tuple[Jump, ...]
    steps: tuple[tuple[str, int], ...] = STEPS


def clock_shown(demo: Demo, zone: str) -> ClockShown:
    """The clock, now."""
    now = demo.clock.now()
    wall = now.astimezone(ZoneInfo(zone))
    jumps = (
        Jump(index=index, label=label, past=_jump(demo, zone, index) <= now)
        for index, (label, *_) in enumerate(demo.jumps)
    )
    return ClockShown(
        at_ms=int(now.timestamp() * 1000),
        zone=zone,
        says=f"{wall:%a %H:%M:%S}",
        minute=wall.hour * 60 + wall.minute,
        local=f"{wall:%Y-%m-%dT%H:%M}",
        jumps=tuple(jumps),
    )


def wanted(demo: Demo, zone: str, form: Mapping[str, str]) -> datetime:
    """Where the form asks the clock to go. Raises CannotMove."""
    now = demo.clock.now()
    to = _asked(demo, zone, form, now)
    if to <= now:
        raise CannotMove("The clock does not go back. “Start again” begins the same week anew.")
    if to > now + FARTHEST:
        raise CannotMove(f"At most {FARTHEST.days} days at once.")
    return to


def _asked(demo: Demo, zone: str, form: Mapping[str, str], now: datetime) -> datetime:
    try:
        if "jump" in form:
            return _jump(demo, zone, int(form["jump"]))
        if "by" in form:
            return now + timedelta(minutes=max(1, min(int(form["by"]), 24 * 60)))
        if "minute" in form:
            wall = now.astimezone(ZoneInfo(zone))
            hour, minute = divmod(int(form["minute"]), 60)
            return wall.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return datetime.fromisoformat(form.get("at", "")).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, IndexError):
        raise CannotMove("That is no time. Choose a day and a time.") from None


def _jump(demo: Demo, zone: str, index: int) -> datetime:
    _, days, hour, minute = demo.jumps[index]
    monday = demo.week_of.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    day = monday + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=ZoneInfo(zone))
