"""A whole practice as plain values: what a scenario, the demo's seed and later the first run hand over.

Wall times are in the zone named beside them; instants are aware UTC. Telephone numbers are E.164.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSetup:
    """A weekly wall-time window; Monday is 0; an end not after its start crosses midnight."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanSetup:
    """A half-open stretch of time. `cover` names who stands in, for time off."""

    start: datetime
    end: datetime
    cover: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSetup:
    """A staff phone."""

    id: str
    number: str
    label: str = ""
    reachable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSetup:
    """A published number. `urgent_number` is the second caller id that staff see (D13)."""

    id: str
    number: str
    kind: str = "clinician"
    said_as: str
    brand: str = ""
    staff: str | None = None
    urgent_number: str | None = None
    neutral: bool = False
    retired: bool = False
    moved_to: str = ""
    carrier: str = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSetup:
    """A staff member."""

    id: str
    name: str
    said_as: str
    initials: str
    roles: tuple[str, ...]
    phones: tuple[PhoneSetup, ...] = ()
    zone: str | None = None
    hours: tuple[WindowSetup, ...] = ()
    no_call: tuple[WindowSetup, ...] = ()
    encounters: tuple[SpanSetup, ...] = ()
    time_off: tuple[SpanSetup, ...] = ()
    dnd_until: datetime | None = None
    coach_until: date | None = None
    supervisor: str | None = None
    urgent_through: bool = False
    named_as_cover: bool = True
    language: str = "en-US"
    pin: str | None = None
    """For the dial-in menu (D21); stored as a hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSetup:
    """A limit in force (§4.3); `window` for `narrowed`."""

    kind: str
    start: datetime
    until: datetime
    window: tuple[WindowSetup, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSetup:
    """A client. `agreement` and `safe` hold the field names of core's Agreement and SafeContact."""

    id: str
    name: str
    handle: str
    numbers: tuple[str, ...]
    primary: str | None = None
    status: str = "active"
    access: str = "standard"
    phase: str = "active"
    agreement: Mapping[str, object] = field(default_factory=dict)
    safe: Mapping[str, object] = field(default_factory=dict)
    limits: tuple[LimitSetup, ...] = ()
    rule24_until: datetime | None = None
    language: str | None = None
    zone: str | None = None
    needs_relay: bool = False
    minor: bool = False
    next_talk: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSetup:
    """On-call duty. A later entry overrides within its span."""

    staff: str
    tier: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSetup:
    """A blocked number (V02), or a hard reject (D16)."""

    number: str
    author: str
    reason: str
    review_on: date
    hard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSetup:
    """A policy layer below the practice's own (S23): of a line, a staff member or a client, by `level`."""

    level: str
    of: str
    name: str
    values: Mapping[str, object] = field(default_factory=dict)
    locks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeSetup:
    """Everything a practice is made of at its start."""

    id: str
    name: str
    zone: str
    locale: str = "en-US"
    languages: tuple[str, ...] = ("en-US", "es-US")
    policy: Mapping[str, object] = field(default_factory=dict)
    """Values of core's Policy set at the practice layer, by field name."""
    layers: tuple[LayerSetup, ...] = ()
    preset: str | None = None
    hours: tuple[WindowSetup, ...] = ()
    closed_days: Mapping[date, str] = field(default_factory=dict)
    lines: tuple[LineSetup, ...] = ()
    staff: tuple[StaffSetup, ...] = ()
    clients: tuple[ClientSetup, ...] = ()
    shifts: tuple[ShiftSetup, ...] = ()
    desk: tuple[str, ...] = ()
    pool: tuple[str, ...] = ()
    director: str | None = None
    triage: str | None = None
    partners: tuple[str, ...] = ()
    guardians: tuple[str, ...] = ()
    blocks: tuple[BlockSetup, ...] = ()
