"""What is seen and heard on real telephones: told from their SIP messages and the sound that comes in, nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from intersession.carriers.asterisk.pbx import BEEP, TONE
from intersession.carriers.simulated.exchange import Seen
from intersession.carriers.simulated.handset import LegNow, Logged, Side, TextSeen
from intersession.core.call import Said
from intersession.core.ids import ContactId
from tests.lab.asterisk import TONES
from tests.lab.ear import Ear, Heard
from tests.lab.handset import Handset, Leg
from tests.lab.sentences import Sentences
from tests.lab.telephones import Line, Network

TALKS_ON, WAITS_ON = 1.5, 6.0
"""Seconds without any event after which a talk goes on as it is, or somebody only waits."""


@dataclass(slots=True)
class Sights:
    """All telephones of a story, looked at. `people`, `staff` and `speakers` are numbers."""

    network: Network
    sentences: Sentences
    now: Callable[[], datetime]
    people: Collection[str]
    """Everybody's number; whoever else is called is a crisis line."""
    staff: Collection[str]
    speakers: Collection[str]
    """Who says something after the tone, and so speaks from then on; anybody else is silent."""
    handsets: dict[str, Handset] = field(default_factory=dict)
    listeners: list[Callable[[Seen], None]] = field(default_factory=list)
    stirred: float = 0.0
    """When anything last happened, on the monotonic clock."""

    def handset(self, number: str) -> Handset:
        """The phone with that number."""
        if number not in self.handsets:
            self.handsets[number] = Handset(self.network.phone(number))
        return self.handsets[number]

    def all(self) -> list[Handset]:
        """Those of everybody who was called or has called."""
        return [self.handset(number) for number in list(self.network.phones)]

    def is_crisis(self, handset: Handset) -> bool:
        """Whether it is the crisis line's."""
        return handset.number not in self.people

    @property
    def busy(self) -> bool:
        """Something rings or talks somewhere."""
        return any(handset.phone.busy for handset in self.all())

    @property
    def calm(self) -> bool:
        """Nothing is to be waited for, here or at Asterisk: everybody who is in a call talks, or has been waiting in
        silence for longer than any pause of Asterisk's own. Nothing rings, plays or is recorded."""
        legs = [leg for handset in self.all() if (leg := handset.leg) is not None and leg.now is not LegNow.OVER]
        if any(leg.now is LegNow.RINGING or leg.hears_words() or leg.records for leg in legs):
            return False
        if any(leg.ear.now for leg in legs if leg.state is not LegNow.TALKING):
            return False
        talks = all(leg.state is LegNow.TALKING for leg in legs)
        return time.monotonic() - self.stirred > (TALKS_ON if talks else WAITS_ON)

    def look(self) -> None:
        """At every telephone."""
        at = time.monotonic()
        for handset in self.all():
            self._look(handset, at)
        self._who_hears_whom()

    def _look(self, handset: Handset, at: float) -> None:
        self._read(handset)
        leg, line = handset.leg, handset.phone.line
        if line is not None and (leg is None or leg.line is not line):
            if leg is not None and leg.state is not LegNow.OVER:
                self._becomes(handset, leg, LegNow.OVER)
            leg = self._new_call(handset, line, at)
        if leg is None or leg.state is LegNow.OVER:
            return
        if leg.now is not leg.state and (leg.state is not LegNow.TALKING or leg.now is LegNow.OVER):
            self._becomes(handset, leg, leg.now)
        if leg.up and not leg.ear.last:
            leg.line.speaks, leg.ear.last = True, at
        before = set(leg.ear.now)
        for heard in leg.listen(at):
            self._hears(handset, leg, heard)
        if leg.ear.now != before:
            self.stirred = at  # what ends is told to the line a moment later
        if leg.beeps and TONES[BEEP] not in leg.ear.now:
            leg.beeps, leg.recording_since = False, self.now()
            self._see(handset, "beep")

    def _new_call(self, handset: Handset, line: Line, at: float) -> Leg:
        shows = line.invite.target.partition("@")[0].removeprefix("sip:") if line.outgoing else handset.phone.shows
        shows = "" if shows == "anonymous" else shows
        leg = Leg(line, Ear(self.sentences), shows, ContactId(line.dialog.id), LegNow.UP, at)
        leg.state = handset_state = leg.now
        handset.leg = leg
        handset.log.append(Logged(at=self.now(), shows=shows, outgoing=line.outgoing, answered=line.outgoing))
        if not line.outgoing:
            self._see(handset, "rings", shows=shows)
        if handset_state is LegNow.OVER:
            self._see(handset, "silent")
        return leg

    def _becomes(self, handset: Handset, leg: Leg, state: LegNow) -> None:
        leg.state = state
        if state is LegNow.OVER:
            leg.beeps, leg.recording_since, leg.other = False, None, Side.LINE
            self._see(handset, "silent")
        self.stirred = time.monotonic()

    def _hears(self, handset: Handset, leg: Leg, heard: Heard) -> None:
        if isinstance(heard, Said):
            self.ends_recording(handset)
            self._see(handset, "hears", said=(heard,))
        elif heard == TONES[BEEP]:
            leg.beeps, leg.line.speaks = True, handset.number in self.speakers
        elif heard == TONES[TONE]:
            self._see(handset, "tone")
        elif any(other.phone.hertz == heard and not other.phone.up for other in self.all()):
            self._see(handset, "plays")

    def ends_recording(self, handset: Handset) -> None:
        """No recording runs any more: whoever is on the telephone speaks again."""
        leg = handset.leg
        if leg is not None and leg.records and not leg.line.over:
            leg.beeps, leg.recording_since, leg.line.speaks = False, None, True

    def _who_hears_whom(self) -> None:
        legs = [(handset, handset.leg) for handset in self.all() if handset.leg is not None and handset.leg.up]
        for handset, leg in legs:
            others = [
                (other, theirs) for other, theirs in legs
                if other is not handset and leg.hears(other.phone.hertz) and theirs.hears(handset.phone.hertz)
            ]  # fmt: skip
            if bool(others) is (leg.state is LegNow.TALKING):
                continue
            leg.state = LegNow.TALKING if others else LegNow.UP
            crisis = any(self.is_crisis(other) for other, _ in others)
            leg.other = Side.LINE if not others else Side.CRISIS if crisis else Side.PERSON
            self.stirred = time.monotonic()
            if others:
                self._talks(handset, leg, [theirs for _, theirs in others])

    def _talks(self, handset: Handset, leg: Leg, others: list[Leg]) -> None:
        self.ends_recording(handset)
        name = min(one.line.dialog.id for one in (leg, *others))
        for one in (leg, *others):
            one.contact = ContactId(name)
        self._see(handset, "crisis" if leg.other is Side.CRISIS else "connected", shows=leg.shows)

    def _read(self, handset: Handset) -> None:
        for sender, body in handset.phone.texts[handset.texts_read :]:
            handset.texts_read += 1
            what = "notice" if handset.number in self.staff else "text"
            if what == "text":
                handset.texts.append(TextSeen(at=self.now(), mine=False, other=sender, body=body))
            self._see(handset, what, shows=sender, text=body)

    def _see(
        self, handset: Handset, what: str, *, shows: str = "", said: tuple[Said, ...] = (), text: str = ""
    ) -> None:
        self.stirred = time.monotonic()
        contact = handset.leg.contact if handset.leg is not None else ""
        seen = Seen(
            at=self.now(), number=handset.number, what=what, shows=shows, said=said, text=text, contact=contact
        )  # fmt: skip
        for listener in self.listeners:
            listener(seen)
