"""Texts that come in, in their order of evaluation (X01-X11, D44, D45, D55): the first rule that fits is the base.

A rule looks at the situation and at nothing else. What follows is in the rooms beside this one:
`text_dues` (what is owed, who is paged), `notices` (the one automatic text), `delivery` (X12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import assert_never

from ..agreement import TextScope
from ..caller import CallerClass, lead_client
from ..commands import (
    AddReviewItem,
    CancelHeldTexts,
    Channel,
    Command,
    Direction,
    FlagContact,
    KeepText,
    OpenContact,
    StopTexts,
    TellStaff,
)
from ..decision import Decision
from ..events import TextArrived, TextDelivered, TextFailed
from ..facts import Client, Facts
from ..ids import ClientId, ContactId
from ..levels import COACHED
from ..owing import owe
from ..words import Voice
from .delivery import delivered, failed
from .notices import notice_id, send_notice
from .text_dues import TextOwed, owed
from .text_reasons import text_reasons
from .text_situation import KNOWN, STRANGERS, ItemNow, TextSituation, Word, reduce_text

Fits = Callable[[TextSituation], bool]

TABLE: tuple[tuple[str, Fits], ...] = (
    ("V02", lambda s: s.caller in (CallerClass.REJECTED, CallerClass.BLOCKED)),
    ("X01", lambda s: s.word is Word.STOP),
    ("X03", lambda s: s.word is Word.START),
    ("X02", lambda s: s.word is Word.HELP and (s.caller in KNOWN or s.caller is CallerClass.DISCHARGED)),
    ("V04", lambda s: s.caller is CallerClass.STAFF),
    ("V03", lambda s: s.caller is CallerClass.PARTNER),
    ("X07", lambda s: s.caller in STRANGERS),
    ("X08", lambda s: not s.text_ok),
    ("X06", lambda s: s.caller is CallerClass.DISCHARGED or s.scope is TextScope.NONE),
    ("X04", lambda s: s.scope is TextScope.SCHEDULING_ONLY),
    ("X05", lambda s: s.scope is TextScope.COACHING),
)

RULED_BY_D45 = (
    CallerClass.BLOCKED, CallerClass.STAFF, CallerClass.PARTNER, CallerClass.GUARDIAN, CallerClass.DISCHARGED,
)  # fmt: skip

MODIFIERS: tuple[tuple[str, Fits], ...] = (
    ("D55", lambda s: s.caller is CallerClass.REJECTED),
    ("D45", lambda s: s.caller in RULED_BY_D45),
    ("V09", lambda s: s.caller is CallerClass.SHARED),
    ("X01", lambda s: s.word is Word.STOP and base_rule(s) != "X01"),
    ("X02", lambda s: s.word is Word.HELP and base_rule(s) == "X07"),
    ("X08", lambda s: not s.text_ok and base_rule(s) not in ("X08", "V02")),
    ("X11", lambda s: s.paused and (s.path in COACHED or s.scope is TextScope.COACHING)),
    ("X09", lambda s: s.burst),
    ("X10", lambda s: s.media),
)


def base_rule(situation: TextSituation) -> str:
    """The one base rule. Total: every situation has one."""
    return next(rule for rule, fits in TABLE if fits(situation))


def modifiers(situation: TextSituation) -> tuple[str, ...]:
    """Rules that change how the base rule is carried out."""
    return tuple(rule for rule, fits in MODIFIERS if fits(situation))


def decide_text(event: TextArrived | TextDelivered | TextFailed, facts: Facts, now: datetime) -> Decision:
    """What follows from a text that came in, or from the fate of one of ours."""
    match event:
        case TextArrived():
            return _arrived(event, facts, now)
        case TextDelivered():
            return delivered(event, facts)
        case TextFailed():
            return failed(event, facts, now)
        case _:
            assert_never(event)


def _arrived(event: TextArrived, facts: Facts, now: datetime) -> Decision:
    situation, client = reduce_text(event, facts, now)
    rule = base_rule(situation)
    debts = owed(rule, situation, facts, client, event.at, now)
    wording = notice_id(rule, situation, debts.ladder)
    return Decision(
        rule=rule,
        modifiers=modifiers(situation),
        layer=facts.practice.sources.get(_decisive(rule), "default"),
        inputs=situation.inputs(),
        reasons=text_reasons(rule, modifiers(situation), situation, debts, wording, facts),
        commands=tuple(_commands(event, rule, situation, client, debts, wording, facts, now)),
        policy_version=facts.practice.version,
    )


def _decisive(rule: str) -> str:
    """The policy value that this rule turns on, for the layer that won (S23)."""
    values = {
        "X01": "stop_minutes",
        "X03": "start_reply",
        "X04": "listen_in_hours_minutes",
        "X05": "listen_coaching_minutes",
        "V02": "block_listen",
    }
    return values.get(rule, "safety_notice")


def _commands(
    event: TextArrived,
    rule: str,
    situation: TextSituation,
    client: Client | None,
    debts: TextOwed,
    wording: str | None,
    facts: Facts,
    now: datetime,
) -> Iterator[Command]:
    """Stored first, stopped next, owed and paged, and only then answered (HELP-OC says that a page runs)."""
    contact = _contact(event, facts)
    yield from _kept(event, rule, situation, client, contact)
    if situation.word is Word.STOP:
        yield StopTexts(number=event.sender, at=event.at)
        yield CancelHeldTexts(number=event.sender)
    _, owing = owe(
        facts, contact=contact, kind=debts.kind, owner=debts.owner, listen_by=debts.listen_by,
        call_by=debts.call_by, finish_by=debts.finish_by, urgent=False, ladder=debts.ladder, now=now,
    )  # fmt: skip
    yield from owing
    yield from _shown(rule, situation, client, debts, contact)
    if wording is not None:
        yield send_notice(wording, event, contact, debts, facts, voice(client, facts, now))


def _contact(event: TextArrived, facts: Facts) -> ContactId:
    """The open text contact of the thread (X09), else a new one."""
    open_text = facts.thread.open_text if facts.thread is not None else None
    return open_text or ContactId(f"text-{event.message}")


def _kept(
    event: TextArrived, rule: str, situation: TextSituation, client: Client | None, contact: ContactId
) -> Iterator[Command]:
    flags = tuple(_flags(rule, situation))
    if situation.joins:
        yield from (FlagContact(contact=contact, flag=flag) for flag in flags)
    else:
        yield OpenContact(
            contact=contact, channel=Channel.TEXT, direction=Direction.IN, line=event.line,
            number=event.sender, client=_whose(situation, client), caller_class=situation.caller,
            at=event.at, flags=flags,
        )  # fmt: skip
    yield KeepText(message=event.message, contact=contact, body=event.body, media=event.media, at=event.at)


def _flags(rule: str, situation: TextSituation) -> Iterator[str]:
    marks = {
        CallerClass.BLOCKED: "quarantine",
        CallerClass.REJECTED: "standing",
        CallerClass.SHARED: "shared",
    }
    if situation.caller in marks:
        yield marks[situation.caller]
    if situation.burst:
        yield "burst"
    if situation.media:
        yield "media"
    if not situation.text_ok:
        yield "do_not_text"
    elif rule == "X06" and situation.caller in KNOWN:
        yield "restate_texting"


def _whose(situation: TextSituation, client: Client | None) -> ClientId | None:
    """Who it is on a shared phone, a person says (§3.11)."""
    return client.id if client is not None and situation.caller is not CallerClass.SHARED else None


def _shown(
    rule: str, situation: TextSituation, client: Client | None, debts: TextOwed, contact: ContactId
) -> Iterator[Command]:
    """What is looked at in the next session (a text about times is not, D18), and the quiet line for the owner."""
    if situation.caller is CallerClass.CLIENT and client is not None:
        if situation.word is Word.STOP:
            yield AddReviewItem(contact=contact, client=client.id, what="stop_word")
        elif rule != "X04" and not situation.joins:
            yield AddReviewItem(contact=contact, client=client.id, what="contact")
    if debts.ladder is None and debts.owner is not None and situation.item is ItemNow.NONE:
        if situation.caller is not CallerClass.REJECTED:
            yield TellStaff(staff=debts.owner, contact=contact, what="text")


def voice(client: Client | None, facts: Facts, now: datetime) -> Voice:
    """The written voice for this person: the recorded language, else the default (D42)."""
    practice = facts.practice
    known = client if client is not None else lead_client(facts.caller, facts.line)
    language = known.language if known is not None and known.language in practice.languages else None
    zone = known.zone if known is not None and known.zone else practice.zone
    return Voice(practice=practice, locale=language or practice.locale, client_zone=zone, now=now)
