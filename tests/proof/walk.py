"""Walks: the states of a call, from one Situation on; and one text per text situation."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intersession.core.call import Call, LegState, Phase, Then
from intersession.core.callflow import CONSULT, next_wake
from intersession.core.commands import Command, KeepCall
from intersession.core.decide import decide
from intersession.core.events import (
    CallArrived,
    CrisisLegEnded,
    EndCause,
    Event,
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
from intersession.core.facts import Facts, Thread
from intersession.core.ids import ContactId, EventId, PracticeId, RecordingId, caller_leg

from .concrete import LINE, NOW, NUMBER
from .invariants import VOICE, Invariant, Step, Trail, check, follow

CONTACT = ContactId("call-1")
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class State:
    """Where a walk stands."""

    call: Call
    trail: Trail
    now: datetime
    path: tuple[str, ...] = ()


def arrive(facts: Facts, invariants: list[Invariant] = VOICE) -> State | None:
    """The call comes in."""
    event = CallArrived(
        id=EventId("arrived"), practice=facts.practice.id, at=NOW, contact=CONTACT, line=LINE,
        caller=facts.caller.number,
    )  # fmt: skip
    return _turn(facts, event, State(_none(), Trail(), NOW), invariants, first=True)


def walk(facts: Facts, most: int, invariants: list[Invariant] = VOICE) -> int:
    """Every state that can be reached, breadth first, up to `most`; how many there were."""
    start = arrive(facts, invariants)
    if start is None:
        return 0
    seen = {_shape(start)}
    waiting = deque([start])
    while waiting and len(seen) < most:
        state = waiting.popleft()
        for name, event, at in _events(facts, state):
            found = _turn(facts, event, replace(state, now=at, path=(*state.path, name)), invariants)
            if found is not None and (shape := _shape(found)) not in seen:
                seen.add(shape)
                waiting.append(found)
    return len(seen)


def _turn(
    facts: Facts, event: Event, state: State, invariants: list[Invariant], first: bool = False
) -> State | None:
    thread = replace(facts.thread or Thread(id="thread"), open_tasks=state.trail.tasks)  # type: ignore[arg-type]
    before = None if first else state.call
    known = replace(facts, call=before, thread=thread)
    decision = decide(event, known, state.now)
    after = _kept(decision.commands) or before
    step = Step(known, event, state.now, decision, before, after, state.trail)
    trail = follow(state.trail, decision.commands, step.to_caller())
    try:
        check(invariants, replace(step, trail=trail))
    except AssertionError as error:
        raise type(error)(f"{error}; way: {' · '.join(state.path)}") from None
    return State(after, trail, state.now, state.path) if after is not None else None


def _kept(commands: tuple[Command, ...]) -> Call | None:
    return next((command.call for command in reversed(commands) if isinstance(command, KeepCall)), None)


def _none() -> Call:
    return Call(contact=CONTACT, line=LINE, caller=NUMBER, arrived_at=NOW, phase=Phase.ENDED, locale="en-US")


# ---------------------------------------------------------------- what can happen in a state


def _events(facts: Facts, state: State) -> Iterator[tuple[str, Event, datetime]]:
    """Everything that the world can bring: keys, legs, words, recordings, time; in any order."""
    call, soon = state.call, state.now + SECOND
    basis = {"id": EventId(f"e{len(state.path)}"), "practice": PracticeId(facts.practice.id), "contact": CONTACT}
    outside = caller_leg(CONTACT)
    gone = call.phase in (Phase.ENDED, Phase.REFUSED)
    if not gone:
        for key in "01289#5":
            yield f"caller presses {key}", KeyPressed(at=soon, leg=outside, key=key, **basis), soon  # type: ignore[arg-type]
        yield "caller hangs up", LegEnded(at=soon, leg=outside, **basis), soon  # type: ignore[arg-type]
    if call.hearing.said and not gone and call.phase not in (Phase.JOINING, Phase.TALKING):
        yield "words end", PromptEnded(at=soon, leg=outside, **basis), soon  # type: ignore[arg-type]
    for leg in call.legs:
        yield from _leg_events(basis, leg.id, leg.state, soon)
    if call.hearing.then is Then.RECORD or (gone and call.say_until is not None):
        recording = RecordingId(f"r{len(state.path)}")
        for length, silent in ((20.0, False), (1.0, True)):
            left = VoicemailLeft(at=soon, recording=recording, seconds=length, silent=silent, **basis)  # type: ignore[arg-type]
            yield f"a recording of {length} s", left, soon
        yield "the recording is lost", VoicemailLost(at=soon, **basis), soon  # type: ignore[arg-type]
    if call.phase is Phase.JOINING:
        yield "joined", LegsJoined(at=soon, **basis), soon  # type: ignore[arg-type]
    if call.phase is Phase.CRISIS:
        for reached in (True, False):
            ended = CrisisLegEnded(at=soon, reached=reached, **basis)  # type: ignore[arg-type]
            yield f"crisis line ended, reached={reached}", ended, soon
    if call.phase is Phase.RINGING:
        yield "a phone falls free", PhoneFreed(at=soon, **basis), soon  # type: ignore[arg-type]
    wake = next_wake(call)
    if wake is not None:
        at = max(wake, soon)
        due = TimeCame(id=EventId("wake"), practice=facts.practice.id, at=wake, kind=WakeKind.CALL, subject=CONTACT)
        yield f"time passes to +{int((at - NOW).total_seconds())} s", due, at


def _leg_events(
    basis: dict[str, object], leg: object, state: LegState, soon: datetime
) -> Iterator[tuple[str, Event, datetime]]:
    if state is LegState.RINGING:
        yield f"{leg} picks up", LegAnswered(at=soon, leg=leg, **basis), soon  # type: ignore[arg-type]
        for cause in (EndCause.NO_ANSWER, EndCause.BUSY):
            yield f"{leg} {cause}", LegEnded(at=soon, leg=leg, cause=cause, **basis), soon  # type: ignore[arg-type]
    elif state is not LegState.GONE:
        for key in "123*5":
            yield f"{leg} presses {key}", KeyPressed(at=soon, leg=leg, key=key, **basis), soon  # type: ignore[arg-type]
        yield f"{leg} hangs up", LegEnded(at=soon, leg=leg, **basis), soon  # type: ignore[arg-type]


QUIET = (LegState.GONE, LegState.DISMISSED)


def _shape(state: State) -> tuple[object, ...]:
    """Two states of one shape go on alike. Times count as being set or not, phones by how many are in which state,
    words by whether there are any that the flow asks about."""
    call = state.call
    rung: dict[str, int] = {}
    for leg in call.legs:
        rung[leg.endpoint] = rung.get(leg.endpoint, 0) + 1
    legs = sorted((leg.state, leg.urgent, leg.stage == CONSULT) for leg in call.legs if leg.state not in QUIET)
    said = [one.id for one in call.hearing.said]
    tasks = state.trail.tasks
    return (
        call.phase, call.declared, min(call.stage, 3), call.cap_at is None, call.hearing.then, bool(said),
        "U-NONE-A" in said, tuple(legs), min(len(rung), 3),
        min(max(rung.values(), default=0), 3), call.accepted_by is None, call.callback_by is None, call.key_two,
        call.crisis_pressed, call.back_to, call.safety_heard, min(call.messages, 1), min(call.empty_tries, 1),
        call.lost_message, min(call.tries, 1), call.caller is None, call.star, state.trail.heard_safety, bool(tasks),
        any(task.ladder is not None for task in tasks),
    )  # fmt: skip
