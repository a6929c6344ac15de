"""The journal of one contact as plain sentences: every decision as it was stored then, none worked out again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...core.facts import Practice
from ...records.models import JournalEntry
from ..now.who import staff_name

STEPS = {
    "CallArrived": "Called.",
    "KeyPressed": "Pressed a key.",
    "PromptEnded": "The words were over.",
    "LegAnswered": "A phone was picked up.",
    "LegEnded": "A phone was hung up, or rang out.",
    "LegsJoined": "The two sides were joined.",
    "DigitsEntered": "Digits were entered.",
    "VoicemailLeft": "Left a message.",
    "VoicemailLost": "A message could not be kept.",
    "CrisisLegEnded": "The transfer to the crisis line was over.",
    "PhoneFreed": "A phone fell free.",
    "CallFellBack": "Called while the line was down.",
    "TextArrived": "Texted.",
    "TextDelivered": "Our text arrived.",
    "TextFailed": "Our text did not arrive.",
    "TextWritten": "A text was written.",
    "EmailArrived": "Wrote an e-mail.",
    "CallbackRequested": "Asked for a call on the web form.",
    "ErrandFailed": "The line could not do something.",
    "TaskTaken": "Was taken.",
    "TaskHandedOver": "Was handed over.",
    "ItemHeard": "Was heard or read.",
    "ContactClosed": "Was closed.",
    "CallBackAsked": "A call back was asked for.",
}

DID = {
    "RingEndpoint": "rang a phone",
    "SayPrompt": "spoke",
    "RingClient": "rang the client",
    "ConnectLeg": "joined the two sides",
    "DropLeg": "let a phone go",
    "TransferToCrisisLine": "connected to the crisis line",
    "RefuseCall": "refused the call",
    "PlayTone": "gave the soft tone",
    "SendText": "sent or held a text",
    "SendEmail": "answered the e-mail",
    "PageStaff": "paged somebody",
    "OpenContact": "opened the contact",
    "KeepText": "kept the text",
    "KeepVoicemail": "kept the message",
    "OpenTask": "opened an item",
    "ChangeTask": "updated the item",
    "CloseContact": "closed the contact",
    "StopTexts": "turned texts off",
    "CancelHeldTexts": "took held texts back",
    "AddReviewItem": "noted it for the next session",
    "TellStaff": "told a staff member quietly",
    "MarkUnreachable": "noted that a phone did not answer by key",
}
"""What counts to a reader; the rest is bookkeeping."""

INPUTS = {
    "caller": "Caller",
    "path": "Path",
    "urgent": "Pressed 1",
    "limit": "Limits",
    "rule24": "24-hour rule",
    "primary": "Clinician",
    "in_hours": "In hours",
    "pool": "Somebody in the pool",
    "on_call": "On call",
    "desk": "Desk there",
    "redial": "Third try",
    "relay": "Relay call",
    "foreign": "Another language",
    "minor": "Minor",
    "scope": "Texts agreed",
    "refused": "Refused",
    "goes": "Goes",
    "call_ok": "Call is safe",
}

QUIET = frozenset(
    {"PromptEnded", "LegEnded", "LegAnswered", "LegsJoined", "DigitsEntered", "PhoneFreed", "TextDelivered"}
)
"""Steps that explain nothing unless another rule was found on them, or something that counts was done."""

COUNTS = frozenset(
    {
        "RingEndpoint", "RingClient", "ConnectLeg", "TransferToCrisisLine", "OpenTask", "SendText", "PageStaff",
        "KeepVoicemail",
    }
)  # fmt: skip

WAKES = {
    "call": "Nobody had answered in time.",
    "task": "It was looked at again.",
    "text": "A held text's time came.",
    "shift": "On-call changed hands.",
}
"""By whose time came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """A reason with its rule."""

    rule: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision."""

    at: datetime
    happened: str
    by: str
    because: tuple[Because, ...]
    did: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was looked at, for those who look."""

    rule: str
    modifiers: tuple[str, ...]
    layer: str
    inputs: tuple[tuple[str, str], ...]
    policy: int
    code: str
    place: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The whole answer."""

    answer: tuple[str, ...]
    """In a sentence or two, from the first decision on this contact."""
    steps: tuple[Step, ...]
    records: tuple[Record, ...]


def told(entries: list[JournalEntry], practice: Practice, viewer: str) -> Told:
    """In the order in which it happened; a reason that was given already is not said again."""
    return Told(
        answer=_answer(entries, practice, viewer),
        steps=tuple(_steps(entries, practice, viewer)),
        records=tuple(_records(entries)),
    )


def _answer(entries: list[JournalEntry], practice: Practice, viewer: str) -> tuple[str, ...]:
    """The decision that began it; where the caller pressed 1, that one too."""
    first = next((entry for entry in entries if entry.entry.get("reasons")), None)
    if first is None:
        return ()
    said = [says for _, says in first.entry["reasons"][:2]]
    urgent = next((entry for entry in entries if entry.rule == "V10" and entry is not first), None)
    said += [urgent.entry["reasons"][0][1]] if urgent is not None and urgent.entry["reasons"] else []
    return tuple(_yours(says, practice, viewer) for says in dict.fromkeys(said))


def _steps(entries: list[JournalEntry], practice: Practice, viewer: str) -> Iterator[Step]:
    said: set[tuple[str, str]] = set()
    for entry in entries:
        reasons = [(rule, says) for rule, says in entry.entry.get("reasons", ()) if (rule, says) not in said]
        said.update(reasons)
        commands = entry.entry.get("commands", ())
        did = [says for command, says in DID.items() if command in commands]
        counts = bool(COUNTS & set(commands)) if entry.kind in QUIET else bool(did)
        if not reasons and not counts:
            continue
        yield Step(
            at=entry.at,
            happened=_happened(entry, commands),
            by=staff_name(practice, entry.by, viewer) if entry.by else "",
            because=tuple(Because(rule=rule, says=_yours(says, practice, viewer)) for rule, says in reasons),
            did=f"The line {_and(did)}." if did else "",
            rule=entry.rule,
        )


def _happened(entry: JournalEntry, commands: Sequence[str]) -> str:
    if entry.kind != "TimeCame":
        return STEPS.get(entry.kind, entry.kind)
    if entry.rule == "D37":
        return "It fell overdue."
    if "PageStaff" in commands:
        return "A page was due."
    whose = str(entry.entry.get("event", "")).split(":")
    return WAKES.get(whose[1] if len(whose) > 1 else "", "A due time came.")


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _records(entries: list[JournalEntry]) -> Iterator[Record]:
    """One for every rule that was found, with what was looked at when it first was."""
    seen: set[str] = set()
    for entry in entries:
        inputs: Mapping[str, Any] = entry.entry.get("inputs", {})
        if entry.rule in seen or not inputs:
            continue
        seen.add(entry.rule)
        yield Record(
            rule=entry.rule, modifiers=tuple(entry.entry.get("modifiers", ())), layer=entry.entry.get("layer", ""),
            inputs=tuple((INPUTS.get(name, name.replace("_", " ")), _value(value)) for name, value in inputs.items()),
            policy=entry.entry.get("policy", 0), code=entry.entry.get("code", ""), place=entry.place, at=entry.at,
        )  # fmt: skip


def _value(value: str) -> str:
    return {"true": "yes", "false": "no", "none": "none"}.get(value, value.replace("_", " "))


def _yours(says: str, practice: Practice, viewer: str) -> str:
    """"Ames's rule: no rings on Sunday." is "Your rule: …" for Ames."""
    staff = next((one for one in practice.staff.values() if one.id == viewer), None)
    if staff is None or not says.startswith(f"{staff.said_as}'s rule"):
        return says
    return says.replace(f"{staff.said_as}'s rule", "Your rule", 1)
