"""Walks: the states of a call, from one Situation on; and one text per text situation."""

from __future__ import annotations

from collections import Counter, deque
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


def walk(facts: Facts, most: int | None, invariants: list[Invariant] = VOICE) -> int:
    """Every state that can be reached, breadth first, `most` of them at the most; how many there were."""
    start = arrive(facts, invariants)
    if start is None:
        return 0
    seen = {_shape(start)}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        for name, event, at in _events(facts, state):
            found = _turn(facts, event, replace(state, now=at, path=(*state.path, name)), invariants)
            if found is not None and (shape := _shape(found)) not in seen:
                seen.add(shape)
                waiting.append(found)
            if len(seen) == most:
                return most
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
SPOKEN_OUT = (Phase.OPENING, Phase.CLOSING, Phase.CRISIS, Phase.CRISIS_SAYING)
"""Where the end of the words leads on."""


def _shape(state: State) -> tuple[object, ...]:
    """Two states of one shape go on alike. What no rule looks at any more is left out, a phase at a time; times
    count as being set or not, phones by how many are in which state and how often they rang."""
    call, tasks = state.call, state.trail.tasks
    legs = sorted((leg.state, leg.urgent, leg.stage == CONSULT) for leg in call.legs if leg.state not in QUIET)
    owed = (bool(tasks), any(task.ladder is not None for task in tasks), state.trail.heard_safety)
    always = (call.phase, call.declared, tuple(legs), call.callback_by is None, _settled(call), owed)
    if call.phase in (Phase.ENDED, Phase.REFUSED):
        return (*always, call.say_until is None)
    said = [one.id for one in call.hearing.said] if call.phase in SPOKEN_OUT else []
    words = (call.hearing.then, bool(said), "U-NONE-A" in said, call.safety_heard, call.tries > 0, call.empty_tries > 0)
    talk = (call.accepted_by is None, call.star and call.phase is Phase.TALKING, call.crisis_pressed)
    return (*always, *words, *talk, call.back_to, _ringing(call))


def _settled(call: Call) -> tuple[bool, ...]:
    """What a hang-up would leave open."""
    return call.key_two, bool(call.messages or call.lost_message)


def _ringing(call: Call) -> tuple[int | bool, ...]:
    """How far the ringing has come, while there is any."""
    rung = Counter(leg.endpoint for leg in call.legs if not leg.forgotten)
    if not {call.phase, call.back_to} & {Phase.OPENING, Phase.RINGING}:
        return ()
    return min(call.stage, 3), call.cap_at is None, min(len(rung), 3), min(max(rung.values(), default=0), 3)
