"""When the calls that the line starts may go out: a carrier starts so many a second, and what is urgent goes first.

In memory, for the one writer of a process: after a restart it begins anew, and several processes may start a few more
than their share. The carrier's own queue takes those.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from intersession.core.ids import LineId

FAST = 10.0
"""Calls a second from which on nothing is held back: a stage rings a handful of phones."""


@dataclass(slots=True)
class Row:
    """The calls of one carrier that wait to go out."""

    apart: timedelta
    urgent: datetime | None = None
    """When the last urgent call goes out."""
    any: datetime | None = None
    """When the last call of any kind does."""


@dataclass(slots=True)
class Pace:
    """Hands out instants."""

    _rows: dict[LineId, Row] = field(default_factory=dict)

    def set(self, lines: Iterable[LineId], legs_per_second: float) -> None:
        """These lines are on one carrier, which starts so many calls a second."""
        row = Row(timedelta(seconds=1 / legs_per_second))
        self._rows |= dict.fromkeys(lines, row) if legs_per_second < FAST else {}

    def at(self, line: LineId | None, now: datetime, *, urgent: bool) -> datetime:
        """When a call may go out: an urgent one waits for urgent ones only."""
        row = self._rows.get(line) if line is not None else None
        if row is None:
            return now
        last = row.urgent if urgent else row.any
        slot = now if last is None else max(now, last + row.apart)
        row.any = slot if row.any is None else max(slot, row.any)
        if urgent:
            row.urgent = slot
        return slot
