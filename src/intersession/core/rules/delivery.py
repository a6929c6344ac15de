"""What became of a text of ours (X12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..caller import lead_client
from ..commands import Command, FlagContact, MarkText, TellStaff
from ..decision import Decision, Reason
from ..events import TextDelivered, TextFailed
from ..facts import Client, Facts, Message
from ..ids import StaffId
from ..levels import COACHED, path
from ..owing import owe
from ..promise import guaranteed_callback, listen_in_hours, within
from ..seats import director, duty
from ..tasks import TaskKind


def delivered(event: TextDelivered, facts: Facts) -> Decision:
    """It arrived. Nothing is owed for that, and nothing is closed by it."""
    says = "The carrier says that the text arrived."
    return Decision(
        rule="X12",
        inputs={"fate": "delivered"},
        reasons=(Reason(rule="X12", says=says),),
        commands=(MarkText(message=event.message, state="delivered"),),
        policy_version=facts.practice.version,
    )


def failed(event: TextFailed, facts: Facts, now: datetime) -> Decision:
    """It did not arrive, or nobody knows. It is never sent again by itself; a person reaches them another way."""
    state = "maybe" if event.maybe else "failed"
    message = facts.message
    by_person = message is not None and message.written_by is not None
    if by_person:
        says = "The text did not arrive: reach them another way. What was promised stays due."
    else:
        says = "An automatic text did not arrive: the item it answered is open as before."
    if event.maybe:
        says = "Nobody knows whether the text arrived. It is not sent again; a person looks."
    commands: list[Command] = [MarkText(message=event.message, state=state)]
    if message is not None:
        commands.append(FlagContact(contact=message.contact, flag=f"text_{state}"))
        commands += _another_way(event, message, facts, now) if by_person else ()
    return Decision(
        rule="X12",
        inputs={"fate": state, "written_by": "person" if by_person else "automatic"},
        reasons=(Reason(rule="X12", says=says),),
        commands=tuple(commands),
        policy_version=facts.practice.version,
    )


def _another_way(event: TextFailed, message: Message, facts: Facts, now: datetime) -> Iterator[Command]:
    client = next((one for one in facts.caller.clients if one.id == message.client), None)
    client = client or lead_client(facts.caller, facts.line)
    owner = _owner(message, client, facts)
    due = _due(event.at, client, facts)
    call_ok = client is None or client.safe.call_ok
    _, owing = owe(
        facts, contact=message.contact, kind=TaskKind.OTHER_WAY, owner=owner, listen_by=due,
        call_by=due if call_ok else None, finish_by=_finish(event.at, facts), urgent=False, ladder=None,
        now=now,
    )  # fmt: skip
    yield from owing
    if owner is not None:
        yield TellStaff(staff=owner, contact=message.contact, what="text_failed")


def _owner(message: Message, client: Client | None, facts: Facts) -> StaffId | None:
    """Whoever wrote it, while they are here; else the primary; else the director."""
    people = (message.written_by, client.primary if client is not None else None)
    return next((one for one in people if one in facts.practice.staff), director(facts.practice))


def _due(at: datetime, client: Client | None, facts: Facts) -> datetime:
    """On a coaching path within the hour; for others as an item of the day (D32)."""
    policy = facts.practice.policy
    if client is not None and path(client.access, client.phase) in COACHED:
        return within(at, timedelta(minutes=policy.coaching_minutes))
    return listen_in_hours(
        facts.practice.calendar,
        at,
        minutes=policy.listen_in_hours_minutes,
        morning=policy.morning,
        after_opening_minutes=policy.morning_after_opening_minutes,
    )


def _finish(at: datetime, facts: Facts) -> datetime:
    policy, practice = facts.practice.policy, facts.practice
    return guaranteed_callback(
        at, practice.calendar, lambda then: bool(duty(practice, then)), hours=policy.guaranteed_hours, noon=policy.noon
    )
