"""What a call leaves behind: who owes what, and until when (VM01, VM03, V24, V25, V27, D31, D35, D56)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from .call import Call, Declared
from .caller import lead_client
from .commands import AddReviewItem, Command, FlagContact
from .escalation import attempted
from .facts import Client, Facts
from .hours import until
from .ids import StaffId
from .owing import keep, opened, owe
from .promise import next_business_morning, within
from .route import Owed, Route
from .seats import director, duty
from .tasks import LadderFirst, Task, TaskKind, task_id


class Ending(StrEnum):
    """What happened that somebody may owe something for."""

    MESSAGE = "message"
    EMPTY = "empty"
    LOST = "lost"
    """A recording that could not be kept, or never came (INV-11)."""
    ABANDONED = "abandoned"
    """Gone without a message."""
    PAGED = "paged"
    CALL_LATER = "call_later"
    JOINED = "joined"
    TALKED = "talked"
    CRISIS = "crisis"
    NOTHING_NEW = "nothing_new"


def afterwards(
    call: Call, ending: Ending, route: Route, facts: Facts, now: datetime, recorded_at: datetime | None = None
) -> list[Command]:
    """The commands that follow from one ending."""
    match ending:
        case Ending.MESSAGE | Ending.LOST:
            return _message(call, route, facts, recorded_at or now, now)
        case Ending.EMPTY | Ending.ABANDONED:
            return _abandoned(call, ending, route, facts, now)
        case Ending.PAGED:
            return _owe(call, facts, facts_owner(facts), call.told_call_by, None, LadderFirst.PRIMARY, now)
        case Ending.CALL_LATER:
            return _owe(call, facts, call.callback_owner, call.callback_by, None, None, now)
        case Ending.JOINED:
            return _attempted(facts, call, now)
        case Ending.TALKED:
            return _talked(call, facts, now)
        case Ending.CRISIS:
            return _look(call, route, facts, now)
        case Ending.NOTHING_NEW:
            return []


def _message(call: Call, route: Route, facts: Facts, ended: datetime, now: datetime) -> list[Command]:
    """VM01: an owner and a listen due, counted from the end of the recording, never later than was told."""
    owed = route.owed
    listen_by = _earlier(_listen_by(owed, ended), call.told_hear_by)
    call_by = call.callback_by or _earlier(owed.call_by, call.told_call_by)
    out = _owe(call, facts, call.callback_owner or owed.owner, call_by, listen_by, owed.ladder, now)
    if route.modifiers and "V27" in route.modifiers:
        out += _interpreter(call, route, facts, listen_by, now)
    return out + _review(call, facts)


def _interpreter(
    call: Call, route: Route, facts: Facts, listen_by: datetime | None, now: datetime
) -> list[Command]:
    """V27: nobody here may understand it, so it counts as unheard."""
    kind = TaskKind.INTERPRETER
    task = Task(
        id=task_id(call.contact, kind),
        contact=call.contact,
        kind=kind,
        owner=route.owed.owner,
        opened_at=now,
        finish_by=listen_by or route.owed.look_by,
    )
    return [FlagContact(contact=call.contact, flag="unheard"), *opened(task)]


def _abandoned(call: Call, ending: Ending, route: Route, facts: Facts, now: datetime) -> list[Command]:
    """Hung up without a message (VM03, V25). Urgent: D35. On the coaching path a call is owed, and an empty recording
    pages (D56); redialled: on-call 1 and 2 are paged (V24). For others: listed, and a person decides (§3.11)."""
    flag = FlagContact(contact=call.contact, flag="abandoned")
    if call.declared is Declared.URGENT:
        return [flag, *_urgent_gone(call, facts, now), *_review(call, facts)]
    call_by = route.owed.abandoned_call_by
    if call_by is not None:
        call_by = _earlier(call_by, call.told_call_by)
    ladder = _paged_for(ending, route, call_by)
    if call_by is None and ladder is None:
        return [flag, *_look(call, route, facts, now), *_review(call, facts)]
    listen_by = route.owed.look_by if call_by is None else None
    return [flag, *_owe(call, facts, route.owed.owner, call_by, listen_by, ladder, now), *_review(call, facts)]


def _paged_for(ending: Ending, route: Route, call_by: datetime | None) -> LadderFirst | None:
    if "V24" in route.modifiers:
        return LadderFirst.BOTH
    return LadderFirst.ON_CALL if ending is Ending.EMPTY and call_by is not None else None


def _urgent_gone(call: Call, facts: Facts, now: datetime) -> list[Command]:
    """A hang-up after 1, of any class: a page ladder, and an attempt due in 15 min (D35)."""
    owner = next(iter(duty(facts.practice, now)), None)
    by = within(now, timedelta(minutes=facts.practice.policy.attempt_urgent_minutes))
    return _owe(call, facts, owner, by, None, LadderFirst.ON_CALL, now)


def _look(call: Call, route: Route, facts: Facts, now: datetime) -> list[Command]:
    """Nothing was promised, but it is listed and owned (INV-03)."""
    kind = TaskKind.LOOK
    owner = route.owed.owner or director(facts.practice)
    task = Task(
        id=task_id(call.contact, kind),
        contact=call.contact,
        kind=kind,
        owner=owner,
        opened_at=now,
        listen_by=_earlier(route.owed.look_by, call.told_call_by),
    )
    return list(opened(task))


def _talked(call: Call, facts: Facts, now: datetime) -> list[Command]:
    """A person answered; a person says how it ended. An item of the thread that was open takes it in."""
    items = facts.thread.open_tasks if facts.thread else ()
    if any(item.kind is TaskKind.ANSWER for item in items):
        return _review(call, facts)
    leg = call.leg(call.accepted_by) if call.accepted_by else None
    primary = facts_owner(facts)
    if call.told_call_by is not None and primary is not None and leg is not None and leg.staff != primary:
        # somebody else took it after the greeting had promised a call: what was told stays due (INV-15)
        return [*_owe(call, facts, primary, call.told_call_by, None, None, now), *_review(call, facts)]
    kind = TaskKind.FINISH
    task = Task(
        id=task_id(call.contact, kind),
        contact=call.contact,
        kind=kind,
        owner=leg.staff if leg else facts_owner(facts),
        opened_at=now,
        finish_by=finish_by(facts, now),
    )
    return [*opened(task), *_review(call, facts)]


def finish_by(facts: Facts, now: datetime) -> datetime:
    """When a talk must have got its disposition: the next business morning."""
    policy = facts.practice.policy
    return next_business_morning(
        facts.practice.calendar,
        now,
        morning=policy.morning,
        after_opening_minutes=policy.morning_after_opening_minutes,
    )


def _attempted(facts: Facts, call: Call, now: datetime) -> list[Command]:
    """A bridged call of the same thread is an attempt on whatever is open there (D36)."""
    tasks = facts.thread.open_tasks if facts.thread else ()
    return [
        command
        for task in tasks
        for command in keep(attempted(task, now), joined=call.contact)
    ]


def _owe(
    call: Call,
    facts: Facts,
    owner: StaffId | None,
    call_by: datetime | None,
    listen_by: datetime | None,
    ladder: LadderFirst | None,
    now: datetime,
) -> list[Command]:
    _, commands = owe(
        facts,
        contact=call.contact,
        kind=TaskKind.ANSWER,
        owner=owner,
        listen_by=listen_by,
        call_by=call_by,
        finish_by=finish_by(facts, now),
        urgent=call.declared is Declared.URGENT,
        ladder=ladder,
        nudge_at=_session_end(call, facts, now),
        now=now,
        restart=True,
    )
    return list(commands)


def _session_end(call: Call, facts: Facts, now: datetime) -> datetime | None:
    """V16: the clinician was in a session; she is reminded as it ends."""
    primary = facts_owner(facts)
    if call.rule != "V16" or primary is None:
        return None
    return until(facts.practice.staff[primary].schedule, now)


def _review(call: Call, facts: Facts) -> list[Command]:
    client = lead_client(facts.caller, facts.line)
    return [AddReviewItem(contact=call.contact, client=client.id, what="contact")] if client else []


def facts_owner(facts: Facts) -> StaffId | None:
    """The primary of the client that this is about."""
    client: Client | None = lead_client(facts.caller, facts.line)
    return client.primary if client else None


def _listen_by(owed: Owed, ended: datetime) -> datetime | None:
    if owed.listen_minutes is None:
        return owed.listen_by
    return within(ended, timedelta(minutes=owed.listen_minutes))


def _earlier(a: datetime | None, b: datetime | None) -> datetime | None:
    times = [at for at in (a, b) if at is not None]
    return min(times, default=None)
