"""Legs at a carrier whose legs fetch what they hear: read by its webhooks, and by what it is ordered."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from intersession.core.call import Hearing
from intersession.core.commands import ConnectLeg, SayPrompt, Standing, TransferToCrisisLine
from intersession.core.ids import ClipId, LegId, PracticeId, RecordingId, caller_leg, contact_of
from intersession.records.sealing import Keyring, unseal, unseal_bytes

from .codec import load_kind
from .db import DatabaseGone, Db, Pool
from .greetings import clip_sound, in_own_voice
from .leaks import refuse_leak

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a leg hears now; `version` counts the changes, so that the same words said again are known to be new."""

    version: int
    standing: Standing


class Legs:
    """Reads legs: safe to use from several threads."""

    def __init__(self, address: str, keyring: Keyring) -> None:
        self._pool, self._keyring = Pool(address), keyring

    def heard(self, leg: LegId) -> Heard | None:
        """What a leg hears now; None where nothing is known of it. Leak where INV-04 would be broken."""
        with self._pool.lent() as db:
            row = db.row(
                "SELECT version, sealed_standing, contact.id, wrapped_key FROM carrier_leg"
                " JOIN contact ON contact.id = carrier_leg.contact WHERE carrier_leg.id = ?",
                (leg,),
            )
            if row is None or row[1] is None:
                return None
            key = self._keyring.unwrap(bytes(row[3]), f"contact:{row[2]}")
            standing = load_kind(unseal(key, bytes(row[1]), f"leg:standing:{leg}"))
            refuse_leak(db, self._keyring, towards_client(standing, leg))
            if isinstance(standing, SayPrompt):
                standing = replace(standing, hearing=own_voice_if_readable(db, self._keyring, standing.hearing))
        return Heard(version=row[0], standing=standing)

    def reference(self, leg: LegId) -> str | None:
        """The carrier's own name of a leg."""
        with self._pool.lent() as db:
            sealed = db.value("SELECT sealed_reference FROM carrier_leg WHERE id = ?", (leg,))
        return None if sealed is None else self._keyring.unseal(bytes(sealed), f"leg:reference:{leg}")

    def sound(self, recording: RecordingId) -> tuple[str, bytes] | None:
        """The media type and the sound of a voicemail that is played to a staff leg; None where it is not here."""
        with self._pool.lent() as db:
            row = db.row(
                "SELECT media_type, sealed_sound, contact.id, wrapped_key FROM recording"
                " JOIN contact ON contact.id = recording.contact WHERE recording.id = ?",
                (recording,),
            )
        if row is None or row[1] is None:
            return None
        key = self._keyring.unwrap(bytes(row[3]), f"contact:{row[2]}")
        return row[0], unseal_bytes(key, bytes(row[1]), f"recording:sound:{recording}")

    def greeting(self, clip: ClipId) -> tuple[str, bytes] | None:
        """The media type and the sound of a sentence in somebody's own voice; None where it was taken back."""
        with self._pool.lent() as db:
            return clip_sound(db, self._keyring, clip)

    def close(self) -> None:
        """Close what is not in use."""
        self._pool.close()


def own_voice_if_readable(db: Db, keyring: Keyring, hearing: Hearing) -> Hearing:
    """The hearing with what was recorded; where a recording cannot be read, the machine says the words."""
    try:
        return in_own_voice(db, keyring, hearing)
    except DatabaseGone:
        raise
    except Exception as error:
        log.error("own_voice_unreadable", error=type(error).__name__)
        return hearing


def refer(db: Db, keyring: Keyring, practice: PracticeId, leg: LegId, reference: str) -> None:
    """Keep the carrier's own name of a leg."""
    db.run(
        "INSERT INTO carrier_leg (id, practice_id, contact, version, sealed_reference) VALUES (?,?,?,0,?)"
        " ON CONFLICT (id) DO UPDATE SET sealed_reference = excluded.sealed_reference",
        (leg, practice, contact_of(leg), keyring.seal(reference, f"leg:reference:{leg}")),
    )


def towards_client(standing: Standing, leg: LegId) -> str:
    """The words that a client would hear on this leg, and nobody else's."""
    if leg != caller_leg(contact_of(leg)):
        return ""
    match standing:
        case SayPrompt():
            said = standing.hearing.said
        case ConnectLeg():
            said = standing.outside_said
        case TransferToCrisisLine():
            said = standing.said
        case _:
            said = ()
    return " ".join(one.text for one in said)
