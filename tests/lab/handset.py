"""A real SIP telephone with the face of a simulated one: what it shows and hears is told from what came to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from intersession.carriers.simulated.handset import LegNow, Logged, Side, TextSeen
from intersession.core.call import Said
from intersession.core.ids import ContactId
from tests.lab.ear import Ear, Heard
from tests.lab.telephones import Line, Telephone


@dataclass(slots=True)
class Leg:
    """One call on this telephone."""

    line: Line
    ear: Ear
    shows: str
    """The number on the screen; empty where it is withheld."""
    contact: ContactId
    """A name of the call; two who hear each other have the same."""
    state: LegNow
    rang_at: float
    other: Side = Side.LINE
    beeps: bool = False
    """The tone is heard, after which a recording begins."""
    recording_since: datetime | None = None

    @property
    def records(self) -> bool:
        """A recording runs, or is about to."""
        return self.beeps or self.recording_since is not None

    @property
    def up(self) -> bool:
        """Picked up, and not over."""
        return self.line.up and not self.line.over

    @property
    def now(self) -> LegNow:
        """As its signalling says it: who talks with whom is heard."""
        if self.line.over:
            return LegNow.OVER
        return LegNow.UP if self.line.up or self.line.outgoing else LegNow.RINGING

    def hears(self, hertz: int) -> bool:
        """Whether this voice is heard now."""
        return self.up and hertz in self.ear.now

    def hears_words(self) -> bool:
        """Whether a sentence is being said to it."""
        return self.up and any(isinstance(one, Said) for one in self.ear.now)

    def listen(self, at: float) -> list[Heard]:
        """What begins to be heard."""
        return self.ear.listen(self.line.packets, at) if self.line.up else []


@dataclass(slots=True)
class Handset:
    """The telephone, and what its owner remembers of it."""

    phone: Telephone
    leg: Leg | None = None
    log: list[Logged] = field(default_factory=list)
    texts: list[TextSeen] = field(default_factory=list)
    voicemail_after: float | None = None
    texts_fail: bool = False
    texts_read: int = 0

    @property
    def number(self) -> str:
        """Its own."""
        return self.phone.number

    @property
    def off(self) -> bool:
        """Switched off: the network says so at once."""
        return self.phone.off

    @off.setter
    def off(self, off: bool) -> None:
        self.phone.off = off

    @property
    def engaged(self) -> bool:
        """In a call that is none of ours: rings busy."""
        return self.phone.engaged

    @engaged.setter
    def engaged(self, engaged: bool) -> None:
        self.phone.engaged = engaged

    @property
    def free(self) -> bool:
        """Nothing rings or talks here."""
        return not self.phone.engaged and not self.phone.busy
