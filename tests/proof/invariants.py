"""The invariants that are properties of decisions or of the call flow, each as a check of one step (§3.10)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from intersession.core.agreement import TextScope
from intersession.core.call import Call, Hearing, LegState, Phase, Said, Then
from intersession.core.caller import CallerClass, classify, current_clients
from intersession.core.callflow import CONSULT
from intersession.core.commands import (
    CallerId,
    ChangeTask,
    CloseContact,
    Command,
    ConnectLeg,
    DropLeg,
    OpenContact,
    OpenTask,
    PageStaff,
    RingClient,
    RingEndpoint,
    SayPrompt,
    SendText,
    SetShift,
    SetStatus,
    StopTexts,
    TransferToCrisisLine,
)
from intersession.core.decision import Decision
from intersession.core.events import ContactClosed, Event, KeyPressed, SenderKind, TextArrived
from intersession.core.facts import Facts
from intersession.core.ids import TaskId, caller_leg
from intersession.core.tasks import Task, TaskKind
from intersession.core.wording.compose import Keyword, keyword


@dataclass(frozen=True, slots=True)
class Trail:
    """What the caller has heard and what is owed, gathered along the way; independent of the call's own flags."""

    heard_safety: bool = False
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One decision on the way of one call, or of one text."""

    facts: Facts
    event: Event
    now: datetime
    decision: Decision
    before: Call | None
    after: Call | None
    trail: Trail
    """As it is after this step."""

    def of(self, kind: type[Command] | tuple[type[Command], ...]) -> list[Command]:
        """Commands of one kind."""
        return [command for command in self.decision.commands if isinstance(command, kind)]

    def to_caller(self) -> list[Hearing]:
        """What the caller is told to hear now."""
        found = []
        for command in self.decision.commands:
            if isinstance(command, SayPrompt) and command.leg == caller_leg(command.contact):
                found.append(command.hearing)
            elif isinstance(command, ConnectLeg):
                found.append(Hearing(said=command.outside_said))
            elif isinstance(command, TransferToCrisisLine):
                found.append(Hearing(said=command.said))
        return found


def safe_words(said: Iterable[Said]) -> bool:
    """Whether 911 and 988 are both in it, as they are spoken or written."""
    figures = re.sub(r"[^0-9]", "", " ".join(one.text for one in said))
    return "911" in figures and "988" in figures


def follow(trail: Trail, step_commands: Iterable[Command], heard: Iterable[Hearing]) -> Trail:
    """The trail after these commands."""
    tasks: dict[TaskId, Task] = {task.id: task for task in trail.tasks}
    for command in step_commands:
        if isinstance(command, OpenTask | ChangeTask):
            tasks[command.task.id] = command.task
    safe = trail.heard_safety or any(safe_words(one.said) for one in heard)
    return Trail(heard_safety=safe, tasks=tuple(tasks.values()))


Check = Callable[[Step], str | None]
WAITING = (Phase.OPENING, Phase.RINGING, Phase.CLOSING, Phase.RECORDING, Phase.SAVED, Phase.CRISIS_SAYING)


@dataclass(slots=True)
class Invariant:
    """One invariant, and on how many steps it was looked at."""

    id: str
    says: str
    check: Check
    looked: int = field(default=0)


def _inv_01(step: Step) -> str | None:
    call = step.after
    if call is None or call.outbound or call.phase in (Phase.STAFF_PIN, Phase.STAFF_MENU, Phase.REFUSED):
        return None
    if call.phase is Phase.RECORDING and not step.trail.heard_safety:
        return "a message is recorded before the safety segment was heard"
    if call.phase is Phase.RINGING and call.stage > 0 and not step.trail.heard_safety:
        if _waited_on(step):
            return "a wait goes on over 20 s without the safety segment"
    if call.phase in WAITING:
        for hearing in step.to_caller():
            if "9" not in hearing.keys:
                return f"key 9 is dead in {call.phase}"
    return None


def _waited_on(step: Step) -> bool:
    """A further stage began: the one before it has rung out."""
    before, after = step.before, step.after
    if before is None or after is None:
        return False
    long = (step.now - after.arrived_at).total_seconds() > 20
    return long and before.phase is Phase.RINGING and 0 <= before.stage < after.stage


def _inv_03(step: Step) -> str | None:
    for task in step.trail.tasks:
        if task.owner is None:
            return f"task {task.kind} has no owner"
        if task.due() is None:
            return f"task {task.kind} has no due time"
    ended = step.after is not None and step.after.phase in (Phase.ENDED, Phase.REFUSED) and not step.after.outbound
    waits = ended and step.after is not None and step.after.say_until is not None
    staff = step.before is not None and step.before.phase in (Phase.STAFF_PIN, Phase.STAFF_MENU)
    if ended and not waits and not staff and step.after.staff is None and not step.trail.tasks:
        return "the call is over and nobody owes anything"
    return None


def _inv_04(step: Step) -> str | None:
    endpoints = {phone.id for person in step.facts.practice.staff.values() for phone in person.endpoints}
    for hearing in step.to_caller():
        for said in hearing.said:
            if any(phone in said.text for phone in endpoints):
                return "a staff phone is named to the caller"
    for command in step.of((SendText,)):
        assert isinstance(command, SendText)
        if any(phone in command.said.text for phone in endpoints):
            return "a staff phone is named in a text"
    return None


def _inv_05a(step: Step) -> str | None:
    """No automatic text but the notice of INV-05b and the three of D60, and what was agreed."""
    allowed = {"A-SAFETY", "SAFETY-T", "STOP-CONF", "HELP", "HELP-OC", "START-ACK"}
    for command in step.of((SendText,)):
        assert isinstance(command, SendText)
        if command.written_by is not None or command.said.id in allowed:
            continue
        clients = current_clients(step.facts.caller)
        if not any(client.agreement.texting(step.now) is not TextScope.NONE for client in clients):
            return f"{command.said.id} goes to somebody who agreed to no texts"
    return None


def _inv_05b(step: Step) -> str | None:
    sent = step.of((SendText,))
    if len(sent) > 1:
        return "two texts go back at once"
    event = step.event
    if not sent or not isinstance(event, TextArrived):
        return None
    command = sent[0]
    assert isinstance(command, SendText)
    clients = step.facts.caller.clients if classify(step.facts.caller, step.now) is not CallerClass.GUARDIAN else ()
    if any(not client.safe.text_ok for client in clients):
        return "a text goes where texts are not safe"
    stopped = any(client.agreement.texts_stopped for client in clients)
    if stopped and command.said.id not in ("STOP-CONF", "START-ACK"):
        return f"{command.said.id} goes where texts are stopped"
    last = step.facts.thread.last_notice_at if step.facts.thread else None
    if last is not None and command.said.id != "STOP-CONF" and (step.now - last).total_seconds() < 12 * 3600:
        return "a second automatic text goes within 12 h"
    return None


def _inv_06(step: Step) -> str | None:
    event = step.event
    if not isinstance(event, TextArrived) or keyword(event.body) is not Keyword.STOP:
        return None
    who = classify(step.facts.caller, step.now)
    if not step.of((StopTexts,)):
        return "an opt-out word did not stop texts"
    if who in (CallerClass.CLIENT, CallerClass.SHARED, CallerClass.DISCHARGED) and not any(
        task.kind is TaskKind.CHECK_MEANING for task in step.trail.tasks
    ):
        return "nobody is asked what the opt-out word meant"
    return "voice care was touched" if step.of((CloseContact,)) else None


def _inv_07(step: Step) -> str | None:
    call, event = step.after, step.event
    if call is None or call.outbound or step.before is None:
        return None
    if call.phase in WAITING and any("1" not in one.keys for one in step.to_caller()):
        return f"key 1 is dead in {call.phase}"
    if not isinstance(event, KeyPressed) or event.leg != caller_leg(event.contact):
        return None
    if step.before.phase not in WAITING:
        return None
    if event.key == "9" and not (step.of((TransferToCrisisLine,)) or any(safe_or_crisis(h) for h in step.to_caller())):
        return "9 was pressed and no crisis support was offered"
    if event.key == "1" and call.declared != "urgent" and call.phase is not Phase.CRISIS:
        return "1 was pressed and the call is not urgent"
    return None


def safe_or_crisis(hearing: Hearing) -> bool:
    """Whether it says how to reach 988."""
    return "988" in re.sub(r"[^0-9]", "", " ".join(one.text for one in hearing.said))


def _inv_08(step: Step) -> str | None:
    for command in step.of((ConnectLeg,)):
        assert isinstance(command, ConnectLeg)
        if step.after is not None and step.after.outbound:
            continue
        accepted = step.before.accepted_by if step.before is not None else None
        event = step.event
        pressed = isinstance(event, KeyPressed) and event.leg == command.staff_leg and event.key == "1"
        if accepted != command.staff_leg and not pressed:
            return "a leg is connected that never pressed 1"
    return None


def _inv_09(step: Step) -> str | None:
    call = step.after
    if call is None:
        return None
    recording = [one for one in step.to_caller() if one.then is Then.RECORD]
    if recording and call.phase is not Phase.RECORDING:
        return f"something is recorded in {call.phase}"
    return None


def _inv_10(step: Step) -> str | None:
    if step.of((CloseContact,)) and not isinstance(step.event, ContactClosed):
        return "the software closed a contact"
    for command in step.of((DropLeg,)):
        assert isinstance(command, DropLeg)
        outbound = step.after is not None and step.after.outbound
        if command.leg == caller_leg(command.contact) and not outbound:
            return "the software ended the caller's call"
    staff = step.after is not None and step.after.staff is not None
    if not staff and any(one.then is Then.HANG_UP for one in step.to_caller()):
        return "the caller's leg is told to hang up"
    return None


def _inv_12(step: Step) -> str | None:
    for command in step.of((PageStaff,)):
        assert isinstance(command, PageStaff)
        if any(not one.id.startswith("PG-") for one in (*command.call.said, command.notice)):
            return "a page says something that is no page"
    return None


def _inv_14(step: Step) -> str | None:
    """To anybody who is not a client nothing confirms that somebody is."""
    if classify(step.facts.caller, step.now) not in (
        CallerClass.GUARDIAN, CallerClass.UNKNOWN, CallerClass.WITHHELD, CallerClass.PARTNER,
    ):  # fmt: skip
        return None
    words = " ".join(said.text for hearing in step.to_caller() for said in hearing.said).lower()
    for private in ("your clinician", "your therapist", "coaching", "next visit", "your team"):
        if private in words:
            return f"a stranger hears {private!r}"
    return None


def _inv_15(step: Step) -> str | None:
    """What is owed is never later than what was told."""
    call = step.after
    if call is None or call.outbound:
        return None
    for task in step.trail.tasks:
        if task.kind is not TaskKind.ANSWER or task.contact != call.contact:
            continue
        if call.told_call_by and task.call_by and task.call_by > call.told_call_by and call.messages:
            return f"told a call by {call.told_call_by}, owed by {task.call_by}"
        if call.told_hear_by and task.listen_by and task.listen_by > call.told_hear_by and call.messages:
            return f"told heard by {call.told_hear_by}, owed by {task.listen_by}"
    return None


def _inv_17(step: Step) -> str | None:
    decision = step.decision
    if not decision.rule or not decision.reasons:
        return "a decision without a rule or a reason"
    return None


def _inv_18(step: Step) -> str | None:
    for command in step.of((TransferToCrisisLine,)):
        assert isinstance(command, TransferToCrisisLine)
        if step.before is None or step.before.caller is None:
            return "a transfer that cannot show the client's number"
        if not step.facts.practice.policy.crisis_commissioned:
            return "a transfer before it was commissioned"
        if "1" in command.said[0].text and not command.said:
            return "a transfer without a word"
    dialled = [command.number for command in step.of((RingClient,)) if isinstance(command, RingClient)]
    return "911 is dialled" if "911" in dialled else None


def _inv_20(step: Step) -> str | None:
    if classify(step.facts.caller, step.now) is not CallerClass.SHARED:
        return None
    clients = current_clients(step.facts.caller)
    spelled = {" ".join(f"{letter}." if False else letter for letter in client.handle) for client in clients}
    heard = " ".join(said.text for hearing in step.to_caller() for said in hearing.said)
    if any(handle in heard for handle in spelled):
        return "a shared phone hears whose it is"
    for command in step.decision.commands:
        if isinstance(command, OpenContact) and command.client is not None and command.direction == "in":
            return "the software says whose contact it is"
    return None


def _inv_21(step: Step) -> str | None:
    by_staff = step.after is not None and step.after.staff is not None
    if step.of((SetShift, SetStatus)) and not by_staff:
        return "a caller changed the coverage"
    if step.of((StopTexts,)) and not isinstance(step.event, TextArrived):
        return "consent was changed by a call"
    return None


def _inv_22(step: Step) -> str | None:
    event = step.event
    if isinstance(event, TextArrived) and event.sender_kind is not SenderKind.PHONE and step.of((SendText,)):
        return "a text goes back to a machine"
    return None


def _d13(step: Step) -> str | None:
    for command in step.of((RingEndpoint,)):
        assert isinstance(command, RingEndpoint)
        leg = step.after.leg(command.leg) if step.after is not None else None
        wanted = CallerId.URGENT if leg is not None and leg.urgent else CallerId.ROUTINE
        if step.after is not None and not step.after.outbound and command.caller_id is not wanted:
            return "a phone shows the other of the two numbers"
    return None


def _accepted_once(step: Step) -> str | None:
    if step.after is None:
        return None
    held = (LegState.ACCEPTED, LegState.JOINED)
    joined = [leg for leg in step.after.legs if leg.state in held and leg.stage != CONSULT]
    return "two phones hold the call" if len(joined) > 1 else None


def _held(step: Step) -> str | None:
    """Whoever accepted is being joined, talks, or waits for crisis words to end; nowhere else (D39)."""
    call = step.after
    if call is None or call.outbound or call.staff is not None:
        return None
    where = (Phase.JOINING, Phase.TALKING, Phase.CRISIS_SAYING)
    accepted = [leg for leg in call.legs if leg.state is LegState.ACCEPTED and leg.stage != CONSULT]
    if accepted and call.phase not in where:
        return f"a phone that accepted is left alone in {call.phase}"
    return None


def _quiet(step: Step) -> str | None:
    """While people talk, nobody is paged about it any more (D36)."""
    call = step.after
    if call is None or call.phase is not Phase.TALKING:
        return None
    running = [task for task in step.trail.tasks if task.ladder is not None and task.ladder.next_at is not None]
    return "a page ladder runs while people talk" if running else None


VOICE = [
    Invariant("INV-01", "the safety segment is heard before any recording and any long wait; 9 is live", _inv_01),
    Invariant("INV-03", "whatever is open has an owner and a due time", _inv_03),
    Invariant("INV-04", "no staff phone is named to a caller", _inv_04),
    Invariant("INV-07", "1 and 9 always work", _inv_07),
    Invariant("INV-08", "nobody is connected without a key press of their own", _inv_08),
    Invariant("INV-09", "nothing but a voicemail is ever recorded", _inv_09),
    Invariant("INV-10", "the software ends no call and closes no contact", _inv_10),
    Invariant("INV-12", "a page holds no content", _inv_12),
    Invariant("INV-14", "client status is never confirmed", _inv_14),
    Invariant("INV-15", "what is owed is never later than what was told", _inv_15),
    Invariant("INV-17", "every decision has its rule and its reasons", _inv_17),
    Invariant("INV-18", "no 911, and no masked transfer", _inv_18),
    Invariant("INV-20", "a shared phone hears of nobody", _inv_20),
    Invariant("INV-21", "a caller changes no coverage and no consent by phone", _inv_21),
    Invariant("D13", "staff phones show the number that fits the stage", _d13),
    Invariant("ONE-ACCEPT", "one phone at most holds a call", _accepted_once),
    Invariant("D39", "whoever accepted is joined, or waits for crisis words", _held),
    Invariant("D36", "no page ladder runs while people talk", _quiet),
]

TEXT = [
    Invariant("INV-03", "whatever is open has an owner and a due time", _inv_03),
    Invariant("INV-04", "no staff phone is named in a text", _inv_04),
    Invariant("INV-05a", "no text without an agreement", _inv_05a),
    Invariant("INV-05b", "one safety notice, at most once in 12 h, never where it is unsafe or stopped", _inv_05b),
    Invariant("INV-06", "an opt-out word stops texts and asks a person", _inv_06),
    Invariant("INV-10", "the software closes no contact", _inv_10),
    Invariant("INV-17", "every decision has its rule and its reasons", _inv_17),
    Invariant("INV-22", "no answer to machines", _inv_22),
]


class Violated(AssertionError):
    """An invariant does not hold: which, where, and how to see it again."""


def check(invariants: list[Invariant], step: Step) -> None:
    """All of them on one step."""
    for invariant in invariants:
        invariant.looked += 1
        says = invariant.check(step)
        if says is not None:
            raise Violated(f"{invariant.id}: {says}; event {type(step.event).__name__}, decision {step.decision.rule}"
                           f" {step.decision.modifiers}, known {dict(step.decision.inputs)}")  # fmt: skip
