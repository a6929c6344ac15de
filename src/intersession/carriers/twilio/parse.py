"""Twilio's form fields to core's events. Pure: the clock and the keyed digests are handed in.

Ids come from Twilio's own, so the same thing told twice, or found later by `missed`, is one event (INV-02).
A call and a text are named by a keyed digest; a recording keeps Twilio's name, for its sound is fetched by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from intersession.core.events import (
    CallArrived,
    DigitsEntered,
    EndCause,
    KeyPressed,
    LegEnded,
    PromptEnded,
    TextArrived,
    TextDelivered,
    TextFailed,
    VoicemailLeft,
)
from intersession.core.ids import ContactId, EventId, LineId, MessageId, NumberKey, RecordingId, caller_leg

from ..port import Envelope
from .account import UNLISTED, Account
from .numbers import e164, sender_kind
from .steps import Kind, Step

SID = re.compile(r"[A-Za-z0-9-]{2,64}")
REGION = "US"
"""Where a number that a caller keys in without a country code is."""
LENGTH_UNKNOWN = 10.0
"""Seconds: a recording whose length is missing counts as speech, never as silence."""
ENDS = {
    "completed": EndCause.HUNG_UP, "canceled": EndCause.HUNG_UP, "busy": EndCause.BUSY,
    "no-answer": EndCause.NO_ANSWER, "failed": EndCause.FAILED,
}  # fmt: skip

Form = Mapping[str, str]


class Unreadable(ValueError):
    """A field without which the request means nothing is missing or malformed. Names the field, never its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the webhooks of one account."""

    account: Account
    key_of: Callable[[str], NumberKey]
    digest: Callable[[str], str]

    # ------------------------------------------------------------ calls

    def contact(self, form: Form) -> ContactId:
        """The contact of a call, from its CallSid. Unreadable where there is none."""
        sid = _sid(form, "CallSid")
        return ContactId(f"tw-{self.digest(f'twilio:call:{sid}')}")

    def arrived(self, form: Form, at: datetime) -> Envelope:
        """The first request of a call."""
        contact = self.contact(form)
        number = e164(form.get("From", ""))
        caller = None if number is None else self.key_of(number)
        event = CallArrived(
            id=EventId(f"{contact}:arrived"), practice=self.account.practice, at=at, contact=contact,
            line=self.line(form), caller=caller,
        )  # fmt: skip
        return Envelope(event=event, numbers={} if number is None or caller is None else {caller: number})

    def stepped(self, step: Step, form: Form, at: datetime) -> tuple[Envelope, ...]:
        """What a document brought back: a key, digits, a recording, or that its words are over."""
        if form.get("RecordingSid"):
            return self._recorded(step, form, at)
        digits = form.get("Digits", "")
        if digits and digits != "hangup":
            return (self._pressed(step, digits, at),)
        if step.kind is Kind.RECORD:
            return (self._silent(step, at),)
        if step.kind is Kind.LATE or digits == "hangup":
            return ()
        ended = PromptEnded(
            id=_once(step), practice=self.account.practice, at=at, contact=step.contact, leg=caller_leg(step.contact)
        )
        return (Envelope(event=ended, step=step.token),)

    def _pressed(self, step: Step, digits: str, at: datetime) -> Envelope:
        leg = caller_leg(step.contact)
        if len(digits) == 1:
            pressed = KeyPressed(
                id=_once(step), practice=self.account.practice, at=at, contact=step.contact, leg=leg, key=digits
            )
            return Envelope(event=pressed, step=step.token)
        number = e164(digits, REGION)
        key = None if number is None else self.key_of(number)
        entered = DigitsEntered(
            id=_once(step), practice=self.account.practice, at=at, contact=step.contact, leg=leg, digits=digits,
            number=key,
        )  # fmt: skip
        numbers = {} if number is None or key is None else {key: number}
        return Envelope(event=entered, numbers=numbers, step=step.token)

    def _recorded(self, step: Step, form: Form, at: datetime) -> tuple[Envelope, ...]:
        """1 and 9 end a recording and keep it (D62): the key comes first, as it was pressed first."""
        seconds, key = length(form.get("RecordingDuration", "")), form.get("Digits", "")
        full = not key and seconds >= self.account.longest_seconds - 1
        left = self.left(step.contact, _sid(form, "RecordingSid"), seconds, at, full=full)
        kept = Envelope(event=left, step=step.token)
        if key not in ("1", "9"):
            return (kept,)
        pressed = KeyPressed(
            id=_once(step), practice=self.account.practice, at=at, contact=step.contact,
            leg=caller_leg(step.contact), key=key,
        )  # fmt: skip
        return Envelope(event=pressed), kept

    def _silent(self, step: Step, at: datetime) -> Envelope:
        """Twilio drops a recording without a sound and goes on to the next verb, which brings us here (VM03)."""
        recording = f"empty-{step.token}"
        event = VoicemailLeft(
            id=_once(step), practice=self.account.practice, at=at, contact=step.contact,
            recording=RecordingId(recording), seconds=0.0, silent=True,
        )  # fmt: skip
        return Envelope(event=event, step=step.token)

    def left(
        self, contact: ContactId, recording: str, seconds: float, at: datetime, *, full: bool = False
    ) -> VoicemailLeft:
        """A recording that is safe at Twilio."""
        return VoicemailLeft(
            id=EventId(f"{contact}:left:{recording}"), practice=self.account.practice, at=at, contact=contact,
            recording=RecordingId(recording), seconds=seconds, full=full,
        )  # fmt: skip

    def ended(self, form: Form, at: datetime) -> Envelope | None:
        """The caller's leg is gone; None for a status that ends nothing."""
        contact, status = self.contact(form), form.get("CallStatus", "")
        if status not in ENDS:
            return None
        event = LegEnded(
            id=EventId(f"{contact}:ended:{status}"), practice=self.account.practice, at=at, contact=contact,
            leg=caller_leg(contact), cause=ENDS[status],
        )  # fmt: skip
        return Envelope(event=event)

    # ------------------------------------------------------------ texts

    def text(self, form: Form, at: datetime) -> Envelope:
        """Somebody texted a line. Whatever stands in From is kept, and only a telephone number is ever answered."""
        sid, raw = _sid(form, "MessageSid"), form.get("From", "")
        message = MessageId(f"tw-{self.digest(f'twilio:text:{sid}')}")
        address = e164(raw) or raw
        key = self.key_of(address)
        event = TextArrived(
            id=EventId(f"{message}:arrived"), practice=self.account.practice, at=at, message=message,
            line=self.line(form), sender=key, body=form.get("Body", ""), media=_count(form.get("NumMedia", "")),
            sender_kind=sender_kind(raw, self.account.lines),
        )  # fmt: skip
        return Envelope(event=event, numbers={key: address})

    def fate(self, form: Form, message: MessageId, at: datetime) -> Envelope | None:
        """What became of a text of ours; `message` stands in the callback's address. None while it is on its way."""
        _sid(form, "MessageSid")
        status = form.get("MessageStatus", "")
        id_ = EventId(f"{message}:{status}")
        match status:
            case "delivered":
                return Envelope(event=TextDelivered(id=id_, practice=self.account.practice, at=at, message=message))
            case "failed" | "undelivered":
                reason = f"{status} {form.get('ErrorCode', '')}".strip()[:60]
                return Envelope(
                    event=TextFailed(id=id_, practice=self.account.practice, at=at, message=message, reason=reason)
                )
            case _:
                return None

    def line(self, form: Form) -> LineId:
        """The line of the number that was dialled or texted."""
        return self.account.lines.get(form.get("To", ""), UNLISTED)


def _once(step: Step) -> EventId:
    """One action happens once, whatever a repeat of it says."""
    return EventId(f"{step.contact}:step:{step.token}")


def _sid(form: Form, name: str) -> str:
    found = form.get(name, "")
    if not SID.fullmatch(found):
        raise Unreadable(name)
    return found


def length(raw: str) -> float:
    """Seconds of a recording, as Twilio writes them; -1 stands for "not known yet"."""
    return float(raw) if raw.isascii() and raw.isdigit() else LENGTH_UNKNOWN


def _count(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 else 0
