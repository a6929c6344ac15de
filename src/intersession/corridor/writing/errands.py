"""What the machine owes: errands for carriers, and wakes."""

from __future__ import annotations

from datetime import datetime

from intersession.core.commands import CallerId, Command, PageStaff, PageWay, RingClient, RingEndpoint
from intersession.core.events import WakeKind
from intersession.core.ids import ContactId, LegId, LineId
from intersession.records.fields import to_micros
from intersession.records.sealing import seal

from ..codec import dump_kind
from .turn import Turn

LANES = {
    "SayPrompt": "voice", "RingEndpoint": "voice", "RingClient": "voice", "DropLeg": "voice", "ConnectLeg": "voice",
    "TransferToCrisisLine": "voice", "RefuseCall": "voice", "PlayTone": "voice",
    "LookAgain": "voice", "Announce": "voice", "SendText": "texts",
    "SendEmail": "mail", "PageStaff": "pages",
}  # fmt: skip


VOICE_MICROS = 60 * 1_000_000


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
    at, subject = _paced(turn, command, line)
    turn.written.lanes.add(LANES[kind])
    turn.db.run(
        "INSERT INTO errand (practice_id, lane, kind, subject, contact, line, not_before, not_after, state, payload,"
        " outcome, sealed) VALUES (?,?,?,?,?,?,?,?,'due','','',?)",
        (
            turn.practice, LANES[kind], kind, subject, contact, line, at, _not_after(turn, LANES[kind]),
            seal(key, dump_kind(command), f"errand:{contact}"),
        ),
    )  # fmt: skip


def _paced(turn: Turn, command: Command, line: LineId | None) -> tuple[int, str | None]:
    """When it may go out; a call that has to wait bears its leg's name, by which it can still be called off."""
    match command:
        case RingEndpoint():
            urgent = command.caller_id is CallerId.URGENT
        case RingClient():
            urgent = True  # somebody has pressed 1 and waits for it
        case PageStaff() if PageWay.CALL in command.ways:
            urgent = False
        case _:
            return turn.at, None
    at = to_micros(turn.pace.at(line, turn.now, urgent=urgent))
    return at, waiting(command.leg) if at > turn.at else None


def waiting(leg: LegId) -> str:
    """The subject of a call that waits to go out."""
    return f"dial:{leg}"


def line_of(turn: Turn, command: Command, contact: ContactId) -> LineId | None:
    """The line whose carrier carries it out."""
    line = getattr(command, "line", None) or (turn.facts.line.id if turn.facts.line else None)
    return line or turn.db.value("SELECT line FROM contact WHERE id = ?", (contact,))


def _not_after(turn: Turn, lane: str) -> int | None:
    """A phone that rings a minute late rings for nobody; a text or a page still counts when it comes late."""
    return turn.at + VOICE_MICROS if lane == "voice" else None
