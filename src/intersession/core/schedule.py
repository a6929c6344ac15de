"""The hours of one staff member, and the time class of an instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from .spans import NEVER, Span, Spans
from .windows import Expanded, Reading, Weekly, expanded

Layer = Spans | Expanded


class TimeClass(StrEnum):
    """What an instant is for the staff member who may be rung (§3.1)."""

    IN_HOURS = "in_hours"
    AFTER_HOURS = "after_hours"
    NO_CALL_TIME = "no_call_time"
    IN_SESSION = "in_session"
    DND = "dnd"
    TIME_OFF = "time_off"


REACHABLE = frozenset({TimeClass.IN_HOURS, TimeClass.AFTER_HOURS})
"""Nothing stands against ringing (V15); whether one rings after hours is the rule's to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The calendar of one staff member. Built when it is edited; `around` is about today (see `Expanded`).

    A change of do-not-disturb, encounters or time off by `dataclasses.replace` is cheap.
    """

    hours: Weekly
    """Stated hours."""
    no_call: Weekly | None = None
    """Recurring time in which this person is not rung."""
    encounters: Spans = NEVER
    time_off: Spans = NEVER
    dnd: Span | None = None
    """Do-not-disturb always has an end (INV-16)."""
    closed: frozenset[date] = frozenset()
    """Closed days of the practice on which this person's stated hours fall out."""
    around: date
    stated: Expanded = field(init=False, repr=False, compare=False)
    """The stated hours, laid out."""
    layers: tuple[tuple[TimeClass, Layer], ...] = field(init=False, repr=False, compare=False)
    """Highest precedence first."""

    def __post_init__(self) -> None:
        no_call = self.no_call or Weekly(self.zone)
        stated = expanded(self.hours, Reading.AVAILABLE, self.around, self.closed)
        layers = (
            (TimeClass.TIME_OFF, self.time_off),
            (TimeClass.DND, Spans((self.dnd,)) if self.dnd else NEVER),
            (TimeClass.IN_SESSION, self.encounters),
            (TimeClass.NO_CALL_TIME, expanded(no_call, Reading.UNAVAILABLE, self.around)),
            (TimeClass.IN_HOURS, stated),
        )
        object.__setattr__(self, "stated", stated)
        object.__setattr__(self, "layers", layers)

    @property
    def zone(self) -> str:
        """The zone of the stated hours."""
        return self.hours.zone


def time_class(schedule: Schedule, at: datetime) -> TimeClass:
    """The class of an instant: time off, else do-not-disturb, else in session, else no-call time,
    else in hours or after hours. Total: every instant has exactly one.
    """
    for kind, layer in schedule.layers:
        if layer.contains(at):
            return kind
    return TimeClass.AFTER_HOURS


def classes(schedule: Schedule, at: datetime) -> frozenset[TimeClass]:
    """All classes that hold at once: an encounter may lie within no-call time, and for an urgent call
    only the second of these counts (D29).
    """
    holding = {kind for kind, layer in schedule.layers if layer.contains(at)}
    return frozenset(holding if TimeClass.IN_HOURS in holding else holding | {TimeClass.AFTER_HOURS})


def until(schedule: Schedule, at: datetime) -> datetime | None:
    """When the time class of `at` changes; None where no change is in sight."""
    edges: list[datetime | None] = []
    for _, layer in schedule.layers:
        if layer.contains(at):
            edges.append(layer.end_at(at))
            break
        edges.append(layer.next_start(at))
    return min((edge for edge in edges if edge is not None), default=None)


def next_reachable(schedule: Schedule, at: datetime) -> datetime | None:
    """The first instant from `at` on, itself included, at which nothing stands against ringing."""
    moment: datetime | None = at
    while moment is not None and time_class(schedule, moment) not in REACHABLE:
        moment = until(schedule, moment)
    return moment
