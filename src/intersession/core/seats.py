"""Who can be rung now: primary, cover, pool, on-call tiers, desk. One place for every channel."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from .facts import Endpoint, Practice, Role, Staff
from .hours import TimeClass, time_class
from .ids import StaffId

INSTANTS = 512
"""Answers that are kept: many rules ask the same within one decision."""


@lru_cache(maxsize=INSTANTS)
def endpoint_of(practice: Practice, staff: StaffId) -> Endpoint | None:
    """The first reachable phone of a staff member (S02)."""
    person = practice.staff.get(staff)
    phones = [phone for phone in person.endpoints if phone.reachable] if person else []
    return min(phones, key=lambda phone: phone.doubtful, default=None)


def ringable(practice: Practice, staff: StaffId) -> bool:
    """Whether this person has a phone that can be rung at all."""
    return endpoint_of(practice, staff) is not None


@lru_cache(maxsize=INSTANTS)
def may_ring(practice: Practice, staff: StaffId, now: datetime) -> bool:
    """On-call duty goes before hours, no-call times and sessions; time off and DND go before duty, unless
    the person asked for urgent calls to come through."""
    person = practice.staff[staff]
    away = time_class(person.schedule, now) in (TimeClass.DND, TimeClass.TIME_OFF)
    return not away or person.urgent_through


def cover_of(staff: Staff, practice: Practice, now: datetime) -> Staff | None:
    """The named clinician who stands in now, and who can be rung (V18)."""
    for cover in staff.covers:
        person = practice.staff.get(cover.staff)
        if person is not None and cover.span.start <= now < cover.span.end and ringable(practice, person.id):
            if time_class(person.schedule, now) not in (TimeClass.DND, TimeClass.TIME_OFF):
                return person
    return None


@lru_cache(maxsize=INSTANTS)
def on_duty(practice: Practice, tier: int, now: datetime) -> StaffId | None:
    """Who is on call in a tier, if their phone can be rung at all. Tier 3 falls to the director (§3.8)."""
    staff = practice.rota.on_call(now, tier) if practice.policy.on_call else None
    if staff is None and tier == 3 and practice.policy.on_call and practice.rota.exists:
        staff = practice.director
    fits = staff is not None and ringable(practice, staff) and may_ring(practice, staff, now)
    return staff if fits else None


@lru_cache(maxsize=INSTANTS)
def duty(practice: Practice, now: datetime) -> tuple[StaffId, ...]:
    """Everybody on duty who can be rung, in the order of the tiers; an empty tier is skipped."""
    people = (on_duty(practice, tier, now) for tier in (1, 2, 3))
    return tuple(dict.fromkeys(staff for staff in people if staff is not None))


@lru_cache(maxsize=INSTANTS)
def on_shift(practice: Practice, now: datetime) -> tuple[StaffId, ...]:
    """On-call in the first two tiers, who can be rung; in a gap nobody: the director is no shift (D41)."""
    people = (on_duty(practice, tier, now) for tier in (1, 2))
    return tuple(dict.fromkeys(staff for staff in people if staff is not None))


@lru_cache(maxsize=INSTANTS)
def pool_staff(practice: Practice, now: datetime, *, leave_out: StaffId | None) -> tuple[StaffId, ...]:
    """Coaches with a valid credential who are free now, at most ten (S32, V15, D48)."""
    today = now.astimezone(ZoneInfo(practice.zone)).date()
    free = (
        staff
        for staff in practice.pool
        if staff != leave_out and ringable(practice, staff) and _coaches(practice.staff[staff], today, now)
    )
    return tuple(free)[: practice.policy.pool_most]


def _coaches(staff: Staff, today: date, now: datetime) -> bool:
    valid = staff.coach_until is not None and staff.coach_until >= today
    return valid and time_class(staff.schedule, now) in (TimeClass.IN_HOURS, TimeClass.AFTER_HOURS)


@lru_cache(maxsize=INSTANTS)
def desk_staff(practice: Practice, now: datetime) -> tuple[StaffId, ...]:
    """Who takes calls that nobody owns, in hours; never somebody in a session (V05, D22, D29)."""
    if not practice.calendar.is_open(now):
        return ()
    return tuple(
        staff
        for staff in practice.desk
        if ringable(practice, staff)
        and time_class(practice.staff[staff].schedule, now) in (TimeClass.IN_HOURS, TimeClass.AFTER_HOURS)
    )


def director(practice: Practice) -> StaffId | None:
    """The director; in a practice without one, the first clinician (INV-03)."""
    if practice.director is not None:
        return practice.director
    clinicians = (staff.id for staff in practice.staff.values() if Role.CLINICIAN in staff.roles)
    return next(clinicians, next(iter(practice.staff), None))
