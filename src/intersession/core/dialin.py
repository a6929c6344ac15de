"""Staff dial in from an enrolled phone: caller id and PIN (V04, D21). A part of `callflow`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from .call import Call, Hearing, Leg, Phase, Then
from .commands import (
    CallerId,
    Command,
    DropLeg,
    MarkUnreachable,
    NoteMessageHeard,
    RingEndpoint,
    SayPrompt,
    SetStatus,
    WaitUntil,
)
from .escalation import heard
from .events import CallStep, DigitsEntered, KeyPressed, LegEnded, TimeCame, WakeKind
from .facts import Facts, Staff
from .ids import StaffId, caller_leg, staff_leg
from .owing import keep
from .seats import cover_of, duty, endpoint_of
from .wording.compose import At, Handle, Phrase, Until, phrase
from .words import Voice

HOURS = {"1": 1, "2": 2, "3": 4}
TRIES = 3
RING_SECONDS = 30

DND = 1
LOST = 2


def step(
    call: Call, event: CallStep | TimeCame, facts: Facts, voice: Voice, now: datetime
) -> tuple[Call, list[Command]]:
    """Walk one event of a dial-in. `call.stage` says which sub-menu is open: −1 none, 1 DND, 2 lost phone."""
    if isinstance(event, LegEnded) and event.leg == caller_leg(call.contact):
        return _over(call)
    if call.phase is Phase.STAFF_PIN and isinstance(event, DigitsEntered):
        return _pin(call, facts, voice, now)
    if call.phase is Phase.STAFF_MENU and isinstance(event, KeyPressed):
        return _menu(call, event.key, facts, voice, now)
    return call, []


def _pin(call: Call, facts: Facts, voice: Voice, now: datetime) -> tuple[Call, list[Command]]:
    staff = facts.practice.staff.get(call.staff) if call.staff else None
    if facts.pin_ok and staff is not None:
        hello = phrase("IN-HELLO", n=len(facts.box), cover_state=None)
        return _hear(replace(call, phase=Phase.STAFF_MENU, tries=0), voice, hello, phrase("IN-MENU"))
    tries = call.tries + 1
    if tries >= TRIES:
        return _hear(replace(call, tries=tries, phase=Phase.ENDED), voice, phrase("IN-BAD"), then=Then.HANG_UP)
    return _hear(replace(call, tries=tries), voice, phrase("IN-BAD"), phrase("IN-PIN"), digits=True)


def _menu(call: Call, key: str, facts: Facts, voice: Voice, now: datetime) -> tuple[Call, list[Command]]:
    if call.staff is None:
        return call, []
    if call.stage == DND:
        return _dnd(call, call.staff, key, facts, voice, now)
    if call.stage == LOST:
        return _lost(call, call.staff, key, facts, voice, now)
    match key:
        case "1":
            return _play(call, call.staff, facts, voice, now)
        case "3":
            return _hear(replace(call, stage=DND), voice, phrase("IN-DND"))
        case "4":
            return _ring(call, next((p for p in duty(facts.practice, now) if p != call.staff), None), facts, voice, now)
        case "5":
            supervisor = facts.practice.staff[call.staff].supervisor
            return _ring(call, supervisor, facts, voice, now, phrase("IN-CONSULT"))
        case "6":
            return _hear(replace(call, stage=LOST), voice, phrase("IN-LOST"))
        case _:
            return _hear(call, voice, phrase("IN-MENU"))


def _play(
    call: Call, staff: StaffId, facts: Facts, voice: Voice, now: datetime
) -> tuple[Call, list[Command]]:
    """The oldest that nobody has heard. Heard is not done: it stays open until it is closed on a screen (VM02)."""
    if not facts.box:
        return _hear(call, voice, phrase("IN-HELLO", n=0, cover_state=None), phrase("IN-MENU"))
    item = facts.box[0]
    due = item.task.due()
    words = phrase(
        "IN-MSG", handle=Handle(item.handle) if item.handle else None, time=At(item.left_at),
        due=At(due) if due is not None else None,
    )  # fmt: skip
    hearing = Hearing(said=voice.said((words,)), keys="0123456", plays=item.recording)
    call = replace(call, hearing=hearing)
    noted = NoteMessageHeard(contact=item.contact, by=staff, at=now)
    say = SayPrompt(contact=call.contact, leg=caller_leg(call.contact), hearing=hearing)
    return call, [say, noted, *keep(heard(item.task, now))]


def _dnd(
    call: Call, staff: StaffId, key: str, facts: Facts, voice: Voice, now: datetime
) -> tuple[Call, list[Command]]:
    """D15: never refused; it is said what callers will hear and who covers."""
    hours = HOURS.get(key)
    if hours is None:
        return _hear(call, voice, phrase("IN-DND"))
    until = now + timedelta(hours=hours)
    cover = _cover(facts.practice.staff[staff], facts, now)
    words = (
        phrase("IN-DND-COVER", until=Until(until), cover=cover.said_as)
        if cover
        else phrase("IN-DND-NONE", until=Until(until))
    )
    call, commands = _hear(replace(call, stage=-1), voice, words, phrase("IN-MENU"))
    return call, [SetStatus(staff=staff, until=until), *commands]


def _cover(staff: Staff, facts: Facts, now: datetime) -> Staff | None:
    on_call = next((person for person in duty(facts.practice, now) if person != staff.id), None)
    return cover_of(staff, facts.practice, now) or (facts.practice.staff[on_call] if on_call else None)


def _lost(
    call: Call, staff: StaffId, key: str, facts: Facts, voice: Voice, now: datetime
) -> tuple[Call, list[Command]]:
    """§4.9: the phone is cut off; pages go to the next person."""
    if key != "1":
        return _hear(replace(call, stage=-1), voice, phrase("IN-MENU"))
    phone = endpoint_of(facts.practice, staff)
    cut: list[Command] = [MarkUnreachable(endpoint=phone.id, at=now, lost=True)] if phone else []
    call, commands = _hear(replace(call, stage=-1), voice, phrase("IN-LOST-OK"))
    return call, [*cut, *commands]


def _ring(
    call: Call, person: StaffId | None, facts: Facts, voice: Voice, now: datetime, *words: Phrase
) -> tuple[Call, list[Command]]:
    """Rings a colleague; who accepts is joined as in any call, so the flow goes back to `callflow`."""
    phone = endpoint_of(facts.practice, person) if person else None
    if person is None or phone is None:
        return _hear(call, voice, phrase("IN-MENU"))
    until = now + timedelta(seconds=RING_SECONDS)
    leg = Leg(id=staff_leg(call.contact, len(call.legs) + 1), staff=person, endpoint=phone.id, stage=0, until=until)
    ring = RingEndpoint(
        contact=call.contact, leg=leg.id, line=call.line, endpoint=phone.id, caller_id=CallerId.ROUTINE,
        seconds=RING_SECONDS,
    )  # fmt: skip
    call = replace(call, phase=Phase.RINGING, legs=(*call.legs, leg), stage=0, stage_until=until)
    call, commands = _hear(call, voice, *(words or (phrase("EXT-OK"),)))
    wake = WaitUntil(kind=WakeKind.CALL, subject=call.contact, at=until)
    return call, [ring, *commands, wake]


def _hear(
    call: Call, voice: Voice, *phrases: Phrase, then: Then = Then.WAIT, digits: bool = False
) -> tuple[Call, list[Command]]:
    hearing = Hearing(said=voice.said(phrases), keys="0123456", then=then, digits=digits)
    call = replace(call, hearing=hearing)
    return call, [SayPrompt(contact=call.contact, leg=caller_leg(call.contact), hearing=hearing)]


def _over(call: Call) -> tuple[Call, list[Command]]:
    drops: list[Command] = [DropLeg(contact=call.contact, leg=leg.id) for leg in call.legs]
    return replace(call, phase=Phase.ENDED), drops
