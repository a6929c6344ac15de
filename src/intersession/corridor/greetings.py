"""Greetings in somebody's own voice: put in where their words are said, as the last thing before they are heard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from intersession.core.call import Hearing, Said
from intersession.core.ids import ClipId, StaffId
from intersession.core.wording.own_voice import cut
from intersession.records.sealing import Keyring, unseal, unseal_bytes
from intersession.sound.own_voice import Unusable, taken

from .db import Db


def in_own_voice(db: Db, keyring: Keyring, hearing: Hearing) -> Hearing:
    """The same words; each sentence that was recorded names its clip."""
    if all(one.voice is None for one in hearing.said):
        return hearing
    return replace(hearing, said=tuple(piece for one in hearing.said for piece in _pieces(db, keyring, one)))


def recorded(db: Db, keyring: Keyring, staff: StaffId, locale: str) -> dict[str, ClipId]:
    """What somebody has recorded in a language: the sentence, and its clip. What was said over the telephone counts
    once it is here."""
    rows = db.rows(
        "SELECT greeting_clip.id, wrapped_key, sealed_text FROM greeting_clip LEFT JOIN recording"
        " ON recording.id = greeting_clip.id WHERE staff = ? AND greeting_clip.locale = ?"
        " AND (greeting_clip.sealed_sound IS NOT NULL OR recording.sealed_sound IS NOT NULL)",
        (staff, locale),
    )
    return {
        unseal(keyring.unwrap(bytes(wrapped), f"greeting:{clip}"), bytes(sealed), f"greeting:text:{clip}"): ClipId(clip)
        for clip, wrapped, sealed in rows
    }


def clip_sound(db: Db, keyring: Keyring, clip: ClipId) -> tuple[str, bytes] | None:
    """The media type and the sound of a clip; None where it was taken back."""
    row = db.row("SELECT media_type, wrapped_key, sealed_sound FROM greeting_clip WHERE id = ?", (clip,))
    if row is None:
        return None
    if row[2] is None:
        return _said_by_telephone(db, keyring, clip)
    key = keyring.unwrap(bytes(row[1]), f"greeting:{clip}")
    return row[0], unseal_bytes(key, bytes(row[2]), f"greeting:sound:{clip}")


def _said_by_telephone(db: Db, keyring: Keyring, clip: ClipId) -> tuple[str, bytes] | None:
    """None, and so the machine says it, where it is not here yet or could not be understood."""
    row = db.row(
        "SELECT sealed_sound, contact.id, contact.wrapped_key FROM recording JOIN contact"
        " ON contact.id = recording.contact WHERE recording.id = ?",
        (clip,),
    )
    if row is None or row[0] is None:
        return None
    key = keyring.unwrap(bytes(row[2]), f"contact:{row[1]}")
    with suppress(Unusable):
        return "audio/wav", taken(unseal_bytes(key, bytes(row[0]), f"recording:sound:{clip}")).content
    return None


def _pieces(db: Db, keyring: Keyring, said: Said) -> Iterator[Said]:
    own = {} if said.voice is None else recorded(db, keyring, said.voice, said.locale)
    if not own:
        yield said
        return
    for piece in cut(said.text, own):
        yield replace(said, text=piece, clip=own.get(piece))
