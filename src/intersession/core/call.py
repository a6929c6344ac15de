"""A call as data: everything its state machine knows. The transitions are in `callflow`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .ids import ClientId, ClipId, ContactId, EndpointId, LegId, LineId, NumberKey, RecordingId, StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words as they will be heard or read: the wording id, the filled text, its locale."""

    id: str
    text: str
    locale: str
    voice: StaffId | None = None
    """Whose own voice may say it, where they have recorded its sentences."""
    clip: ClipId | None = None
    """The recording that says exactly this; without it, the machine does."""


class Then(StrEnum):
    """What a leg does when its words are over."""

    WAIT = "wait"
    """Ring tone or silence, keys live, until told otherwise."""
    RECORD = "record"
    """A tone, then the recording; keys 1 and 9 end and keep it (D62)."""
    HANG_UP = "hang_up"
    """Staff legs, and a refused call, only: the line never ends a caller's call (INV-10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What one leg hears now. A carrier whose caller fetches documents reads it again at each turn."""

    said: tuple[Said, ...] = ()
    keys: str = ""
    """Keys that are live while it is said and after."""
    then: Then = Then.WAIT
    plays: RecordingId | None = None
    """A voicemail that is played after the words; on staff legs only, and only after the PIN."""
    digits: bool = False
    """Several digits ended by pound are expected (PIN, number, short code)."""


class Phase(StrEnum):
    """Where a call stands, seen from the outside caller."""

    OPENING = "opening"
    """Words before anybody is rung: the connect phrase."""
    RINGING = "ringing"
    """Staff phones ring, the caller waits."""
    CLOSING = "closing"
    """The greeting that ends in the tone."""
    RECORDING = "recording"
    SAVED = "saved"
    """A message is kept; the caller may still press keys."""
    JOINING = "joining"
    """Somebody accepted; the two are being joined."""
    TALKING = "talking"
    CRISIS_SAYING = "crisis_saying"
    """Key 9 where no transfer is made: the words, twice (D2)."""
    CRISIS = "crisis"
    """With the crisis line, or on the way to it."""
    STAFF_PIN = "staff_pin"
    STAFF_MENU = "staff_menu"
    CALL_OUT = "call_out"
    """A call back: our phone first, then theirs (O01)."""
    REFUSED = "refused"
    ENDED = "ended"


class Menu(StrEnum):
    """Where a staff member is who has dialled in (D21)."""

    MAIN = "main"
    MESSAGE = "message"
    """A voicemail is being played."""
    MESSAGE_OVER = "message_over"
    CODE = "code"
    """The figures of a short code are expected."""
    CODED = "coded"
    DND = "dnd"
    DND_NONE = "dnd_none"
    """Calls are off, and nobody covers."""
    LOST = "lost"
    GREETING = "greeting"
    """A sentence of their greeting is read out."""
    GREETING_TONE = "greeting_tone"
    """They say it."""
    GREETING_SAID = "greeting_said"
    LEAVING = "leaving"
    """Hears its last words: the line calls them at once."""


class Declared(StrEnum):
    """The caller's own act; never inferred (§2)."""

    NONE = "none"
    URGENT = "urgent"


class LegState(StrEnum):
    """Where one of our own legs stands."""

    RINGING = "ringing"
    ASKED = "asked"
    """Picked up; the whisper and the menu are said; waits for a key (INV-08)."""
    CHOOSING = "choosing"
    """Pressed 3; chooses when to call back."""
    ACCEPTED = "accepted"
    JOINED = "joined"
    RETURNING = "returning"
    """Pressed 1 after the caller was cut off; called back once this leg is down and the phone free."""
    DISMISSED = "dismissed"
    """Hears its last words and is let go."""
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One staff phone that this call rings or has rung."""

    id: LegId
    staff: StaffId
    endpoint: EndpointId
    stage: int
    state: LegState = LegState.RINGING
    urgent: bool = False
    """Rung by an urgent stage: the window is 8 s and the urgent number shows (D12, D13, D28)."""
    until: datetime
    """When the ringing, or the accept window, ends."""
    forgotten: bool = False
    """Rung before a talk that was cut off, or before 1 was pressed (again): its phone may ring anew."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """The state of one call. Immutable: each step makes the next one."""

    contact: ContactId
    line: LineId
    caller: NumberKey | None
    arrived_at: datetime
    phase: Phase
    locale: str
    declared: Declared = Declared.NONE
    declared_at: datetime | None = None
    rule: str = ""
    """The base rule by which it was last decided."""
    stage: int = -1
    """Index of the stage that rings now; -1 before the first."""
    stage_until: datetime | None = None
    cap_at: datetime | None = None
    """When waiting ends and voicemail begins (D28)."""
    hearing: Hearing = Hearing()
    say_until: datetime | None = None
    """Watchdog: were the end of the words never reported, we go on then (INV-11)."""
    legs: tuple[Leg, ...] = ()
    accepted_by: LegId | None = None
    """Set once (DESIGN: the first key press wins)."""
    callback_by: datetime | None = None
    """A staff member pressed 3 and this is the minute that was spoken (S25)."""
    callback_owner: StaffId | None = None
    key_two: bool = False
    """Asked to be paged (D19)."""
    crisis_pressed: bool = False
    back_to: Phase | None = None
    """Where CR-SAY returns to."""
    safety_heard: bool = False
    told_hear_by: datetime | None = None
    """The listen due that the caller was told."""
    told_call_by: datetime | None = None
    messages: int = 0
    """Recordings kept so far."""
    empty_tries: int = 0
    lost_message: bool = False
    tries: int = 0
    """Wrong PINs, or keys that do nothing, so far."""
    joined_at: datetime | None = None
    star: bool = False
    """Whoever talks pressed *; 5 now consults (S26)."""
    tone_at: datetime | None = None
    """When the staff leg hears the soft-limit tone (S34)."""
    relay: bool = False
    # a dial-in (D21)
    menu: Menu = Menu.MAIN
    about: ContactId | None = None
    """The contact whose voicemail was played."""
    message: Hearing | None = None
    """That voicemail, to be heard again."""
    coded: ClientId | None = None
    """The client of the short code."""
    sentence: int = 0
    """Which sentence of their greeting is recorded, counted from 0."""
    clip: ClipId | None = None
    """The recording that was just made of it."""
    # a call back (O01)
    outbound: bool = False
    client: ClientId | None = None
    staff: StaffId | None = None
    """The staff member of a call back or of a dial-in."""
    client_answered: bool = False
    override: bool = False
    """Safe-contact was overridden, with a reason (O02)."""

    def leg(self, leg: LegId) -> Leg | None:
        """One of our own legs, by id."""
        return next((mine for mine in self.legs if mine.id == leg), None)
