"""What to do, in the imperative. Some are for a carrier (they become errands), some for the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .call import Call, Hearing, Said
from .events import WakeKind
from .ids import (
    ClientId,
    ClipId,
    ContactId,
    EndpointId,
    LegId,
    LineId,
    MessageId,
    NumberKey,
    PictureId,
    RecordingId,
    StaffId,
    TaskId,
)
from .tasks import PageLeg, Task


class CallerId(StrEnum):
    """Which number of the practice a leg shows (D13, O08)."""

    ROUTINE = "routine"
    URGENT = "urgent"
    WITHHELD = "withheld"


# ---------------------------------------------------------------- for a carrier: voice


@dataclass(frozen=True, slots=True, kw_only=True)
class SayPrompt:
    """A leg hears this now, instead of whatever it heard before."""

    contact: ContactId
    leg: LegId
    hearing: Hearing


@dataclass(frozen=True, slots=True, kw_only=True)
class RingEndpoint:
    """Ring one staff phone on a leg of its own."""

    contact: ContactId
    leg: LegId
    line: LineId
    endpoint: EndpointId
    caller_id: CallerId
    seconds: int
    """The longest it may ring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingClient:
    """Ring the outside person of a call back, from the line (O01, O08). The machine says nothing to them."""

    contact: ContactId
    leg: LegId
    line: LineId
    number: NumberKey
    caller_id: CallerId


@dataclass(frozen=True, slots=True, kw_only=True)
class DropLeg:
    """End one of our own legs at once."""

    contact: ContactId
    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectLeg:
    """Join a staff leg and the outside leg in the contact's own conference, staff first.

    Each side hears its last words, then is moved in; the carrier reports `LegsJoined`.
    """

    contact: ContactId
    staff_leg: LegId
    outside_leg: LegId
    staff_said: tuple[Said, ...] = ()
    outside_said: tuple[Said, ...] = ()
    third_to: LegId | None = None
    """A second staff leg joins the conference of this first one (S26); the outside leg is in it and hears the words."""


CRISIS_LINES = ("988", "+18002738255")
"""The crisis line, and its other number, which is tried where the first cannot be reached (§3.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToCrisisLine:
    """Connect the caller's own leg to the crisis line, showing the caller's own number (INV-18, D64)."""

    contact: ContactId
    leg: LegId
    seconds: int
    """How long the crisis line may ring before it counts as not reached."""
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseCall:
    """Hard reject: no words at all (D16)."""

    contact: ContactId
    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayTone:
    """The soft-limit tone, on the staff leg alone (S34)."""

    contact: ContactId
    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """A leg fetches anew what it hears. No rule decides it: the corridor writes it in place of the command that changed
    what the leg hears, where the carrier's legs fetch."""

    contact: ContactId
    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """A leg in a conference hears that a third joins, where it fetches what it hears; written like `LookAgain`."""

    contact: ContactId
    leg: LegId
    third: LegId
    room: LegId


Standing = SayPrompt | ConnectLeg | TransferToCrisisLine | RefuseCall
"""What a leg hears, or where it is, until the next of them."""


# ---------------------------------------------------------------- for a carrier: texts, mail, pages


@dataclass(frozen=True, slots=True, kw_only=True)
class SendText:
    """Send a text from a line. Commit keeps the words; the errand holds ids only."""

    message: MessageId
    contact: ContactId
    line: LineId
    number: NumberKey
    said: Said
    client: ClientId | None = None
    written_by: StaffId | None = None
    """None: automatic."""
    not_before: datetime | None = None
    """Held until then (O05)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendEmail:
    """Answer an e-mail."""

    message: MessageId
    contact: ContactId
    line: LineId
    number: NumberKey
    subject: str
    said: Said


class PageWay(StrEnum):
    """How a page reaches somebody. At night it is a call, with the others beside it (D14)."""

    CALL = "call"
    PUSH = "push"
    TEXT = "text"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStaff:
    """Page one staff member about one task. No name, number, word or reason in it (INV-12)."""

    task: TaskId
    contact: ContactId
    staff: StaffId
    tier: int
    ways: tuple[PageWay, ...]
    leg: LegId
    """The leg of the page call, where `ways` holds CALL."""
    endpoint: EndpointId | None
    line: LineId | None
    call: Hearing
    """What the page call says once picked up."""
    notice: Said
    """PG-PUSH: the one line for a locked screen."""


# ---------------------------------------------------------------- for the record


class Channel(StrEnum):
    """How a contact reached us, or left."""

    VOICE = "voice"
    TEXT = "text"
    EMAIL = "email"
    WEB = "web_callback"


class Direction(StrEnum):
    """Which way."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenContact:
    """A contact begins. Commit finds or makes its thread from line and number."""

    contact: ContactId
    channel: Channel
    direction: Direction
    line: LineId
    number: NumberKey | None
    client: ClientId | None
    caller_class: str
    at: datetime
    flags: tuple[str, ...] = ()
    """`quarantine`, `burst`, `media`, `shared`, `standing` …"""
    born_closed: str = ""
    """Disposition of an outbound administrative message, closed by its author's act (D40)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagContact:
    """Note a fact on a contact: `abandoned`, `burst`, `media`, `crisis`, `urgent`, `unheard`, `fell_back` …"""

    contact: ContactId
    flag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepText:
    """Store an incoming text or e-mail, encrypted, in its contact."""

    message: MessageId
    contact: ContactId
    body: str
    media: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepVoicemail:
    """Note a recording in its contact."""

    contact: ContactId
    recording: RecordingId
    seconds: float | None
    silent: bool
    locale: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepCall:
    """Store the call's next state; while it ends, its legs are let go."""

    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPageLeg:
    """Store where a page call stands; `over` when its leg is gone."""

    page: PageLeg
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A person owes something from now on."""

    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTask:
    """The task as it stands now: another owner, an earlier due, heard, attempted, the ladder's next step."""

    task: Task
    joined: ContactId | None = None
    """A further contact that joins this item (D56)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseContact:
    """Close a contact and its tasks. Only ever because a person did so (INV-10)."""

    contact: ContactId
    by: StaffId
    disposition: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkText:
    """What became of one of our texts: delivered, failed, maybe, cancelled."""

    message: MessageId
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelHeldTexts:
    """Texting was stopped: what was held for this number does not go (HELD-STOP)."""

    number: NumberKey


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTexts:
    """Text consent becomes `stopped` for the number, for all its clients, on all our lines (X01, D44)."""

    number: NumberKey
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepReason:
    """Why somebody did what the rules advise against, in their own words: break-glass (O02), or a text outside the
    hours (S16). Kept sealed beside the contact."""

    contact: ContactId
    by: StaffId
    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteMessageHeard:
    """Somebody played or opened what this contact holds; `picture`: this one of it."""

    contact: ContactId
    by: StaffId
    at: datetime
    picture: PictureId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkUnreachable:
    """A phone was answered without a key: a private voicemail, or dead (V23)."""

    endpoint: EndpointId
    at: datetime
    lost: bool = False
    """Lost or stolen: it is rung no more (§4.9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReviewItem:
    """Something to be looked at in the client's next session (§4.2, S41)."""

    contact: ContactId
    client: ClientId
    what: str
    """`contact`, `promise_missed`, `stop_word`, `private_voicemail` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCallBack:
    """Somebody asked by key to call a contact back: becomes a `CallBackAsked` in the same turn."""

    contact: ContactId
    by: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCall:
    """Call a client as the line, as if asked on a screen (O01): somebody entered the short code (D21)."""

    client: ClientId
    line: LineId
    """Where the client has never been in touch."""
    by: StaffId
    after: ContactId
    """The dial-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellStaff:
    """A silent line on a staff member's screen: nothing rings (V01, V14)."""

    staff: StaffId
    contact: ContactId
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetShift:
    """Put somebody on the rota, or take them off."""

    staff: StaffId
    tier: int
    start: datetime
    end: datetime
    remove: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus:
    """Do-not-disturb with its end."""

    staff: StaffId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePin:
    """How many wrong PINs of this person there were in a row; and until when no PIN of theirs is looked at (D21)."""

    staff: StaffId
    wrong: int
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepGreeting:
    """Keep a sentence in somebody's own voice, in place of the one they had of the same words."""

    clip: ClipId
    staff: StaffId
    locale: str
    text: str
    seconds: float
    recording: bool = False
    """It was said over the telephone: the clip bears the name of that recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropGreeting:
    """Delete one of this person's recorded sentences, its sound too."""

    clip: ClipId
    staff: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitUntil:
    """Wake this subject then. One wake a subject: a new one replaces the old; None takes it away."""

    kind: WakeKind
    subject: str
    at: datetime | None


CarrierCommand = (
    SayPrompt | RingEndpoint | RingClient | DropLeg | ConnectLeg | TransferToCrisisLine | RefuseCall | PlayTone
    | LookAgain | Announce | SendText | SendEmail | PageStaff
)  # fmt: skip

RecordCommand = (
    OpenContact | FlagContact | KeepText | KeepVoicemail | KeepCall | KeepPageLeg | KeepReason | OpenTask | ChangeTask
    | CloseContact | MarkText | CancelHeldTexts | StopTexts | NoteMessageHeard | MarkUnreachable
    | AddReviewItem | AskCallBack | AskCall | TellStaff | SetShift | SetStatus | NotePin | KeepGreeting | DropGreeting
    | WaitUntil
)  # fmt: skip

Command = CarrierCommand | RecordCommand
"""Everything that a decision can ask for."""

