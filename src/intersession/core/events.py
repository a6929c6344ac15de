"""What happened, in the past tense. A call, a click, a due time and a delivery report are all events.

Every event has the instant at which it happened at its source (`at`, aware UTC): due times count
from there, not from when we got round to it (§3.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .ids import (
    ClientId,
    ClipId,
    ContactId,
    EventId,
    LegId,
    LineId,
    MessageId,
    NumberKey,
    PictureId,
    PracticeId,
    RecordingId,
    StaffId,
    TaskId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What all events have in common."""

    id: EventId
    practice: PracticeId
    at: datetime


# ---------------------------------------------------------------- calls


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent(Happened):
    """Something happened on a call. `contact` is derived from the carrier's own id of the call."""

    contact: ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(CallEvent):
    """Somebody called a line. `caller` is None where the number is withheld."""

    line: LineId
    caller: NumberKey | None
    relay: bool = False
    """The carrier or the number says that this is a relay (711) call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptEnded(CallEvent):
    """All that this leg was told to hear has been said, and no key came."""

    leg: LegId
    said: tuple[str, ...] | None = None
    """Wording ids of the words that are over: a carrier that is late may speak of words that others have
    replaced meanwhile. None: whatever is current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed(CallEvent):
    """One key, on the caller's leg or on one of ours."""

    leg: LegId
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitsEntered(CallEvent):
    """Several keys ended by pound or by a pause: a PIN, a number to call back, a short code."""

    leg: LegId
    digits: str
    number: NumberKey | None = None
    """The same digits as the key of a telephone number, where they are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered(CallEvent):
    """A phone was picked up: by a person, or by a private voicemail. It is not yet an accept (INV-08)."""

    leg: LegId


class EndCause(StrEnum):
    """Why a leg ended."""

    HUNG_UP = "hung_up"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(CallEvent):
    """A leg is gone: ours, or the caller's."""

    leg: LegId
    cause: EndCause = EndCause.HUNG_UP


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailLeft(CallEvent):
    """A recording ended and is safe with the carrier. `at` is its end, `seconds` its length: None where the carrier
    does not know it yet, which counts as speech, never as silence."""

    recording: RecordingId
    seconds: float | None
    silent: bool = False
    """Nothing was heard on it (VM03)."""
    full: bool = False
    """The longest length was reached, and the caller is still speaking (VM-FULL)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailLost(CallEvent):
    """A recording could not be stored (INV-11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisLegEnded(CallEvent):
    """The transfer to the crisis line is over. `reached` is False where it never stood (§3.8)."""

    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LegsJoined(CallEvent):
    """The two sides can hear each other: the bridge stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFreed(CallEvent):
    """A staff phone that was taken by another contact is free again; this call waits the longest (D27)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFellBack(CallEvent):
    """The carrier's static fallback took this call while we were down (V00); brought in by reconcile."""

    line: LineId
    caller: NumberKey | None
    recording: RecordingId | None = None
    seconds: float = 0.0
    answered_by_duty: bool = False


# ---------------------------------------------------------------- texts, mail, the web form


class SenderKind(StrEnum):
    """What kind of address a text came from. Short codes and names are never answered (INV-22)."""

    PHONE = "phone"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    OURSELVES = "ourselves"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextArrived(Happened):
    """Somebody texted a line."""

    message: MessageId
    line: LineId
    sender: NumberKey
    body: str
    media: int = 0
    sender_kind: SenderKind = SenderKind.PHONE


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelivered(Happened):
    """The carrier says that a text of ours arrived."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFailed(Happened):
    """A text of ours did not arrive (X12). `maybe` where the outcome is unknown."""

    message: MessageId
    reason: str = ""
    maybe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailArrived(Happened):
    """A message reached the practice's mailbox (E01, E02)."""

    message: MessageId
    line: LineId
    sender: NumberKey
    conversation: str
    """Stable key of the mail thread: digests of its references, never an address."""
    body: str
    automatic: bool = False
    """A list, a bounce, an auto-reply or ourselves: never answered (INV-22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRequested(Happened):
    """The web form (E03): a number and a safe window; no free text."""

    contact: ContactId
    line: LineId
    number: NumberKey
    safe_from: datetime
    safe_to: datetime


# ---------------------------------------------------------------- time and errands


class WakeKind(StrEnum):
    """Whose time came."""

    CALL = "call"
    TASK = "task"
    TEXT = "text"
    SHIFT = "shift"
    LEG = "leg"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCame(Happened):
    """A due time. `at` is the instant it was due, however late it is noticed."""

    kind: WakeKind
    subject: str
    """ContactId, TaskId, MessageId, shift id or the LegId of a page call, as `kind` says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandFailed(Happened):
    """Something that the machine owed could not be done; a person must know (INV-11)."""

    contact: ContactId
    what: str
    leg: LegId | None = None


# ---------------------------------------------------------------- people


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAct(Happened):
    """A staff member did something, on a screen or by key."""

    by: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTaken(StaffAct):
    """Somebody takes a task; where pages run, this acknowledges them."""

    task: TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHandedOver(StaffAct):
    """A task goes to somebody else."""

    task: TaskId
    to: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemHeard(StaffAct):
    """A voicemail was played, or a text or one of its pictures opened. It closes nothing (VM02)."""

    contact: ContactId
    picture: PictureId | None = None
    understood: bool = True
    """False is the first listener's mark "could not understand" (V27, D42)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactClosed(StaffAct):
    """A person closed a contact (INV-10), choosing how it ended."""

    contact: ContactId
    disposition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackAsked(StaffAct):
    """One tap "call back": the staff phone rings first, then the client's (O01)."""

    contact: ContactId
    """Of the new outbound call."""
    line: LineId
    client: ClientId | None
    number: NumberKey
    answers: ContactId | None = None
    """The contact that is being answered."""
    override: str = ""
    """Break-glass reason where safe-contact says no (O02)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextWritten(StaffAct):
    """A staff member wrote to a client (O05)."""

    message: MessageId
    contact: ContactId
    """Of the outbound text where it belongs to no open contact."""
    line: LineId
    client: ClientId
    number: NumberKey
    body: str
    about_visit_within_hours: bool = False
    """The writer says that it is about a visit in the next 12 hours (D17)."""
    now: bool = False
    """Pressed "send now"."""
    reason: str = ""
    """Why it must go outside the hours (S16)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSet(StaffAct):
    """On-call is put on or taken off the rota (the demo's "Add my on-call")."""

    staff: StaffId
    tier: int
    start: datetime
    end: datetime
    remove: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSet(StaffAct):
    """Do-not-disturb until an instant (D15); an `until` not after `at` ends it."""

    staff: StaffId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetingRecorded(StaffAct):
    """Somebody said a sentence of their greeting in their own voice (§3.9). Its sound comes beside the event."""

    clip: ClipId
    locale: str
    text: str
    """The sentence as it was shown to be read."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetingDropped(StaffAct):
    """Somebody takes one of their recorded sentences back: the machine says it again."""

    clip: ClipId


CallStep = (
    CallArrived | PromptEnded | KeyPressed | DigitsEntered | LegAnswered | LegEnded | VoicemailLeft
    | VoicemailLost | CrisisLegEnded | LegsJoined | PhoneFreed
)  # fmt: skip
"""Events that walk a call's state machine."""

Event = (
    CallStep | CallFellBack | TextArrived | TextDelivered | TextFailed | EmailArrived | CallbackRequested
    | TimeCame | ErrandFailed | TaskTaken | TaskHandedOver | ItemHeard | ContactClosed | CallBackAsked
    | TextWritten | ShiftSet | StatusSet | GreetingRecorded | GreetingDropped
)  # fmt: skip
"""Everything that can happen."""
