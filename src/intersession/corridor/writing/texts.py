"""Texts and mail that leave."""

from __future__ import annotations

from intersession.core.commands import (
    CancelHeldTexts,
    MarkText,
    SendEmail,
    SendText,
    StopTexts,
    TellStaff,
)
from intersession.core.events import (
    WakeKind,
)
from intersession.records.fields import to_micros
from intersession.records.sealing import seal, unseal

from ..gather import thread_id
from .contacts import tell
from .errands import errand, wake
from .turn import Turn


def send_text(turn: Turn, command: SendText) -> None:
    held = command.not_before is not None and command.not_before > turn.now
    thread = thread_id(turn.practice, command.line, command.number)
    body = command.said.text or _kept_body(turn, command)
    sealed = seal(turn.keys.key(turn.db, command.contact), body, f"message:body:{command.message}")
    turn.db.run(
        "INSERT INTO message (id, practice_id, contact, thread, direction, line, number_key, client, written_by,"
        " wording, media, at, state, held_until, sealed_body) VALUES (?,?,?,?,'out',?,?,?,?,?,0,?,?,?,?)"
        " ON CONFLICT (id) DO UPDATE SET state = excluded.state, held_until = excluded.held_until",
        (
            command.message, turn.practice, command.contact, thread, command.line, command.number,
            command.client, command.written_by, command.said.id, turn.at, "held" if held else "sending",
            to_micros(command.not_before) if held and command.not_before else None, sealed,
        ),
    )  # fmt: skip
    if held:
        wake(turn, WakeKind.TEXT, command.message, command.not_before)
    else:
        errand(turn, command, command.contact)
    if command.written_by is None:
        turn.db.run("UPDATE thread SET last_notice_at = ? WHERE id = ?", (turn.at, thread))
    turn.changed(command.contact)


def send_email(turn: Turn, command: SendEmail) -> None:
    thread = thread_id(turn.practice, command.line, command.number)
    sealed = seal(turn.keys.key(turn.db, command.contact), command.said.text, f"message:body:{command.message}")
    turn.db.run(
        "INSERT INTO message (id, practice_id, contact, thread, direction, line, number_key, wording, media, at,"
        " state, sealed_body) VALUES (?,?,?,?,'out',?,?,?,0,?,'sending',?) ON CONFLICT (id) DO NOTHING",
        (
            command.message, turn.practice, command.contact, thread, command.line, command.number,
            command.said.id, turn.at, sealed,
        ),
    )  # fmt: skip
    turn.db.run("UPDATE thread SET last_mail_reply_at = ? WHERE id = ?", (turn.at, thread))
    errand(turn, command, command.contact)


def _kept_body(turn: Turn, command: SendText) -> str:
    sealed = turn.db.value("SELECT sealed_body FROM message WHERE id = ?", (command.message,))
    key = turn.keys.key(turn.db, command.contact)
    return "" if sealed is None else unseal(key, sealed, f"message:body:{command.message}")


def mark_text(turn: Turn, command: MarkText) -> None:
    turn.db.run("UPDATE message SET state = ? WHERE id = ?", (command.state, command.message))
    contact = turn.db.value("SELECT contact FROM message WHERE id = ?", (command.message,))
    if contact:
        turn.changed(contact)


def cancel_held(turn: Turn, command: CancelHeldTexts) -> None:
    held = turn.db.rows(
        "SELECT id, written_by, contact FROM message WHERE practice_id = ? AND number_key = ? AND state = 'held'",
        (turn.practice, command.number)
    )
    for message, writer, contact in held:
        turn.db.run("UPDATE message SET state = 'cancelled' WHERE id = ?", (message,))
        wake(turn, WakeKind.TEXT, message, None)
        if writer:
            tell(turn, TellStaff(staff=writer, contact=contact, what="held_stop"))


def stop_texts(turn: Turn, command: StopTexts) -> None:
    """For the number: for all its clients, on all our lines (D44)."""
    turn.db.run(
        "UPDATE thread SET texts_stopped_at = ? WHERE practice_id = ? AND number_key = ?",
        (to_micros(command.at), turn.practice, command.number),
    )
    turn.keys.stop_texts(turn.db, turn.practice, command.number)
