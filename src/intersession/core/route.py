"""Route: what a call will walk, as data. Decided anew at every stage boundary and key press, never cached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .ids import EndpointId, StaffId
from .tasks import LadderFirst
from .wording.compose import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One phone that a stage rings, and what its owner hears before the key."""

    staff: StaffId
    endpoint: EndpointId
    whisper: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Phones that ring together. A stage with nobody to ring lasts 0 s (D27)."""

    seats: tuple[Seat, ...]
    seconds: int
    words: tuple[Phrase, ...] = ()
    """What the waiting caller hears as it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What opens when the call ends without a human having answered it."""

    owner: StaffId | None
    listen_minutes: int | None = None
    """Listen due, counted from the end of the recording (D31); None where `listen_by` is set."""
    listen_by: datetime | None = None
    call_by: datetime | None = None
    """Callback due; None where no rule promises one."""
    call_said: bool = True
    """The callback time is spoken in the greeting."""
    ladder: LadderFirst | None = None
    """A page ladder starts as the recording ends."""
    abandoned_call_by: datetime | None = None
    """Callback due if the caller hangs up without a message (V25); None: missed list only."""
    look_by: datetime | None = None
    """When somebody looks at a call that left nothing behind."""
    quarantine: bool = False


@dataclass(frozen=True, kw_only=True)
class Route:
    """Stages, words and live keys of one call under one rule."""

    rule: str
    modifiers: tuple[str, ...] = ()
    refuse: bool = False
    """Hard reject (D16)."""
    opening: tuple[Phrase, ...] = ()
    """Said before anybody is rung; empty: ring first (D11)."""
    stages: tuple[Stage, ...] = ()
    urgent: bool = False
    """Urgent stages: 8 s windows, the urgent number shows, the last tier is rung again until the cap."""
    cap_seconds: int | None = None
    closing: tuple[Phrase, ...] = ()
    """The greeting that ends in the tone."""
    keys: str = "19"
    """Keys the caller may press; 1 and 9 always (INV-07)."""
    urgent_rings: bool = True
    """Key 1 can ring somebody now; where not, it is the crisis procedure (D41)."""
    owed: Owed
    hear_by: datetime | None = None
    """The listen due that the closing greeting says."""
    call_by: datetime | None = None
    """The callback due that it says."""
    locale: str
    leg_seconds: int | None = None
    """How long a phone may ring on while later stages begin on time (relay, D43)."""
    desk_rings: tuple[Seat, ...] = ()
    """Whom key 0 rings."""
