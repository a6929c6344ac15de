"""The limit: the same disk, one small row a transaction, one thread, SQLite WAL with synchronous=FULL."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from types import TracebackType


class Limit:
    """Bare commits. What a line does beside them can only cost."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS contact (id INTEGER PRIMARY KEY, at INTEGER, body TEXT)")

    def per_second(self, count: int, sync: float = 0.0) -> float:
        """Commits a second over `count` of them. `sync`: seconds that each sync takes longer."""
        return count / sum(self.each(count, sync))

    def each(self, count: int, sync: float = 0.0) -> list[float]:
        """Seconds of every single commit."""
        return [self._one(sync) for _ in range(count)]

    def _one(self, sync: float) -> float:
        began = time.perf_counter()
        if sync:
            time.sleep(sync)
        self._connection.execute("INSERT INTO contact (at, body) VALUES (?, ?)", (int(began * 1e6), "one small row"))
        return time.perf_counter() - began

    def __enter__(self) -> Limit:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
