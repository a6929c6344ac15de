"""E-mail that comes in, and requests by the web form (E01-E03, S15, D40, INV-13, INV-22).

Both are kept, owned and due before anything goes back, and at most A-MAIL goes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from ..agreement import IdentifyAs
from ..call import Said
from ..caller import CallerClass, classify, lead_client
from ..commands import (
    AddReviewItem,
    Channel,
    Command,
    Direction,
    FlagContact,
    KeepText,
    OpenContact,
    SendEmail,
    TellStaff,
)
from ..decision import Decision, Reason
from ..events import CallbackRequested, EmailArrived
from ..facts import Client, Facts
from ..hours import Calendar, zone_named
from ..ids import ClientId, ContactId, MessageId
from ..owing import owe
from ..tasks import Task, TaskKind
from ..wording.compose import At, Digits, Hours, OpenHours, Phrase, mail, phrase
from .mail_dues import REFUSED, MailOwed, mail_owed, web_owed
from .text import voice
from .text_situation import KNOWN, Word, kind_of


class Answer(StrEnum):
    """What goes back to an e-mail, or why nothing does."""

    FULL = "A-MAIL"
    NEUTRAL = "A-MAIL-UNKNOWN"
    AUTOMATIC = "none_automatic"
    UNSAFE = "none_not_safe"
    SPENT = "none_within_the_day"
    NEVER = "none_for_this_sender"


ANSWERED = frozenset({Answer.FULL, Answer.NEUTRAL})

SAYS = {
    Answer.FULL: "One automatic reply goes back: A-MAIL.",
    Answer.NEUTRAL: "One automatic reply goes back: A-MAIL-UNKNOWN, which tells nobody anything.",
    Answer.AUTOMATIC: "It was sent by a machine: nothing goes back, so that no two machines write to each other.",
    Answer.UNSAFE: "E-mail is not safe for this person: nothing is ever sent back.",
    Answer.SPENT: "One automatic reply went within the day: no further one goes now.",
    Answer.NEVER: "Staff, partners and refused senders get no automatic reply.",
}

RULES = {Answer.AUTOMATIC: "INV-22", Answer.SPENT: "INV-22", Answer.UNSAFE: "INV-13"}

MARKS = {CallerClass.BLOCKED: "quarantine", CallerClass.REJECTED: "standing", CallerClass.SHARED: "shared"}

MODIFIED = {
    CallerClass.BLOCKED: ("V02", "A blocked sender: kept apart, and read on the next business day."),
    CallerClass.REJECTED: ("V02", "A refused sender: kept without a word, for whoever decided that."),
    CallerClass.SHARED: ("V09", "More than one client uses this: one person reads it first and says whose it is."),
}


def decide_email(event: EmailArrived | CallbackRequested, facts: Facts, now: datetime) -> Decision:
    """What follows from an e-mail (E01, E02) or from a request by the web form (E03)."""
    match event:
        case EmailArrived():
            return _email(event, facts, now)
        case CallbackRequested():
            return _web(event, facts, now)


# ---------------------------------------------------------------- e-mail


def _email(event: EmailArrived, facts: Facts, now: datetime) -> Decision:
    who = classify(facts.caller, now)
    client = _client(who, facts)
    rule = "E01" if who in KNOWN else "E02"
    owed = mail_owed(event, who, client, facts, now)
    answer = answer_to(event, who, client, facts, now)
    says = "A client wrote: kept, and read by whoever owns it." if rule == "E01" else "Not a current client: the desk."
    return Decision(
        rule=rule,
        modifiers=_modifiers(who, answer),
        layer=facts.practice.sources.get("mail_hours", "default"),
        inputs={
            "caller": who.value,
            "automatic": str(event.automatic).lower(),
            "answer": answer.value,
            **_item_input(who, facts),
        },
        reasons=(
            Reason(rule=rule, says=says),
            *_who_reasons(who),
            Reason(rule=rule, says=f"Read by {_wall(owed.listen_by, facts)}."),
            Reason(rule=rule, says=f"Answered by {_wall(owed.finish_by, facts)}."),
            Reason(rule=RULES.get(answer, rule), says=SAYS[answer]),
        ),
        commands=tuple(_email_commands(event, who, client, owed, answer, facts, now)),
        policy_version=facts.practice.version,
    )


def answer_to(event: EmailArrived, who: CallerClass, client: Client | None, facts: Facts, now: datetime) -> Answer:
    """What goes back. Never to machines, never where it is not safe, once a day for a thread (E01, INV-22)."""
    if event.automatic:
        return Answer.AUTOMATIC
    if not all(one.safe.email_ok for one in facts.caller.clients):
        return Answer.UNSAFE
    if who in (CallerClass.STAFF, CallerClass.PARTNER, CallerClass.REJECTED):
        return Answer.NEVER
    last = facts.thread.last_mail_reply_at if facts.thread is not None else None
    if last is not None and now < last + timedelta(hours=facts.practice.policy.mail_hours):
        return Answer.SPENT
    return Answer.FULL if who in KNOWN and not _neutral(facts) else Answer.NEUTRAL


def _neutral(facts: Facts) -> bool:
    """The short form names no way back: for a line that may not, for a client who asked, for an old number."""
    line = facts.line
    asked = any(client.safe.identify_as is IdentifyAs.NEUTRAL for client in facts.caller.clients)
    return asked or line is None or line.neutral or line.retired


def _email_commands(
    event: EmailArrived,
    who: CallerClass,
    client: Client | None,
    owed: MailOwed,
    answer: Answer,
    facts: Facts,
    now: datetime,
) -> Iterator[Command]:
    """Kept first, owned next, and only then answered."""
    item = _open_item(who, facts)
    contact = item.contact if item is not None else ContactId(f"mail-{event.message}")
    flags = tuple(_flags(who, answer))
    if item is None:
        yield OpenContact(
            contact=contact, channel=Channel.EMAIL, direction=Direction.IN, line=event.line, number=event.sender,
            client=_whose(who, client), caller_class=who, at=event.at, flags=flags,
        )  # fmt: skip
    else:
        yield from (FlagContact(contact=contact, flag=flag) for flag in flags)
    yield KeepText(message=event.message, contact=contact, body=event.body, media=0, at=event.at)
    yield from _owing(contact, who, owed, facts, now)
    if item is None:
        yield from _told(contact, "email", who, owed)
    if answer in ANSWERED:
        yield _reply(event, contact, answer, client, owed, facts, now)


def _flags(who: CallerClass, answer: Answer) -> Iterator[str]:
    if who in MARKS:
        yield MARKS[who]
    if answer is Answer.AUTOMATIC:
        yield "automatic"
    if answer is Answer.UNSAFE:
        yield "do_not_email"


def _reply(
    event: EmailArrived,
    contact: ContactId,
    answer: Answer,
    client: Client | None,
    owed: MailOwed,
    facts: Facts,
    now: datetime,
) -> SendEmail:
    """Its id follows from the message that it answers, so that it goes once."""
    spoken = voice(client, facts, now)
    letter = mail(_filled(answer, owed, facts), spoken.context(spoken.locale))
    return SendEmail(
        message=MessageId(f"{event.message}:reply"),
        contact=contact,
        line=event.line,
        number=event.sender,
        subject=letter.subject,
        said=Said(id=answer.value, text=letter.body, locale=spoken.locale),
    )


def _filled(answer: Answer, owed: MailOwed, facts: Facts) -> Phrase:
    hours = open_hours(facts.practice.calendar)
    if answer is Answer.NEUTRAL or facts.line is None:
        return phrase(Answer.NEUTRAL.value, hours=hours)
    number = Digits(facts.line.digits)
    return phrase(Answer.FULL.value, hours=hours, answer_by=At(owed.finish_by), number=number)


def open_hours(calendar: Calendar) -> Hours | None:
    """The practice's weekly hours, days with the same hours together; None where it states none."""
    windows = sorted(calendar.hours.windows, key=lambda one: (one.start, one.end, one.weekday))
    spans = [
        OpenHours(tuple(dict.fromkeys(window.weekday for window in same)), start, end)
        for (start, end), same in groupby(windows, key=lambda one: (one.start, one.end))
    ]
    return Hours(tuple(sorted(spans, key=lambda span: (span.days, span.opens)))) if spans else None


# ---------------------------------------------------------------- the web form


def _web(event: CallbackRequested, facts: Facts, now: datetime) -> Decision:
    who = classify(facts.caller, now)
    client = _client(who, facts)
    owed = web_owed(event, who, client, facts, now)
    return Decision(
        rule="E03",
        modifiers=_modifiers(who, None),
        layer=facts.practice.sources.get("guaranteed_hours", "default"),
        inputs={"caller": who.value, "call": "due" if owed.call_by else "a_person_decides", **_item_input(who, facts)},
        reasons=(
            Reason(rule="E03", says="Somebody asked by the web form to be called, and said when it is safe."),
            *_who_reasons(who),
            _call_reason(who, owed, facts),
        ),
        commands=tuple(_web_commands(event, who, client, owed, facts, now)),
        policy_version=facts.practice.version,
    )


def _call_reason(who: CallerClass, owed: MailOwed, facts: Facts) -> Reason:
    if owed.call_by is not None and owed.window is not None:
        start, end = _wall(owed.window.start, facts), _wall(owed.window.end, facts)
        return Reason(rule="D38", says=f"Called by {_wall(owed.call_by, facts)}; safe from {start} to {end}.")
    if who in REFUSED:
        return Reason(rule="V02", says=f"No call is promised; read by {_wall(owed.listen_by, facts)}.")
    return Reason(rule="O02", says="No call is known to be safe: whoever reads it decides how to reach them.")


def _web_commands(
    event: CallbackRequested,
    who: CallerClass,
    client: Client | None,
    owed: MailOwed,
    facts: Facts,
    now: datetime,
) -> Iterator[Command]:
    unsafe = owed.call_by is None and who not in REFUSED
    flags = (*((MARKS[who],) if who in MARKS else ()), *(("no_safe_call",) if unsafe else ()))
    yield OpenContact(
        contact=event.contact, channel=Channel.WEB, direction=Direction.IN, line=event.line, number=event.number,
        client=_whose(who, client), caller_class=who, at=event.at, flags=flags,
    )  # fmt: skip
    yield from _owing(event.contact, who, owed, facts, now)
    if who is CallerClass.CLIENT and client is not None:
        yield AddReviewItem(contact=event.contact, client=client.id, what="contact")
    if _open_item(who, facts) is None:
        yield from _told(event.contact, "web_callback", who, owed)


# ---------------------------------------------------------------- both


def _client(who: CallerClass, facts: Facts) -> Client | None:
    known = who in KNOWN or who is CallerClass.DISCHARGED
    return lead_client(facts.caller, facts.line) if known else None


def _whose(who: CallerClass, client: Client | None) -> ClientId | None:
    """Who it is where several share it, a person says (§3.11)."""
    return client.id if client is not None and who is not CallerClass.SHARED else None


def _open_item(who: CallerClass, facts: Facts) -> Task | None:
    """The open item of the thread that this joins (D56)."""
    tasks = facts.thread.open_tasks if facts.thread is not None else ()
    return next((task for task in tasks if task.kind is _kind(who)), None)


def _kind(who: CallerClass) -> TaskKind:
    return kind_of(who, Word.NONE)


def _owing(contact: ContactId, who: CallerClass, owed: MailOwed, facts: Facts, now: datetime) -> tuple[Command, ...]:
    _, commands = owe(
        facts, contact=contact, kind=_kind(who), owner=owed.owner, listen_by=owed.listen_by, call_by=owed.call_by,
        finish_by=owed.finish_by, urgent=False, ladder=None, now=now,
    )  # fmt: skip
    return commands


def _told(contact: ContactId, what: str, who: CallerClass, owed: MailOwed) -> Iterator[Command]:
    """The quiet line for the owner; a refused sender is not announced."""
    if owed.owner is not None and who is not CallerClass.REJECTED:
        yield TellStaff(staff=owed.owner, contact=contact, what=what)


def _modifiers(who: CallerClass, answer: Answer | None) -> tuple[str, ...]:
    changed = (MODIFIED[who][0],) if who in MODIFIED else ()
    withheld = (RULES[answer],) if answer in RULES else ()
    return (*changed, *withheld)


def _who_reasons(who: CallerClass) -> tuple[Reason, ...]:
    return (Reason(rule=MODIFIED[who][0], says=MODIFIED[who][1]),) if who in MODIFIED else ()


def _item_input(who: CallerClass, facts: Facts) -> dict[str, str]:
    return {"joins": str(_open_item(who, facts) is not None).lower()}


def _wall(at: datetime, facts: Facts) -> str:
    local = at.astimezone(zone_named(facts.practice.zone))
    return f"{local:%A} {local:%H:%M}"
