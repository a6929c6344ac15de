"""One server a SQLite file: a second one refuses to start (two writers would each think that they are alone). On
PostgreSQL there may be several: they make the tables one after the other."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg

MAKES_TABLES = 0x1D7E25E5
"""Names the lock; any number that nobody else takes in that database."""


class AlreadyServed(RuntimeError):
    """Another process serves this file."""


@contextmanager
def in_turn(database: str) -> Iterator[None]:
    """On PostgreSQL: wait until no other server is making tables there. Raises what psycopg raises."""
    if "://" not in database:
        yield
        return
    connection = psycopg.connect(database, autocommit=True)
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", (MAKES_TABLES,))
        yield
    finally:
        connection.close()  # which lets it go


class FileLock:
    """Held while the server runs. The system lets it go when the process ends, however that happens."""

    def __init__(self, database: str) -> None:
        self._path = Path(f"{Path(database).resolve()}.lock")  # the same file by another name is the same file
        self._file: IO[str] | None = None

    def __enter__(self) -> FileLock:
        self._file = self._path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise AlreadyServed(f"{self._path.with_suffix('')} is served by another process already") from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
