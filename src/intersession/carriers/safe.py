"""What is said when the line cannot answer in time: no database, no policy, only the words of the pack (V00)."""

from __future__ import annotations

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


def _said(place: Place, words: Phrase, now: datetime) -> tuple[Said, ...]:
    # Key 9 does not connect from here, whatever the practice has switched on: it says the words again (D2).
    context = Context(
        pack=load_pack(place.locale), practice_zone=place.zone, client_zone=place.zone, now=now,
        crisis_commissioned=False, on_call=False,
    )  # fmt: skip
    return (Said(id=words.id, text=speak(words, context), locale=place.locale),)
