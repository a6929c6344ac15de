"""When the calls that the line starts go out: a carrier starts so many a second, and what is urgent goes first.

A call gets its start when it goes out, never before: one that is called off meanwhile costs nobody anything. In memory:
after a restart it begins anew, and several processes may start a few more than their share. The carrier's own queue
takes those.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from intersession.core.ids import LineId
from intersession.records.fields import to_micros

from .db import Db

FAST = 10.0
"""Calls a second from which on nothing is held back: a stage rings a handful of phones."""


class Rank(StrEnum):
    """Whose start comes first, as an errand's payload; the names sort in this order."""

    URGENT = "1-urgent"
    PAGE = "2-page"
    ROUTINE = "3-routine"


@dataclass(slots=True)
class Row:
    """The calls of one carrier."""

    apart: timedelta
    free_at: datetime | None = None
    """When the next call may go out."""

    def start(self, now: datetime) -> bool:
        """Take the start, if there is one now."""
        if self.free_at is not None and now < self.free_at <= now + self.apart:
            return False
        self.free_at = now + self.apart
        return True


@dataclass(slots=True)
class Pace:
    """Lets calls go, one after the other. Safe to use from several threads."""

    _rows: dict[LineId, Row] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, lines: Iterable[LineId], legs_per_second: float) -> None:
        """These lines are on one carrier, which starts so many calls a second."""
        row = Row(timedelta(seconds=1 / legs_per_second))
        self._rows |= dict.fromkeys(lines, row) if legs_per_second < FAST else {}

    @property
    def lines(self) -> tuple[LineId, ...]:
        """Lines on which a call waits for its start."""
        return tuple(self._rows)

    def let_go(self, db: Db, now: datetime, where: str = "", values: tuple[str, ...] = ()) -> None:
        """Of the calls that are due, each carrier's first may go if there is a start for it; the others are due again
        at the next one. `where` leaves out errands that are not ours."""
        if not self._rows:
            return
        marks = ", ".join("?" for _ in self._rows)
        waiting = (
            "SELECT id, line, not_after FROM errand WHERE state = 'due' AND lane IN ('voice', 'pages')"
            f" AND payload <> '' AND not_before <= ? AND line IN ({marks}){where} ORDER BY payload, id"
        )
        asked = (to_micros(now), *self._rows, *values)
        with self._lock:
            if not db.rows(waiting, asked):
                return  # looked first: a write transaction for nothing would hold up the writer
            with db.transaction():
                skip = " FOR UPDATE SKIP LOCKED" if db.postgres else ""
                for id_, line, not_after in db.rows(waiting + skip, asked):
                    self._let_go(db, id_, self._rows[line], now, not_after)

    def _let_go(self, db: Db, errand: int, row: Row, now: datetime, not_after: int | None) -> None:
        """What has no time any more takes no start: it goes at once, to be told as not done."""
        late = not_after is not None and not_after < to_micros(now)
        if late or row.start(now):
            db.run("UPDATE errand SET payload = '' WHERE id = ?", (errand,))
        elif row.free_at is not None:
            db.run("UPDATE errand SET not_before = ? WHERE id = ?", (to_micros(row.free_at), errand))
