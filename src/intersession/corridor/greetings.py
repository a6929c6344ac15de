"""Greetings in somebody's own voice: put in where their words are said, as the last thing before they are heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from intersession.core.call import Hearing, Said
from intersession.core.ids import ClipId, StaffId
from intersession.core.rules.own_voice import takes_too_long
from intersession.core.wording.own_voice import cut
from intersession.records.sealing import Keyring, seal_bytes, unseal, unseal_bytes
from intersession.sound.own_voice import Unusable, taken
from intersession.sound.wav import NotWhole, read

from .db import Db

WAV, TYPED = "audio/wav", "text/plain"
"""What is kept; in the demo, words may be typed instead of spoken."""


def in_own_voice(db: Db, keyring: Keyring, hearing: Hearing) -> Hearing:
    """The same words; each sentence that was recorded names its clip."""
    if all(one.voice is None for one in hearing.said):
        return hearing
    return replace(hearing, said=tuple(piece for one in hearing.said for piece in _pieces(db, keyring, one)))


def recorded(db: Db, keyring: Keyring, staff: StaffId, locale: str) -> dict[str, ClipId]:
    """What somebody has recorded in a language, as far as its sound is here: the sentence, and its clip."""
    rows = db.rows(
        "SELECT id, wrapped_key, sealed_text FROM greeting_clip WHERE staff = ? AND locale = ?"
        " AND sealed_sound IS NOT NULL",
        (staff, locale),
    )
    return {
        unseal(_key(keyring, clip, wrapped), bytes(sealed), f"greeting:text:{clip}"): ClipId(clip)
        for clip, wrapped, sealed in rows
    }


def clip_sound(db: Db, keyring: Keyring, clip: ClipId) -> tuple[str, bytes] | None:
    """The media type and the sound of a clip; None where it was taken back, or has not come yet."""
    row = db.row("SELECT media_type, wrapped_key, sealed_sound FROM greeting_clip WHERE id = ?", (clip,))
    if row is None or row[2] is None:
        return None
    return row[0], unseal_bytes(_key(keyring, clip, row[1]), bytes(row[2]), f"greeting:sound:{clip}")


def adopt(db: Db, keyring: Keyring, clip: str, media_type: str, content: bytes) -> None:
    """The whole recording of a call is here: where it is a sentence of somebody's greeting, it becomes that. One that
    callers could not understand, or would have to wait for, is dropped, and the machine goes on saying the sentence.
    The recording's row is locked by then."""
    row = db.row("SELECT wrapped_key, sealed_text FROM greeting_clip WHERE id = ? AND sealed_sound IS NULL", (clip,))
    if row is None:
        return
    key = _key(keyring, clip, row[0])
    try:
        sound = content if media_type == TYPED else _ready(content, unseal(key, bytes(row[1]), f"greeting:text:{clip}"))
    except (Unusable, NotWhole):
        db.run("DELETE FROM greeting_clip WHERE id = ?", (clip,))
        return
    db.run(
        "UPDATE greeting_clip SET media_type = ?, sealed_sound = ? WHERE id = ?",
        (media_type if media_type == TYPED else WAV, seal_bytes(key, sound, f"greeting:sound:{clip}"), clip),
    )


def _ready(content: bytes, text: str) -> bytes:
    """What is played. Raises Unusable or NotWhole. Its length is looked at first: a whole minute would take a good part
    of a second to make ready, and the writer waits."""
    if takes_too_long(read(content).seconds, text):
        raise Unusable("That is much longer than the sentence.")
    return taken(content).content


def _key(keyring: Keyring, clip: str, wrapped: bytes) -> bytes:
    return keyring.unwrap(bytes(wrapped), f"greeting:{clip}")


def _pieces(db: Db, keyring: Keyring, said: Said) -> Iterator[Said]:
    own = {} if said.voice is None else recorded(db, keyring, said.voice, said.locale)
    if not own:
        yield said
        return
    for piece in cut(said.text, own):
        yield replace(said, text=piece, clip=own.get(piece))
