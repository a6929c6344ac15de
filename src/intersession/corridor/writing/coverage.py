"""Who can be reached: phones, shifts, do-not-disturb."""

from __future__ import annotations

from intersession.core.commands import (
    MarkUnreachable,
    NotePin,
    SetShift,
    SetStatus,
)
from intersession.records.fields import to_micros

from .turn import Turn


def unreachable(turn: Turn, command: MarkUnreachable) -> None:
    column = "lost_at" if command.lost else "doubtful_at"
    turn.db.run(f"UPDATE endpoint SET {column} = ? WHERE id = ?", (to_micros(command.at), command.endpoint))
    _directory_changed(turn)


def set_shift(turn: Turn, command: SetShift) -> None:
    values = (command.staff, command.tier, to_micros(command.start), to_micros(command.end))
    if command.remove:
        turn.db.run('DELETE FROM shift WHERE staff_id = ? AND tier = ? AND start < ? AND "end" > ?',
                    (command.staff, command.tier, values[3], values[2]))  # fmt: skip
    else:
        turn.db.run(
            'INSERT INTO shift (practice_id, staff_id, tier, start, "end") VALUES (?,?,?,?,?)',
            (turn.practice, *values),
        )
    _directory_changed(turn)


def set_status(turn: Turn, command: SetStatus) -> None:
    turn.db.run(
        "UPDATE staff SET dnd_from = ?, dnd_until = ? WHERE id = ?",
        (turn.at, to_micros(command.until), command.staff),
    )
    _directory_changed(turn)


def note_pin(turn: Turn, command: NotePin) -> None:
    until = None if command.locked_until is None else to_micros(command.locked_until)
    turn.db.run(
        "UPDATE staff SET pin_wrong = ?, pin_locked_until = ? WHERE id = ?", (command.wrong, until, command.staff)
    )


def _directory_changed(turn: Turn) -> None:
    turn.db.run("UPDATE practice SET version = version + 1 WHERE id = ?", (turn.practice,))
    turn.written.changed.add("practice")
