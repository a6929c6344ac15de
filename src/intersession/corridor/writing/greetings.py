"""Greetings in somebody's own voice: sealed, each under a data key of its own."""

from __future__ import annotations

from intersession.core.commands import DropGreeting, KeepGreeting
from intersession.records.sealing import seal, seal_bytes, unseal_bytes

from ..greetings import adopt
from .turn import Turn


def keep(turn: Turn, command: KeepGreeting) -> None:
    """What was said over the telephone is in the voicemail of that call. Else LookupError where the sound did not come
    with its event: nothing is kept of a silent clip."""
    media_type, sound = ("", None) if command.recording else turn.sounds[command.clip]
    keyring, digest = turn.keys.keyring, _text_digest(turn, command)
    key, wrapped = keyring.new_data_key(f"greeting:{command.clip}")
    turn.db.run(
        "DELETE FROM greeting_clip WHERE practice_id = ? AND staff = ? AND text_digest = ?",
        (turn.practice, command.staff, digest),
    )
    turn.db.run(
        "INSERT INTO greeting_clip (id, practice_id, staff, locale, text_digest, at, seconds, media_type, wrapped_key,"
        " sealed_text, sealed_sound) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            command.clip, turn.practice, command.staff, command.locale, digest, turn.at, command.seconds,
            media_type[:40], wrapped, seal(key, command.text, f"greeting:text:{command.clip}"),
            None if sound is None else seal_bytes(key, sound, f"greeting:sound:{command.clip}"),
        ),
    )  # fmt: skip


    if command.recording:
        _adopt(turn, command)


def _adopt(turn: Turn, command: KeepGreeting) -> None:
    """Where the carrier still has it, it is adopted as it comes home."""
    row = turn.db.row("SELECT contact, media_type, sealed_sound FROM recording WHERE id = ?", (command.clip,))
    if row is not None and row[2] is not None:
        key = turn.keys.key(turn.db, row[0])
        content = unseal_bytes(key, bytes(row[2]), f"recording:sound:{command.clip}")
        adopt(turn.db, turn.keys.keyring, command.clip, row[1], content)


def drop(turn: Turn, command: DropGreeting) -> None:
    turn.db.run(
        "DELETE FROM greeting_clip WHERE practice_id = ? AND id = ? AND staff = ?",
        (turn.practice, command.clip, command.staff),
    )


def _text_digest(turn: Turn, command: KeepGreeting) -> str:
    """Of the sentence in its language: a person has one recording of each."""
    return turn.keys.keyring.digest(f"greeting:{command.locale}:{command.text}")
