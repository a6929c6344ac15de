"""One simulated telephone, as the person who holds it sees and hears it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from intersession.core.call import Hearing
from intersession.core.ids import ContactId, LegId


class Side(StrEnum):
    """What the other end is, from this phone."""

    LINE = "line"
    PERSON = "person"
    CRISIS = "crisis"


class LegNow(StrEnum):
    """Where a leg stands on the phone."""

    RINGING = "ringing"
    UP = "up"
    TALKING = "talking"
    OVER = "over"


@dataclass(slots=True)
class Leg:
    """One leg that ends at this phone."""

    id: LegId
    contact: ContactId
    shows: str
    """The number on the screen; empty where it is withheld."""
    state: LegNow
    since: datetime
    ring_until: datetime | None = None
    hearing: Hearing = field(default_factory=Hearing)
    said_until: datetime | None = None
    """When the words that play now are over."""
    recording_since: datetime | None = None
    spoken: list[str] = field(default_factory=list)
    """What was typed into the recording, instead of a voice."""
    sound: tuple[str, bytes] | None = None
    other: Side = Side.LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSeen:
    """A text on the phone's screen."""

    at: datetime
    mine: bool
    other: str
    body: str
    media: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An entry in the phone's own call log: the number that the phone saw, and nothing else."""

    at: datetime
    shows: str
    outgoing: bool
    answered: bool


@dataclass(slots=True)
class Handset:
    """A telephone: what it shows, hears and keeps. `voicemail_after` answers by machine after so many seconds."""

    number: str
    leg: Leg | None = None
    texts: list[TextSeen] = field(default_factory=list)
    notices: list[tuple[datetime, str]] = field(default_factory=list)
    log: list[Logged] = field(default_factory=list)
    engaged: bool = False
    """In a call that is none of ours: rings busy."""
    off: bool = False
    """Switched off: the network says so at once."""
    voicemail_after: float | None = None
    texts_fail: bool = False

    @property
    def free(self) -> bool:
        """Nothing rings or talks here."""
        return not self.engaged and (self.leg is None or self.leg.state is LegNow.OVER)
