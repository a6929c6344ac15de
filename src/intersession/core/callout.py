"""A call back (O01): our phone first, a key press, then the client's, from the line. A part of `callflow`.

The machine says nothing to the person called: the first voice they hear is human (O03, O04).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from .aftercall import finish_by
from .call import Call, Hearing, Leg, LegState, Phase, Then
from .caller import lead_client
from .commands import (
    CallerId,
    Channel,
    Command,
    ConnectLeg,
    Direction,
    DropLeg,
    FlagContact,
    KeepCall,
    OpenContact,
    RingClient,
    RingEndpoint,
    SayPrompt,
    WaitUntil,
)
from .escalation import acknowledge, attempted, not_reached
from .events import (
    CallBackAsked,
    CallStep,
    EndCause,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegsJoined,
    TimeCame,
    WakeKind,
)
from .facts import Facts
from .ids import ContactId, caller_leg, staff_leg
from .owing import keep, opened
from .rules.outbound import call_back_check, safe_rule
from .rules.whispers import handle
from .seats import endpoint_of
from .tasks import Task, TaskKind, task_id
from .wording.compose import At, Phrase, phrase
from .words import Voice

RING_SECONDS = 30
KEY_SECONDS = 20


def begin(event: CallBackAsked, facts: Facts, voice: Voice, now: datetime) -> tuple[Command, ...]:
    """Ring the phone of whoever asked. The contact is open until a person says how it ended."""
    phone = endpoint_of(facts.practice, event.by)
    call = Call(
        contact=event.contact,
        line=event.line,
        caller=event.number,
        arrived_at=now,
        phase=Phase.CALL_OUT,
        locale=voice.locale,
        rule="O01",
        outbound=True,
        client=event.client,
        staff=event.by,
        override=bool(event.override),
    )
    contact = OpenContact(
        contact=event.contact,
        channel=Channel.VOICE,
        direction=Direction.OUT,
        line=event.line,
        number=event.number,
        client=event.client,
        caller_class="call_back",
        at=now,
    )
    finish = _joined_to(event, facts) or opened(_finish(event, facts, now))
    if phone is None:
        return (contact, *finish, _keep(replace(call, phase=Phase.ENDED)), _flag(event.contact, "no_staff_phone"))
    leg = Leg(
        id=staff_leg(event.contact, 1), staff=event.by, endpoint=phone.id, stage=0,
        until=now + timedelta(seconds=RING_SECONDS),
    )  # fmt: skip
    ring = RingEndpoint(
        contact=event.contact, leg=leg.id, line=event.line, endpoint=phone.id, caller_id=CallerId.ROUTINE,
        seconds=RING_SECONDS,
    )  # fmt: skip
    call = replace(call, legs=(leg,))
    return (contact, *finish, ring, _keep(call), _wake(call))


def step(
    call: Call, event: CallStep | TimeCame, facts: Facts, voice: Voice, now: datetime
) -> tuple[Call, list[Command]]:
    """Walk one event of a call back."""
    ours = call.legs[0] if call.legs else None
    if ours is None or call.phase is Phase.ENDED:
        return call, []
    match event:
        case LegAnswered() if event.leg == ours.id and ours.state is LegState.RINGING:
            return _staff_there(call, ours, facts, voice, now)
        case KeyPressed() if event.leg == ours.id:
            return _staff_key(call, ours, event.key, facts, now)
        case LegAnswered() if event.leg == caller_leg(call.contact):
            return _client_there(call, ours)
        case LegsJoined():
            return replace(call, phase=Phase.TALKING, joined_at=now), []
        case LegEnded() if event.leg == ours.id:
            return _over(call, [DropLeg(contact=call.contact, leg=caller_leg(call.contact))])
        case LegEnded() if event.leg == caller_leg(call.contact):
            return _client_gone(call, ours, event.cause, facts, now)
        case TimeCame() if ours.state is LegState.ASKED and ours.until <= now:
            return _over(call, [DropLeg(contact=call.contact, leg=ours.id)])
        case _:
            return call, []


def _staff_there(call: Call, ours: Leg, facts: Facts, voice: Voice, now: datetime) -> tuple[Call, list[Command]]:
    leg = replace(ours, state=LegState.ASKED, until=now + timedelta(seconds=KEY_SECONDS))
    said = voice.staff_said(ours.staff, _what_it_is(facts))
    hearing = Hearing(said=said, keys="12", then=Then.WAIT)
    say = SayPrompt(contact=call.contact, leg=ours.id, hearing=hearing)
    call = replace(call, legs=(leg,))
    return call, [say, _wake(call)]  # a private voicemail presses no key (INV-08)


def _what_it_is(facts: Facts) -> tuple[Phrase, ...]:
    client = lead_client(facts.caller, facts.line)
    due = min((d for t in (facts.thread.open_tasks if facts.thread else ()) if (d := t.due())), default=None)
    words = [phrase("OB-CALL", handle=handle(client, facts), due=At(due) if due else None)]
    if client is not None and (rule := safe_rule(client)) is not None:
        words.append(phrase("OB-SAFE", safe_rule=rule))
    return tuple(words)


def _staff_key(call: Call, ours: Leg, key: str, facts: Facts, now: datetime) -> tuple[Call, list[Command]]:
    if ours.state is not LegState.ASKED or key not in ("1", "2"):
        return call, []
    if key == "2":
        return _over(call, [DropLeg(contact=call.contact, leg=ours.id)])
    client = lead_client(facts.caller, facts.line)
    if not call.override and call_back_check(client, facts.practice, now, "") is not None:
        # the safe window ended while our own phone rang: nothing is dialled after its end (D38)
        return _over(call, [DropLeg(contact=call.contact, leg=ours.id), _flag(call.contact, "not_safe_now")])
    withheld = client is not None and client.safe.withhold_number
    number = call.caller
    if number is None:
        return _over(call, [DropLeg(contact=call.contact, leg=ours.id)])
    ring = RingClient(
        contact=call.contact,
        leg=caller_leg(call.contact),
        line=call.line,
        number=number,
        caller_id=CallerId.WITHHELD if withheld else CallerId.ROUTINE,
    )
    hearing = Hearing()
    quiet = SayPrompt(contact=call.contact, leg=ours.id, hearing=hearing)
    leg = replace(ours, state=LegState.ACCEPTED)
    taken = [acknowledge(task, ours.staff, facts.practice, now) for task in _open(facts)]
    tries = [command for task in taken for command in keep(attempted(task, now), joined=call.contact)]
    return replace(call, legs=(leg,), accepted_by=leg.id), [quiet, ring, *tries]


def _client_there(call: Call, ours: Leg) -> tuple[Call, list[Command]]:
    join = ConnectLeg(contact=call.contact, staff_leg=ours.id, outside_leg=caller_leg(call.contact))
    leg = replace(ours, state=LegState.JOINED)
    return replace(call, phase=Phase.JOINING, client_answered=True, legs=(leg,)), [join]


def _client_gone(
    call: Call, ours: Leg, cause: EndCause, facts: Facts, now: datetime
) -> tuple[Call, list[Command]]:
    """Not reached: what was owed falls due again; only reaching the client or a person's word ends it (§3.7)."""
    drop = DropLeg(contact=call.contact, leg=ours.id)
    if call.client_answered:
        return _over(call, [drop])
    tries = [not_reached(task, facts.practice, now) for task in _open(facts)]
    again = [command for task in tries for command in keep(task, joined=call.contact)]
    return _over(call, [drop, _flag(call.contact, f"not_reached_{cause}"), *again])


def _over(call: Call, commands: list[Command]) -> tuple[Call, list[Command]]:
    legs = tuple(replace(leg, state=LegState.GONE) for leg in call.legs)
    return replace(call, phase=Phase.ENDED, legs=legs), commands


def _open(facts: Facts) -> tuple[Task, ...]:
    tasks = facts.thread.open_tasks if facts.thread else ()
    return tuple(task for task in tasks if task.kind is not TaskKind.FINISH)


def _finish(event: CallBackAsked, facts: Facts, now: datetime) -> Task:
    kind = TaskKind.FINISH
    return Task(
        id=task_id(event.contact, kind), contact=event.contact, kind=kind, owner=event.by, opened_at=now,
        finish_by=finish_by(facts, now),
    )  # fmt: skip


def _joined_to(event: CallBackAsked, facts: Facts) -> tuple[Command, ...]:
    """The open item of the thread takes the call back in (D56)."""
    return tuple(command for task in _open(facts)[:1] for command in keep(task, joined=event.contact))


def _keep(call: Call) -> Command:
    return KeepCall(call=call)


def _flag(contact: ContactId, flag: str) -> Command:
    return FlagContact(contact=contact, flag=flag)


def _wake(call: Call) -> Command:
    return WaitUntil(kind=WakeKind.CALL, subject=call.contact, at=call.legs[0].until)

