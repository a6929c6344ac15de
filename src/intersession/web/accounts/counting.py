"""Django's cache on one table of the accounts' database: all processes count the same tries, and so they do after a
restart.

Django's own database cache would do as much, but for two things. It pickles, so that whoever can write the database
could have this process run anything, and the practice's key is in its memory. And it calls a write that failed a
success, so that a try would not be counted. Here values are JSON, each change is one statement, and what cannot be
counted is an error.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connections

from .apart import ACCOUNTS

NEVER = 1e11
PUT = (
    "INSERT INTO identity_counted (key, value, ends_at) VALUES (%s, %s, %s) ON CONFLICT (key) DO UPDATE SET"
    " value = excluded.value, ends_at = excluded.ends_at"
)
IF_OVER = " WHERE identity_counted.ends_at <= %s"


class CountedInDatabase(BaseCache):
    """Sign-in counts with it, and nothing else uses it: no more than a few writes a try."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        del location
        super().__init__(params)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """False where there is one already: of several who ask at the same instant one hears True."""
        until = self._until(timeout)
        return self._run(PUT + IF_OVER, self._key(key, version), json.dumps(value), until, time.time()) == 1

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, for as long as it counts."""
        with connections[ACCOUNTS].cursor() as cursor:
            cursor.execute(
                "SELECT value FROM identity_counted WHERE key = %s AND ends_at > %s",
                [self._key(key, version), time.time()],
            )
            row = cursor.fetchone()
        return default if row is None else json.loads(row[0])

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Whatever was there. What does not count any more goes with it."""
        self._run("DELETE FROM identity_counted WHERE ends_at <= %s", time.time())
        self._run(PUT, self._key(key, version), json.dumps(value), self._until(timeout))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Whether there was one."""
        return self._run("DELETE FROM identity_counted WHERE key = %s", self._key(key, version)) == 1

    def clear(self) -> None:
        """All of it."""
        self._run("DELETE FROM identity_counted")

    def _run(self, sql: str, *values: str | float) -> int:
        with connections[ACCOUNTS].cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)

    def _until(self, timeout: Any) -> float:
        until: float | None = self.get_backend_timeout(timeout)
        return NEVER if until is None else until

    def _key(self, key: str, version: int | None) -> str:
        return hashlib.sha256(self.make_key(key, version=version).encode()).hexdigest()
