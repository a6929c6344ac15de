"""Contacts and what they hold."""

from __future__ import annotations

from intersession.carriers.port import Picture
from intersession.core.commands import (
    AddReviewItem,
    CloseContact,
    KeepReason,
    KeepText,
    KeepVoicemail,
    NoteMessageHeard,
    OpenContact,
    TellStaff,
)
from intersession.core.events import (
    TextArrived,
    WakeKind,
)
from intersession.core.ids import ContactId, PictureId
from intersession.records.fields import to_micros
from intersession.records.sealing import seal, seal_bytes

from ..gather import thread_id
from .errands import wake
from .turn import Turn


def open_contact(turn: Turn, command: OpenContact) -> None:
    thread = thread_id(turn.practice, command.line, command.number) if command.number else None
    turn.threads[command.contact] = thread
    locked = turn.facts.thread is not None and turn.facts.thread.id == thread
    if thread is not None and not locked:
        turn.db.run(
            "INSERT INTO thread (id, practice_id, line, number_key) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (thread, turn.practice, command.line, command.number),
        )
    closed = bool(command.born_closed)
    made = turn.db.run(
        "INSERT INTO contact (id, practice_id, thread, channel, direction, line, client, caller_class, at, flags,"
        " closed_at, closed_by, disposition, wrapped_key) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT (id) DO NOTHING",
        (
            command.contact, turn.practice, thread, command.channel, command.direction, command.line,
            command.client, command.caller_class, to_micros(command.at), " ".join(command.flags),
            turn.at if closed else None, getattr(turn.event, "by", None) if closed else None,
            command.born_closed, turn.keys.make(command.contact),
        ),
    )  # fmt: skip
    if not made:
        turn.keys.drop(command.contact)  # it exists already, with a key of its own
    if command.channel == "text" and command.direction == "in" and thread is not None and not closed:
        turn.db.run("UPDATE thread SET open_text = ? WHERE id = ?", (command.contact, thread))
    turn.changed(command.contact)


def flag(turn: Turn, contact: ContactId, flag: str) -> None:
    turn.db.run(
        "UPDATE contact SET flags = CASE WHEN flags = '' THEN ? ELSE flags || ' ' || ? END"
        " WHERE id = ? AND ' ' || flags || ' ' NOT LIKE ?",
        (flag, flag, contact, f"% {flag} %"),
    )
    turn.changed(contact)


def keep_text(turn: Turn, command: KeepText) -> None:
    event = turn.event
    sender = getattr(event, "sender", "")
    line = getattr(event, "line", "")
    thread = thread_id(turn.practice, line, sender)
    sealed = seal(turn.keys.key(turn.db, command.contact), command.body, f"message:body:{command.message}")
    turn.db.run(
        "INSERT INTO message (id, practice_id, contact, thread, direction, line, number_key, media, at, state,"
        " wording, sealed_body) VALUES (?,?,?,?,'in',?,?,?,?,'received','',?)",
        (
            command.message, turn.practice, command.contact, thread, line, sender, command.media,
            to_micros(command.at), sealed,
        ),
    )  # fmt: skip
    for place, picture in enumerate(turn.pictures):
        _keep_picture(turn, command, place, picture)
    if isinstance(event, TextArrived):
        turn.db.run("UPDATE thread SET last_text_at = ? WHERE id = ?", (to_micros(command.at), thread))
    turn.changed(command.contact)


def _keep_picture(turn: Turn, text: KeepText, place: int, picture: Picture) -> None:
    """That it came is known from now on; the file is fetched at leisure (corridor/care.py)."""
    id_ = PictureId(f"{text.message}.{place}")
    key = turn.keys.key(turn.db, text.contact)
    sealed = seal(key, picture.reference, f"picture:reference:{id_}") if picture.reference else None
    turn.db.run(
        "INSERT INTO picture (id, practice_id, contact, message, place, at, media_type, shown_as, sealed_reference,"
        " care, care_next, care_tries) VALUES (?,?,?,?,?,?,?,'',?,'wanted',?,0) ON CONFLICT (id) DO NOTHING",
        (
            id_, turn.practice, text.contact, text.message, place, to_micros(text.at), picture.media_type[:80],
            sealed, turn.at,
        ),
    )  # fmt: skip


def keep_voicemail(turn: Turn, command: KeepVoicemail) -> None:
    media_type, sound = turn.sounds.get(command.recording, ("", None))
    key = turn.keys.key(turn.db, command.contact)
    sealed = None if sound is None else seal_bytes(key, sound, f"recording:sound:{command.recording}")
    care, care_next = ("here", None) if sealed is not None else ("wanted", turn.at)  # see corridor/care.py
    turn.db.run(
        "INSERT INTO recording (id, practice_id, contact, seconds, silent, locale, at, media_type, sealed_sound, care,"
        " care_next, care_tries) VALUES (?,?,?,?,?,?,?,?,?,?,?,0) ON CONFLICT (id) DO NOTHING",
        (
            command.recording, turn.practice, command.contact, command.seconds, command.silent, command.locale,
            to_micros(command.at), media_type, sealed, care, care_next,
        ),
    )  # fmt: skip
    turn.changed(command.contact)


def note_heard(turn: Turn, command: NoteMessageHeard) -> None:
    turn.db.run(
        "UPDATE recording SET heard_at = ?, heard_by = ? WHERE contact = ? AND heard_at IS NULL",
        (to_micros(command.at), command.by, command.contact),
    )
    turn.db.run(
        "UPDATE picture SET opened_at = ?, opened_by = ? WHERE id = ? AND opened_at IS NULL",
        (to_micros(command.at), command.by, command.picture),
    )
    turn.changed(command.contact)


def close(turn: Turn, command: CloseContact) -> None:
    at = to_micros(command.at)
    joined = turn.db.rows(
        "SELECT contact FROM task_contact WHERE task IN (SELECT id FROM task WHERE contact = ?)", (command.contact,)
    )
    for contact in [command.contact, *(row[0] for row in joined)]:
        turn.db.run(
            "UPDATE contact SET closed_at = ?, closed_by = ?, disposition = ? WHERE id = ? AND closed_at IS NULL",
            (at, command.by, command.disposition, contact),
        )
        ids = [
            row[0] for row in turn.db.rows("SELECT id FROM task WHERE contact = ? AND closed_at IS NULL", (contact,))
        ]
        for task in ids:
            turn.db.run("UPDATE task SET closed_at = ? WHERE id = ?", (at, task))
            wake(turn, WakeKind.TASK, task, None)
        turn.db.run("UPDATE thread SET open_text = NULL WHERE open_text = ?", (contact,))
        turn.changed(contact)


def keep_reason(turn: Turn, command: KeepReason) -> None:
    """Free text is content: it is sealed beside the contact, where a purge reaches it; the journal has none."""
    number = turn.db.value("SELECT count(*) FROM message WHERE contact = ?", (command.contact,))
    message = f"{command.contact}!{number}"
    sealed = seal(turn.keys.key(turn.db, command.contact), command.text, f"message:body:{message}")
    line = turn.facts.line.id if turn.facts.line else ""
    turn.db.run(
        "INSERT INTO message (id, practice_id, contact, thread, direction, line, number_key, written_by, media, at,"
        " state, wording, sealed_body) VALUES (?,?,?,NULL,'out',?,'',?,0,?,'reason',?,?)",
        (message, turn.practice, command.contact, line, command.by, turn.at, command.rule, sealed),
    )


def add_review(turn: Turn, command: AddReviewItem) -> None:
    turn.db.run(
        "INSERT INTO review_item (practice_id, client, contact, what, at) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING",
        (turn.practice, command.client, command.contact, command.what, turn.at),
    )


def tell(turn: Turn, command: TellStaff) -> None:
    turn.db.run(
        "INSERT INTO notice (practice_id, staff, contact, what, at) VALUES (?,?,?,?,?)",
        (turn.practice, command.staff, command.contact, command.what, turn.at),
    )
    turn.changed(command.contact)
