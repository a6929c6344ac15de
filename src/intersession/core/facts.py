"""The frozen snapshot that a decision may look at, and nothing beyond it.

No telephone number and no name of a client is in here: numbers are keyed hashes, clients are handles,
staff phones are endpoint ids (INV-04, INV-20).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .agreement import Agreement, SafeContact
from .call import Call
from .hours import Calendar, Schedule, Span
from .ids import (
    ClientId,
    ContactId,
    EndpointId,
    LineId,
    MessageId,
    NumberKey,
    PracticeId,
    RecordingId,
    StaffId,
    ThreadId,
)
from .levels import AccessLevel, AccessPhase
from .limits import Limit
from .policy import Policy
from .rota import Rota
from .tasks import PageLeg, Task

# ---------------------------------------------------------------- the practice


class Role(StrEnum):
    """What a staff member is to the practice. One person may have several."""

    CLINICIAN = "clinician"
    TRAINEE = "trainee"
    SUPERVISOR = "supervisor"
    COACH = "coach"
    DESK = "desk"
    DIRECTOR = "director"
    INTERPRETER = "interpreter"
    """Joins a talk when a clinician asks (V27); takes no calls otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A private phone, by id and order only."""

    id: EndpointId
    reachable: bool = True
    """False once lost or removed."""
    doubtful: bool = False
    """Within the last hour it was answered without a key (V23): another phone of theirs goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Who stands in for somebody during time off (V18)."""

    staff: StaffId
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A staff member, as far as a decision needs one."""

    id: StaffId
    said_as: str
    """The name this person agreed to have said to clients."""
    initials: str
    roles: frozenset[Role]
    schedule: Schedule
    endpoints: tuple[Endpoint, ...] = ()
    """In the order in which they are tried; the first reachable one rings."""
    coach_until: date | None = None
    """The coaching credential counts to the end of this day in the practice's zone (S32, D48)."""
    supervisor: StaffId | None = None
    urgent_through: bool = False
    """Wants urgent calls in no-call time, time off and DND too (V10)."""
    covers: tuple[Cover, ...] = ()
    language: str = "en-US"
    named_as_cover: bool = True


class LineKind(StrEnum):
    """What a published number is for."""

    CENTRAL = "central"
    CLINICIAN = "clinician"
    PROGRAM = "program"
    INTAKE = "intake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A published telephone number of the practice."""

    id: LineId
    kind: LineKind
    said_as: str
    """What {line_name} says."""
    digits: str
    """The line's own number in E.164 form; it is public."""
    brand: str
    """Texting brand as registered, at most 20 characters."""
    staff: StaffId | None = None
    """Whose line it is, for a clinician line."""
    neutral: bool = False
    retired: bool = False
    moved_to: str = ""
    """For a retired line after an ordinary move: the new number (D52)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Practice:
    """The whole directory of a practice: read once per version, shared by all decisions.

    Two are the same only if they are one object, so that what holds at an instant can be worked out once
    for all that ask (`seats`).
    """

    id: PracticeId
    version: int
    zone: str
    locale: str
    languages: tuple[str, ...]
    """Locales with an installed and approved pack, the default first."""
    policy: Policy
    sources: Mapping[str, str]
    """Which layer each policy value came from (S23)."""
    calendar: Calendar
    rota: Rota
    lines: Mapping[LineId, Line]
    staff: Mapping[StaffId, Staff]
    desk: tuple[StaffId, ...] = ()
    """Who is rung for callers nobody owns, in hours (V05, D22)."""
    pool: tuple[StaffId, ...] = ()
    """Coach pool, in order."""
    director: StaffId | None = None
    triage: StaffId | None = None
    """Who listens to a shared phone's voicemail and assigns it (V09); None: on-call, else the director."""


# ---------------------------------------------------------------- who is there


class ClientStatus(StrEnum):
    """Whether somebody is a client now."""

    ACTIVE = "active"
    DISCHARGED = "discharged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client, by handle."""

    id: ClientId
    handle: str
    status: ClientStatus = ClientStatus.ACTIVE
    primary: StaffId | None = None
    access: AccessLevel = AccessLevel.STANDARD
    phase: AccessPhase = AccessPhase.ACTIVE
    agreement: Agreement = Agreement()
    safe: SafeContact = SafeContact()
    limits: tuple[Limit, ...] = ()
    rule24_until: datetime | None = None
    language: str | None = None
    """Recorded language as a locale; None where none is recorded (D42)."""
    zone: str | None = None
    needs_relay: bool = False
    minor: bool = False
    next_talk: datetime | None = None
    """The next planned contact (D26)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block or a hard reject of a number (V02, D16). Ends at its review date (D55)."""

    hard: bool
    author: StaffId
    review_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Everything that is known about the outside number of this event."""

    number: NumberKey | None
    clients: tuple[Client, ...] = ()
    guardian: bool = False
    """On file as guardian or collateral of some client; of whom is nobody's business here (INV-14)."""
    staff: StaffId | None = None
    """An enrolled staff phone (V04)."""
    endpoint: EndpointId | None = None
    """Which one."""
    partner: bool = False
    """An allow-listed emergency partner (V03)."""
    block: Block | None = None


# ---------------------------------------------------------------- what went before


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What is known of the conversation between this line and this number."""

    id: ThreadId
    open_tasks: tuple[Task, ...] = ()
    """Open tasks of the thread, oldest first (one open item per thread, D56)."""
    open_text: ContactId | None = None
    """The open text contact that a further text joins (X09)."""
    last_text_at: datetime | None = None
    """When they last texted us (D17)."""
    last_notice_at: datetime | None = None
    """Our last automatic text of any kind (INV-05b, X04, D34)."""
    recent_texts: int = 0
    """Texts from them within the burst window, this one not counted."""
    missed_calls: tuple[datetime, ...] = ()
    """Unanswered tries within the redial window, this one not counted (V24)."""
    last_mail_reply_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One of our own texts that an event is about."""

    id: MessageId
    contact: ContactId
    client: ClientId | None
    number: NumberKey
    line: LineId
    written_by: StaffId | None
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """A contact that an event is about, with what is owed on it."""

    id: ContactId
    thread: ThreadId | None
    client: ClientId | None
    tasks: tuple[Task, ...] = ()
    recordings: tuple[RecordingId, ...] = ()
    """Voicemail that the contact holds, oldest first."""
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxItem:
    """A voicemail in somebody's own box that nobody has heard yet (V04)."""

    task: Task
    contact: ContactId
    recording: RecordingId
    left_at: datetime
    handle: str | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The snapshot. `gather` fills what the event needs and leaves the rest empty."""

    practice: Practice
    line: Line | None = None
    caller: Caller = Caller(number=None)
    thread: Thread | None = None
    call: Call | None = None
    ended_early: bool = False
    """The caller's hang-up came in before the call itself did: carriers promise no order."""
    contact: ContactFacts | None = None
    task: Task | None = None
    """The task that the event is about."""
    paging: tuple[Task, ...] = ()
    """At a change of shift: the practice's open tasks on which a page ladder runs (D36)."""
    page: PageLeg | None = None
    """Set where the leg of the event is a page call."""
    message: Message | None = None
    box: tuple[BoxItem, ...] = ()
    """For a dial-in: the staff member's own new voicemail, oldest first."""
    coded: Client | None = None
    """For figures entered in a dial-in: the client with that short code."""
    greeting: frozenset[str] = frozenset()
    """For a dial-in: the sentences that this person has recorded."""
    pin_ok: bool = False
    """For digits entered by staff: they are this person's PIN (D21)."""
    pin_wrong: int = 0
    """Wrong PINs of this person in a row, over all calls."""
    pin_locked: bool = False
    """There were too many: the telephone menu is closed for a while."""
    busy: frozenset[EndpointId] = frozenset()
    """Staff phones that ring or are engaged for another contact."""
