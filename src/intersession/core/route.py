"""Route: what a call will walk, as data. Decided anew at every stage boundary and key press, never cached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

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


class Plan(Protocol):
    """Works out the parts of a route when they are asked for (`rules.voice`)."""

    def stages(self) -> tuple[Stage, ...]: ...
    def owed(self) -> Owed: ...
    def hear_by(self, route: Route) -> datetime | None: ...
    def opening(self, route: Route) -> tuple[Phrase, ...]: ...
    def closing(self, route: Route) -> tuple[Phrase, ...]: ...
    def desk_rings(self) -> tuple[Seat, ...]: ...


@dataclass(frozen=True, kw_only=True)
class Route:
    """Stages, words and live keys of one call under one rule.

    Most steps of a call look at a few of its parts only, so the costly ones are worked out at first sight.
    """

    rule: str
    modifiers: tuple[str, ...] = ()
    refuse: bool = False
    """Hard reject (D16)."""
    urgent: bool = False
    """Urgent stages: 8 s windows, the urgent number shows, the last tier is rung again until the cap."""
    cap_seconds: int | None = None
    keys: str = "19"
    """Keys the caller may press; 1 and 9 always (INV-07)."""
    urgent_rings: bool = True
    """Key 1 can ring somebody now; where not, it is the crisis procedure (D41)."""
    locale: str
    leg_seconds: int | None = None
    """How long a phone may ring on while later stages begin on time (relay, D43)."""
    plan: Plan

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Who rings, one group after the other."""
        return self.plan.stages()

    @cached_property
    def owed(self) -> Owed:
        """What opens where no human answers."""
        return self.plan.owed()

    @cached_property
    def hear_by(self) -> datetime | None:
        """The listen due that the closing greeting says."""
        return self.plan.hear_by(self)

    @property
    def call_by(self) -> datetime | None:
        """The callback due that it says."""
        return self.owed.call_by if self.owed.call_said else None

    @cached_property
    def opening(self) -> tuple[Phrase, ...]:
        """Said before anybody is rung; empty: ring first (D11)."""
        return self.plan.opening(self)

    @cached_property
    def closing(self) -> tuple[Phrase, ...]:
        """The greeting that ends in the tone."""
        return self.plan.closing(self)

    @cached_property
    def desk_rings(self) -> tuple[Seat, ...]:
        """Whom key 0 rings."""
        return self.plan.desk_rings()
