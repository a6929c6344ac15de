"""What is said when the line cannot answer in time: no database, no policy, only the words of the pack (V00)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from intersession.core.call import Said
from intersession.core.wording.compose import Context, Phrase, phrase, speak
from intersession.core.wording.pack import load_pack


class Place(Protocol):
    """Where the practice is, and what it speaks."""

    @property
    def zone(self) -> str:
        """IANA's name."""

    @property
    def locale(self) -> str:
        """Of its language pack."""


def safe_words(place: Place, now: datetime) -> tuple[Said, ...]:
    """The safety segment, with the request for a message that says that it is recorded."""
    return _said(place, phrase("VM-START"), now)


def saved_words(place: Place, now: datetime) -> tuple[Said, ...]:
    """The recording is safe at the carrier. By when it is heard is not known here, so it is not said (INV-15)."""
    return _said(place, phrase("VM-SAVED"), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyWords:
    """What is said where the carrier itself rings a duty number (V00)."""

    hello: Said
    """The safety segment."""
    ringing: Said
    no_one: Said
    """How to leave a message, with what it says of being recorded."""
    whisper: Said
    """To the duty person: who calls is not known, and nothing connects without their key."""


def duty_words(place: Place, now: datetime) -> DutyWords:
    """The words around a duty number."""
    (hello,), (ringing,), (no_one,), (whisper,) = (
        _said(place, phrase(name), now) for name in ("F-HELLO", "F-RING", "F-VM", "F-WHISPER")
    )
    return DutyWords(hello=hello, ringing=ringing, no_one=no_one, whisper=whisper)


def _said(place: Place, words: Phrase, now: datetime) -> tuple[Said, ...]:
    # Key 9 does not connect from here, whatever the practice has switched on: it says the words again (D2).
    context = Context(
        pack=load_pack(place.locale), practice_zone=place.zone, client_zone=place.zone, now=now,
        crisis_commissioned=False, on_call=False,
    )  # fmt: skip
    return (Said(id=words.id, text=speak(words, context), locale=place.locale),)
