"""What the demo hands to its screen: the telephone exchange, a clock that moves, and the week's start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ...carriers.simulated.exchange import Exchange
from ...corridor.clock import MovableClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A handset on the screen, in its order. The first of the staff's is the viewer's own."""

    number: str
    title: str
    """"Client's phone", "Your phone", "On call"."""
    holder: str
    """A client's handle, or a staff member's name."""
    staff: str | None = None
    client: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Set where simulated telephones are shown."""

    exchange: Exchange
    clock: MovableClock
    phones: tuple[Phone, ...]
    line_number: str
    """The number that the clients' handsets dial."""
    line_name: str
    jump: Callable[[datetime], None]
    """Move the clock; whatever falls due on the way happens at its own time."""
    start_again: Callable[[], None]
    """The same week from its beginning; the clock cannot go back otherwise."""
    jumps: tuple[tuple[str, int, int, int], ...] = (
        ("Tue 14:10", 1, 14, 10),
        ("Sun 19:30", 6, 19, 30),
        ("Mon 08:55", 7, 8, 55),
    )
    """Label, days from the Monday of the first week, hour, minute: wall time in the practice's zone."""
    week_of: datetime
    """The first instant of that Monday."""
