"""What an e-mail or a request by the web form owes: who reads it and by when, who is called and by when
(E01-E03, D31-D33, D38, D40).

Due times count from the arrival. Nobody is paged for either before it is overdue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..caller import CallerClass
from ..events import CallbackRequested, EmailArrived
from ..facts import Client, Facts
from ..hours import Span
from ..ids import StaffId
from ..levels import COACHED, path
from ..promise import guaranteed_callback, listen_in_hours, next_business_morning, safe_window, within
from ..seats import director, duty
from .holding import client_zone

REFUSED = frozenset({CallerClass.BLOCKED, CallerClass.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOwed:
    """The debts of one e-mail or one request."""

    owner: StaffId | None
    listen_by: datetime
    """Read by a person by then."""
    call_by: datetime | None
    """Called by then; None where a reply will do, or where no call is known to be safe."""
    finish_by: datetime
    """Answered by then: what A-MAIL says."""
    window: Span | None = None
    """When a call is safe, by the form and by what is on record."""


def mail_owed(event: EmailArrived, who: CallerClass, client: Client | None, facts: Facts, now: datetime) -> MailOwed:
    """An e-mail is read as an item of the day, and answered by what A-MAIL says."""
    answer_by = _minute(_answer_by(event.at, facts))
    read_by = _refused_by(event.at, who, facts) if who in REFUSED else _read_by(event.at, facts)
    if event.automatic and who not in REFUSED:
        read_by = _morning(event.at, facts)
    return MailOwed(
        owner=_owner(who, client, facts, now),
        listen_by=read_by if who in REFUSED else min(read_by, answer_by),
        call_by=None,
        finish_by=max(read_by, answer_by),
    )


def web_owed(
    event: CallbackRequested, who: CallerClass, client: Client | None, facts: Facts, now: datetime
) -> MailOwed:
    """A call within the safe window that was asked for: the earlier of the promise and its end (D38)."""
    owner, promised = _owner(who, client, facts, now), _promise(event.at, who, client, facts)
    if who in REFUSED:
        read_by = _refused_by(event.at, who, facts)
        return MailOwed(owner=owner, listen_by=read_by, call_by=None, finish_by=max(read_by, promised))
    window = call_window(event, facts)
    read_by = _read_by(event.at, facts)
    if window is None:
        return MailOwed(owner=owner, listen_by=read_by, call_by=None, finish_by=max(read_by, promised))
    if promised <= window.start:  # nothing is dialled before it opens: the promise counts from there
        promised = _promise(window.start, who, client, facts)
    call_by = _minute(min(promised, window.end))
    return MailOwed(
        owner=owner,
        listen_by=min(read_by, call_by),
        call_by=call_by,
        finish_by=max(call_by, promised),
        window=window,
    )


def call_window(event: CallbackRequested, facts: Facts) -> Span | None:
    """When a call is safe: in the window that was asked for, and in those on record for whoever this number
    may be. None where no such time is left, or no call is safe at all: a person decides (INV-13)."""
    start = max(event.safe_from, event.at)
    if start >= event.safe_to:
        return None
    window = Span(start, event.safe_to)
    for client in facts.caller.clients:
        found = _narrowed(window, client, facts)
        if found is None:
            return None
        window = found
    return window


def _narrowed(window: Span, client: Client, facts: Facts) -> Span | None:
    if not client.safe.call_ok:
        return None
    if client.safe.window is None:
        return window
    on_record = safe_window(window.start, client.safe.window, client_zone(client, facts.practice))
    start, end = max(window.start, on_record.start), min(window.end, on_record.end)
    return Span(start, end) if start < end else None


def _owner(who: CallerClass, client: Client | None, facts: Facts, now: datetime) -> StaffId | None:
    """INV-03: the primary; one listener for a shared number (V09); the desk for everybody else (E02)."""
    practice, block, line = facts.practice, facts.caller.block, facts.line
    if who in REFUSED and block is not None and block.author in practice.staff:
        return block.author
    if who is CallerClass.SHARED:
        return practice.triage or next(iter(duty(practice, now)), None) or director(practice)
    primary = client.primary if client is not None and who is CallerClass.CLIENT else None
    if primary in practice.staff:
        return primary
    of_line = line.staff if line is not None else None
    return next(iter(practice.desk), None) or of_line or director(practice)


def _answer_by(at: datetime, facts: Facts) -> datetime:
    """Mail is answered in office hours: whoever is on call at night does not count as there (INV-15, D33)."""
    policy, calendar = facts.practice.policy, facts.practice.calendar
    return guaranteed_callback(at, calendar, calendar.is_open, hours=policy.guaranteed_hours, noon=policy.noon)


def _promise(at: datetime, who: CallerClass, client: Client | None, facts: Facts) -> datetime:
    """As after a call: within the hour on a coaching path, else the guaranteed call back (D32, D33)."""
    practice, policy = facts.practice, facts.practice.policy
    if client is not None and who is CallerClass.CLIENT and path(client.access, client.phase) in COACHED:
        return within(at, timedelta(minutes=policy.coaching_minutes))
    staff = practice.staff.get(client.primary) if client is not None and client.primary else None

    def on_duty(then: datetime) -> bool:
        stated = staff.schedule.stated.contains(then) if staff else practice.calendar.is_open(then)
        return stated or bool(duty(practice, then))

    return guaranteed_callback(at, practice.calendar, on_duty, hours=policy.guaranteed_hours, noon=policy.noon)


def _read_by(at: datetime, facts: Facts) -> datetime:
    policy = facts.practice.policy
    return listen_in_hours(
        facts.practice.calendar,
        at,
        minutes=policy.listen_in_hours_minutes,
        morning=policy.morning,
        after_opening_minutes=policy.morning_after_opening_minutes,
    )


def _morning(at: datetime, facts: Facts) -> datetime:
    policy = facts.practice.policy
    return next_business_morning(
        facts.practice.calendar,
        at,
        morning=policy.morning,
        after_opening_minutes=policy.morning_after_opening_minutes,
    )


def _refused_by(at: datetime, who: CallerClass, facts: Facts) -> datetime:
    """A blocked address: the next business day. A hard reject: its review date (V02, D40)."""
    block, calendar = facts.caller.block, facts.practice.calendar
    morning = next_business_morning(calendar, at, morning=facts.practice.policy.block_listen)
    if who is not CallerClass.REJECTED or block is None:
        return morning
    day = next(calendar.business_days(block.review_on), block.review_on)
    return max(calendar.opening(day) or morning, at)


def _minute(at: datetime) -> datetime:
    """What is said to the minute is due at that minute."""
    return at.replace(second=0, microsecond=0)
