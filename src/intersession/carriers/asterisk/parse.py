"""ARI's events to core's. Pure: the instant and the keyed digests are handed in.

Ids come from Asterisk's own, so that the same thing told twice, or found later by `missed`, is one event (INV-02).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from intersession.core.call import Said
from intersession.core.events import (
    CallArrived,
    CallFellBack,
    CrisisLegEnded,
    DigitsEntered,
    EndCause,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegsJoined,
    PromptEnded,
    SenderKind,
    TextArrived,
    VoicemailLeft,
    VoicemailLost,
)
from intersession.core.ids import ContactId, EventId, LegId, LineId, MessageId, NumberKey, RecordingId

from ..numbers import SHORT_CODE, e164
from ..port import Envelope
from .pbx import UNLISTED, Pbx

USER = re.compile(r"(?:sips?|pjsip|tel):([^@;>\s]+)")
BUSY, NO_ANSWER = (17, 21), (0, 16, 18, 19, 20, 26, 31, 102, 127)
"""Q.850 causes of a leg that was never picked up; every other one is a failure."""


WORDLESS = "[A text of {size} bytes came without its words: Asterisk takes none of more than 1023. Ask the sender.]"


@dataclass(frozen=True, slots=True)
class SipText:
    """A text, as SIP brings it."""

    from_: str
    to: str
    name: str
    """SIP's own: its Call-ID with its number in that dialog. Where there is none, sender and instant."""
    body: str = field(repr=False)
    size: str
    """Bytes of its words, as the sender's side said."""

    @property
    def said(self) -> str:
        """Its words. Asterisk takes a longer one than it can hold and lets all of its words go, without an error."""
        lost = not self.body and self.size.strip().isdigit() and int(self.size) > 0
        return WORDLESS.format(size=self.size.strip()) if lost else self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the events of one Asterisk."""

    pbx: Pbx
    key_of: Callable[[str], NumberKey]
    digest: Callable[[str], str]

    # ------------------------------------------------------------ names

    def contact(self, channel: str) -> ContactId:
        """The contact of a call that came in, from its channel's unique id."""
        return ContactId(f"as-{self.digest(f'asterisk:call:{channel}')}")

    def line(self, dialled: str) -> LineId:
        """The line of a number that was dialled or texted, however the provider writes it."""
        return self.pbx.lines.get(self.e164(dialled) or dialled, UNLISTED)

    def asked_for_with(self, line: LineId) -> LineId:
        """The line with which one is asked for whatever was missed on it: what came to a number that is no line of ours
        is asked for with the first."""
        return min(self.pbx.lines.values(), default=line) if line == UNLISTED else line

    def e164(self, raw: str) -> str | None:
        """The number in E.164; None for what is none, as where it is withheld. Only its length is judged."""
        return e164(raw, self.pbx.region)

    # ------------------------------------------------------------ calls

    def arrived(self, channel: str, dialled: str, number: str, at: datetime) -> Envelope:
        """A call came in. `number` as the provider wrote it."""
        contact = self.contact(channel)
        caller, numbers = self._caller(number)
        event = CallArrived(
            id=EventId(f"{contact}:arrived"), practice=self.pbx.practice, at=at, contact=contact,
            line=self.line(dialled), caller=caller,
        )  # fmt: skip
        return Envelope(event=event, numbers=numbers)

    def fell_back(
        self, channel: str, dialled: str, number: str, at: datetime, *, by_duty: bool = False
    ) -> Envelope:
        """The dialplan took it. A call that walked the line is known by its arrival: then this says nothing new."""
        contact = self.contact(channel)
        caller, numbers = self._caller(number)
        event = CallFellBack(
            id=EventId(f"{contact}:arrived"), practice=self.pbx.practice, at=at, contact=contact,
            line=self.line(dialled), caller=caller, answered_by_duty=by_duty,
        )  # fmt: skip
        return Envelope(event=event, numbers=numbers)

    def _caller(self, number: str) -> tuple[NumberKey | None, Mapping[NumberKey, str]]:
        known = self.e164(number)
        if known is None:
            return None, {}
        key = self.key_of(known)
        return key, {key: known}

    def answered(self, contact: ContactId, leg: LegId, at: datetime) -> Envelope:
        """A phone was picked up."""
        id_ = EventId(f"{leg}:answered")
        return Envelope(event=LegAnswered(id=id_, practice=self.pbx.practice, at=at, contact=contact, leg=leg))

    def ended(self, contact: ContactId, leg: LegId, cause: EndCause, at: datetime) -> Envelope:
        """A leg is gone."""
        id_ = EventId(f"{leg}:ended")
        event = LegEnded(id=id_, practice=self.pbx.practice, at=at, contact=contact, leg=leg, cause=cause)
        return Envelope(event=event)

    def key(self, contact: ContactId, leg: LegId, key: str, mark: str, at: datetime) -> Envelope:
        """One key. `mark` tells it from the same key pressed again."""
        id_ = EventId(f"{leg}:key:{mark}")
        return Envelope(
            event=KeyPressed(id=id_, practice=self.pbx.practice, at=at, contact=contact, leg=leg, key=key)
        )

    def digits(self, contact: ContactId, leg: LegId, digits: str, mark: str, at: datetime) -> Envelope:
        """Several keys, ended by pound or by a pause."""
        number, numbers = self._caller(digits)
        event = DigitsEntered(
            id=EventId(f"{leg}:digits:{mark}"), practice=self.pbx.practice, at=at, contact=contact, leg=leg,
            digits=digits, number=number,
        )  # fmt: skip
        return Envelope(event=event, numbers=numbers)

    def said(self, contact: ContactId, leg: LegId, said: Sequence[Said], mark: str, at: datetime) -> Envelope:
        """Words are over."""
        event = PromptEnded(
            id=EventId(f"{leg}:said:{mark}"), practice=self.pbx.practice, at=at, contact=contact, leg=leg,
            said=tuple(one.id for one in said),
        )  # fmt: skip
        return Envelope(event=event)

    def joined(self, contact: ContactId, leg: LegId, at: datetime) -> Envelope:
        """The outside person and this leg hear each other."""
        id_ = EventId(f"{leg}:joined")
        return Envelope(event=LegsJoined(id=id_, practice=self.pbx.practice, at=at, contact=contact))

    def crisis_over(self, contact: ContactId, mark: str, *, reached: bool, at: datetime) -> Envelope:
        """The crisis line's side is over, or was never there."""
        id_ = EventId(f"{contact}:crisis:{mark}")
        return Envelope(
            event=CrisisLegEnded(id=id_, practice=self.pbx.practice, at=at, contact=contact, reached=reached)
        )

    def left(
        self, contact: ContactId, recording: RecordingId, seconds: float, at: datetime, *, silent: bool,
        full: bool = False,
    ) -> Envelope:  # fmt: skip
        """A recording. Its sound stays at Asterisk until it is fetched and deleted."""
        event = VoicemailLeft(
            id=EventId(f"{contact}:left:{recording}"), practice=self.pbx.practice, at=at, contact=contact,
            recording=recording, seconds=seconds, silent=silent, full=full,
        )  # fmt: skip
        return Envelope(event=event)

    def lost(self, contact: ContactId, recording: RecordingId, at: datetime) -> Envelope:
        """A recording that could not be stored."""
        id_ = EventId(f"{contact}:lost:{recording}")
        return Envelope(event=VoicemailLost(id=id_, practice=self.pbx.practice, at=at, contact=contact))

    # ------------------------------------------------------------ texts

    def text(self, text: SipText, at: datetime) -> Envelope:
        """Somebody texted a line. Whoever sent it is kept as written, and only a telephone number is ever answered."""
        raw = _user(text.from_)
        address = self.e164(raw) or raw
        key = self.key_of(address)
        id_ = MessageId(f"as-{self.digest(f'asterisk:text:{text.name}')}")
        arrived = TextArrived(
            id=EventId(f"{id_}:arrived"), practice=self.pbx.practice, at=at, message=id_,
            line=self.line(_user(text.to)), sender=key, body=text.said, sender_kind=self._sender_kind(raw),
        )  # fmt: skip
        return Envelope(event=arrived, numbers={key: address})

    def _sender_kind(self, raw: str) -> SenderKind:
        number = self.e164(raw)
        if number is not None:
            return SenderKind.OURSELVES if number in self.pbx.lines else SenderKind.PHONE
        return SenderKind.SHORT_CODE if SHORT_CODE.fullmatch(raw) else SenderKind.ALPHANUMERIC


def cause_of(code: int, *, answered: bool) -> EndCause:
    """Why a leg ended, from Asterisk's Q.850 code."""
    if answered:
        return EndCause.HUNG_UP
    if code in BUSY:
        return EndCause.BUSY
    return EndCause.NO_ANSWER if code in NO_ANSWER else EndCause.FAILED


def _user(address: str) -> str:
    found = USER.search(address)
    return found.group(1) if found else address.strip()


def text_of(event: Mapping[str, Any]) -> SipText:
    """The text of an event."""
    message = event["message"]
    headers = message.get("variables") or {}
    name = headers.get("Call-ID") or headers.get("call-id")
    name = f"{name}:{headers.get('CSeq', '')}" if name else f"{message['from']}:{event['timestamp']}"
    return SipText(message["from"], message["to"], name, message.get("body", ""), headers.get("Content-Length", ""))
