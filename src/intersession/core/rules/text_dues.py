"""What a text owes: who reads it and by when, who is called back, who is paged (X01-X11, D31-D33, D45, D49).

Due times count from the arrival at the carrier (D31).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..agreement import TextScope
from ..caller import CallerClass, current_clients
from ..facts import Client, Facts, Role
from ..ids import StaffId
from ..levels import COACHED
from ..promise import (
    after_next_opening,
    guaranteed_callback,
    listen_in_hours,
    next_business_morning,
    safe_window,
    within,
)
from ..seats import director, duty
from ..situation import OnCallNow
from ..tasks import LadderFirst, TaskKind
from .text_situation import KNOWN, Answering, TextSituation, kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOwed:
    """The debts of one text."""

    kind: TaskKind
    owner: StaffId | None
    listen_by: datetime
    """Read by a person by then."""
    call_by: datetime | None
    """Called by then; None where no call is promised, or none is safe."""
    finish_by: datetime
    """A person says how it ended by then."""
    ladder: LadderFirst | None
    """Who is paged first; None: nobody is paged before it is overdue."""


def pages(rule: str, s: TextSituation) -> LadderFirst | None:
    """Who is paged first for a text; None where it waits in the list."""
    if not _wants_page(rule, s):
        return None
    if s.on_call is OnCallNow.NONE:  # there is nobody but the client's own clinician
        return LadderFirst.PRIMARY if s.caller in KNOWN and (s.in_hours or _coached(s)) else None
    if s.caller not in KNOWN or s.caller is CallerClass.SHARED or s.paused or _strict(rule, s):
        return LadderFirst.ON_CALL
    by_agreement = rule == "X05" or (rule == "X02" and _coached(s))
    return LadderFirst.PRIMARY if by_agreement or s.in_hours else LadderFirst.ON_CALL


def _strict(rule: str, s: TextSituation) -> bool:
    """The safety notice is switched off: the person on call is paged instead (D1, INV-05b)."""
    return rule in ("X06", "X07", "X08") and not s.notices and s.answering is not Answering.NEVER


def _wants_page(rule: str, s: TextSituation) -> bool:
    night = not s.in_hours
    match rule:
        case "X01":
            return (night and _coached(s)) or (s.caller in KNOWN and not s.text_ok)
        case "X02":
            return s.caller in KNOWN or night
        case "X03":
            return s.caller in KNOWN and (_coached(s) or not s.text_ok)
        case "X04":
            return night and _coached(s)
        case "X05" | "V03" | "V04":
            return True
        case "X06" | "X08":
            return _strict(rule, s) or _coached(s) or (night and s.caller is CallerClass.DISCHARGED)
        case "X07":
            return _strict(rule, s)
        case _:
            return False


def _coached(s: TextSituation) -> bool:
    return s.path in COACHED or s.scope is TextScope.COACHING


def owed(
    rule: str, s: TextSituation, facts: Facts, client: Client | None, arrived: datetime, now: datetime
) -> TextOwed:
    """The debts of one text under one rule."""
    case = _Case(rule=rule, s=s, facts=facts, client=client, arrived=arrived, now=now)
    ladder = pages(rule, s)
    read = _read_by(case, ladder)
    called = _called_by(case, ladder)
    return TextOwed(
        kind=kind_of(s.caller, s.word),
        owner=_owner(case, ladder),
        listen_by=read if called is None else min(read, called),
        call_by=_dialled_by(case, called) if called is not None and s.call_ok else None,
        finish_by=max(read, _promise(case)),
        ladder=ladder,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    rule: str
    s: TextSituation
    facts: Facts
    client: Client | None
    arrived: datetime
    now: datetime

    def minutes(self, count: int) -> datetime:
        return within(self.arrived, timedelta(minutes=count))

    def after_opening(self, minutes: int) -> datetime:
        policy = self.facts.practice.policy
        return after_next_opening(
            self.facts.practice.calendar,
            self.arrived,
            minutes,
            morning=policy.morning,
            after_opening_minutes=policy.morning_after_opening_minutes,
        )


def _read_by(case: _Case, ladder: LadderFirst | None) -> datetime:
    policy = case.facts.practice.policy
    if case.rule == "V02":
        return _refused_by(case)
    if case.rule == "X04" and case.s.path in COACHED:
        return case.minutes(policy.listen_in_hours_minutes)
    if ladder is not None:
        return case.minutes(policy.stop_oncall_minutes if case.rule == "X01" else policy.listen_coaching_minutes)
    if case.rule == "X07":
        return _morning(case)
    if case.rule in ("X02", "V03", "V04") and not case.s.in_hours:  # D41: nobody can be paged
        return case.after_opening(policy.listen_urgent_minutes)
    if case.rule == "X04" and not case.s.in_hours:
        return case.after_opening(policy.listen_in_hours_minutes)
    return listen_in_hours(
        case.facts.practice.calendar,
        case.arrived,
        minutes=policy.listen_in_hours_minutes,
        morning=policy.morning,
        after_opening_minutes=policy.morning_after_opening_minutes,
    )


def _called_by(case: _Case, ladder: LadderFirst | None) -> datetime | None:
    """When a call is due by the rule alone; None where a reply in writing will do, or nothing is promised."""
    policy = case.facts.practice.policy
    soon = case.s.in_hours or ladder is not None
    match case.rule:
        case "X01":
            return case.minutes(policy.stop_minutes) if soon else case.after_opening(policy.stop_minutes)
        case "X02":
            return _promise(case)
        case "X06" | "X08":
            minutes = policy.text_callback_minutes
            return case.minutes(minutes) if soon else case.after_opening(minutes)
        case _:
            return None


def _dialled_by(case: _Case, due: datetime) -> datetime:
    """D38: never after the safe window's end; before it opens, soon after it does."""
    client = case.client
    if client is None or client.safe.window is None:
        return due
    practice = case.facts.practice
    window = safe_window(case.arrived, client.safe.window, client.zone or practice.zone)
    opens = within(window.start, timedelta(minutes=practice.policy.text_callback_minutes))
    return min(due if window.contains(case.arrived) else max(due, opens), window.end)


def _promise(case: _Case) -> datetime:
    """The guaranteed answer (D32, D33)."""
    practice, client = case.facts.practice, case.client
    staff = practice.staff.get(client.primary) if client and client.primary else None

    def on_duty(at: datetime) -> bool:
        stated = staff.schedule.stated.contains(at) if staff else practice.calendar.is_open(at)
        return stated or bool(duty(practice, at))

    return guaranteed_callback(
        case.arrived,
        practice.calendar,
        on_duty,
        hours=practice.policy.guaranteed_hours,
        noon=practice.policy.noon,
    )


def _morning(case: _Case) -> datetime:
    policy = case.facts.practice.policy
    return next_business_morning(
        case.facts.practice.calendar,
        case.arrived,
        morning=policy.morning,
        after_opening_minutes=policy.morning_after_opening_minutes,
    )


def _refused_by(case: _Case) -> datetime:
    """A blocked number: the next business day. A hard reject: the review date (V02, D40, D45)."""
    block, calendar = case.facts.caller.block, case.facts.practice.calendar
    if case.s.caller is CallerClass.REJECTED and block is not None:
        day = next(calendar.business_days(block.review_on), block.review_on)
        return max(calendar.opening(day) or case.now, case.now)
    return next_business_morning(calendar, case.arrived, morning=case.facts.practice.policy.block_listen)


def _owner(case: _Case, ladder: LadderFirst | None) -> StaffId | None:
    """INV-03: somebody always owns it."""
    practice, on_call = case.facts.practice, next(iter(duty(case.facts.practice, case.now)), None)
    block = case.facts.caller.block
    if case.rule == "V02" and block is not None:
        return block.author
    if case.s.caller is CallerClass.SHARED:
        return practice.triage or _supervisor(case) or on_call or director(practice)
    if ladder is LadderFirst.ON_CALL:
        return on_call or _next_on_call(case) or _own(case) or director(practice)
    return _own(case) or director(practice)


def _own(case: _Case) -> StaffId | None:
    """The primary; for somebody without one the desk, else whose line it is."""
    practice, client, line = case.facts.practice, case.client, case.facts.line
    primary = client.primary if client is not None and case.s.caller in KNOWN else None
    if primary in practice.staff:
        return primary
    return next(iter(practice.desk), line.staff if line is not None else None)


def _next_on_call(case: _Case) -> StaffId | None:
    """In a gap of the rota: whoever is on call next (D41)."""
    shift = case.facts.practice.rota.next_on_call(case.now)
    return shift.staff if case.s.on_call is OnCallNow.GAP and shift is not None else None


def _supervisor(case: _Case) -> StaffId | None:
    """Of a trainee among the clinicians of a shared number (V09)."""
    clients = current_clients(case.facts.caller)
    people = (case.facts.practice.staff.get(client.primary) for client in clients if client.primary)
    return next((p.supervisor for p in people if p and Role.TRAINEE in p.roles and p.supervisor), None)
