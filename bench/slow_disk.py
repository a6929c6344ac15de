"""A disk whose sync takes longer: every COMMIT of every connection of this process waits first.

It holds the write lock while it waits, as a real sync does. A transaction that changed nothing syncs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from intersession.corridor.db import Db


def slow_commits(seconds: float) -> None:
    """From now on, in this process."""
    run = Db.run
    before: dict[int, int] = {}

    def slowed(self: Db, sql: str, values: Sequence[object] = ()) -> int:
        if sql.startswith("BEGIN"):
            done = run(self, sql, values)
            before[id(self)] = self.connection.total_changes
            return done
        if sql == "COMMIT" and self.connection.total_changes != before.get(id(self)):
            time.sleep(seconds)
        return run(self, sql, values)

    Db.run = slowed  # type: ignore[method-assign]
