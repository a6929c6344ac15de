"""Calls: their state, what their callers heard, the phones they occupy, and page calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from intersession.core.call import Call, LegState, Phase
from intersession.core.commands import (
    DropLeg,
    KeepPageLeg,
    PageStaff,
    PageWay,
    RingEndpoint,
    SayPrompt,
)
from intersession.core.events import (
    EndCause,
    LegEnded,
    PhoneFreed,
    WakeKind,
)
from intersession.core.ids import ContactId, EndpointId, EventId, LegId, caller_leg, contact_of
from intersession.core.tasks import PageState
from intersession.records.fields import to_micros
from intersession.records.sealing import seal

from ..codec import dump
from .errands import errand, waiting, wake
from .standings import stand
from .turn import Turn

PAGE_LASTS = {
    PageState.RINGING: timedelta(seconds=60), PageState.ASKED: timedelta(seconds=90),
    PageState.TAKEN: timedelta(minutes=10), PageState.CALLING_BACK: timedelta(seconds=60),
}  # fmt: skip
"""How long a page call may stay as it is: it rings 40 s; a voicemail that picked up presses no key within the words
and as long again; a message takes minutes to hear, twice."""


def keep_call(turn: Turn, call: Call) -> None:
    waits = call.phase in (Phase.OPENING, Phase.RINGING)
    turn.db.run(
        "INSERT INTO call (contact, practice_id, phase, urgent, arrived_at, sealed_state) VALUES (?,?,?,?,?,?)"
        " ON CONFLICT (contact) DO UPDATE SET phase = excluded.phase, urgent = excluded.urgent,"
        " sealed_state = excluded.sealed_state",
        (
            call.contact, turn.practice, "ringing" if waits else call.phase,
            call.declared == "urgent", to_micros(call.arrived_at),
            seal(turn.keys.key(turn.db, call.contact), dump(call), f"call:state:{call.contact}"),
        ),
    )  # fmt: skip
    for leg in call.legs:
        if leg.state is LegState.GONE:
            release(turn, leg.id)
    turn.changed(call.contact)


def say(turn: Turn, command: SayPrompt) -> None:
    if command.leg == caller_leg(command.contact) and command.hearing.said:
        _note_said(turn, command)
    stand(turn, command)


def _note_said(turn: Turn, command: SayPrompt) -> None:
    """What the caller heard is part of the record: wording ids in the open, the words sealed."""
    said = command.hearing.said
    number = turn.db.value("SELECT count(*) FROM message WHERE contact = ? AND state = 'said'", (command.contact,))
    message = f"{command.contact}#{number}"
    text = " ".join(one.text for one in said)
    sealed = seal(turn.keys.key(turn.db, command.contact), text, f"message:body:{message}")
    line = turn.facts.line.id if turn.facts.line else ""
    turn.db.run(
        "INSERT INTO message (id, practice_id, contact, thread, direction, line, number_key, media, at, state,"
        " wording, sealed_body) VALUES (?,?,?,NULL,'out',?,'',0,?,'said',?,?)",
        (message, turn.practice, command.contact, line, turn.at, " ".join(one.id for one in said)[:40], sealed),
    )


def ring(turn: Turn, command: RingEndpoint) -> None:
    """Whoever comes second hears that it is engaged."""
    _let_go_lingering(turn, command.endpoint)
    if not _occupy(turn, command.endpoint, command.contact, command.leg):
        _ended(turn, command.contact, command.leg, EndCause.BUSY)
        return
    turn.db.run(
        'INSERT INTO leg (id, practice_id, contact, staff, endpoint, started_at, "end")'
        " SELECT ?, ?, ?, staff_id, id, ?, '' FROM endpoint WHERE id = ? ON CONFLICT (id) DO NOTHING",
        (command.leg, turn.practice, command.contact, turn.at, command.endpoint),
    )
    errand(turn, command, command.contact)


def _occupy(turn: Turn, endpoint: EndpointId, contact: ContactId, leg: LegId) -> bool:
    """One row a phone; whether it was free."""
    taken = turn.db.run(
        "INSERT INTO occupied (endpoint, practice_id, contact, leg) VALUES (?,?,?,?) ON CONFLICT (endpoint) DO NOTHING",
        (endpoint, turn.practice, contact, leg),
    )
    return bool(taken)


def _let_go_lingering(turn: Turn, endpoint: EndpointId) -> None:
    """A phone that only stays so that 1 can be pressed, after a talk whose other side has hung up, is wanted now: it is
    let go, and rings."""
    row = turn.db.row(
        "SELECT occupied.contact, occupied.leg FROM occupied JOIN leg ON leg.id = occupied.leg"
        " JOIN call ON call.contact = occupied.contact WHERE occupied.endpoint = ? AND call.phase = 'ended'",
        (endpoint,),
    )
    if row is not None:
        drop(turn, DropLeg(contact=ContactId(row[0]), leg=LegId(row[1])))
        release(turn, LegId(row[1]))


def drop(turn: Turn, command: DropLeg) -> None:
    """A call that has not gone out yet never does; what was never rung is not hung up."""
    if turn.db.run("DELETE FROM errand WHERE subject = ? AND state = 'due'", (waiting(command.leg),)):
        _ended(turn, command.contact, command.leg, EndCause.NO_ANSWER)
    elif _is_there(turn, command):
        errand(turn, command, command.contact)


CALLED = (
    "SELECT 1 FROM contact WHERE id = ? AND direction = 'in'"
    " UNION ALL SELECT 1 FROM errand WHERE contact = ? AND kind = 'RingClient'"
)
RUNG = "SELECT 1 FROM leg WHERE id = ? UNION ALL SELECT 1 FROM page_leg WHERE leg = ?"


def _is_there(turn: Turn, command: DropLeg) -> bool:
    """A caller, a client whom we have called, or a staff phone that was free."""
    outside = command.leg == caller_leg(command.contact)
    sql, which = (CALLED, command.contact) if outside else (RUNG, command.leg)
    return turn.db.row(sql, (which, which)) is not None


def _ended(turn: Turn, contact: ContactId, leg: LegId, cause: EndCause) -> None:
    turn.written.follow.append(
        LegEnded(
            id=EventId(f"{cause}:{leg}"), practice=turn.practice, at=turn.now, contact=contact, leg=leg, cause=cause
        )
    )


def release(turn: Turn, leg: LegId) -> None:
    """A phone is free again: the urgent call that waits the longest is told (D27)."""
    turn.db.run("UPDATE leg SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (turn.at, leg))
    if not turn.db.run("DELETE FROM occupied WHERE leg = ?", (leg,)):
        return
    waiting = turn.db.row(
        "SELECT contact FROM call WHERE practice_id = ? AND phase = 'ringing' AND urgent AND contact <> ?"
        " ORDER BY arrived_at LIMIT 1",
        (turn.practice, contact_of(leg)),
    )
    if waiting is not None:
        contact = ContactId(waiting[0])
        freed = EventId(f"freed:{leg}:{contact}")
        turn.written.follow.append(PhoneFreed(id=freed, practice=turn.practice, at=turn.now, contact=contact))


def keep_page(turn: Turn, command: KeepPageLeg) -> None:
    page = command.page
    turn.db.run(
        "INSERT INTO page_leg (leg, practice_id, task, staff, state, tries, over) VALUES (?,?,?,?,?,?,?)"
        " ON CONFLICT (leg) DO UPDATE SET state = excluded.state, tries = excluded.tries, over = excluded.over",
        (page.leg, turn.practice, page.task, page.staff, page.state, page.tries, command.over),
    )
    if command.over:
        release(turn, page.leg)
    wake(turn, WakeKind.LEG, page.leg, None if command.over else turn.now + PAGE_LASTS[page.state])


def end_page(turn: Turn, leg: LegId) -> None:
    """Its time is over: whoever or whatever is still on it is hung up on, and the phone is free. A page that has waited
    for its start all that time has not begun."""
    if turn.db.row("SELECT 1 FROM errand WHERE subject = ? AND state = 'due'", (waiting(leg),)):
        wake(turn, WakeKind.LEG, leg, turn.now + PAGE_LASTS[PageState.RINGING])
    elif turn.db.row("SELECT 1 FROM page_leg WHERE leg = ? AND NOT over", (leg,)):
        if turn.db.row("SELECT 1 FROM occupied WHERE leg = ?", (leg,)):
            drop(turn, DropLeg(contact=contact_of(leg), leg=leg))
        _ended(turn, contact_of(leg), leg, EndCause.NO_ANSWER)


def page(turn: Turn, command: PageStaff) -> None:
    if command.endpoint is not None and PageWay.CALL in command.ways:
        taken = _occupy(turn, command.endpoint, command.contact, command.leg)
        turn.db.run(
            "INSERT INTO page_leg (leg, practice_id, task, staff, state, tries, over) VALUES (?,?,?,?,'ringing',0,?)"
            " ON CONFLICT (leg) DO NOTHING",
            (command.leg, turn.practice, command.task, command.staff, not taken),
        )
        if taken:
            wake(turn, WakeKind.LEG, command.leg, turn.now + PAGE_LASTS[PageState.RINGING])
            errand(turn, replace(command, ways=(PageWay.CALL,)), command.contact)
        # what comes beside the call waits for nothing; it comes alone where that phone rings or is engaged already
        command = replace(command, ways=tuple(way for way in command.ways if way is not PageWay.CALL))
    if command.ways:
        errand(turn, command, command.contact)
