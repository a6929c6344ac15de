"""Plain SQL on SQLite and PostgreSQL: one dialect, `?` for values, instants as microseconds.

The tick speaks plain SQL because it is ten times faster than an ORM, and because every lock is visible.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache, lru_cache
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import psycopg

Row = Sequence[Any]


class DatabaseGone(RuntimeError):
    """The database is locked or gone. The caller gets the safe fallback; the event is tried again."""


GONE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
                  sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PROTOCOL})  # fmt: skip


def _told(error: Exception) -> Exception:
    """DatabaseGone, which is waited out; a statement that is wrong stays what it is, or it would be tried for ever."""
    code = getattr(error, "sqlite_errorcode", None)
    return DatabaseGone(str(error)) if code is None or code & 0xFF in GONE else error


@cache
def _turns(address: str) -> threading.Lock:
    """SQLite's own wait for a write lock polls with growing sleeps; the threads of one process take turns by this."""
    return threading.Lock()


class Db:
    """One connection, for one thread at a time."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.postgres = urlsplit(address).scheme in ("postgresql", "postgres")
        self._connection: Any = None
        self._turns = nullcontext() if self.postgres else _turns(address)

    # ------------------------------------------------------------ statements

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement; how many rows it changed."""
        return int(self._cursor(sql, values).rowcount)

    def row(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row, or None."""
        found: Row | None = self._cursor(sql, values).fetchone()
        return found

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows."""
        return list(self._cursor(sql, values).fetchall())

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, values)
        return None if found is None else found[0]

    def many(self, sql: str, batch: Sequence[Sequence[object]]) -> None:
        """The same statement for many rows."""
        if not batch:
            return
        cursor = self.connection.cursor()
        try:
            cursor.executemany(_dialect(sql, self.postgres), batch)
        except (sqlite3.OperationalError, psycopg.OperationalError) as error:
            raise _told(error) from error

    def _cursor(self, sql: str, values: Sequence[object]) -> Any:
        try:
            return self.connection.execute(_dialect(sql, self.postgres), values)
        except (sqlite3.OperationalError, psycopg.OperationalError) as error:
            raise _told(error) from error

    # ------------------------------------------------------------ transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction: committed whole, or not at all."""
        with self._turns:
            self.run("BEGIN IMMEDIATE" if not self.postgres else "BEGIN")
            try:
                yield
            except BaseException:
                self._give_up()
                raise
            self.run("COMMIT")

    def _give_up(self) -> None:
        if not self.postgres and not self.connection.in_transaction:
            return  # a full disk makes SQLite roll back by itself
        try:
            self.run("ROLLBACK")
        except DatabaseGone:
            self.close()

    # ------------------------------------------------------------ connection

    @property
    def connection(self) -> Any:
        """Opened at first use, and again after it was lost."""
        if self.postgres and self._connection is not None and self._connection.closed:
            self.close()
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def _open(self) -> Any:
        try:
            return psycopg.connect(self.address, autocommit=True) if self.postgres else _open_sqlite(self.address)
        except (sqlite3.OperationalError, psycopg.OperationalError) as error:
            raise DatabaseGone(str(error)) from error

    def close(self) -> None:
        """Close; the next statement opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def lock_for_update(self) -> str:
        """What a SELECT needs at its end so that no other process changes the row meanwhile."""
        return " FOR UPDATE" if self.postgres else ""


class Pool:
    """Connections for readers, one for each at a time: safe to use from several threads."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._free: SimpleQueue[Db] = SimpleQueue()

    @contextmanager
    def lent(self) -> Iterator[Db]:
        """A connection, until the end of the block."""
        try:
            db = self._free.get_nowait()
        except Empty:
            db = Db(self._address)
        try:
            yield db
        finally:
            self._free.put(db)

    def close(self) -> None:
        """Close what is not in use."""
        while not self._free.empty():
            self._free.get().close()


def _open_sqlite(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


@lru_cache(maxsize=512)
def _dialect(sql: str, postgres: bool) -> str:
    return sql.replace("%", "%%").replace("?", "%s") if postgres else sql
