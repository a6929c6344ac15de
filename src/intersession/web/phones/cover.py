"""The demo's "Add my on-call": a colleague is put on the rota for tonight or this weekend, or taken off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from ...core.events import ShiftSet
from ...core.ids import EventId, StaffId
from ...records.models import Shift
from .. import line
from .demo import Phone

TIER = 1
WEEKEND_FROM = time(17)
ENDS = time(8)
FRIDAY, MONDAY = 4, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Who could be on call, and until when they are."""

    staff: StaffId
    name: str
    on: bool
    says: str
    offer: str


def cover(phones: tuple[Phone, ...], zone: str) -> Cover | None:
    """None where the demo has no second clinician."""
    staffed = [one for one in phones if one.staff]
    colleague = next((one for one in staffed if one.staff != staffed[0].staff), None)
    if colleague is None or colleague.staff is None:
        return None
    now = line.now()
    shift = _running(StaffId(colleague.staff), now)
    until = shift.end if shift is not None else tonight(now, zone)
    when = f"{until.astimezone(ZoneInfo(zone)):%a %H:%M}"
    return Cover(
        staff=StaffId(colleague.staff),
        name=colleague.holder,
        on=shift is not None,
        says=f"{colleague.holder} is on call until {when}." if shift else f"{colleague.holder} is not on call.",
        offer="Remove my on-call" if shift else f"Add my on-call until {when}",
    )


def change(who: Cover, by: StaffId, zone: str) -> ShiftSet:
    """The event: on until the next 08:00, over a weekend until Monday; or off from now."""
    now = line.now()
    return ShiftSet(
        id=EventId(f"screen:shift:{uuid4()}"),
        practice=line.connected().practice,
        at=now,
        by=by,
        staff=who.staff,
        tier=TIER,
        start=now,
        end=now + timedelta(microseconds=1) if who.on else tonight(now, zone),
        remove=who.on,
    )


def tonight(now: datetime, zone: str) -> datetime:
    """The end of a duty that begins now."""
    wall = now.astimezone(ZoneInfo(zone))
    days = 0 if wall.time() < ENDS else 1
    weekend = wall.weekday() > FRIDAY or (wall.weekday() == FRIDAY and wall.time() >= WEEKEND_FROM)
    if weekend:
        days = (7 - wall.weekday()) % 7
    end = (wall.replace(tzinfo=None) + timedelta(days=days)).replace(hour=ENDS.hour, minute=0, second=0, microsecond=0)
    return end.replace(tzinfo=ZoneInfo(zone))


def _running(staff: StaffId, now: datetime) -> Shift | None:
    return Shift.objects.filter(staff=staff, tier=TIER, start__lte=now, end__gt=now).order_by("-end").first()
