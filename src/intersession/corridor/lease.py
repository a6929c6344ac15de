"""Who holds what one process alone may hold: a row that is taken, renewed and given back by one statement each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from intersession.core.ids import PracticeId
from intersession.records.fields import to_micros

from .db import Db

HELD_FOR = timedelta(seconds=8)
"""A holder that has not renewed it for so long is dead, stopped, or cut off: another may take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One process's claim to one thing. DatabaseGone says nothing of whose it is."""

    db: Db
    practice: PracticeId
    what: str
    holder: str

    def claim(self, now: datetime) -> bool:
        """Take it where it is free, renew it where it is ours; whether it is ours now."""
        at = to_micros(now)
        with self.db.transaction():
            mine = self.db.run(
                "INSERT INTO lease (practice_id, what, holder, until) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (practice_id, what) DO UPDATE SET holder = excluded.holder, until = excluded.until"
                " WHERE lease.holder = excluded.holder OR lease.until < ?",
                (self.practice, self.what, self.holder, to_micros(now + HELD_FOR), at),
            )
        return mine == 1

    def give_back(self) -> None:
        """Where it is ours: another may take it at once."""
        with self.db.transaction():
            self.db.run(
                "DELETE FROM lease WHERE practice_id = ? AND what = ? AND holder = ?",
                (self.practice, self.what, self.holder),
            )
