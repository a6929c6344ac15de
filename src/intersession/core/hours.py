"""Everything about when: spans, weekly windows, the practice's calendar, a staff member's schedule.

One door to four rooms: `spans`, `windows`, `calendar_days`, `schedule`.
"""

from .calendar_days import Calendar
from .schedule import REACHABLE, Schedule, TimeClass, classes, next_reachable, time_class, until
from .spans import NEVER, Span, Spans, utc
from .windows import (
    Expanded,
    Reading,
    Weekly,
    Window,
    at_wall,
    day_start,
    expand,
    expanded,
    wall_span,
    zone_named,
)

__all__ = [
    "NEVER",
    "REACHABLE",
    "Calendar",
    "Expanded",
    "Reading",
    "Schedule",
    "Span",
    "Spans",
    "TimeClass",
    "Weekly",
    "Window",
    "at_wall",
    "classes",
    "day_start",
    "expand",
    "expanded",
    "next_reachable",
    "time_class",
    "until",
    "utc",
    "wall_span",
    "zone_named",
]
