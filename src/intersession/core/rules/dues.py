"""What a call owes if no human answers it: owner, listen due, callback due (§3.7, D31-D33, D35, D41, D46)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..caller import CallerClass, current_clients
from ..facts import Client, Facts, Role
from ..ids import StaffId
from ..levels import COACHED
from ..limits import LimitNow
from ..promise import (
    after_hours_callback,
    after_next_opening,
    guaranteed_callback,
    listen_in_hours,
    next_business_morning,
    safe_window,
    safe_window_cap,
    within,
)
from ..route import Owed, Route
from ..seats import director, duty, on_shift
from ..situation import OnCallNow, Situation
from ..tasks import LadderFirst

LONGEST_MESSAGE = timedelta(seconds=180)
"""The longest recording: a listen due that is said before the tone allows for it, and is never late."""



@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What the due times of one call depend on."""

    rule: str
    situation: Situation
    facts: Facts
    client: Client | None
    arrived: datetime
    now: datetime


def owed(rule: str, situation: Situation, facts: Facts, client: Client | None, now: datetime) -> Owed:
    """The debts of one rule. Callback due counts from the arrival, listen due from the recording's end (D31)."""
    arrived = facts.call.arrived_at if facts.call else now
    case = _Case(rule=rule, situation=situation, facts=facts, client=client, arrived=arrived, now=now)
    minutes = _listen_minutes(case)
    call_by = _safe(case, _call_by(case))
    return Owed(
        owner=_owner(case),
        listen_minutes=minutes,
        listen_by=None if minutes is not None else _listen_by(case),
        call_by=call_by,
        call_said=call_by is not None and rule not in ("V11", "V12", "V13"),
        ladder=LadderFirst.ON_CALL if minutes is not None else None,
        abandoned_call_by=_abandoned(case),
        look_by=_morning(case),
    )


def hear_by(route: Route, facts: Facts, now: datetime) -> datetime | None:
    """The listen due that may be said before the tone: to the minute, and never before it will be due."""
    if route.owed.listen_minutes is None:
        return route.owed.listen_by
    end = within(now, LONGEST_MESSAGE + timedelta(minutes=route.owed.listen_minutes))
    return end.replace(second=0, microsecond=0)


def _listen_minutes(case: _Case) -> int | None:
    """Elapsed minutes after the recording; None where the rule names a wall time."""
    policy, situation = case.facts.practice.policy, case.situation
    found = []
    if situation.limit is LimitNow.PAUSED or situation.limit is LimitNow.OUTSIDE_WINDOW:
        found.append(policy.listen_holiday_minutes)
    if situation.rule24:
        found.append(policy.listen_rule24_minutes)
    if situation.foreign:
        found.append(policy.listen_foreign_minutes)
    if case.rule == "V03":
        found.append(policy.listen_coaching_minutes)
    if situation.urgent:
        found.append(policy.listen_urgent_minutes)
    if situation.path in COACHED and situation.caller is not CallerClass.BLOCKED:
        found.append(policy.listen_coaching_minutes)
    return None if _nobody(case) or not found else min(found)


def _nobody(case: _Case) -> bool:
    """After hours in a practice without an on-call nobody can be paged: nothing is promised before it opens (D4, D41,
    INV-15)."""
    return case.situation.on_call is OnCallNow.NONE and not case.situation.in_hours


def _listen_by(case: _Case) -> datetime:
    practice, policy = case.facts.practice, case.facts.practice.policy
    if case.situation.urgent:  # D41: nobody is on call: 30 min after the next opening
        minutes = policy.listen_urgent_minutes
        return after_next_opening(practice.calendar, case.now, minutes, morning=policy.morning)
    if case.rule == "V02":
        return next_business_morning(practice.calendar, case.now, morning=policy.block_listen)
    if case.situation.in_hours:
        return listen_in_hours(
            practice.calendar,
            case.now,
            minutes=policy.listen_in_hours_minutes,
            morning=policy.morning,
            after_opening_minutes=policy.morning_after_opening_minutes,
        )
    return _morning(case)


def _morning(case: _Case) -> datetime:
    policy = case.facts.practice.policy
    return next_business_morning(
        case.facts.practice.calendar,
        case.now,
        morning=policy.morning,
        after_opening_minutes=policy.morning_after_opening_minutes,
    )


def _call_by(case: _Case) -> datetime | None:
    policy, practice = case.facts.practice.policy, case.facts.practice
    if case.rule in ("V02", "V06", "V08") or (case.rule == "V07" and not case.situation.in_hours):
        return None
    if (case.situation.path in COACHED or case.rule == "V03") and not _nobody(case):
        return within(case.arrived, timedelta(minutes=policy.coaching_minutes))
    if not case.situation.in_hours and (case.rule in ("V21", "V19") or case.situation.path in COACHED):
        return after_hours_callback(
            case.arrived, practice.calendar, _on_duty(case), hours=policy.guaranteed_hours, noon=policy.noon
        )
    return guaranteed_callback(
        case.arrived, practice.calendar, _on_duty(case), hours=policy.guaranteed_hours, noon=policy.noon
    )


def _on_duty(case: _Case) -> Callable[[datetime], bool]:
    """Whether somebody is on duty at an instant: the hours of whoever answers, or on-call (D33)."""
    practice, client = case.facts.practice, case.client
    staff = practice.staff.get(client.primary) if client and client.primary else None

    by_on_call = case.situation.path in COACHED or case.situation.urgent

    def answer(at: datetime) -> bool:
        stated = staff.schedule.stated.contains(at) if staff else practice.calendar.is_open(at)
        return stated or (by_on_call and bool(duty(practice, at)))

    return answer


def _safe(case: _Case, due: datetime | None) -> datetime | None:
    """A safe window that ends before the promise makes it earlier (D38)."""
    client = case.client
    if due is None or client is None or client.safe.window is None:
        return due
    zone = client.zone or case.facts.practice.zone
    window = safe_window(case.now, client.safe.window, zone)
    return safe_window_cap(due, window.end if window.contains(case.now) else None)


def _abandoned(case: _Case) -> datetime | None:
    """V25: a callback for coaching and high access, if a call is safe at all."""
    client = case.client
    if client is None or case.situation.path not in COACHED or not client.safe.call_ok:
        return None
    if _nobody(case):
        return _call_by(case)
    minutes = case.facts.practice.policy.abandoned_coaching_minutes
    return _safe(case, within(case.arrived, timedelta(minutes=minutes)))


def _owner(case: _Case) -> StaffId | None:
    """INV-03: on-call for what is due within minutes, the triage listener for a shared phone, else the primary."""
    practice = case.facts.practice
    on_call = next(iter(on_shift(practice, case.now)), None)
    if case.rule == "V16":
        return _own(case) or director(practice)  # the greeting says that she will call
    if _listen_minutes(case) is not None:
        return on_call or _next_on_call(case) or _own(case) or director(practice)
    if case.situation.caller is CallerClass.SHARED:
        return practice.triage or _supervisor(case) or on_call or director(practice)
    if case.rule == "V02" and case.facts.caller.block is not None:
        return case.facts.caller.block.author
    return _own(case) or next(iter(practice.desk), None) or director(practice)


def _next_on_call(case: _Case) -> StaffId | None:
    """In a gap of a rota that otherwise exists, the item belongs to the next on-call (D41)."""
    if case.situation.on_call is not OnCallNow.GAP:
        return None
    shift = case.facts.practice.rota.next_on_call(case.now)
    return shift.staff if shift else None


def _own(case: _Case) -> StaffId | None:
    if case.client is not None and case.client.primary in case.facts.practice.staff:
        return case.client.primary
    line = case.facts.line
    return line.staff if line is not None else None


def _supervisor(case: _Case) -> StaffId | None:
    clients = current_clients(case.facts.caller)
    people = (case.facts.practice.staff.get(client.primary) for client in clients if client.primary)
    return next((p.supervisor for p in people if p and Role.TRAINEE in p.roles and p.supervisor), None)
