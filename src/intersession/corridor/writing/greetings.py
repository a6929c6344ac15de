"""Greetings in somebody's own voice: sealed, each under a data key of its own."""

from __future__ import annotations

from intersession.core.commands import DropGreeting, KeepGreeting
from intersession.records.sealing import seal, seal_bytes, unseal_bytes

from ..greetings import adopt
from .turn import Turn

WHOLE = ("here", "held", "cleared")
"""The care of a recording that is known to be whole; one that is `wanted` still may be cut off."""


def keep(turn: Turn, command: KeepGreeting) -> None:
    """What was said over the telephone is in the voicemail of that call. Else LookupError where the sound did not come
    with its event: nothing is kept of a silent clip."""
    said = _recording(turn, command) if command.recording else None
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
    if said is not None:
        adopt(turn.db, keyring, command.clip, *said)


def _recording(turn: Turn, command: KeepGreeting) -> tuple[str, bytes] | None:
    """The media type and the sound of what was said. None where it is not here, or not known to be whole: then it is
    adopted as it comes home. Its row is locked before any clip's, as care does: else each could miss the other."""
    row = turn.db.row(
        "SELECT contact, media_type, sealed_sound, care FROM recording WHERE id = ?" + turn.db.lock_for_update(),
        (command.clip,),
    )
    if row is None or row[2] is None or row[3] not in WHOLE:
        return None
    key = turn.keys.key(turn.db, row[0])
    return row[1], unseal_bytes(key, bytes(row[2]), f"recording:sound:{command.clip}")


def drop(turn: Turn, command: DropGreeting) -> None:
    turn.db.run(
        "DELETE FROM greeting_clip WHERE practice_id = ? AND id = ? AND staff = ?",
        (turn.practice, command.clip, command.staff),
    )


def _text_digest(turn: Turn, command: KeepGreeting) -> str:
    """Of the sentence in its language: a person has one recording of each."""
    return turn.keys.keyring.digest(f"greeting:{command.locale}:{command.text}")
