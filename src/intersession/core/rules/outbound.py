"""What staff send and dial: texts that are written, texts that were held, calls back (O02, O05, S14-S18).

A text in reply is not an attempt: only a call is (D36). It changes no due time and closes nothing that
was open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from ..aftercall import finish_by
from ..agreement import TextScope
from ..call import Said
from ..caller import classify
from ..commands import (
    AddReviewItem,
    Channel,
    Command,
    Direction,
    FlagContact,
    KeepReason,
    MarkText,
    OpenContact,
    SendText,
    TellStaff,
    WaitUntil,
)
from ..decision import Decision, Reason
from ..events import TextWritten, TimeCame, WakeKind
from ..facts import Client, Facts, Message, Practice
from ..hours import zone_named
from ..ids import ClientId, ContactId, StaffId
from ..levels import COACHED, path
from ..owing import owe
from ..promise import guaranteed_callback, listen_in_hours, safe_window, within
from ..seats import director, duty
from ..tasks import TaskKind
from .holding import (
    PLAIN,
    RULES,
    ComposeState,
    Refusal,
    client_zone,
    compose_state,
    held_again,
    replies,
    text_refusal,
)
from .text import voice

__all__ = ["ComposeState", "Refusal", "call_back_check", "compose_state", "decide_outbound"]

BY_A_PERSON = ""
"""Words that a person wrote have no wording id."""
ADMINISTRATIVE = "admin_resolved"


class Going(StrEnum):
    """How a text leaves."""

    AT_ONCE = "at_once"
    HELD = "held"
    ONE_TAP = "one_tap"
    """Outside the hours, as D17 allows."""
    OVERRIDE = "override"
    """Outside the hours, for a reason that was given (S16)."""


def decide_outbound(event: TextWritten | TimeCame, facts: Facts, now: datetime) -> Decision:
    """What becomes of a text that somebody wrote, or of a held one whose time came (O05)."""
    match event:
        case TextWritten():
            return _written(event, facts, now)
        case TimeCame():
            return _time_came(facts, now)


def call_back_check(client: Client | None, practice: Practice, now: datetime, override: str) -> str | None:
    """Why this client may not be called now, in one plain sentence; None where a call may go (O02, D38).

    A reason given breaks the glass.
    """
    if client is None or override.strip():
        return None
    if not client.safe.call_ok:
        return "A call is not safe for this client. Look at the safe way to reach them."
    if client.safe.window is None:
        return None
    zone = client_zone(client, practice)
    if safe_window(now, client.safe.window, zone).contains(now):
        return None
    start, end = client.safe.window
    there = now.astimezone(zone_named(zone))
    return (
        f"A call is safe from {start:%H:%M} to {end:%H:%M} only, in this client's zone ({zone});"
        f" there it is {there:%H:%M}."
    )


def safe_rule(client: Client) -> str | None:
    """What to mind on a call to this client, where there is anything."""
    if not client.safe.voicemail_ok:
        return "no voicemail"
    return "ask for the code word" if client.safe.code_word else None


# ---------------------------------------------------------------- a text is written


def _written(event: TextWritten, facts: Facts, now: datetime) -> Decision:
    client = _client(facts, event.client)
    state = compose_state(
        client, facts.thread, facts.practice, event.at, by=event.by, about_visit=event.about_visit_within_hours
    )
    refusal = state.refusal or text_refusal(client, now)
    if client is None or refusal is not None:
        reason = _refused(refusal or Refusal.UNKNOWN)
        return _decision(facts, (reason,), (), _inputs(event, facts, state, refusal, None))
    going = _going(event, state)
    born_closed = _born_closed(event, facts, state)
    modifiers = {Going.HELD: ("D50",), Going.ONE_TAP: ("D17",), Going.OVERRIDE: ("S16",)}.get(going, ())
    return _decision(
        facts,
        tuple(_why(event, state, going, born_closed, client, facts)),
        tuple(_sent(event, state, going, born_closed, client, facts, now)),
        _inputs(event, facts, state, None, going),
        modifiers=modifiers + (("D40",) if born_closed else ()),
    )


def _going(event: TextWritten, state: ComposeState) -> Going:
    if state.held_until is None:
        return Going.AT_ONCE
    if event.now and state.may_send_now:
        return Going.ONE_TAP
    return Going.OVERRIDE if event.now and event.reason.strip() else Going.HELD


def _born_closed(event: TextWritten, facts: Facts, state: ComposeState) -> bool:
    """An administrative text outside any open contact is closed by its author's act (D40): texts about
    times are all that is agreed, or the writer says that it is about a visit."""
    administrative = state.scope is TextScope.SCHEDULING_ONLY or event.about_visit_within_hours
    return administrative and _open_text(facts) is None


def _sent(
    event: TextWritten,
    state: ComposeState,
    going: Going,
    born_closed: bool,
    client: Client,
    facts: Facts,
    now: datetime,
) -> Iterator[Command]:
    contact = _open_text(facts)
    if contact is None:
        contact = event.contact
        yield from _opened(event, born_closed, facts, now)
    held_until = state.held_until if going is Going.HELD else None
    said = Said(id=BY_A_PERSON, text=event.body, locale=voice(client, facts, now).locale)
    yield SendText(
        message=event.message, contact=contact, line=event.line, number=event.number, said=said, client=client.id,
        written_by=event.by, not_before=held_until,
    )  # fmt: skip
    if held_until is not None:
        yield WaitUntil(kind=WakeKind.TEXT, subject=event.message, at=held_until)
    if going is Going.OVERRIDE:
        yield KeepReason(contact=contact, by=event.by, rule="S16", text=event.reason)


def _opened(event: TextWritten, born_closed: bool, facts: Facts, now: datetime) -> Iterator[Command]:
    """A contact of its own. Unless its author's act closes it, a person says how it ended (INV-03, INV-10)."""
    yield OpenContact(
        contact=event.contact, channel=Channel.TEXT, direction=Direction.OUT, line=event.line,
        number=event.number, client=event.client, caller_class=classify(facts.caller, now), at=event.at,
        born_closed=ADMINISTRATIVE if born_closed else "",
    )  # fmt: skip
    if born_closed:
        return
    _, owing = owe(
        facts, contact=event.contact, kind=TaskKind.FINISH, owner=event.by, listen_by=None, call_by=None,
        finish_by=finish_by(facts, now), urgent=False, ladder=None, now=now,
    )  # fmt: skip
    yield from owing
    yield AddReviewItem(contact=event.contact, client=event.client, what="contact")


def _why(
    event: TextWritten, state: ComposeState, going: Going, born_closed: bool, client: Client, facts: Facts
) -> Iterator[Reason]:
    agreed = "about coaching" if state.scope is TextScope.COACHING else "about times"
    yield Reason(rule="O05", says=f"Texts {agreed} are agreed.")
    match going:
        case Going.AT_ONCE:
            yield Reason(
                rule="O05", says="By day where the client is, and in the writer's stated hours: it goes at once."
            )
        case Going.HELD:
            yield from _why_held(event, state, client, facts)
        case Going.ONE_TAP if replies(facts.thread, facts.practice, event.at):
            yield Reason(rule="D17", says="They wrote within the hour: it goes now, by one tap.")
        case Going.ONE_TAP:
            yield Reason(rule="D17", says="The writer says that a visit is near: it goes now, by one tap.")
        case Going.OVERRIDE:
            yield Reason(rule="S16", says="Outside the hours; the writer overrode that and gave a reason.")
    if born_closed:
        yield Reason(rule="D40", says="About times, and no item is open: closed by its author's act.")


def _why_held(event: TextWritten, state: ComposeState, client: Client, facts: Facts) -> Iterator[Reason]:
    if state.held_until is not None:
        yield _held(state.held_until, client, facts.practice)
    if event.now:
        yield Reason(rule="S16", says="To go now it needs a reason: they did not write within the hour.")


def _inputs(
    event: TextWritten, facts: Facts, state: ComposeState, refusal: Refusal | None, going: Going | None
) -> Mapping[str, str]:
    return {
        "scope": state.scope.value,
        "refused": refusal.value if refusal is not None else "no",
        "goes": going.value if going is not None else "not_at_all",
        "pressed_now": _flag(event.now),
        "reply": _flag(replies(facts.thread, facts.practice, event.at)),
        "about_visit": _flag(event.about_visit_within_hours),
        "reason_given": _flag(bool(event.reason.strip())),
        "joins": _flag(_open_text(facts) is not None),
    }


# ---------------------------------------------------------------- a held text's time comes


def _time_came(facts: Facts, now: datetime) -> Decision:
    """Asked anew with the facts of now: what was agreed and safe then may not be so any more (INV-13)."""
    message = facts.message
    if message is None or not message.held:
        says = "This text waits no longer: it went, or it was cancelled."
        return _decision(facts, (Reason(rule="O05", says=says),), (), {"goes": "not_at_all", "refused": "no"})
    client = _client(facts, message.client)
    refusal = text_refusal(client, now)
    if client is None or refusal is not None:
        refusal = refusal or Refusal.UNKNOWN
        says = "The held text was not sent; whoever wrote it reaches them another way."
        reasons = (_refused(refusal), Reason(rule="O05", says=says))
        commands = tuple(_cancelled(message, client, refusal, facts, now))
        return _decision(facts, reasons, commands, {"goes": "not_at_all", "refused": refusal.value})
    again = held_again(client, facts.practice, message.written_by, now)
    if again is None:
        reason = Reason(rule="O05", says="Its time came, and it may still go.")
    else:
        reason = _held(again, client, facts.practice)
    inputs = {"goes": (Going.HELD if again else Going.AT_ONCE).value, "refused": "no"}
    return _decision(facts, (reason,), tuple(_released(message, client, again, facts, now)), inputs)


def _released(
    message: Message, client: Client, again: datetime | None, facts: Facts, now: datetime
) -> Iterator[Command]:
    """The same message once more, without its words: those are kept with it, and never in Facts."""
    said = Said(id=BY_A_PERSON, text="", locale=voice(client, facts, now).locale)
    yield SendText(
        message=message.id, contact=message.contact, line=message.line, number=message.number, said=said,
        client=message.client, written_by=message.written_by, not_before=again,
    )  # fmt: skip
    if again is not None:
        yield WaitUntil(kind=WakeKind.TEXT, subject=message.id, at=again)


def _cancelled(
    message: Message, client: Client | None, refusal: Refusal, facts: Facts, now: datetime
) -> Iterator[Command]:
    """It does not go, whoever wrote it is told, and reaches them another way (HELD-STOP, X12)."""
    yield MarkText(message=message.id, state="cancelled")
    yield FlagContact(contact=message.contact, flag="text_cancelled")
    owner = _owner(message, client, facts)
    due = _other_way_by(client, facts, now)
    call_ok = client is None or client.safe.call_ok
    _, owing = owe(
        facts, contact=message.contact, kind=TaskKind.OTHER_WAY, owner=owner, listen_by=due,
        call_by=due if call_ok else None, finish_by=max(due, _promise(facts, now)), urgent=False, ladder=None,
        now=now,
    )  # fmt: skip
    yield from owing
    if owner is not None:
        what = "held_stop" if refusal is Refusal.STOPPED else "held_not_sent"
        yield TellStaff(staff=owner, contact=message.contact, what=what)


def _owner(message: Message, client: Client | None, facts: Facts) -> StaffId | None:
    """Whoever wrote it, while they are here; else the primary; else the director."""
    people = (message.written_by, client.primary if client is not None else None)
    return next((one for one in people if one in facts.practice.staff), director(facts.practice))


def _other_way_by(client: Client | None, facts: Facts, now: datetime) -> datetime:
    """On a coaching path within the hour; for others as an item of the day (D32)."""
    policy = facts.practice.policy
    if client is not None and path(client.access, client.phase) in COACHED:
        return within(now, timedelta(minutes=policy.coaching_minutes))
    return listen_in_hours(
        facts.practice.calendar,
        now,
        minutes=policy.listen_in_hours_minutes,
        morning=policy.morning,
        after_opening_minutes=policy.morning_after_opening_minutes,
    )


def _promise(facts: Facts, now: datetime) -> datetime:
    practice, policy = facts.practice, facts.practice.policy
    return guaranteed_callback(
        now, practice.calendar, lambda at: bool(duty(practice, at)), hours=policy.guaranteed_hours, noon=policy.noon
    )


# ---------------------------------------------------------------- both


def _client(facts: Facts, wanted: ClientId | None) -> Client | None:
    return next((client for client in facts.caller.clients if client.id == wanted), None)


def _open_text(facts: Facts) -> ContactId | None:
    return facts.thread.open_text if facts.thread is not None else None


def _refused(refusal: Refusal) -> Reason:
    return Reason(rule=RULES.get(refusal, "INV-05a"), says=PLAIN[refusal])


def _held(until: datetime, client: Client, practice: Practice) -> Reason:
    zone = client_zone(client, practice)
    there = until.astimezone(zone_named(zone))
    return Reason(rule="D50", says=f"Held until {there:%A} {there:%H:%M} ({zone}). It goes by itself then.")


def _flag(value: bool) -> str:
    return str(value).lower()


def _decision(
    facts: Facts,
    reasons: tuple[Reason, ...],
    commands: tuple[Command, ...],
    inputs: Mapping[str, str],
    modifiers: tuple[str, ...] = (),
) -> Decision:
    """Neither the words of the text nor the reason for an override are in it."""
    return Decision(
        rule="O05",
        modifiers=modifiers,
        layer=facts.practice.sources.get("text_from", "default"),
        inputs=inputs,
        reasons=reasons,
        commands=commands,
        policy_version=facts.practice.version,
    )
