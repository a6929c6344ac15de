"""Voicemail as carriers keep it: a recording is fetched by its own id, and has to be as long as it should (S08, VM01).

Where a carrier could not say with the event how long a recording is, it is asked for its own record of it. Where it
does not know even then, the sound vouches for itself: every byte that the carrier announced, and all that the header
promises. That it was so is noted beside it. No rule asks for a length that was not known, so none is decided anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intersession.carriers.port import Carrier
from intersession.core.ids import RecordingId
from intersession.sound.wav import NotWhole, read, verify

from .kept import Found, Owed


@dataclass(frozen=True, slots=True)
class Recordings:
    """The kind of thing that a recording is."""

    table: str = "recording"
    sealed: str = "sound"
    also: tuple[str, ...] = ("seconds", "silent")
    steps: Mapping[str, str] = field(default_factory=lambda: {"wanted": "FetchSound", "held": "ClearSound"})

    def kept_by(self, carrier: Carrier) -> bool:
        """Others hand the sound over with the event, or never."""
        return carrier.capabilities.keeps_sounds

    def expected(self, one: Owed) -> bool:
        """Where nothing was said, nothing may have been stored (VM03)."""
        return not one.row["silent"]

    def fetch(self, one: Owed, carriers: Sequence[Carrier], key: bytes) -> Found | None:
        """NotWhole for a sound that is cut off."""
        for carrier in carriers:
            found = carrier.sound(RecordingId(one.id))
            if found is not None:
                return _measured(one, carrier, *found)
        return None

    def look(self, one: Owed, content: bytes) -> None:
        """Whole, and as long as it should be."""
        verify(content, one.row["seconds"])

    def forget(self, one: Owed, carrier: Carrier, key: bytes) -> None:
        """By its id."""
        carrier.forget(RecordingId(one.id))


RECORDINGS = Recordings()


def _measured(one: Owed, carrier: Carrier, media_type: str, sound: bytes) -> Found:
    """One of another length than was said can be heard as it is; the carrier's copy stays."""
    own, said = read(sound).seconds, one.row["seconds"]
    columns: dict[str, object] = {"media_type": media_type[:40]}
    if said is None:
        said = carrier.length(RecordingId(one.id))
        columns |= {"seconds": own if said is None else said, "measured": said is None}
    try:
        verify(sound, own if said is None else said)
    except NotWhole as fault:
        return Found(content=sound, columns=columns, fault=fault)
    return Found(content=sound, columns=columns)
