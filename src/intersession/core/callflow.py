"""A call as a sans-I/O state machine: `step(call, event, route, ...) -> (call, commands)`.

All that changes the state of a call, and all its races, are in this file and the two it hands special
flows to: `callout` (a call back, O01) and `dialin` (staff, V04). The route is decided anew before every
step, so a fact that changed under a ringing phone counts from the next stage on (D48).

The races, and who wins:
- two staff phones press 1: the first key press that walks the corridor; the other hears TAKEN;
- the caller hangs up as 1 is pressed: staff hear GONE, and a call back opens;
- 9 against 1: crisis beats accept until the bridge stands (D39), once transfers are commissioned;
- the cap against a picked-up phone: voicemail starts, the accept window still runs out in full (D28);
- a recording against its caller's hang-up: whichever comes first, the item opens once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from .aftercall import Ending, afterwards
from .call import Call, Declared, Hearing, Leg, LegState, Menu, Phase, Then
from .caller import lead_client
from .change import changed
from .commands import (
    AskCallBack,
    CallerId,
    Command,
    ConnectLeg,
    DropLeg,
    FlagContact,
    KeepVoicemail,
    MarkUnreachable,
    PlayTone,
    RefuseCall,
    RingEndpoint,
    SayPrompt,
    TellStaff,
    TransferToCrisisLine,
    WaitUntil,
)
from .dialin import KEYS as MENU_KEYS
from .events import (
    CallArrived,
    CallStep,
    CrisisLegEnded,
    DigitsEntered,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegsJoined,
    PhoneFreed,
    PromptEnded,
    TimeCame,
    VoicemailLeft,
    VoicemailLost,
    WakeKind,
)
from .facts import Facts, Role
from .ids import EndpointId, LegId, StaffId, caller_leg, staff_leg
from .promise import key_three
from .route import Route, Seat
from .rules.pages import unanswered
from .seats import duty, endpoint_of
from .wording.compose import Phrase, phrase
from .words import Voice

WAITING = frozenset({Phase.OPENING, Phase.RINGING, Phase.CLOSING, Phase.RECORDING, Phase.SAVED})
"""Phases in which the caller is there and a staff phone may still take the call."""

CONSULT = -2
"""The stage of a leg that joins a talk: no stage of the route."""

STAYS_SECONDS = 60
"""How long a staff leg stays after the other side is gone, so that 1 can be pressed."""

WATCHDOG = timedelta(seconds=20)
"""How much longer than reckoned words may take before we go on without the carrier's word (INV-11)."""

SAFETY_IDS = ("G-", "STILL-1", "NB-", "VM-START", "CON-PRIVATE", "VM-EMPTY", "VM-FAIL", "U-NONE", "LANG-NONE")


@dataclass(slots=True)
class Turn:
    """One step under way: the call as it becomes, and the commands so far."""

    call: Call
    route: Route
    voice: Voice
    facts: Facts
    now: datetime
    out: list[Command] = field(default_factory=list)

    def be(self, **changes: object) -> None:
        """The call, changed."""
        self.call = changed(self.call, **changes)

    def leg(self, leg: Leg, **changes: object) -> Leg:
        """One of our legs, changed."""
        new = changed(leg, **changes)
        self.be(legs=tuple(new if mine.id == leg.id else mine for mine in self.call.legs))
        return new

    def hear(self, *phrases: Phrase, keys: str = "", then: Then = Then.WAIT, digits: bool = False) -> None:
        """The caller hears this now."""
        said = self.voice.said(phrases)
        hearing = Hearing(said=said, keys=keys or self.route.keys, then=then, digits=digits)
        heard = any(one.id.startswith(SAFETY_IDS) for one in said)
        until = self.now + timedelta(seconds=self.voice.seconds(said)) + WATCHDOG if said else None
        self.be(hearing=hearing, say_until=until, safety_heard=self.call.safety_heard or heard)
        self.out.append(SayPrompt(contact=self.call.contact, leg=caller_leg(self.call.contact), hearing=hearing))

    def tell(self, leg: Leg, *phrases: Phrase, keys: str = "", then: Then = Then.WAIT) -> None:
        """A staff leg hears this now, in its owner's language."""
        said = self.voice.staff_said(leg.staff, phrases)
        hearing = Hearing(said=said, keys=keys, then=then)
        self.out.append(SayPrompt(contact=self.call.contact, leg=leg.id, hearing=hearing))


def step(
    call: Call, event: CallStep | TimeCame, route: Route, voice: Voice, facts: Facts, now: datetime
) -> tuple[Call, tuple[Command, ...]]:
    """Walk one event. `route` and `facts` are of this instant."""
    turn = Turn(call=changed(call, rule=route.rule), route=route, voice=voice, facts=facts, now=now)
    _walk(turn, event)
    turn.out.append(WaitUntil(kind=WakeKind.CALL, subject=call.contact, at=next_wake(turn.call)))
    return turn.call, tuple(turn.out)


def next_wake(call: Call) -> datetime | None:
    """The earliest instant at which this call must be looked at again."""
    times = [call.say_until, call.stage_until, call.cap_at if call.phase in (Phase.OPENING, Phase.RINGING) else None]
    if call.phase is Phase.CRISIS_SAYING and call.back_to in (Phase.OPENING, Phase.RINGING):
        times.append(call.cap_at)
    times += [leg.until for leg in call.legs if leg.state in (LegState.RINGING, LegState.ASKED, LegState.CHOOSING)]
    times.append(call.tone_at)
    if call.phase is Phase.ENDED:
        times += [leg.until for leg in call.legs if leg.state is LegState.JOINED]
    return min((at for at in times if at is not None), default=None)


def _walk(turn: Turn, event: CallStep | TimeCame) -> None:
    match event:
        case CallArrived():
            _arrive(turn)
        case PromptEnded():
            if event.leg == caller_leg(event.contact) and _are_current(turn.call, event):
                _words_over(turn)
        case KeyPressed():
            _key(turn, event)
        case DigitsEntered():
            return  # several digits are asked for in a dial-in only, and on page calls
        case LegAnswered():
            _answered(turn, event.leg)
        case LegEnded():
            if event.leg == caller_leg(event.contact):
                _caller_gone(turn)
            else:
                _leg_gone(turn, event.leg)
        case LegsJoined():
            _joined(turn)
        case VoicemailLeft():
            _message(turn, event)
        case VoicemailLost():
            _message_lost(turn)
        case CrisisLegEnded():
            _crisis_over(turn, event.reached)
        case PhoneFreed():
            _phone_freed(turn)
        case TimeCame():
            _time(turn)
        case _:
            assert_never(event)


# ---------------------------------------------------------------- the caller's side


def _arrive(turn: Turn) -> None:
    call, route = turn.call, turn.route
    if route.refuse:
        turn.be(phase=Phase.REFUSED)
        turn.out.append(RefuseCall(contact=call.contact, leg=caller_leg(call.contact)))
        return
    if route.cap_seconds is not None:
        turn.be(cap_at=call.arrived_at + timedelta(seconds=route.cap_seconds))
    if route.opening:
        turn.hear(*route.opening, digits=call.phase is Phase.STAFF_PIN)
    else:
        _next_stage(turn)


def _are_current(call: Call, event: PromptEnded) -> bool:
    """Words that were replaced while they ended say nothing: the caller hears the new ones."""
    return event.said is None or event.said == tuple(one.id for one in call.hearing.said)


def _words_over(turn: Turn) -> None:
    call = turn.call
    turn.be(say_until=None)
    match call.phase:
        case Phase.OPENING:
            _next_stage(turn)
        case Phase.CLOSING:
            _record(turn)
        case Phase.CRISIS_SAYING:
            _crisis_said(turn)
        case Phase.CRISIS:
            _after_crisis(turn)
        case _:
            turn.be(hearing=replace(call.hearing, said=()))


def _record(turn: Turn) -> None:
    turn.be(phase=Phase.RECORDING, say_until=None, tries=0)
    hearing = Hearing(keys="19#", then=Then.RECORD)
    turn.be(hearing=hearing)
    turn.out.append(SayPrompt(contact=turn.call.contact, leg=caller_leg(turn.call.contact), hearing=hearing))


def _key(turn: Turn, event: KeyPressed) -> None:
    leg = turn.call.leg(event.leg)
    if leg is not None:
        _staff_key(turn, leg, event.key)
    elif event.leg == caller_leg(event.contact):
        _caller_key(turn, event.key)


def _caller_key(turn: Turn, key: str) -> None:
    phase = turn.call.phase
    if phase in (Phase.TALKING, Phase.ENDED, Phase.REFUSED):
        return  # keys are the carrier's business once people talk
    if turn.call.staff is not None:  # a colleague who dialled in, and waits for another one: star goes back
        if key == "*" and phase is Phase.RINGING:
            _close(turn)
        return
    match key:
        case "9":
            _crisis(turn)
        case "1":
            _urgent(turn)
        case "2" if phase in WAITING and phase is not Phase.RECORDING:
            _page_me(turn)
        case "8" if phase in WAITING and "8" in turn.route.keys:
            turn.hear(*_words_of(turn))
        case "0" if phase in WAITING and turn.route.desk_rings:
            _ring_desk(turn)
        case "#":
            _pound(turn)
        case _ if phase in (Phase.OPENING, Phase.CLOSING):
            _bad_key(turn)
        case _:
            return


def _bad_key(turn: Turn) -> None:
    """KEY-BAD, the options again once, then the next step: never a dead end."""
    if turn.call.tries == 0:
        turn.be(tries=1)
        turn.hear(phrase("KEY-BAD"), *_words_of(turn))
    elif turn.call.phase is Phase.CLOSING:
        _record(turn)
    else:
        _next_stage(turn)


def _pound(turn: Turn) -> None:
    """# ends a recording (the carrier does that), or chooses the message instead of the crisis line."""
    if turn.call.phase is Phase.CRISIS and turn.call.declared is Declared.URGENT:
        turn.be(phase=Phase.CLOSING)
        turn.hear(phrase("VM-START"))


def _ring_desk(turn: Turn) -> None:
    """Key 0. Pressed again while the desk rings, it changes nothing."""
    seats = tuple(seat for seat in turn.route.desk_rings if seat.endpoint not in _busy(turn))
    if not seats:
        return
    seconds = turn.facts.practice.policy.desk_ring_seconds
    _ring(turn, seats, turn.call.stage, seconds)
    turn.be(phase=Phase.RINGING, stage_until=_in(turn, seconds))
    turn.hear(phrase("EXT-OK"))


# ---------------------------------------------------------------- urgent (1)


def _urgent(turn: Turn) -> None:
    """Key 1. `decide` has already made the route with `declared` set; here it begins."""
    call = turn.call
    if call.phase in (Phase.JOINING, Phase.CRISIS, Phase.CALL_OUT):
        return
    if call.phase is Phase.RINGING and call.declared is Declared.URGENT and call.stage >= 0:
        return  # pressed again while it already rings
    turn.be(declared=Declared.URGENT, declared_at=call.declared_at or turn.now, back_to=None, messages=0)
    turn.out.append(FlagContact(contact=call.contact, flag="urgent"))
    turn.out += _inform_primary(turn)
    accepted = turn.call.leg(turn.call.accepted_by) if turn.call.accepted_by else None
    if accepted is not None:  # somebody has taken it already and waits for the crisis words to end (D39)
        _join(turn, accepted)
        return
    if not turn.route.urgent_rings:
        _nobody_for_urgent(turn)
        return
    turn.be(phase=Phase.OPENING, stage=-1, cap_at=_urgent_cap(turn, call), legs=_forget_rung(call))
    for leg in _live(call):
        _goes_on_as_urgent(turn, leg)
    _next_stage(turn)


def _goes_on_as_urgent(turn: Turn, leg: Leg) -> None:
    """A phone that rings for the routine call rings on; whoever has picked up hears that it is urgent now."""
    new = turn.leg(leg, urgent=True, stage=0, forgotten=False)
    if leg.state is not LegState.RINGING and not leg.urgent:
        _ask(turn, new)


def _inform_primary(turn: Turn) -> list[Command]:
    """V14: the primary is not rung, and learns of it without a sound."""
    client = lead_client(turn.facts.caller, turn.facts.line)
    rung = {seat.staff for stage in turn.route.stages for seat in stage.seats}
    if turn.route.rule != "V14" or client is None or client.primary is None or client.primary in rung:
        return []
    return [TellStaff(staff=client.primary, contact=turn.call.contact, what="W-R24")]


def _urgent_cap(turn: Turn, before: Call) -> datetime:
    """90 s from arrival; from the press, if it came after the connect phrase (D28)."""
    seconds = timedelta(seconds=turn.facts.practice.policy.cap_seconds)
    early = before.phase is Phase.OPENING and before.stage < 0
    return (before.arrived_at if early else turn.now) + seconds


def _nobody_for_urgent(turn: Turn) -> None:
    """1 where nobody is on call: the crisis procedure, and voicemail (D41, §3.13)."""
    _let_go(turn, LegState.RINGING)
    if turn.voice.transfers and turn.call.caller is not None:
        turn.be(phase=Phase.CRISIS)
        turn.hear(phrase("U-NONE-A"), keys="19#")
        return
    turn.be(phase=Phase.CLOSING)
    turn.hear(*turn.route.closing)


def _page_me(turn: Turn) -> None:
    """Key 2 (D19): the page goes out, the promise is said, the caller may hang up."""
    if "2" not in turn.route.keys:
        turn.hear(phrase("PM-NO"), *_words_of(turn))
        return
    _paged(turn)


def _words_of(turn: Turn) -> tuple[Phrase, ...]:
    """What the caller was hearing, to be said again after a remark: the greeting with its safety segment."""
    match turn.call.phase:
        case Phase.OPENING:
            return turn.route.opening
        case Phase.CLOSING:
            return turn.route.closing
        case _:
            return ()


def _paged(turn: Turn) -> None:
    _let_go(turn, LegState.RINGING)
    if turn.call.key_two and turn.call.told_call_by is not None:  # pressed again: what was said holds
        turn.hear(turn.voice.paged(turn.call, turn.call.told_call_by))
        return
    by = turn.voice.minute(turn.now + timedelta(minutes=turn.facts.practice.policy.coaching_minutes))
    turn.be(phase=Phase.SAVED, key_two=True, told_call_by=by, stage_until=None)
    turn.out += afterwards(turn.call, Ending.PAGED, turn.route, turn.facts, turn.now)
    turn.hear(turn.voice.paged(turn.call, by))


# ---------------------------------------------------------------- crisis (9)


def _crisis(turn: Turn) -> None:
    """Key 9 (V01). Connects once commissioned and the caller's number can be shown; else it says how."""
    call = turn.call
    if not call.crisis_pressed:
        turn.out.append(FlagContact(contact=call.contact, flag="crisis"))
        turn.out += _inform(turn)
    turn.be(crisis_pressed=True)
    if not turn.voice.transfers:
        _say_crisis(turn, "CR-SAY")
    elif call.caller is None:
        _say_crisis(turn, "CR-2")
    else:
        _transfer(turn)


def _inform(turn: Turn) -> list[Command]:
    on_call = next(iter(duty(turn.facts.practice, turn.now)), None)
    return [TellStaff(staff=on_call, contact=turn.call.contact, what="W-CRISIS")] if on_call else []


def _say_crisis(turn: Turn, wording: str) -> None:
    """The words, twice; phones go on ringing meanwhile (D39)."""
    back = turn.call.back_to if turn.call.phase is Phase.CRISIS_SAYING else turn.call.phase
    turn.be(phase=Phase.CRISIS_SAYING, back_to=back)
    turn.hear(*turn.voice.crisis_words(wording))


def _crisis_said(turn: Turn) -> None:
    """Back to where the caller was; an accept that came meanwhile takes effect now (D39)."""
    back = turn.call.back_to or Phase.CLOSING
    turn.be(phase=back, back_to=None)
    accepted = turn.call.leg(turn.call.accepted_by) if turn.call.accepted_by else None
    if accepted is not None:
        _join(turn, accepted)
    elif back is Phase.OPENING:
        _next_stage(turn)
    elif back is Phase.RINGING:
        turn.hear(keys=turn.route.keys)
    elif back is Phase.RECORDING:
        _record(turn)
    elif back is Phase.CLOSING and turn.call.callback_by is not None and turn.call.callback_owner is not None:
        turn.be(phase=Phase.CLOSING)
        turn.hear(turn.voice.private(turn.call.callback_owner, turn.call.callback_by, turn.route))
    elif back is Phase.CLOSING:
        _close(turn)
    else:
        turn.be(phase=Phase.CLOSING)
        turn.hear(phrase("VM-START"))


def _transfer(turn: Turn) -> None:
    """Crisis beats accept until the bridge stands (D39)."""
    for leg in turn.call.legs:
        if leg.state in (LegState.ASKED, LegState.CHOOSING, LegState.ACCEPTED):
            _dismiss(turn, leg, phrase("GONE-CRISIS"))
    _let_go(turn, LegState.RINGING)
    said = turn.voice.said((phrase("CR-1"),))
    seconds = turn.facts.practice.policy.crisis_seconds
    turn.be(phase=Phase.CRISIS, accepted_by=None, stage_until=None, say_until=None, back_to=None)
    turn.be(hearing=Hearing(said=said))
    outside = caller_leg(turn.call.contact)
    turn.out.append(TransferToCrisisLine(contact=turn.call.contact, leg=outside, seconds=seconds, said=said))


def _after_crisis(turn: Turn) -> None:
    """The words of U-NONE-A are over: now the transfer itself, unless pound was pressed."""
    if any(one.id == "U-NONE-A" for one in turn.call.hearing.said):
        turn.be(crisis_pressed=True)
        _transfer(turn)


def _crisis_over(turn: Turn, reached: bool) -> None:
    if turn.call.phase is not Phase.CRISIS:
        return
    if reached:
        turn.be(phase=Phase.CLOSING)
        turn.hear(turn.voice.crisis_back(turn.route), phrase("SAFETY"))
    elif turn.route.urgent_rings:
        turn.be(phase=Phase.RINGING, declared=Declared.URGENT, stage=-1, cap_at=_in(turn, _cap(turn)), messages=0)
        turn.be(legs=_forget_rung(turn.call))
        _next_stage(turn)
        turn.hear(*turn.voice.twice("CR-FAIL-OC"))
    else:
        turn.be(phase=Phase.CLOSING)
        turn.hear(*turn.voice.twice("CR-FAIL-NONE"))
    turn.out.append(FlagContact(contact=turn.call.contact, flag="crisis_reached" if reached else "crisis_failed"))


# ---------------------------------------------------------------- stages


def _next_stage(turn: Turn) -> None:
    """The next stage that has a phone to ring; when none is left, the last again (urgent), else voicemail."""
    _rung_out(turn)
    call = turn.call
    for index in range(call.stage + 1, len(turn.route.stages)):
        seats = _open_seats(turn, index)
        if seats:
            _begin_stage(turn, index, seats, turn.route.stages[index].seconds)
            return
    again = _again(turn)
    if again:
        _begin_stage(turn, len(turn.route.stages), again, _left(turn))
    elif turn.call.phase in (Phase.OPENING, Phase.RINGING) and _asked(turn.call):
        turn.be(phase=Phase.RINGING, stage=len(turn.route.stages), stage_until=None)
    else:
        _close(turn)


def _open_seats(turn: Turn, index: int) -> tuple[Seat, ...]:
    """Seats of this stage and of the ones before that nobody has rung yet, on phones that are free (D48)."""
    rung = {leg.staff for leg in turn.call.legs if not leg.forgotten}
    busy = _busy(turn)
    seats: dict[EndpointId, Seat] = {}
    for stage in turn.route.stages[: index + 1]:
        for seat in stage.seats:
            if seat.staff not in rung and seat.endpoint not in busy:
                seats.setdefault(seat.endpoint, seat)
    return tuple(seats.values())


def _again(turn: Turn) -> tuple[Seat, ...]:
    """Before the cap, an urgent call rings the last tier again (D27)."""
    if not turn.route.urgent or _left(turn) <= 0 or turn.call.phase not in (Phase.OPENING, Phase.RINGING):
        return ()
    busy = _busy(turn)
    passed = {leg.staff for leg in turn.call.legs if leg.state is LegState.DISMISSED and not leg.forgotten}
    for stage in reversed(turn.route.stages):
        seats = tuple(
            seat
            for seat in stage.seats
            if seat.endpoint not in busy and seat.staff not in passed and not _failing(turn, seat)
        )
        if seats:
            return seats
    return ()


def _busy(turn: Turn) -> frozenset[EndpointId]:
    """Phones in use, by this call too."""
    return turn.facts.busy | {leg.endpoint for leg in _live(turn.call)}


def _failing(turn: Turn, seat: Seat) -> bool:
    """A phone that failed at once twice would be redialled without end: it is left alone."""
    return sum(leg.endpoint == seat.endpoint and not leg.forgotten for leg in turn.call.legs) >= 3


def _begin_stage(turn: Turn, index: int, seats: tuple[Seat, ...], seconds: int) -> None:
    first = turn.call.stage < 0
    words = _stage_words(turn, index, first)
    turn.be(stage=index, stage_until=_in(turn, seconds), tries=0)
    if turn.call.phase is not Phase.CRISIS_SAYING:  # crisis words are never cut by a stage
        turn.be(phase=Phase.RINGING)
        turn.hear(*words)
    _ring(turn, seats, index, seconds)


def _stage_words(turn: Turn, index: int, first: bool) -> tuple[Phrase, ...]:
    own = turn.route.stages[index].words if index < len(turn.route.stages) else ()
    if first:
        return own
    if not turn.call.safety_heard:
        return (phrase("STILL-1"), *own)
    return (*own, turn.voice.still_two())


def _ring(turn: Turn, seats: tuple[Seat, ...], index: int, seconds: int) -> None:
    urgent = turn.route.urgent
    seconds = max(seconds, turn.route.leg_seconds or 0)
    for seat in seats:
        leg = staff_leg(turn.call.contact, len(turn.call.legs) + 1)
        new = Leg(
            id=leg, staff=seat.staff, endpoint=seat.endpoint, stage=index, urgent=urgent, until=_in(turn, seconds)
        )
        turn.be(legs=(*turn.call.legs, new))
        turn.out.append(
            RingEndpoint(
                contact=turn.call.contact,
                leg=leg,
                line=turn.call.line,
                endpoint=seat.endpoint,
                caller_id=CallerId.URGENT if urgent else CallerId.ROUTINE,
                seconds=seconds,
            )
        )


def _close(turn: Turn) -> None:
    """Nobody took it: the greeting that ends in the tone. Crisis words are heard out first."""
    if turn.call.staff is not None:  # a colleague who dialled in: back to the menu
        for state in (LegState.RINGING, LegState.ASKED, LegState.CHOOSING):
            _let_go(turn, state)
        turn.be(phase=Phase.STAFF_MENU, menu=Menu.MAIN, stage=-1, stage_until=None, cap_at=None)
        turn.hear(phrase("IN-MENU"), keys=MENU_KEYS)
        return
    turn.be(stage_until=None, cap_at=None)
    if turn.call.phase is Phase.CRISIS_SAYING:
        turn.be(back_to=Phase.CLOSING)
        return
    turn.be(phase=Phase.CLOSING)
    said = {name for one in turn.route.closing for name, _ in one.vars}
    turn.be(
        told_hear_by=turn.route.hear_by if "hear_by" in said else None,
        told_call_by=turn.route.call_by if "call_by" in said else None,
    )
    turn.hear(*turn.route.closing)


def _phone_freed(turn: Turn) -> None:
    """A phone fell free: it is offered at once to this call, which waits the longest (D27)."""
    if turn.call.phase is not Phase.RINGING or turn.call.accepted_by is not None:
        return
    seats = _open_seats(turn, min(turn.call.stage, len(turn.route.stages) - 1))
    if seats:
        _ring(turn, seats, turn.call.stage, _left(turn))


# ---------------------------------------------------------------- staff legs


def _answered(turn: Turn, leg_id: LegId) -> None:
    leg = turn.call.leg(leg_id)
    if leg is None or leg.state is not LegState.RINGING:
        return
    if leg.stage == CONSULT and turn.call.phase is Phase.TALKING:
        _consulted(turn, leg)
        return
    if not _can_take(turn.call):
        _dismiss(turn, leg, _why_not(turn))
        return
    _ask(turn, leg)


def _ask(turn: Turn, leg: Leg) -> None:
    """The whisper and the menu; a key must follow within the window (INV-08)."""
    policy = turn.facts.practice.policy
    window = policy.accept_urgent_seconds if leg.urgent else policy.accept_seconds
    turn.leg(leg, state=LegState.ASKED, until=_in(turn, window))
    keys = "12" if leg.urgent else "123"
    turn.tell(leg, *_whisper(turn, leg), phrase("MENU-URG" if leg.urgent else "MENU"), keys=keys)


def _whisper(turn: Turn, leg: Leg) -> tuple[Phrase, ...]:
    if turn.call.staff is not None:
        return (phrase("W-STAFF", staff_name=turn.facts.practice.staff[turn.call.staff].said_as),)
    seats = [seat for stage in turn.route.stages for seat in stage.seats] + list(turn.route.desk_rings)
    whisper = next((seat.whisper for seat in seats if seat.staff == leg.staff), None)
    return whisper if whisper is not None else turn.voice.plain_whisper()


def _staff_key(turn: Turn, leg: Leg, key: str) -> None:
    if turn.call.phase is Phase.TALKING and leg.state is LegState.JOINED:
        _talk_key(turn, leg, key)
        return
    if turn.call.phase is Phase.ENDED and leg.state is LegState.JOINED:
        _call_again(turn, leg, key)
    elif leg.state is LegState.CHOOSING:
        _choose(turn, leg, key)
    elif leg.state is not LegState.ASKED:
        if leg.state is LegState.DISMISSED and key == "1":
            turn.tell(leg, phrase("TOO-LATE"), then=Then.HANG_UP)
    elif turn.now > leg.until:
        _dismiss(turn, leg, phrase("TOO-LATE"))
    elif key == "1" and leg.stage == CONSULT and turn.call.phase is Phase.TALKING:
        _join_third(turn, leg)
    elif key == "1":
        _accept(turn, leg)
    elif key == "2" or (key == "3" and leg.urgent):
        _dismiss(turn, leg, phrase("MENU-PASS"))
        _stage_check(turn)
    elif key == "3":
        turn.leg(leg, state=LegState.CHOOSING, until=_in(turn, turn.facts.practice.policy.accept_seconds))
        turn.tell(leg, phrase("MENU-3"), keys="123")


# ---------------------------------------------------------------- a third person joins (S26, V27)


def _talk_key(turn: Turn, leg: Leg, key: str) -> None:
    """Star and 5 ring a second clinician, star and 8 an interpreter; no other key means anything during a talk."""
    if turn.call.star and key == "5":
        _consult(turn, _colleagues(turn, leg.staff))
    elif turn.call.star and key == "8":
        _consult(turn, _interpreters(turn))
    turn.be(star=key == "*")


def _colleagues(turn: Turn, asks: StaffId) -> tuple[StaffId, ...]:
    """The supervisor of whoever talks; where there is none, who is on call."""
    supervisor = turn.facts.practice.staff[asks].supervisor
    return (supervisor,) if supervisor is not None else duty(turn.facts.practice, turn.now)


def _interpreters(turn: Turn) -> tuple[StaffId, ...]:
    return tuple(one.id for one in turn.facts.practice.staff.values() if Role.INTERPRETER in one.roles)


def _consult(turn: Turn, people: Iterable[StaffId]) -> None:
    """The first of them whose phone is free."""
    if _live(turn.call):
        return
    there = {one.staff for one in turn.call.legs if one.state is LegState.JOINED}
    for person in people:
        phone = endpoint_of(turn.facts.practice, person)
        if person not in there and phone is not None and phone.id not in turn.facts.busy:
            seat = Seat(staff=person, endpoint=phone.id, whisper=())
            _ring(turn, (seat,), CONSULT, turn.facts.practice.policy.desk_ring_seconds)
            return


def _consulted(turn: Turn, leg: Leg) -> None:
    """They picked up: who asks, and the keys."""
    asks = next(one.staff for one in turn.call.legs if one.state is LegState.JOINED)
    name = turn.facts.practice.staff[asks].said_as
    turn.leg(leg, state=LegState.ASKED, until=_in(turn, turn.facts.practice.policy.accept_seconds))
    turn.tell(leg, phrase("W-STAFF", staff_name=name), phrase("MENU-URG"), keys="12")


def _join_third(turn: Turn, leg: Leg) -> None:
    """The caller hears who joins before it happens."""
    turn.leg(leg, state=LegState.ACCEPTED)
    interprets = Role.INTERPRETER in turn.facts.practice.staff[leg.staff].roles
    turn.out.append(
        ConnectLeg(
            contact=turn.call.contact,
            staff_leg=leg.id,
            outside_leg=caller_leg(turn.call.contact),
            staff_said=turn.voice.staff_said(leg.staff, (phrase("BRIDGE"),)),
            outside_said=turn.voice.said((phrase("JOIN-INT" if interprets else "JOIN"),)),
            third_to=turn.call.accepted_by,
        )
    )


# ---------------------------------------------------------------- taking a call


def _call_again(turn: Turn, leg: Leg, key: str) -> None:
    """CUT-CLIENT: 1 calls back, as soon as this phone is free to ring for it."""
    if key == "1":
        turn.leg(leg, state=LegState.RETURNING)
        turn.tell(leg, then=Then.HANG_UP)


def _accept(turn: Turn, leg: Leg) -> None:
    """`accepted_by` is set once, here."""
    if not _can_take(turn.call):
        _dismiss(turn, leg, _why_not(turn))
        return
    turn.be(accepted_by=leg.id)
    leg = turn.leg(leg, state=LegState.ACCEPTED)
    for other in turn.call.legs:
        if other.id != leg.id and other.state in (LegState.ASKED, LegState.CHOOSING):
            _dismiss(turn, other, phrase("TAKEN"))
    _let_go(turn, LegState.RINGING)
    turn.be(stage_until=None, cap_at=None)
    if turn.call.phase is Phase.CRISIS_SAYING:
        turn.tell(leg)  # waits in silence until the sentence ends (D39)
    else:
        _join(turn, leg)


def _join(turn: Turn, leg: Leg) -> None:
    turn.be(phase=Phase.JOINING, say_until=_in(turn, 30), stage_until=None, cap_at=None)
    outside = turn.voice.said(turn.voice.connecting(turn.facts, leg.staff))
    turn.be(hearing=Hearing(said=outside))
    turn.out.append(
        ConnectLeg(
            contact=turn.call.contact,
            staff_leg=leg.id,
            outside_leg=caller_leg(turn.call.contact),
            staff_said=turn.voice.staff_said(leg.staff, (phrase("BRIDGE"),)),
            outside_said=outside,
        )
    )


def _joined(turn: Turn) -> None:
    third = next((one for one in turn.call.legs if one.stage == CONSULT and one.state is LegState.ACCEPTED), None)
    if third is not None:
        turn.leg(third, state=LegState.JOINED)
        return
    leg = turn.call.leg(turn.call.accepted_by) if turn.call.accepted_by else None
    if turn.call.phase is not Phase.JOINING or leg is None:
        return
    turn.leg(leg, state=LegState.JOINED)
    tone = _in(turn, 60 * turn.facts.practice.policy.soft_limit_minutes)
    turn.be(phase=Phase.TALKING, joined_at=turn.now, tone_at=tone, say_until=None, hearing=Hearing(), star=False)
    turn.out += afterwards(turn.call, Ending.JOINED, turn.route, turn.facts, turn.now)


def _choose(turn: Turn, leg: Leg, key: str) -> None:
    """Key 3, then 15, 30 or 60 minutes; due is the minute that is spoken (S25, D37)."""
    if key not in ("1", "2", "3"):
        turn.tell(leg, phrase("MENU-3"), keys="123")
        return
    if not _can_take(turn.call):
        _dismiss(turn, leg, _why_not(turn))
        return
    by = key_three(turn.now, int(key), turn.call.told_call_by or turn.route.owed.call_by)
    turn.be(callback_by=by, callback_owner=leg.staff, told_call_by=by)
    _dismiss(turn, leg, turn.voice.told_staff(by))
    for other in turn.call.legs:
        if other.state in (LegState.ASKED, LegState.CHOOSING):
            _dismiss(turn, other, phrase("TAKEN"))
    _let_go(turn, LegState.RINGING)
    turn.out += afterwards(turn.call, Ending.CALL_LATER, turn.route, turn.facts, turn.now)
    turn.be(stage_until=None, cap_at=None)
    if turn.call.phase is Phase.CRISIS_SAYING:  # crisis words are heard out; what was promised is said after them
        turn.be(back_to=Phase.CLOSING)
        return
    turn.be(phase=Phase.CLOSING, back_to=None)
    turn.hear(turn.voice.private(leg.staff, by, turn.route))


def _can_take(call: Call) -> bool:
    here = call.phase in WAITING or call.phase is Phase.CRISIS_SAYING
    return here and call.accepted_by is None and call.callback_by is None


def _why_not(turn: Turn) -> Phrase:
    call = turn.call
    if call.phase is Phase.CRISIS:
        return phrase("GONE-CRISIS")
    if call.phase is Phase.ENDED and call.accepted_by is None:
        return turn.voice.gone(call)
    return phrase("TAKEN")


def _dismiss(turn: Turn, leg: Leg, words: Phrase) -> None:
    turn.leg(leg, state=LegState.DISMISSED)
    turn.tell(leg, words, then=Then.HANG_UP)


def _let_go(turn: Turn, state: LegState) -> None:
    for leg in turn.call.legs:
        if leg.state is state:
            turn.leg(leg, state=LegState.GONE)
            turn.out.append(DropLeg(contact=turn.call.contact, leg=leg.id))


def _rung_out(turn: Turn) -> None:
    for leg in turn.call.legs:
        if leg.state is LegState.RINGING and leg.until <= turn.now:
            turn.leg(leg, state=LegState.GONE)
            turn.out.append(DropLeg(contact=turn.call.contact, leg=leg.id))


def _leg_gone(turn: Turn, leg_id: LegId) -> None:
    leg = turn.call.leg(leg_id)
    if leg is None or leg.state is LegState.GONE:
        return
    before = leg.state
    turn.leg(leg, state=LegState.GONE)
    if before is LegState.RETURNING:
        turn.out.append(AskCallBack(contact=turn.call.contact, by=leg.staff))
    elif before is LegState.JOINED and turn.call.phase is Phase.TALKING:
        if not any(one.state is LegState.JOINED for one in turn.call.legs):
            _staff_cut_off(turn)
    elif before is LegState.ACCEPTED and leg.stage != CONSULT:
        turn.be(accepted_by=None, stage=-1, cap_at=_in(turn, _cap(turn)))
        if turn.call.phase is Phase.CRISIS_SAYING:
            turn.be(back_to=Phase.OPENING)  # rung anew when the crisis words are over
        else:
            turn.be(phase=Phase.RINGING)
            _next_stage(turn)
    else:
        _stage_check(turn)


def _staff_cut_off(turn: Turn) -> None:
    """The caller is still there (INV-10): the same phones again, after the words, if they stay."""
    turn.be(phase=Phase.OPENING, accepted_by=None, stage=-1, tone_at=None, legs=_forget_rung(turn.call))
    turn.be(cap_at=_in(turn, _cap(turn)))
    turn.hear(turn.voice.cut(turn.route))


def _forget_rung(call: Call) -> tuple[Leg, ...]:
    """Who was rung before a talk that was cut off, or before 1 was pressed (again), may be rung anew."""
    return tuple(changed(leg, urgent=False, forgotten=True) for leg in call.legs)


def _stage_check(turn: Turn) -> None:
    """A stage in which no phone rings or asks any more is over at once (D27: an empty stage lasts 0 s)."""
    waiting = turn.call.phase is Phase.RINGING or turn.call.back_to is Phase.RINGING
    if waiting and turn.call.accepted_by is None and not _live(turn.call):
        _next_stage(turn)


def _live(call: Call) -> tuple[Leg, ...]:
    return tuple(leg for leg in call.legs if leg.state in (LegState.RINGING, LegState.ASKED, LegState.CHOOSING))


def _asked(call: Call) -> bool:
    return any(leg.state in (LegState.ASKED, LegState.CHOOSING) for leg in call.legs)


# ---------------------------------------------------------------- messages, endings


def _message(turn: Turn, event: VoicemailLeft) -> None:
    """VM01, VM03. A key that ended the recording has moved the call on already; the message is kept anyway."""
    call = turn.call
    short = event.seconds is not None and event.seconds < turn.facts.practice.policy.silence_seconds
    empty = event.silent or short
    empty = empty and not call.relay  # D43: a relay recording is never "silence"
    turn.out.append(
        KeepVoicemail(
            contact=call.contact,
            recording=event.recording,
            seconds=event.seconds,
            silent=empty,
            locale=_language(turn),
            at=event.at,
        )
    )
    if call.phase is Phase.ENDED:
        turn.be(say_until=None)  # the hang-up was told first: what was awaited is here
    # what a key cut off was not all that the caller came for: it alone ends nothing (D35)
    whole = not empty and call.phase in (Phase.RECORDING, Phase.ENDED)
    turn.be(messages=call.messages + whole, empty_tries=call.empty_tries + empty)
    if empty and call.phase is Phase.RECORDING and call.empty_tries == 0:
        turn.be(phase=Phase.CLOSING)
        turn.hear(phrase("VM-EMPTY"))
        return
    ending = Ending.EMPTY if empty else Ending.MESSAGE
    turn.out += afterwards(turn.call, ending, turn.route, turn.facts, turn.now, recorded_at=event.at)
    if call.phase is Phase.RECORDING:
        _saved(turn, event)


def _language(turn: Turn) -> str:
    """The recorded language counts, whatever the words were spoken in (D42)."""
    client = lead_client(turn.facts.caller, turn.facts.line)
    return client.language if client is not None and client.language is not None else turn.call.locale


def _saved(turn: Turn, event: VoicemailLeft) -> None:
    if event.full:
        turn.be(phase=Phase.CLOSING)
        turn.hear(phrase("VM-FULL"))
        return
    turn.be(phase=Phase.SAVED)
    turn.hear(turn.voice.saved(turn.call, turn.route, event.at))


def _message_lost(turn: Turn) -> None:
    if turn.call.phase is Phase.ENDED:
        turn.be(say_until=None)
    turn.be(lost_message=True)
    turn.out += afterwards(turn.call, Ending.LOST, turn.route, turn.facts, turn.now)
    if turn.call.phase is Phase.RECORDING:
        turn.be(phase=Phase.SAVED)
        turn.hear(turn.voice.lost(turn.call, turn.route, turn.now))


def _caller_gone(turn: Turn) -> None:
    call = turn.call
    if call.phase in (Phase.ENDED, Phase.REFUSED):
        turn.be(phase=Phase.ENDED)
        return
    ending = _ending(call)
    turn.be(phase=Phase.ENDED, stage_until=None, cap_at=None, say_until=None, tone_at=None, back_to=None)
    if call.phase is Phase.RECORDING:
        turn.be(say_until=_in(turn, 60))  # its recording may still be on the way
    else:
        turn.out += afterwards(replace(turn.call, phase=call.phase), ending, turn.route, turn.facts, turn.now)
    for leg in turn.call.legs:
        if leg.state is LegState.JOINED:
            turn.leg(leg, until=_in(turn, STAYS_SECONDS))
            turn.tell(leg, phrase("CUT-CLIENT"), keys="1")
        elif leg.state in (LegState.ASKED, LegState.CHOOSING, LegState.ACCEPTED):
            _dismiss(turn, leg, turn.voice.gone(turn.call))
    _let_go(turn, LegState.RINGING)


def _ending(call: Call) -> Ending:
    if call.phase is Phase.TALKING:
        return Ending.TALKED
    if call.phase is Phase.CRISIS:
        return Ending.CRISIS
    if call.messages or call.key_two or call.callback_by is not None or call.lost_message:
        return Ending.NOTHING_NEW
    return Ending.EMPTY if call.empty_tries else Ending.ABANDONED  # whichever of the two is told first (D56)


# ---------------------------------------------------------------- time


def _time(turn: Turn) -> None:
    """Whatever is due by now, in the order: windows, ringing, stage, cap, words."""
    for leg in turn.call.legs:
        if leg.until <= turn.now:
            _leg_overdue(turn, leg)
    if _past(turn.call.tone_at, turn.now):
        _tone(turn)
    waits = turn.call.phase in (Phase.OPENING, Phase.RINGING) or turn.call.back_to in (Phase.OPENING, Phase.RINGING)
    if waits and _past(turn.call.cap_at, turn.now):
        _let_go(turn, LegState.RINGING)
        _close(turn)
    elif waits and _past(turn.call.stage_until, turn.now):
        _next_stage(turn)
    else:
        _stage_check(turn)
    if _past(turn.call.say_until, turn.now):
        _words_lost(turn)


def _tone(turn: Turn) -> None:
    """The soft limit: one tone, on the staff leg alone; nothing ends (S34, INV-10)."""
    turn.be(tone_at=None)
    talking = next((leg for leg in turn.call.legs if leg.state is LegState.JOINED), None)
    if turn.call.phase is Phase.TALKING and talking is not None:
        turn.out.append(PlayTone(contact=turn.call.contact, leg=talking.id))


def _words_lost(turn: Turn) -> None:
    """The carrier never said that the words were over, or never brought the recording (INV-11)."""
    if turn.call.phase is Phase.ENDED:
        turn.be(say_until=None, lost_message=True)
        turn.out += afterwards(turn.call, Ending.LOST, turn.route, turn.facts, turn.now)
    elif turn.call.phase is Phase.JOINING and turn.call.accepted_by is not None:
        # nobody ever said that the two were joined: as if that phone had gone
        turn.be(say_until=None)
        leg = turn.call.accepted_by
        turn.out.append(DropLeg(contact=turn.call.contact, leg=leg))
        _leg_gone(turn, leg)
    else:
        _words_over(turn)


def _leg_overdue(turn: Turn, leg: Leg) -> None:
    match leg.state:
        case LegState.ASKED | LegState.CHOOSING:
            # V23: picked up without a key: a private voicemail, a child, a pocket
            turn.leg(leg, state=LegState.GONE)
            turn.out.append(DropLeg(contact=turn.call.contact, leg=leg.id))
            if leg.state is LegState.ASKED:
                turn.out.append(MarkUnreachable(endpoint=leg.endpoint, at=turn.now))
                turn.out += unanswered(leg, turn.call, turn.facts, turn.now)
        case LegState.RINGING:
            turn.leg(leg, state=LegState.GONE)
            turn.out.append(DropLeg(contact=turn.call.contact, leg=leg.id))
        case LegState.JOINED if turn.call.phase is Phase.ENDED:
            turn.leg(leg, state=LegState.GONE)
            turn.out.append(DropLeg(contact=turn.call.contact, leg=leg.id))
        case LegState.ACCEPTED | LegState.JOINED | LegState.RETURNING | LegState.DISMISSED | LegState.GONE:
            return
        case _:
            assert_never(leg.state)


def _past(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _in(turn: Turn, seconds: float) -> datetime:
    return turn.now + timedelta(seconds=seconds)


def _cap(turn: Turn) -> int:
    return turn.facts.practice.policy.cap_seconds


def _left(turn: Turn) -> int:
    cap = turn.call.cap_at
    return max(0, int((cap - turn.now).total_seconds())) if cap else 0
