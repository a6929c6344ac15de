"""What a person owes: tasks, and the page ladder that may run on one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .ids import ContactId, LegId, StaffId, TaskId


class TaskKind(StrEnum):
    """What is owed."""

    ANSWER = "answer"
    """The one open item of a thread (D56): hear or read it, and call back."""
    CHECK_MEANING = "check_meaning"
    """An opt-out word came: find out by phone what was meant (X01)."""
    CONSENT = "consent"
    """START came: texting waits for a person's re-consent (X03)."""
    OTHER_WAY = "other_way"
    """A text of ours did not arrive: reach them another way (X12)."""
    INTERPRETER = "interpreter"
    """A message nobody could understand needs a qualified interpreter (V27)."""
    LANGUAGE_PACK = "language_pack"
    """A client's language has no pack here (D42)."""
    FINISH = "finish"
    """The talk is over; a person says how it ended (VM02, INV-10)."""
    LOOK = "look"
    """Nothing is promised, but a person must look: a hang-up, a crisis key, a rejected call."""
    MACHINE = "machine"
    """The machine could not do what it owed, or set an event aside (INV-11)."""


class LadderFirst(StrEnum):
    """Who is paged first."""

    ON_CALL = "on_call"
    PRIMARY = "primary"
    """As V15-V17 would choose: primary, else pool, else on-call (D49)."""
    BOTH = "both"
    """On-call 1 and 2 at once (V24, D56)."""


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """A running page ladder (§3.8). Steps keep their instants; people are looked up when a step comes (D36)."""

    started_at: datetime
    first: LadderFirst = LadderFirst.ON_CALL
    primary: StaffId | None = None
    step: int = 0
    """The next step to take; 5 when all have been paged and the board is red."""
    next_at: datetime | None = None
    acked_by: StaffId | None = None
    ack_until: datetime | None = None
    """An acknowledgement without an attempt by then expires (D36)."""
    expired: StaffId | None = None
    """Who took it and made no attempt in time."""
    after_ack: int = 0
    """How many tiers have been paged since an acknowledgement expired or was given back."""
    quiet_until: datetime | None = None
    """Further texts of a burst page nobody before this instant (D49)."""
    news_waiting: bool = False
    """Something new came in the quiet time: one page for all of it when it ends."""
    red: bool = False
    """All have been paged and nobody took it: the board shows it red."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something owed by a person. It is closed by a person only (INV-10)."""

    id: TaskId
    contact: ContactId
    kind: TaskKind
    owner: StaffId | None
    """None only while nobody at all exists to own it; the director sees it at once (D41)."""
    opened_at: datetime
    listen_by: datetime | None = None
    call_by: datetime | None = None
    finish_by: datetime | None = None
    """When a disposition is due, where nothing else is."""
    nudge_at: datetime | None = None
    """When its owner is reminded: the end of the session in which the call came (V16, S31)."""
    heard_at: datetime | None = None
    attempted_at: datetime | None = None
    attempts: int = 0
    urgent: bool = False
    ladder: Ladder | None = None
    alarmed_for: datetime | None = None
    """The missed due about which the owner and on-call were paged (D37)."""
    pages: int = 0
    """Pages sent so far: the next page call's leg is numbered from it."""

    def due(self) -> datetime | None:
        """The next thing owed on it; once heard and attempted, the disposition."""
        waits = []
        if self.listen_by is not None and self.heard_at is None:
            waits.append(self.listen_by)
        if self.call_by is not None and self.attempted_at is None:
            waits.append(self.call_by)
        return min(waits, default=self.finish_by)


def task_id(contact: ContactId, kind: TaskKind) -> TaskId:
    """A contact has at most one task of each kind, so its id follows from both."""
    return TaskId(f"{contact}:{kind}")


class PageState(StrEnum):
    """Where a page call stands."""

    RINGING = "ringing"
    ASKED = "asked"
    CALLING_BACK = "calling_back"
    """Pressed 1 to call back: that begins when this leg is down and the phone free."""
    TAKEN = "taken"
    """Acknowledged; 1 now calls back, a PIN and pound play the message (PG-ACK-CALL)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLeg:
    """A telephone call that is a page (D14)."""

    leg: LegId
    task: TaskId
    staff: StaffId
    state: PageState = PageState.RINGING
    tries: int = 0
    """Wrong PINs so far."""
