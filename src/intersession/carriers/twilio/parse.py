"""Twilio's form fields to core's events. Pure: the clock and the keyed digests are handed in.

Ids come from Twilio's own, so the same thing told twice, or found later by `missed`, is one event (INV-02).
A call and a text are named by a keyed digest; a recording keeps Twilio's name, for its sound is fetched by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from intersession.core.events import (
    CallArrived,
    CrisisLegEnded,
    DigitsEntered,
    EndCause,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegsJoined,
    PromptEnded,
    TextArrived,
    TextDelivered,
    TextFailed,
    VoicemailLeft,
)
from intersession.core.ids import ContactId, EventId, LineId, MessageId, NumberKey, RecordingId, caller_leg

from ..port import Envelope, Picture
from .account import UNLISTED, Account
from .numbers import e164, sender_kind
from .steps import Kind, Step

SID = re.compile(r"[A-Za-z0-9-]{2,64}")
REGION = "US"
"""Where a number that a caller keys in without a country code is."""
PICTURE = re.compile(r"/Messages/([A-Za-z0-9]{2,64})/Media/([A-Za-z0-9]{2,64})$")
"""The end of a picture's address. Only its names are taken: what is fetched is an address that we write ourselves."""
MOST_PICTURES = 10
"""As many as Twilio puts into one text."""
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
        numbers = {} if number is None or caller is None else {caller: number}
        leg = caller_leg(contact)
        return Envelope(event=event, numbers=numbers, answers=leg, references={leg: form["CallSid"]})

    def stepped(self, step: Step, form: Form, at: datetime) -> tuple[Envelope, ...]:
        """What a leg's request tells: that it was picked up, a key, digits, a recording, that its words are over, that
        it has ended, or nothing."""
        about: dict[str, Any] = {"practice": self.account.practice, "at": at, "contact": step.contact}
        match step.kind:
            case Kind.ANSWERED:
                answered = LegAnswered(id=EventId(f"{step.leg}:answered"), leg=step.leg, **about)
                return (Envelope(event=answered, answers=step.leg, references={step.leg: _sid(form, "CallSid")}),)
            case Kind.STATUS:
                return self._over(step, form, at)
            case Kind.JOINED:
                return self._joined(step, form, at)
            case Kind.CRISIS | Kind.CRISIS_AGAIN:
                return self._crisis_over(step, form, at)
            case Kind.ROOM | Kind.ANNOUNCE:
                return ()
            case Kind.STAR:
                return self._starred(step, form, at)
            case Kind.LOOK | Kind.WORDS | Kind.RECORD | Kind.LATE:
                return self._heard_out(step, form, at)
            case _:
                assert_never(step.kind)

    def _heard_out(self, step: Step, form: Form, at: datetime) -> tuple[Envelope, ...]:
        if form.get("RecordingSid"):
            return self._recorded(step, form, at)
        digits = form.get("Digits", "")
        if digits and digits != "hangup":
            return (self._pressed(step, digits, at),)
        if step.kind is Kind.RECORD:
            return (self._silent(step, at),)
        if step.kind is not Kind.WORDS or digits == "hangup":
            return ()
        ended = PromptEnded(
            id=_once(step), practice=self.account.practice, at=at, contact=step.contact, leg=step.leg
        )
        return (Envelope(event=ended, answers=step.leg),)

    def _pressed(self, step: Step, digits: str, at: datetime) -> Envelope:
        if len(digits) == 1:
            pressed = KeyPressed(
                id=_once(step), practice=self.account.practice, at=at, contact=step.contact, leg=step.leg, key=digits
            )
            return Envelope(event=pressed, answers=step.leg)
        number = e164(digits, REGION)
        key = None if number is None else self.key_of(number)
        entered = DigitsEntered(
            id=_once(step), practice=self.account.practice, at=at, contact=step.contact, leg=step.leg, digits=digits,
            number=key,
        )  # fmt: skip
        numbers = {} if number is None or key is None else {key: number}
        return Envelope(event=entered, numbers=numbers, answers=step.leg)

    def _recorded(self, step: Step, form: Form, at: datetime) -> tuple[Envelope, ...]:
        """1 and 9 end a recording and keep it (D62): the key comes first, as it was pressed first."""
        seconds, key = length(form.get("RecordingDuration", "")), form.get("Digits", "")
        full = not key and seconds is not None and seconds >= self.account.longest_seconds - 1
        left = self.left(step.contact, _sid(form, "RecordingSid"), seconds, at, full=full)
        kept = Envelope(event=left, answers=step.leg)
        return (self._pressed(step, key, at), kept) if key in ("1", "9") else (kept,)

    def _silent(self, step: Step, at: datetime) -> Envelope:
        """Twilio drops a recording without a sound and goes on to the next verb, which brings us here (VM03)."""
        recording = f"empty-{step.token}"
        event = VoicemailLeft(
            id=_once(step), practice=self.account.practice, at=at, contact=step.contact,
            recording=RecordingId(recording), seconds=0.0, silent=True,
        )  # fmt: skip
        return Envelope(event=event, answers=step.leg)

    def _over(self, step: Step, form: Form, at: datetime) -> tuple[Envelope, ...]:
        status = form.get("CallStatus", "")
        if status not in ENDS:
            return ()
        ended = LegEnded(
            id=EventId(f"{step.leg}:ended"), practice=self.account.practice, at=at, contact=step.contact, leg=step.leg,
            cause=ENDS[status],
        )  # fmt: skip
        return (Envelope(event=ended),)

    def _joined(self, step: Step, form: Form, at: datetime) -> tuple[Envelope, ...]:
        """A conference starts when both are in it; a third is in it when Twilio names its leg."""
        event, label = form.get("StatusCallbackEvent", ""), form.get("ParticipantLabel", "")
        third = event == "participant-join" and label not in (step.leg, caller_leg(step.contact))
        if event != "conference-start" and not third:
            return ()
        joined = LegsJoined(
            id=EventId(f"{label if third else step.leg}:joined"), practice=self.account.practice, at=at,
            contact=step.contact,
        )  # fmt: skip
        return (Envelope(event=joined),)

    def _starred(self, step: Step, form: Form, at: datetime) -> tuple[Envelope, ...]:
        """Star was told by the leg's leaving; it counts with the key that follows on it."""
        key = form.get("Digits", "")
        if len(key) != 1:
            return ()
        star = KeyPressed(
            id=EventId(f"{_once(step)}:star"), practice=self.account.practice, at=at, contact=step.contact,
            leg=step.leg, key="*",
        )  # fmt: skip
        return Envelope(event=star), self._pressed(step, key, at)

    def _crisis_over(self, step: Step, form: Form, at: datetime) -> tuple[Envelope, ...]:
        """Nothing yet where its first number was not reached: the other one is tried."""
        reached = form.get("DialCallStatus", "") in ("completed", "answered")
        if not reached and step.kind is Kind.CRISIS:
            return ()
        ended = CrisisLegEnded(
            id=_once(step), practice=self.account.practice, at=at, contact=step.contact, reached=reached
        )
        return (Envelope(event=ended, answers=step.leg),)

    def left(
        self, contact: ContactId, recording: str, seconds: float | None, at: datetime, *, full: bool = False
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
        return Envelope(event=event, numbers={key: address}, pictures=tuple(_pictures(form, event.media)))

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
    return EventId(f"{step.leg}:step:{step.token}")


def _sid(form: Form, name: str) -> str:
    found = form.get(name, "")
    if not SID.fullmatch(found):
        raise Unreadable(name)
    return found


def length(raw: str) -> float | None:
    """Seconds of a recording, as Twilio writes them; -1, which stands for "not known yet", is None."""
    return float(raw) if raw.isascii() and raw.isdigit() else None


def _pictures(form: Form, count: int) -> Iterator[Picture]:
    """One that is announced and has no address is a picture that cannot be fetched: a person is told of it."""
    for place in range(min(count, MOST_PICTURES)):
        found = PICTURE.search(form.get(f"MediaUrl{place}", ""))
        media_type = form.get(f"MediaContentType{place}", "")
        yield Picture(reference="/".join(found.groups()) if found else "", media_type=media_type)


def _count(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 else 0
