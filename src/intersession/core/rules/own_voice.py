"""Greetings in a clinician's own voice (§3.9, S11): whose voice a caller hears, and what may be recorded."""

from __future__ import annotations

from typing import assert_never

from ..agreement import IdentifyAs
from ..caller import CallerClass, lead_client
from ..commands import Command, DropGreeting, KeepGreeting
from ..decision import Decision, Reason
from ..events import GreetingDropped, GreetingRecorded
from ..facts import Facts, Practice
from ..ids import StaffId
from ..wording.own_voice import recordable
from ..wording.pack import load_pack
from ..wording.spoken import seconds

RULE = "S11"
NOT_SAID = "The line does not say these words: reload the page, and read the sentence that it shows."
TOO_SLOW = "That is much longer than the sentence: callers would wait. Record just these words."
SLOWLY, SLACK = 1.5, 2.0
"""A call reckons how long its words take, and goes on a little later by itself (INV-11): no recording may come near."""


def own_voice(who: CallerClass, facts: Facts) -> StaffId | None:
    """Whose voice greets: the client's primary, else whose line it is, else the only one there is. Nobody's where
    whoever holds the phone must not learn who calls them (INV-13), nor for a caller who is kept out."""
    line, client = facts.line, lead_client(facts.caller, facts.line)
    if line is None or line.neutral or (client is not None and client.safe.identify_as is IdentifyAs.NEUTRAL):
        return None
    match who:
        case CallerClass.CLIENT:
            return (client.primary if client is not None else None) or _of_line(facts)
        case (
            CallerClass.SHARED | CallerClass.DISCHARGED | CallerClass.GUARDIAN | CallerClass.UNKNOWN
            | CallerClass.WITHHELD
        ):  # fmt: skip
            return _of_line(facts)
        case CallerClass.STAFF | CallerClass.PARTNER | CallerClass.BLOCKED | CallerClass.REJECTED:
            return None
        case _:
            assert_never(who)


def _of_line(facts: Facts) -> StaffId | None:
    staff = facts.practice.staff
    only = next(iter(staff)) if len(staff) == 1 else None
    return (facts.line.staff if facts.line is not None else None) or only


def sentences(practice: Practice, staff: StaffId, locale: str) -> tuple[str, ...]:
    """What this person may record in one language, their own line's sentences first."""
    lines = sorted(practice.lines.values(), key=lambda line: line.staff != staff)
    names = [line.said_as for line in lines if not line.neutral and not line.retired]
    who, pack = practice.staff[staff].said_as, load_pack(locale)
    return tuple(dict.fromkeys(one for name in names for one in recordable(pack, name, who)))


def decide_greeting(event: GreetingRecorded | GreetingDropped, facts: Facts) -> Decision:
    """Only words that the line says, and nobody's but one's own."""
    match event:
        case GreetingRecorded():
            if not _is_said(event, facts.practice):
                return _decided(NOT_SAID, facts)
            if takes_too_long(event.seconds, event.text):
                return _decided(TOO_SLOW, facts)
            kept = KeepGreeting(
                clip=event.clip, staff=event.by, locale=event.locale, text=event.text, seconds=event.seconds
            )
            return _decided("Callers hear this sentence in your own voice.", facts, kept)
        case GreetingDropped():
            dropped = DropGreeting(clip=event.clip, staff=event.by)
            return _decided("The machine says this sentence again. Your recording is deleted.", facts, dropped)
        case _:
            assert_never(event)


def takes_too_long(found: float, text: str) -> bool:
    """Whether a recording of so many seconds is more than this sentence."""
    return found > SLOWLY * seconds(text) + SLACK


def _is_said(event: GreetingRecorded, practice: Practice) -> bool:
    known = event.locale in practice.languages and event.by in practice.staff
    return known and event.text in sentences(practice, event.by, event.locale)


def _decided(says: str, facts: Facts, *commands: Command) -> Decision:
    return Decision(
        rule=RULE, reasons=(Reason(rule=RULE, says=says),), commands=commands, policy_version=facts.practice.version
    )
