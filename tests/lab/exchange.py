"""Real SIP telephones behind a real Asterisk, with the face of the simulated exchange.

People act on their telephones and the line orders from its carrier, as there; what a telephone shows and hears is told
from its SIP messages and from the sound that it receives, never from what was ordered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from intersession.carriers.asterisk.carrier import Asterisk
from intersession.carriers.port import Capabilities, Envelope, Order, Outcome, Report, Say
from intersession.carriers.simulated.exchange import Here, Seen
from intersession.carriers.simulated.handset import LegNow, TextSeen
from intersession.core.call import Said, Then
from intersession.core.events import (
    CallArrived,
    DigitsEntered,
    Event,
    KeyPressed,
    LegAnswered,
    LegEnded,
    TextArrived,
    VoicemailLeft,
)
from intersession.core.ids import ContactId, LegId, LineId, RecordingId
from tests.lab.handset import Handset, Leg
from tests.lab.sights import Sights
from tests.lab.telephones import Line

EFFECT_WITHIN, KEY_WITHIN, SPEAKS = 3.0, 0.7, 1.0
"""Seconds: until an act is told to the line; until a key is, where it is told at all; how long somebody speaks."""
CRISIS_PICKS_UP = 4.0
ENDS_RECORDING = "19#"


@dataclass(slots=True)
class RealExchange:
    """All telephones of a story, and the carrier behind them."""

    sights: Sights
    carrier: Asterisk
    lines: Mapping[str, Here]
    report: Report
    crisis_answers: bool = True
    single_keys: bool = False
    """While nothing is said, each key is told by itself: whoever stands between asks anew for digits as time passes."""
    told: list[Event] = field(default_factory=list)
    _told_seen: int = 0

    # ------------------------------------------------------------ what people do

    def handset(self, number: str) -> Handset:
        """The phone with that number."""
        return self.sights.handset(number)

    @property
    def handsets(self) -> Mapping[str, Handset]:
        """All of them."""
        return self.sights.handsets

    @property
    def listeners(self) -> list[Callable[[Seen], None]]:
        """Told of everything that is seen or heard on a telephone."""
        return self.sights.listeners

    def call(self, number: str, to: str, *, withheld: bool = False, relay: bool = False) -> ContactId:
        """Dial a line. A call by relay is a call like any other: nothing in it says so."""
        phone = self.handset(number).phone
        if phone.line is not None and not phone.line.over:
            phone.hang_up()
        self._done(lambda: phone.call(to, withheld=withheld), CallArrived, or_so=lambda: _over(phone.line))
        self.advance()
        return self._leg_of(number).contact

    def pick_up(self, number: str) -> bool:
        """Answer what rings. False where nothing does."""
        phone = self.handset(number).phone
        if not phone.ringing:
            return False
        self._done(phone.pick_up, LegAnswered)
        return True

    def press(self, number: str, key: str) -> bool:
        """Press one key."""
        if not self._up(number):
            return False
        phone = self.handset(number).phone
        self._done(lambda: phone.press(key), KeyPressed, DigitsEntered, VoicemailLeft, within=KEY_WITHIN)
        if key in ENDS_RECORDING:
            self.sights.ends_recording(self.handset(number))
        return True

    def enter(self, number: str, digits: str) -> bool:
        """Several keys, ended by pound."""
        if not self._up(number):
            return False
        keys, phone = digits.rstrip("#") + "#", self.handset(number).phone
        within = KEY_WITHIN * len(keys)
        self._done(lambda: phone.press(keys), DigitsEntered, within=within)
        return True

    def say(self, number: str, words: str = "") -> bool:
        """Speak into a recording: the phone's own tone."""
        leg = self.handset(number).leg
        if leg is None or leg.recording_since is None:
            return False
        leg.line.speaks = True
        time.sleep(SPEAKS)
        self.sights.stirred = time.monotonic()
        return True

    def hang_up(self, number: str) -> bool:
        """Hang up, or decline what rings."""
        phone = self.handset(number).phone
        if not phone.busy:
            return False
        self._done(phone.hang_up, LegEnded)
        return True

    def text(self, number: str, to: str, body: str, pictures: Sequence[tuple[str, bytes]] = ()) -> None:
        """Text a line. A SIP text carries no picture."""
        handset = self.handset(number)
        handset.texts.append(TextSeen(at=self.sights.now(), mine=True, other=to, body=body))
        self._done(lambda: handset.phone.text(to, body), TextArrived)

    def crisis_hangs_up(self, contact: ContactId) -> None:
        """The crisis line's side of this talk ends."""
        for handset in self.sights.all():
            if self.sights.is_crisis(handset) and handset.leg is not None and handset.leg.contact == contact:
                handset.phone.hang_up()
        self.sights.stirred = time.monotonic()

    # ------------------------------------------------------------ the carrier

    @property
    def name(self) -> str:
        """The carrier's."""
        return self.carrier.name

    @property
    def capabilities(self) -> Capabilities:
        """The carrier's."""
        return self.carrier.capabilities

    def run(self, order: Order) -> Outcome:
        """The carrier does it."""
        if not _silence(order):
            self.sights.stirred = time.monotonic()
        if self.single_keys and isinstance(order, Say) and not order.hearing.said:
            order = replace(order, hearing=replace(order.hearing, digits=False))
        return self.carrier.run(order)

    def missed(self, line: LineId, since: datetime) -> Iterable[Envelope]:
        """The carrier's."""
        return self.carrier.missed(line, since)

    def sound(self, recording: RecordingId) -> tuple[str, bytes] | None:
        """The carrier's."""
        return self.carrier.sound(recording)

    def forget(self, recording: RecordingId) -> None:
        """The carrier's."""
        self.carrier.forget(recording)

    def announce(self, leg: LegId, said: tuple[Said, ...]) -> None:
        """Words into a conversation that goes on."""
        carrier = self.carrier
        there = carrier._board.legs.get(leg)
        if there is not None:
            beside = carrier._words.beside(there, carrier._media(said))
            asyncio.run_coroutine_threadsafe(beside, carrier._loop)

    def take(self, envelope: Envelope) -> None:
        """The carrier tells: on its own thread."""
        self.report(envelope)
        self.told.append(envelope.event)

    @property
    def _legs(self) -> set[LegId]:
        """Which legs there are; Twilio's double asks the simulated exchange for the same."""
        return {leg.id for leg in self.carrier._board.legs}

    # ------------------------------------------------------------ what is seen and heard

    @property
    def owes(self) -> bool:
        """Nobody is in a call, and the carrier still works on something, such as a recording: it will tell of it."""
        board = self.carrier._board
        return not self.sights.busy and (bool(board.recordings) or len(board.tasks) > 1)  # one renews leases for ever

    def next_due(self) -> datetime | None:
        """Nothing is due here: it happens."""

    def advance(self) -> bool:
        """Look at every telephone; whether anything happened since the last look."""
        before = self.sights.stirred
        if len(self.told) != self._told_seen:
            self._told_seen, self.sights.stirred = len(self.told), time.monotonic()
        self.sights.look()
        for handset in self.sights.all():
            self._picks_up_by_itself(handset)
        return self.sights.stirred != before

    def _picks_up_by_itself(self, handset: Handset) -> None:
        """Somebody's private voicemail, or the crisis line."""
        leg, after = handset.leg, handset.voicemail_after
        crisis = self.sights.is_crisis(handset)
        if after is None and crisis and self.crisis_answers:
            after = CRISIS_PICKS_UP
        if leg is None or after is None or leg.state is not LegNow.RINGING:
            return
        if time.monotonic() - leg.rang_at >= after:
            self._done(handset.phone.pick_up, LegAnswered, or_so=lambda: crisis)

    # ------------------------------------------------------------ small things

    def _done(
        self, act: Callable[[], object], *brings: type[Event], within: float = EFFECT_WITHIN,
        or_so: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        """Do it, and wait until the line was told, or would have been."""
        before, end = len(self.told), time.monotonic() + within
        act()
        while time.monotonic() < end and not or_so():
            if any(isinstance(event, brings) for event in self.told[before:]):
                break
            time.sleep(0.01)
        self.sights.stirred = time.monotonic()

    def _up(self, number: str) -> bool:
        """In a call; one that was dialled just now is waited for."""
        phone = self.handset(number).phone
        end = time.monotonic() + EFFECT_WITHIN
        while phone.busy and not phone.up and not phone.ringing and time.monotonic() < end:
            time.sleep(0.01)
        return phone.up

    def _leg_of(self, number: str) -> Leg:
        leg = self.handset(number).leg
        assert leg is not None
        return leg


def _silence(order: Order) -> bool:
    """Whether a leg only goes on waiting: Twilio's double asks for it again and again."""
    if not isinstance(order, Say):
        return False
    hearing = order.hearing
    return hearing.then is Then.WAIT and not hearing.said and hearing.plays is None


def _over(line: Line | None) -> bool:
    return line is not None and line.over
