"""Facts reduced to the small closed Situation that a voice rule looks at.

Raw facts multiply past counting; situations can all be walked (`all_situations`), which is how the
invariants are proven.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import product

from .caller import CallerClass, classify, lead_client
from .facts import Client, Facts, Practice, Staff
from .hours import TimeClass, time_class
from .levels import Path, path
from .limits import Limit, LimitKind, LimitNow, limit_now
from .seats import cover_of, desk_staff, on_duty, pool_staff


class PrimaryNow(StrEnum):
    """The primary clinician, for this call at this instant."""

    NONE = "none"
    REACHABLE = "reachable"
    AFTER_HOURS = "after_hours"
    IN_SESSION = "in_session"
    NO_CALL = "no_call_time"
    DND = "dnd"
    COVERED = "time_off_covered"
    AWAY = "time_off"


class OnCallNow(StrEnum):
    """The on-call rota at this instant."""

    NONE = "none"
    """The practice has no on-call at all (D4)."""
    GAP = "gap"
    """It has one, but nobody is on duty now (D41)."""
    ONE = "one"
    TWO = "two"
    """Two tiers or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that the choice of a voice rule depends on."""

    caller: CallerClass
    path: Path = Path.STANDARD
    urgent: bool = False
    limit: LimitNow = LimitNow.NONE
    rule24: bool = False
    primary: PrimaryNow = PrimaryNow.NONE
    in_hours: bool = False
    pool: bool = False
    on_call: OnCallNow = OnCallNow.NONE
    desk: bool = False
    redial: bool = False
    """The third unanswered try within the quarter hour (V24)."""
    relay: bool = False
    foreign: bool = False
    """The recorded language is not the practice's default (V27)."""
    minor: bool = False

    def inputs(self) -> dict[str, str]:
        """As stored with the decision: names and closed values only."""
        return _inputs(self)


@lru_cache(maxsize=4096)
def _inputs(situation: Situation) -> dict[str, str]:
    return {f.name: str(getattr(situation, f.name)).lower() for f in fields(situation)}


def reduce(facts: Facts, urgent: bool, now: datetime) -> Situation:
    """Facts to Situation. Two facts that reduce alike are decided alike."""
    practice = facts.practice
    who = classify(facts.caller, now)
    client = lead_client(facts.caller, facts.line) if who in CLIENT_CLASSES else None
    limit, _ = limit_now(obeyed_limits(client, practice), now) if client else (LimitNow.NONE, None)
    return Situation(
        caller=who,
        path=path(client.access, client.phase) if client else Path.STANDARD,
        urgent=urgent,
        limit=limit,
        rule24=rule24_active(client, practice, now),
        primary=primary_now(client, practice, now),
        in_hours=in_hours(client, practice, now),
        pool=bool(pool_staff(practice, now, leave_out=client.primary if client else None)),
        on_call=on_call_now(practice, now),
        desk=bool(desk_staff(practice, now)),
        redial=_redials(facts, now),
        relay=_relay(facts, client),
        foreign=client is not None and client.language not in (None, practice.locale),
        minor=client is not None and client.minor,
    )


def obeyed_limits(client: Client, practice: Practice) -> tuple[Limit, ...]:
    """A phone holiday exists in DBT programs only (D20); narrowed hours and scheduled calls anywhere."""
    if practice.policy.dbt:
        return client.limits
    return tuple(limit for limit in client.limits if limit.kind is not LimitKind.PHONE_HOLIDAY)


CLIENT_CLASSES = frozenset({CallerClass.CLIENT, CallerClass.SHARED, CallerClass.BLOCKED})


def rule24_active(client: Client | None, practice: Practice, now: datetime) -> bool:
    """Whether the 24-hour rule holds at `now`; in DBT programs only (D20)."""
    return bool(
        client and practice.policy.dbt and client.rule24_until is not None and now < client.rule24_until
    )


def primary_now(client: Client | None, practice: Practice, now: datetime) -> PrimaryNow:
    """What the primary's own schedule says at `now`."""
    staff = practice.staff.get(client.primary) if client and client.primary else None
    if staff is None:
        return PrimaryNow.NONE
    match time_class(staff.schedule, now):
        case TimeClass.IN_HOURS:
            return PrimaryNow.REACHABLE
        case TimeClass.AFTER_HOURS:
            return PrimaryNow.AFTER_HOURS
        case TimeClass.IN_SESSION:
            return PrimaryNow.IN_SESSION
        case TimeClass.NO_CALL_TIME:
            return PrimaryNow.NO_CALL
        case TimeClass.DND:
            return PrimaryNow.DND
        case TimeClass.TIME_OFF:
            return PrimaryNow.COVERED if cover_of(staff, practice, now) else PrimaryNow.AWAY


def in_hours(client: Client | None, practice: Practice, now: datetime) -> bool:
    """In hours for this caller: the hours of whoever would answer; the practice's, where nobody is named."""
    staff = practice.staff.get(client.primary) if client and client.primary else None
    if staff is None:
        return practice.calendar.is_open(now)
    return _answering(staff, practice, now).schedule.stated.contains(now)


def _answering(staff: Staff, practice: Practice, now: datetime) -> Staff:
    """The clinician, or who stands in during time off (V18)."""
    if time_class(staff.schedule, now) is not TimeClass.TIME_OFF:
        return staff
    return cover_of(staff, practice, now) or staff


def on_call_now(practice: Practice, now: datetime) -> OnCallNow:
    """How many tiers are on duty and can be rung."""
    if not practice.policy.on_call or not practice.rota.exists:
        return OnCallNow.NONE
    tiers = [on_duty(practice, tier, now) for tier in (1, 2)]
    return (OnCallNow.GAP, OnCallNow.ONE, OnCallNow.TWO)[sum(staff is not None for staff in tiers)]


def _redials(facts: Facts, now: datetime) -> bool:
    policy = facts.practice.policy
    since = now - timedelta(minutes=policy.redial_minutes)
    tries = [at for at in (facts.thread.missed_calls if facts.thread else ()) if at > since]
    return len(tries) >= policy.redial_calls - 1


def _relay(facts: Facts, client: Client | None) -> bool:
    return bool((facts.call and facts.call.relay) or (client and client.needs_relay))


def all_situations() -> Iterator[Situation]:
    """Every Situation that can exist; those that no facts can produce are left out."""
    flags = (False, True)
    for who in CallerClass:
        known = who in CLIENT_CLASSES
        for where, limit, rule24, primary in product(
            Path if known else (Path.STANDARD,),
            LimitNow if known else (LimitNow.NONE,),
            flags if known else (False,),
            PrimaryNow if known else (PrimaryNow.NONE,),
        ):
            for urgent, open_now, pool, on_call, desk, redial, relay, foreign, minor in product(
                flags, flags, flags, OnCallNow, flags, flags, flags,
                flags if known else (False,), flags if known else (False,),
            ):  # fmt: skip
                yield Situation(
                    caller=who, path=where, urgent=urgent, limit=limit, rule24=rule24, primary=primary,
                    in_hours=open_now, pool=pool, on_call=on_call, desk=desk, redial=redial, relay=relay,
                    foreign=foreign, minor=minor,
                )  # fmt: skip
