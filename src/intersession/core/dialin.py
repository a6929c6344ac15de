"""Staff dial in from an enrolled phone: caller id and PIN (V04, D21). A part of `callflow`."""

from __future__ import annotations

from datetime import datetime, timedelta

from .call import Call, Hearing, Leg, LegState, Menu, Phase, Then
from .change import changed
from .commands import (
    AskCall,
    AskCallBack,
    CallerId,
    Command,
    DropLeg,
    KeepGreeting,
    KeepVoicemail,
    MarkUnreachable,
    NoteMessageHeard,
    RingEndpoint,
    SayPrompt,
    SetStatus,
    WaitUntil,
)
from .escalation import heard
from .events import (
    CallStep,
    DigitsEntered,
    KeyPressed,
    LegAnswered,
    LegEnded,
    PromptEnded,
    TimeCame,
    VoicemailLeft,
    VoicemailLost,
    WakeKind,
)
from .facts import BoxItem, Client, Facts, Staff
from .ids import ClipId, StaffId, caller_leg, staff_leg
from .owing import keep
from .pin import closes, counted
from .rules.outbound import call_back_check, safe_rule
from .rules.own_voice import sentences, takes_too_long
from .seats import cover_of, duty, endpoint_of
from .wording.compose import At, Handle, Phrase, Until, phrase
from .wording.spoken import seconds
from .words import Voice

HOURS = {"1": 1, "2": 2, "3": 4}
TRIES = 3
RING_SECONDS = 30
KEYS = "01234567*#"
BACK = "*"

Step = tuple[Call, list[Command]]


def step(call: Call, event: CallStep | TimeCame, facts: Facts, voice: Voice, now: datetime) -> Step:
    """Walk one event of a dial-in. `call.menu` says which sub-menu is open."""
    own, staff = caller_leg(call.contact), facts.practice.staff.get(call.staff) if call.staff else None
    if isinstance(event, LegEnded) and event.leg == own:
        return _over(call, staff)
    if staff is None:
        return call, []
    if getattr(event, "leg", own) != own:
        return _colleague(call, event)
    if call.phase is Phase.STAFF_PIN:
        return _pin(call, staff, facts, voice, now) if isinstance(event, DigitsEntered) else (call, [])
    return _in_menu(call, event, staff, facts, voice, now)


def _colleague(call: Call, event: CallStep | TimeCame) -> Step:
    """A phone that was rung for them and is not wanted any more; whatever is pressed there is not theirs."""
    leg = call.leg(event.leg) if isinstance(event, LegAnswered | LegEnded) else None
    if leg is None:
        return call, []
    legs = tuple(changed(one, state=LegState.GONE) if one is leg else one for one in call.legs)
    drop: list[Command] = [DropLeg(contact=call.contact, leg=leg.id)] if isinstance(event, LegAnswered) else []
    return changed(call, legs=legs), drop


def _in_menu(
    call: Call, event: CallStep | TimeCame, staff: Staff, facts: Facts, voice: Voice, now: datetime
) -> Step:
    match event:
        case KeyPressed():
            return _key(call, event.key, staff, facts, voice, now)
        case DigitsEntered() if call.menu is Menu.CODE:
            return _code(call, staff, facts, voice, now)
        case PromptEnded() if call.menu is Menu.MESSAGE:
            return _hear(changed(call, menu=Menu.MESSAGE_OVER), voice, phrase("IN-MSG-END"))
        case PromptEnded() if call.menu is Menu.GREETING:
            return _hearing(changed(call, menu=Menu.GREETING_TONE), Hearing(keys=KEYS, then=Then.RECORD))
        case VoicemailLeft() if call.menu is Menu.GREETING_TONE:
            return _said(call, event, staff, facts, voice)
        case VoicemailLeft():
            return call, [_kept(call, event)]  # they have gone on to something else; nothing that was said is lost
        case VoicemailLost() if call.menu is Menu.GREETING_TONE:
            return _read_out(call, staff, facts, voice, phrase("IN-GREET-NO"))
        case _:
            return call, []


def _pin(call: Call, staff: Staff, facts: Facts, voice: Voice, now: datetime) -> Step:
    call, commands = _tried(call, staff, facts, voice, now)
    return call, [*commands, *counted(staff.id, call.contact, facts, now)]


def _tried(call: Call, staff: Staff, facts: Facts, voice: Voice, now: datetime) -> Step:
    if facts.pin_ok:
        hello = phrase("IN-HELLO", n=len(facts.box), cover_state=_state(staff, facts, voice, now))
        return _main(changed(call, phase=Phase.STAFF_MENU, tries=0), voice, hello)
    tries = call.tries + 1
    if tries >= TRIES or closes(facts):
        locked = phrase("IN-BAD", "locked")
        return _hear(changed(call, tries=tries, phase=Phase.ENDED), voice, locked, then=Then.HANG_UP)
    return _hear(changed(call, tries=tries), voice, phrase("IN-BAD"), phrase("IN-PIN"), digits=True)


def _state(staff: Staff, facts: Facts, voice: Voice, now: datetime) -> str:
    """Whether calls come now."""
    off = staff.schedule.dnd
    if off is not None and off.start <= now < off.end:
        return voice.words(phrase("IN-STATE-OFF", until=Until(off.end)))
    end = facts.practice.rota.ends(staff.id, now) if staff.id in duty(facts.practice, now) else None
    return voice.words(phrase("IN-STATE-NONE") if end is None else phrase("IN-STATE-ON", until=Until(end)))


# ---------------------------------------------------------------- keys


def _key(call: Call, key: str, staff: Staff, facts: Facts, voice: Voice, now: datetime) -> Step:
    if key == BACK:
        return _main(call, voice)
    match call.menu:
        case Menu.MAIN:
            return _chosen(call, key, staff, facts, voice, now)
        case Menu.MESSAGE | Menu.MESSAGE_OVER:
            return _after_message(call, key, staff, facts, voice, now)
        case Menu.CODED:
            return _coded(call, key, voice)
        case Menu.DND | Menu.DND_NONE:
            return _dnd(call, key, staff, facts, voice, now)
        case Menu.LOST:
            return _lost(call, key, staff, facts, voice, now)
        case Menu.GREETING_SAID:
            return _use(call, key, staff, facts, voice)
        case Menu.CODE | Menu.GREETING | Menu.GREETING_TONE | Menu.LEAVING:
            return call, []  # figures, a recording, or the last words: no single key means anything


def _chosen(call: Call, key: str, staff: Staff, facts: Facts, voice: Voice, now: datetime) -> Step:
    match key:
        case "1":
            return _play(call, staff.id, facts.box, voice, now)
        case "2":
            return _hear(changed(call, menu=Menu.CODE, tries=0), voice, phrase("IN-CODE"), digits=True)
        case "3":
            return _hear(changed(call, menu=Menu.DND), voice, phrase("IN-DND"))
        case "4":
            return _ring(call, _on_call(staff, facts, now), facts, voice, now)
        case "5" if staff.supervisor is None:
            return _ring(call, _on_call(staff, facts, now), facts, voice, now)
        case "5":
            return _ring(call, staff.supervisor, facts, voice, now, phrase("IN-CONSULT"))
        case "6":
            return _hear(changed(call, menu=Menu.LOST), voice, phrase("IN-LOST"))
        case "7":
            return _read_out(changed(call, sentence=_first_missing(staff, facts, call.locale)), staff, facts, voice)
        case _:
            return _main(call, voice)


# ---------------------------------------------------------------- 1: messages


def _play(call: Call, staff: StaffId, box: tuple[BoxItem, ...], voice: Voice, now: datetime) -> Step:
    """The oldest that nobody has heard. Heard is not done: it stays open until it is closed on a screen (VM02)."""
    if not box:
        return _main(call, voice, phrase("IN-HELLO", n=0, cover_state=None))
    item = box[0]
    due = item.task.due()
    words = phrase(
        "IN-MSG", handle=Handle(item.handle) if item.handle else None, time=At(item.left_at),
        due=At(due) if due is not None else None,
    )  # fmt: skip
    message = Hearing(said=voice.said((words,)), keys=KEYS, plays=item.recording)
    call, commands = _hearing(changed(call, menu=Menu.MESSAGE, about=item.contact, message=message), message)
    noted = NoteMessageHeard(contact=item.contact, by=staff, at=now)
    return call, [*commands, noted, *keep(heard(item.task, now))]


def _after_message(call: Call, key: str, staff: Staff, facts: Facts, voice: Voice, now: datetime) -> Step:
    match key:
        case "1":
            return _hear(changed(call, menu=Menu.LEAVING), voice, phrase("IN-CALL-BACK"), then=Then.HANG_UP)
        case "2" if call.message is not None:
            return _hearing(changed(call, menu=Menu.MESSAGE), call.message)
        case "3":
            return _play(call, staff.id, facts.box, voice, now)
        case _:
            return _hear(changed(call, menu=Menu.MESSAGE_OVER), voice, phrase("IN-MSG-END"))


# ---------------------------------------------------------------- 2: a client, by short code


def _code(call: Call, staff: Staff, facts: Facts, voice: Voice, now: datetime) -> Step:
    """An unknown code and somebody else's client sound alike (INV-14)."""
    client = facts.coded
    if client is None or not _may_call(staff, client, facts, now):
        tries = call.tries + 1
        if tries >= TRIES:
            return _main(call, voice, phrase("IN-BAD"))
        return _hear(changed(call, tries=tries), voice, phrase("IN-BAD"), phrase("IN-CODE"), digits=True)
    if call_back_check(client, facts.practice, now, "") is not None:
        return _main(call, voice, phrase("IN-CODE-NO"))
    words = phrase("IN-CODE-OK", handle=Handle(client.handle), safe_rule=safe_rule(client))
    return _hear(changed(call, menu=Menu.CODED, coded=client.id), voice, words)


def _may_call(staff: Staff, client: Client, facts: Facts, now: datetime) -> bool:
    """Who is responsible for this client now: the primary, who stands in, who supervises, who is on call."""
    primary = facts.practice.staff.get(client.primary) if client.primary else None
    cover = cover_of(primary, facts.practice, now) if primary is not None else None
    stands_in = cover is not None and cover.id == staff.id
    supervises = primary is not None and primary.supervisor == staff.id
    return staff.id == client.primary or stands_in or supervises or staff.id in duty(facts.practice, now)


def _coded(call: Call, key: str, voice: Voice) -> Step:
    """The line rings their phone, and then the client's, as after a tap on "call back" (O01)."""
    if key != "1":
        return _main(call, voice)
    return _hear(changed(call, menu=Menu.LEAVING), voice, phrase("IN-CALL-BACK"), then=Then.HANG_UP)


# ---------------------------------------------------------------- 3: calls off


def _dnd(call: Call, key: str, staff: Staff, facts: Facts, voice: Voice, now: datetime) -> Step:
    """D15: never refused; it is said what callers will hear and who covers."""
    if call.menu is Menu.DND_NONE:
        return _hear(changed(call, menu=Menu.DND), voice, phrase("IN-DND")) if key == "2" else _main(call, voice)
    hours = HOURS.get(key)
    if hours is None:
        return _hear(call, voice, phrase("IN-DND"))
    until = now + timedelta(hours=hours)
    off = SetStatus(staff=staff.id, until=until)
    cover = _cover(staff, facts, now)
    if cover is None:
        call, commands = _hear(changed(call, menu=Menu.DND_NONE), voice, phrase("IN-DND-NONE", until=Until(until)))
    else:
        call, commands = _main(call, voice, phrase("IN-DND-COVER", until=Until(until), cover=cover.said_as))
    return call, [off, *commands]


def _cover(staff: Staff, facts: Facts, now: datetime) -> Staff | None:
    on_call = _on_call(staff, facts, now)
    return cover_of(staff, facts.practice, now) or (facts.practice.staff[on_call] if on_call else None)


# ---------------------------------------------------------------- 4, 5: a colleague


def _on_call(staff: Staff, facts: Facts, now: datetime) -> StaffId | None:
    return next((one for one in duty(facts.practice, now) if one != staff.id), None)


def _ring(
    call: Call, person: StaffId | None, facts: Facts, voice: Voice, now: datetime, *words: Phrase
) -> Step:
    """Rings a colleague; who accepts is joined as in any call, so the flow goes back to `callflow`."""
    phone = endpoint_of(facts.practice, person) if person else None
    if person is None or phone is None:
        return _main(call, voice, phrase("CV-NONE"))
    until = now + timedelta(seconds=RING_SECONDS)
    leg = Leg(id=staff_leg(call.contact, len(call.legs) + 1), staff=person, endpoint=phone.id, stage=0, until=until)
    ring = RingEndpoint(
        contact=call.contact, leg=leg.id, line=call.line, endpoint=phone.id, caller_id=CallerId.ROUTINE,
        seconds=RING_SECONDS,
    )  # fmt: skip
    call = changed(call, phase=Phase.RINGING, legs=(*call.legs, leg), stage=0, stage_until=until)
    call, commands = _hear(call, voice, *(words or (phrase("EXT-OK"),)))
    wake = WaitUntil(kind=WakeKind.CALL, subject=call.contact, at=until)
    return call, [ring, *commands, wake]


# ---------------------------------------------------------------- 6: a lost phone


def _lost(call: Call, key: str, staff: Staff, facts: Facts, voice: Voice, now: datetime) -> Step:
    """§4.9: the phone is cut off; pages go to the next person. It is not the one in their hand, while they have
    another."""
    if key != "1":
        return _main(call, voice)
    phones = [one for one in staff.endpoints if one.reachable]
    phone = next((one for one in phones if one.id != facts.caller.endpoint), phones[0] if phones else None)
    cut: list[Command] = [MarkUnreachable(endpoint=phone.id, at=now, lost=True)] if phone else []
    call, commands = _hear(changed(call, menu=Menu.MAIN), voice, phrase("IN-LOST-OK"))
    return call, [*cut, *commands]


# ---------------------------------------------------------------- 7: one's own greeting


def _first_missing(staff: Staff, facts: Facts, locale: str) -> int:
    """The first sentence that the machine still says; the first of all where there is none."""
    mine = sentences(facts.practice, staff.id, locale)
    return next((place for place, text in enumerate(mine) if text not in facts.greeting), 0)


def _read_out(call: Call, staff: Staff, facts: Facts, voice: Voice, *before: Phrase) -> Step:
    mine = sentences(facts.practice, staff.id, call.locale)
    if call.sentence >= len(mine):
        return _main(call, voice)
    words = phrase("IN-GREET", sentence=mine[call.sentence])
    return _hear(changed(call, menu=Menu.GREETING, clip=None), voice, *before, words)


def _said(call: Call, event: VoicemailLeft, staff: Staff, facts: Facts, voice: Voice) -> Step:
    mine = sentences(facts.practice, staff.id, call.locale)
    text = mine[call.sentence] if call.sentence < len(mine) else ""
    if event.silent or (event.seconds is not None and takes_too_long(event.seconds, text)):
        call, commands = _read_out(call, staff, facts, voice, phrase("IN-GREET-NO"))
    else:
        said = changed(call, menu=Menu.GREETING_SAID, clip=ClipId(event.recording))
        call, commands = _hear(said, voice, phrase("IN-GREET-OK"))
    return call, [_kept(call, event), *commands]


def _kept(call: Call, event: VoicemailLeft) -> Command:
    return KeepVoicemail(
        contact=call.contact, recording=event.recording, seconds=event.seconds, silent=event.silent,
        locale=call.locale, at=event.at,
    )  # fmt: skip


def _use(call: Call, key: str, staff: Staff, facts: Facts, voice: Voice) -> Step:
    mine = sentences(facts.practice, staff.id, call.locale)
    if key == "2":
        return _read_out(call, staff, facts, voice)
    if key not in ("1", "3") or call.clip is None or call.sentence >= len(mine):
        return _hear(call, voice, phrase("IN-GREET-OK"))
    text, clip = mine[call.sentence], call.clip
    call, commands = _read_out(changed(call, sentence=call.sentence + 1), staff, facts, voice)
    if key == "3":
        return call, commands
    used = KeepGreeting(
        clip=clip, staff=staff.id, locale=call.locale, text=text, seconds=seconds(text), recording=True
    )
    return call, [used, *commands]


# ---------------------------------------------------------------- words


def _main(call: Call, voice: Voice, *before: Phrase) -> Step:
    return _hear(changed(call, menu=Menu.MAIN), voice, *before, phrase("IN-MENU"))


def _hear(call: Call, voice: Voice, *phrases: Phrase, then: Then = Then.WAIT, digits: bool = False) -> Step:
    return _hearing(call, Hearing(said=voice.said(phrases), keys=KEYS, then=then, digits=digits))


def _hearing(call: Call, hearing: Hearing) -> Step:
    call = changed(call, hearing=hearing)
    return call, [SayPrompt(contact=call.contact, leg=caller_leg(call.contact), hearing=hearing)]


def _over(call: Call, staff: Staff | None) -> Step:
    """They hung up. Whoever asked for a call is rung now: their phone is free."""
    there = (leg for leg in call.legs if leg.state is not LegState.GONE)
    drops: list[Command] = [DropLeg(contact=call.contact, leg=leg.id) for leg in there]
    calls: list[Command] = []
    if call.menu is Menu.LEAVING and staff is not None:
        if call.coded is not None:
            calls = [AskCall(client=call.coded, line=call.line, by=staff.id, after=call.contact)]
        elif call.about is not None:
            calls = [AskCallBack(contact=call.about, by=staff.id)]
    return changed(call, phase=Phase.ENDED), [*drops, *calls]
