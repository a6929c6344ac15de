"""The port every carrier fits: orders out, envelopes in, capabilities as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from intersession.core.call import Hearing, Said
from intersession.core.commands import Announce as Announce
from intersession.core.commands import LookAgain as LookAgain
from intersession.core.events import Event
from intersession.core.ids import ContactId, LegId, LineId, MessageId, NumberKey, RecordingId

# ---------------------------------------------------------------- orders: numbers are filled in by dispatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Ring a number. `show` is the number that appears there; None withholds it (O08)."""

    contact: ContactId
    leg: LegId
    to: str
    show: str | None
    seconds: int
    towards_client: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A leg hears this now, instead of what it heard before."""

    contact: ContactId
    leg: LegId
    hearing: Hearing


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """End a leg at once."""

    contact: ContactId
    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Say the last words, then join both legs in the contact's own conference, staff first."""

    contact: ContactId
    staff_leg: LegId
    outside_leg: LegId
    staff_said: tuple[Said, ...] = ()
    outside_said: tuple[Said, ...] = ()
    third_to: LegId | None = None
    """The staff leg that talks already: the new one joins its conference, in which the outside leg is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisTransfer:
    """Connect a caller's own leg to the crisis line, showing the caller's own number (INV-18)."""

    contact: ContactId
    leg: LegId
    numbers: tuple[str, ...]
    """The crisis line, then its other number."""
    seconds: int
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Refuse a call without a word (D16)."""

    contact: ContactId
    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """The soft-limit tone, for this leg alone (S34)."""

    contact: ContactId
    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Send a text."""

    message: MessageId
    show: str
    to: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Send an e-mail."""

    message: MessageId
    to: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A content-free line to a staff phone, beside the page call (INV-12)."""

    to: str
    show: str
    body: str


Order = Dial | Say | Drop | Join | CrisisTransfer | Refuse | Tone | Text | Mail | Notice | LookAgain | Announce
"""Everything a carrier can be asked to do. The last two, which hold no number, are the core's own commands; only
carriers that pull get them."""


# ---------------------------------------------------------------- what comes back


@dataclass(frozen=True, slots=True)
class Done:
    """The carrier took the order."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The carrier refused it: nothing happened there."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have happened. Never sent again blindly: a person is told."""

    reason: str


Outcome = Done | Failed | Unknown


class NotReady(Exception):
    """The carrier is still at it: it is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A file that came with a text, and is kept by the carrier until it is fetched and deleted."""

    reference: str = field(repr=False)
    """The carrier's own name of it; empty where it gave none, and so it can never be had."""
    media_type: str = ""
    """As the carrier says; the file itself is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An inbound event, and the real numbers behind its keys: the tick seals them, core never sees them."""

    event: Event
    numbers: Mapping[NumberKey, str] = field(default_factory=dict)
    sounds: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    """Recording id to (media type, sound), where the carrier hands the sound over with the event."""
    pictures: tuple[Picture, ...] = ()
    """What came with a text, in its order."""
    answers: LegId | None = None
    """The leg that waits for the answer to this very event: what it hears next is told to it and not sent after it."""
    references: Mapping[LegId, str] = field(default_factory=dict)
    """The carrier's own names of legs, by which they are ended and made to look again."""


Report = Callable[[Envelope], object]
"""How a carrier brings an event in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a carrier can do, in numbers where there are numbers. What it lacks is shown, never papered over."""

    pulls: bool = False
    """Legs fetch documents: what they hear is an answer; of a change they are told by `LookAgain`, not by `Say`, `Join`
    and the like."""
    outbound: bool = True
    texts: bool = True
    delivery_reports: bool = True
    crisis_transfer: bool = False
    presents_caller: bool = False
    """A crisis transfer can show the client's own number (D64)."""
    withholds_number: bool = True
    static_fallback: bool = False
    """Speaks by itself when our server does not answer (V00)."""
    keeps_sounds: bool = True
    """What was recorded stays there until it is fetched (`sound`) and deleted (`forget`). False: it comes with the
    event, or never."""
    self_managed_keywords: bool = True
    legs_per_second: float = 100.0
    concurrent_legs: int = 1000


class Carrier(Protocol):
    """One folder a carrier; one contract suite for all."""

    @property
    def name(self) -> str:
        """As in the line's row."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    def run(self, order: Order) -> Outcome:
        """Carry out one order. Raises nothing: what went wrong is an outcome."""

    def missed(self, line: LineId, since: datetime) -> Iterable[Envelope]:
        """What happened on a line while nobody listened, with the true times (reconcile)."""

    def sound(self, recording: RecordingId) -> tuple[str, bytes] | None:
        """The media type and the sound of a recording that this carrier keeps; None where it is not there (yet).
        Raises what went wrong."""

    def forget(self, recording: RecordingId) -> None:
        """Delete it there: it is safe here. What is gone already is no error: after a standstill it may be asked
        again. Raises what went wrong."""

    def length(self, recording: RecordingId) -> float | None:
        """Seconds of a recording by the carrier's own record of it, for one whose event could not say; None where it
        does not know. Raises NotReady where it is still at it, and what went wrong."""

    def picture(self, reference: str) -> tuple[str, bytes] | None:
        """The media type and the content of what came with a text; None where it is not there (yet). Raises what went
        wrong."""

    def forget_picture(self, reference: str) -> None:
        """Delete it there: it is safe here. What is gone already is no error. Raises what went wrong."""
