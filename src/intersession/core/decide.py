"""`decide(event, facts, now) -> Decision`: the one door to the policy. Total: every event gets a decision."""

from __future__ import annotations

from datetime import datetime

from . import callout, dialin
from .aftercall import Ending, afterwards, finish_by
from .call import Call, Declared, Phase
from .caller import CallerClass, classify, lead_client
from .callflow import step
from .change import changed
from .commands import (
    Channel,
    Command,
    Direction,
    FlagContact,
    KeepCall,
    KeepReason,
    KeepVoicemail,
    MarkUnreachable,
    OpenContact,
)
from .decision import Decision, Reason
from .events import (
    CallArrived,
    CallBackAsked,
    CallbackRequested,
    CallEvent,
    CallFellBack,
    CallStep,
    ContactClosed,
    CrisisLegEnded,
    DigitsEntered,
    EmailArrived,
    ErrandFailed,
    Event,
    GreetingDropped,
    GreetingRecorded,
    ItemHeard,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegsJoined,
    PhoneFreed,
    PromptEnded,
    ShiftSet,
    StatusSet,
    TaskHandedOver,
    TaskTaken,
    TextArrived,
    TextDelivered,
    TextFailed,
    TextWritten,
    TimeCame,
    VoicemailLeft,
    VoicemailLost,
    WakeKind,
)
from .facts import Facts
from .ids import ClientId, StaffId, caller_leg
from .owing import owe
from .reasons import voice_reasons
from .rules.email import decide_email
from .rules.outbound import call_back_check, decide_outbound
from .rules.own_voice import decide_greeting, own_voice
from .rules.pages import decide_page
from .rules.text import decide_text
from .rules.voice import route, spoken_locale
from .situation import Situation, reduce
from .tasks import TaskKind
from .words import Voice


def decide(event: Event, facts: Facts, now: datetime) -> Decision:
    """What follows from one event, and why. Pure: the same arguments give the same decision."""
    if facts.page is not None and isinstance(event, CallEvent):
        return decide_page(event, facts, now)
    match event:
        case CallArrived():
            return _call_arrived(event, facts, now)
        case CallFellBack():
            return _fell_back(event, facts)
        case CallBackAsked():
            return _call_back(event, facts, now)
        case TimeCame(kind=WakeKind.CALL):
            return _call_step(event, facts, now)
        case TimeCame(kind=WakeKind.TEXT):
            return decide_outbound(event, facts, now)
        case TextArrived() | TextDelivered() | TextFailed():
            return decide_text(event, facts, now)
        case TextWritten():
            return decide_outbound(event, facts, now)
        case EmailArrived() | CallbackRequested():
            return decide_email(event, facts, now)
        case (
            PromptEnded() | KeyPressed() | DigitsEntered() | LegAnswered() | LegEnded() | LegsJoined()
            | VoicemailLeft() | VoicemailLost() | CrisisLegEnded() | PhoneFreed()
        ):  # fmt: skip
            return _call_step(event, facts, now)
        case (
            TimeCame() | TaskTaken() | TaskHandedOver() | ItemHeard() | ContactClosed() | ErrandFailed()
            | ShiftSet() | StatusSet()
        ):  # fmt: skip
            return decide_page(event, facts, now)
        case GreetingRecorded() | GreetingDropped():
            return decide_greeting(event, facts)


# ---------------------------------------------------------------- a call comes in


def _call_arrived(event: CallArrived, facts: Facts, now: datetime) -> Decision:
    call = Call(
        contact=event.contact,
        line=event.line,
        caller=event.caller,
        arrived_at=event.at,
        phase=Phase.OPENING,
        locale=spoken_locale(facts),
        relay=event.relay or _needs_relay(facts),
    )
    who = classify(facts.caller, now)
    opened = OpenContact(
        contact=event.contact,
        channel=Channel.VOICE,
        direction=Direction.IN,
        line=event.line,
        number=event.caller,
        client=_client_id(facts, who),
        caller_class=who,
        at=event.at,
        flags=_flags(who),
    )
    facts = changed(facts, call=call)
    missing = (*_line_missing(event, facts, now), *_pack_missing(event, facts, now))
    if who is CallerClass.REJECTED:
        return _rejected(event, call, opened, facts, now)
    if facts.ended_early:
        return _over_already(call, facts, now, first=(opened, *missing))
    return _stepped(call, event, facts, now, first=(opened, *missing))


def _over_already(call: Call, facts: Facts, now: datetime, first: tuple[Command, ...]) -> Decision:
    """Nobody is rung for a caller who is gone; it is a hang-up like any other (V25)."""
    plan = _plan(call, facts, now)
    over = changed(call, phase=Phase.ENDED, rule=plan.route.rule)
    owing = tuple(afterwards(over, Ending.ABANDONED, plan.route, facts, now))
    return plan.decision((*first, *owing, KeepCall(call=over)), ("V25",))


def _line_missing(event: CallArrived, facts: Facts, now: datetime) -> tuple[Command, ...]:
    """A call on a number of ours that is no line: it is answered and kept, and somebody sees to the number."""
    if facts.line is not None:
        return ()
    _, owing = owe(
        facts, contact=event.contact, kind=TaskKind.MACHINE, owner=facts.practice.director, listen_by=None,
        call_by=None, finish_by=finish_by(facts, now), urgent=False, ladder=None, now=now,
    )  # fmt: skip
    return owing


def _pack_missing(event: CallArrived, facts: Facts, now: datetime) -> tuple[Command, ...]:
    """D42: there are no words in this client's language here; somebody sees to it."""
    client = lead_client(facts.caller, facts.line)
    practice = facts.practice
    if client is None or client.language in (None, *practice.languages):
        return ()
    _, owing = owe(
        facts, contact=event.contact, kind=TaskKind.LANGUAGE_PACK, owner=practice.director, listen_by=None,
        call_by=None, finish_by=finish_by(facts, now), urgent=False, ladder=None, now=now,
    )  # fmt: skip
    return owing


def _flags(who: CallerClass) -> tuple[str, ...]:
    marks = {CallerClass.BLOCKED: "quarantine", CallerClass.SHARED: "shared", CallerClass.REJECTED: "standing"}
    return (marks[who],) if who in marks else ()


def _client_id(facts: Facts, who: CallerClass) -> ClientId | None:
    """Who it is on a shared phone, a person says (§3.11)."""
    client = lead_client(facts.caller, facts.line)
    return client.id if client is not None and who is not CallerClass.SHARED else None


def _needs_relay(facts: Facts) -> bool:
    client = lead_client(facts.caller, facts.line)
    return client is not None and client.needs_relay


def _rejected(
    event: CallArrived, call: Call, opened: OpenContact, facts: Facts, now: datetime
) -> Decision:
    """D16, D40: no words; one standing item of the block's author, due on its review date."""
    block = facts.caller.block
    plan = _plan(call, facts, now)
    done, commands = step(call, event, plan.route, plan.voice, facts, now)
    review = None
    if block is not None:
        review = facts.practice.calendar.opening(block.review_on) or now
    _, owing = owe(
        facts, contact=event.contact, kind=TaskKind.LOOK, owner=block.author if block else None,
        listen_by=review, call_by=None, urgent=False, ladder=None, now=now,
    )  # fmt: skip
    return plan.decision((opened, *commands, *owing, KeepCall(call=done)))


# ---------------------------------------------------------------- a call goes on


def _call_step(event: CallStep | TimeCame, facts: Facts, now: datetime) -> Decision:
    call = facts.call
    if call is None:  # a leg of a call that is not ours, or no longer: nothing to decide, nothing lost
        return Decision(rule="V00", reasons=(Reason(rule="V00", says="No such call is on the line."),))
    if call.outbound:
        return _call_out_step(call, event, facts, now)
    if call.phase in (Phase.STAFF_PIN, Phase.STAFF_MENU):
        return _staff_step(call, event, facts, now)
    if isinstance(event, KeyPressed) and event.key == "8" and event.leg == caller_leg(call.contact):
        call = changed(call, locale=_other_language(call, facts))
    return _stepped(call, event, changed(facts, call=call), now)


def _stepped(
    call: Call, event: CallStep | TimeCame, facts: Facts, now: datetime, first: tuple[Command, ...] = ()
) -> Decision:
    plan = _plan(call, facts, now, pressed=_presses_urgent(call, event))
    if plan.situation.caller is CallerClass.STAFF and isinstance(event, CallArrived):
        call = changed(call, phase=Phase.STAFF_PIN, staff=facts.caller.staff)
    done, commands = step(call, event, plan.route, plan.voice, facts, now)
    return plan.decision((*first, *commands, KeepCall(call=done)), _happened(event, commands))


def _happened(event: CallStep | TimeCame, commands: tuple[Command, ...]) -> tuple[str, ...]:
    """Rules that this very step applied, whatever the base rule of the call is."""
    flags = {command.flag for command in commands if isinstance(command, FlagContact)}
    kept = [command for command in commands if isinstance(command, KeepVoicemail)]
    crisis = isinstance(event, CrisisLegEnded) or "crisis" in flags
    private = any(isinstance(command, MarkUnreachable) for command in commands)
    fits = {
        "V01": crisis,
        "V23": private,
        "V25": "abandoned" in flags,
        "VM01": any(not one.silent for one in kept),
        "VM03": any(one.silent for one in kept),
    }
    return tuple(rule for rule, holds in fits.items() if holds)


def _presses_urgent(call: Call, event: CallStep | TimeCame) -> bool:
    """Key 1 on the caller's own leg, while no human is connected: the route is decided anew as urgent."""
    if isinstance(event, CrisisLegEnded):
        return not event.reached  # the crisis line was not reached: on-call is rung instead (§3.8)
    if call.staff is not None:
        return False  # 1 and 9 have no special meaning for staff (D21)
    pressed = isinstance(event, KeyPressed) and event.key == "1" and event.leg == caller_leg(call.contact)
    return pressed and call.phase not in (Phase.TALKING, Phase.ENDED)


class _plan:  # noqa: N801
    """Situation, route and voice of one step."""

    def __init__(self, call: Call, facts: Facts, now: datetime, pressed: bool = False) -> None:
        urgent = pressed or call.declared is Declared.URGENT
        self.facts, self.now = facts, now
        self.situation: Situation = reduce(facts, urgent, now)
        self.route = route(self.situation, facts, now)
        self.voice = voice(call.locale, facts, now, own=own_voice(self.situation.caller, facts))

    def decision(self, commands: tuple[Command, ...], happened: tuple[str, ...] = ()) -> Decision:
        practice = self.facts.practice
        return Decision(
            rule=self.route.rule,
            modifiers=(*self.route.modifiers, *happened),
            layer=practice.sources.get(_decisive(self.route.rule), "default"),
            inputs=self.situation.inputs(),
            reasons=voice_reasons(self.route, happened, self.situation, self.facts, self.now),
            commands=commands,
            policy_version=practice.version,
        )


def _decisive(rule: str) -> str:
    """The policy value that this rule turns on, for the layer that won (S23)."""
    return {"V14": "rule24_urgent_to", "V11": "dbt", "V13": "dbt", "V10": "on_call"}.get(rule, "ring_seconds")


def voice(locale: str, facts: Facts, now: datetime, own: StaffId | None = None) -> Voice:
    """The voice for a caller or client in a language; `own`: whose greeting it is."""
    client = lead_client(facts.caller, facts.line)
    zone = client.zone if client is not None and client.zone else facts.practice.zone
    return Voice(practice=facts.practice, locale=locale, client_zone=zone, now=now, own=own)


def _other_language(call: Call, facts: Facts) -> str:
    languages = facts.practice.languages
    if call.locale not in languages:
        return facts.practice.locale
    return languages[(languages.index(call.locale) + 1) % len(languages)]


def _staff_step(call: Call, event: CallStep | TimeCame, facts: Facts, now: datetime) -> Decision:
    plan = _plan(call, facts, now)
    done, commands = dialin.step(call, event, facts, plan.voice, now)
    return plan.decision((*commands, KeepCall(call=done)))


# ---------------------------------------------------------------- a call goes out


def _call_back(event: CallBackAsked, facts: Facts, now: datetime) -> Decision:
    """O01, O02: safe-contact binds; an override is break-glass, with its reason."""
    client = lead_client(facts.caller, facts.line)
    refused = call_back_check(client, facts.practice, now, event.override)
    inputs = {"call_ok": str(client.safe.call_ok if client else True).lower(), "override": str(bool(event.override))}
    if refused is not None:
        # the screen says which hours are safe; the journal does not hold what a profile says
        reason = Reason(rule="O02", says="Calling is not safe for this client now. Nobody was dialled.")
        return Decision(rule="O02", reasons=(reason,), inputs=inputs, policy_version=facts.practice.version)
    spoken = voice(facts.practice.locale, facts, now)
    says = "Your phone rings first; press 1 and the client is called from the line."
    reasons = [Reason(rule="O01", says=says)]
    if event.override:
        reasons.append(Reason(rule="O02", says="Safe contact was overridden, with a reason that is kept apart."))
    return Decision(
        rule="O01",
        inputs=inputs,
        reasons=tuple(reasons),
        commands=(*callout.begin(event, facts, spoken, now), *_reason_kept(event)),
        policy_version=facts.practice.version,
    )


def _reason_kept(event: CallBackAsked) -> tuple[Command, ...]:
    if not event.override:
        return ()
    return (KeepReason(contact=event.contact, by=event.by, rule="O02", text=event.override),)


def _call_out_step(call: Call, event: CallStep | TimeCame, facts: Facts, now: datetime) -> Decision:
    done, commands = callout.step(call, event, facts, voice(call.locale, facts, now), now)
    return Decision(
        rule="O01",
        reasons=(Reason(rule="O01", says="A call back, bridged through the line."),),
        commands=(*commands, KeepCall(call=done)),
        policy_version=facts.practice.version,
    )


# ---------------------------------------------------------------- what happened while we were down


def _fell_back(event: CallFellBack, facts: Facts) -> Decision:
    """V00: the carrier's static fallback took it; every due time counts from the true arrival (D31)."""
    call = Call(
        contact=event.contact, line=event.line, caller=event.caller, arrived_at=event.at, phase=Phase.ENDED,
        locale=spoken_locale(facts), safety_heard=True,
    )  # fmt: skip
    facts = changed(facts, call=call)
    plan = _plan(call, facts, event.at)
    who = classify(facts.caller, event.at)
    opened = OpenContact(
        contact=event.contact, channel=Channel.VOICE, direction=Direction.IN, line=event.line,
        number=event.caller, client=_client_id(facts, who), caller_class=who, at=event.at, flags=("fell_back",),
    )  # fmt: skip
    out: list[Command] = [opened]
    ended = event.at
    if event.recording is not None:
        kept = KeepVoicemail(
            contact=event.contact, recording=event.recording, seconds=event.seconds, silent=False,
            locale=call.locale, at=ended,
        )  # fmt: skip
        out += [kept, *afterwards(call, Ending.MESSAGE, plan.route, facts, ended, recorded_at=ended)]
    elif event.answered_by_duty:
        out += [FlagContact(contact=event.contact, flag="duty_answered")]
        out += afterwards(call, Ending.TALKED, plan.route, facts, ended)
    else:
        out += afterwards(call, Ending.ABANDONED, plan.route, facts, ended)
    says = "The line was down; the carrier's fallback spoke. Imported with the true time."
    decision = plan.decision((*out, KeepCall(call=call)))
    return changed(
        decision, rule="V00", modifiers=(decision.rule, *decision.modifiers),
        reasons=(Reason(rule="V00", says=says), *decision.reasons),
    )  # fmt: skip
