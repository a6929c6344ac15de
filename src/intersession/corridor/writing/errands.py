"""What the machine owes: errands for carriers, and wakes."""

from __future__ import annotations

from datetime import datetime

from intersession.core.commands import CallerId, Command, PageStaff, PageWay, RingClient, RingEndpoint
from intersession.core.events import WakeKind
from intersession.core.ids import ContactId, LegId, LineId
from intersession.records.fields import to_micros
from intersession.records.sealing import seal

from ..codec import dump_kind
from ..pace import Rank
from .turn import Turn

LANES = {
    "SayPrompt": "voice", "RingEndpoint": "voice", "RingClient": "voice", "DropLeg": "voice", "ConnectLeg": "voice",
    "TransferToCrisisLine": "voice", "RefuseCall": "voice", "PlayTone": "voice",
    "LookAgain": "voice", "Announce": "voice", "SendText": "texts",
    "SendEmail": "mail", "PageStaff": "pages",
}  # fmt: skip

SECOND_MICROS = 1_000_000
VOICE_MICROS = 60 * SECOND_MICROS


def wake(turn: Turn, kind: WakeKind, subject: str, at: datetime | None) -> None:
    """One wake a subject: the new one replaces the old, in one statement."""
    name = f"{kind}:{subject}"
    if at is None:
        turn.db.run("DELETE FROM errand WHERE subject = ?", (name,))
        return
    turn.written.lanes.add("wake")
    turn.db.run(
        "INSERT INTO errand (practice_id, lane, kind, subject, not_before, state, payload, outcome)"
        " VALUES (?, 'wake', ?, ?, ?, 'due', '', '') ON CONFLICT (subject) DO UPDATE"
        " SET not_before = excluded.not_before, state = 'due'",
        (turn.practice, kind, name, to_micros(at)),
    )


def errand(turn: Turn, command: Command, contact: ContactId) -> None:
    kind = type(command).__name__
    key = turn.keys.key(turn.db, contact)
    line = line_of(turn, command, contact)
    rank, subject = _waits(command)
    turn.written.lanes.add(LANES[kind])
    turn.db.run(
        "INSERT INTO errand (practice_id, lane, kind, subject, contact, line, not_before, not_after, state, payload,"
        " outcome, sealed) VALUES (?,?,?,?,?,?,?,?,'due',?,'',?)",
        (
            turn.practice, LANES[kind], kind, subject, contact, line, turn.at, _not_after(turn, command), rank,
            seal(key, dump_kind(command), f"errand:{contact}"),
        ),
    )  # fmt: skip


def _waits(command: Command) -> tuple[str, str | None]:
    """A call waits for its start: its rank, and its leg's name, by which it can still be called off."""
    match command:
        case RingEndpoint():
            rank = Rank.URGENT if command.caller_id is CallerId.URGENT else Rank.ROUTINE
        case RingClient():
            rank = Rank.URGENT  # somebody has pressed 1 and waits for it
        case PageStaff() if PageWay.CALL in command.ways:
            rank = Rank.PAGE
        case _:
            return "", None
    return rank, waiting(command.leg)


def waiting(leg: LegId) -> str:
    """The subject of a call that waits to go out."""
    return f"dial:{leg}"


def line_of(turn: Turn, command: Command, contact: ContactId) -> LineId | None:
    """The line whose carrier carries it out."""
    line = getattr(command, "line", None) or (turn.facts.line.id if turn.facts.line else None)
    return line or turn.db.value("SELECT line FROM contact WHERE id = ?", (contact,))


def _not_after(turn: Turn, command: Command) -> int | None:
    """A phone rings for nobody once it would have rung in vain, or a minute late; a text or a page still counts when it
    comes late."""
    if isinstance(command, RingEndpoint):
        return turn.at + min(command.seconds * SECOND_MICROS, VOICE_MICROS)
    return turn.at + VOICE_MICROS if LANES[type(command).__name__] == "voice" else None
