"""The world outside the line in a kill drill: people who call and text, phones that ring, and a carrier's patience.

A carrier sends an event again until it is answered. It repeats some that were answered, and hurries some ahead.
"""

from __future__ import annotations

import base64
import json
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from intersession.core.events import (
    CallArrived,
    EndCause,
    Event,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegsJoined,
    TextArrived,
    VoicemailLeft,
)
from intersession.core.ids import (
    ContactId,
    EventId,
    LegId,
    LineId,
    MessageId,
    NumberKey,
    PracticeId,
    RecordingId,
    caller_leg,
)
from intersession.corridor.codec import dump_kind

PRACTICE = PracticeId("p")
BODIES = ("hello", "can we move Thursday?", "cant do this anymore", "STOP", "HELP", "START", "😟", "ok " * 40)
AREAS = tuple(range(203, 990, 9))
"""Not 202: that is where the cast of the stories lives."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One event on its way, as it is written on the wire."""

    number: int
    event: Event
    wire: str


@dataclass(slots=True)
class Network:
    """Makes events and keeps them until they are answered."""

    chance: random.Random
    now: Callable[[], datetime]
    key_of: Callable[[str], NumberKey]
    known: tuple[str, ...]
    """Numbers of the practice's clients."""
    waiting: deque[Sent] = field(default_factory=deque)
    """To be sent; each may be there more than once."""
    unanswered: dict[int, Sent] = field(default_factory=dict)
    answered: dict[int, Sent] = field(default_factory=dict)
    made: int = 0
    _next: dict[int, list[Sent]] = field(default_factory=dict)
    """What follows once an event was answered: a call goes on only when the line has answered it."""
    _legs: set[str] = field(default_factory=set)

    # ------------------------------------------------------------ people

    def somebody_does_something(self) -> None:
        """A text, or a call with all that follows of it."""
        caller = self._somebody()
        if self.chance.random() < 0.6:
            self._offer([self._text(caller)])
        else:
            self._offer(list(self._call(caller)))

    def _somebody(self) -> str:
        if self.chance.random() < 0.2:
            return self.chance.choice(self.known)
        return f"+1{self.chance.choice(AREAS)}55501{self.chance.randrange(100):02}"

    def _text(self, caller: str) -> Sent:
        name, key = f"m{self.made}", self.key_of(caller)
        event = TextArrived(
            id=EventId(f"{name}:arrived"), practice=PRACTICE, at=self.now(), message=MessageId(name), line=self._line(),
            sender=key, body=self.chance.choice(BODIES),
        )  # fmt: skip
        return self._sent(event, {key: caller})

    def _call(self, caller: str) -> Iterator[Sent]:
        contact = ContactId(f"c{self.made}")
        key, leg = self.key_of(caller), caller_leg(contact)
        numbers = {key: caller}
        arrived = CallArrived(
            **self._base(contact, "arrived"), contact=contact, line=self._line(), caller=key
        )  # fmt: skip
        yield self._sent(arrived, numbers)
        if self.chance.random() < 0.4:
            pressed = self.chance.choice("1189#0")
            yield self._sent(KeyPressed(**self._base(contact, "key"), contact=contact, leg=leg, key=pressed))
        ended = LegEnded(**self._base(contact, "ended"), contact=contact, leg=leg)
        if self.chance.random() < 0.5:
            yield self._sent(ended)
            return
        recording = RecordingId(f"{contact}-r1")
        left = VoicemailLeft(
            **self._base(contact, "left"), contact=contact, recording=recording, seconds=self.chance.choice((0.4, 7.0))
        )
        last = [self._sent(left, sounds={recording: b"sound of " + recording.encode()}), self._sent(ended)]
        self.chance.shuffle(last)  # the report of a recording and the end of its call overtake one another
        yield from last

    def _base(self, contact: str, what: str) -> dict[str, object]:
        return {"id": EventId(f"{contact}:{what}"), "practice": PRACTICE, "at": self.now()}

    def _line(self) -> LineId:
        return LineId(self.chance.choice(("coaching", "main")))

    # ------------------------------------------------------------ phones that the line rings

    def accepted(self, order: dict[str, str]) -> None:
        """What becomes of an order that the carrier took."""
        leg, contact = order.get("leg", ""), order.get("contact", "")
        match order["order"]:
            case "Dial" if leg not in self._legs:
                self._legs.add(leg)
                self._offer(list(self._rings(ContactId(contact), LegId(leg))))
            case "Join":
                self._offer([self._sent(LegsJoined(**self._base(leg, "joined"), contact=ContactId(contact)))])
            case _:
                pass

    def _rings(self, contact: ContactId, leg: LegId) -> Iterator[Sent]:
        """Not answered, engaged; or picked up, key 1, and hung up."""
        cause = self.chance.choice((EndCause.NO_ANSWER, EndCause.NO_ANSWER, EndCause.BUSY, EndCause.HUNG_UP))
        if cause is EndCause.HUNG_UP:
            yield self._sent(LegAnswered(**self._base(leg, "answered"), contact=contact, leg=leg))
            yield self._sent(KeyPressed(**self._base(leg, "key"), contact=contact, leg=leg, key="1"))
        yield self._sent(LegEnded(**self._base(leg, "ended"), contact=contact, leg=leg, cause=cause))

    # ------------------------------------------------------------ sending

    def _sent(
        self, event: Event, numbers: dict[NumberKey, str] | None = None, sounds: dict[RecordingId, bytes] | None = None
    ) -> Sent:
        number, self.made = self.made, self.made + 1
        wire = json.dumps(
            {
                "n": number,
                "event": dump_kind(event),
                "numbers": numbers or {},
                "sounds": {
                    name: ("audio/basic", base64.b64encode(sound).decode()) for name, sound in (sounds or {}).items()
                },
            }
        )
        return Sent(number, event, wire)

    def _offer(self, chain: list[Sent]) -> None:
        """The first of a chain goes out; of a call's last two, both may be under way at once."""
        first, *rest = chain
        if rest:
            self._next[first.number] = rest
        self.unanswered[first.number] = first
        self._queue(first)

    def _queue(self, sent: Sent) -> None:
        self.waiting.append(sent)
        if self.chance.random() < 0.08:
            self.waiting.append(sent)
        if len(self.waiting) > 1 and self.chance.random() < 0.15:
            self.waiting.rotate(1)  # the newest goes first

    def answer(self, number: int) -> None:
        """The line has it safe. A carrier that did not get the answer in time sends it once more."""
        sent = self.unanswered.pop(number, None)
        if sent is None:
            return
        self.answered[number] = sent
        if self.chance.random() < 0.03:
            self.waiting.append(sent)
        if rest := self._next.pop(number, None):
            self._offer(rest)

    def again(self) -> None:
        """After a restart: all that was not answered, in any order."""
        sent = list(self.unanswered.values())
        self.chance.shuffle(sent)
        self.waiting = deque(sent)
