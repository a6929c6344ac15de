"""Whether the practice's key and database are whole, and belong together."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from django.db import DatabaseError

from intersession.core.ids import PracticeId
from intersession.corridor.db import DatabaseGone, Db
from intersession.corridor.seal import Broken, verify
from intersession.corridor.setup import opens
from intersession.records.fields import from_micros
from intersession.records.schema import waiting
from intersession.records.sealing import Keyring, SealError

from .findings import Finding, mend, ok

OTHERS = 0o077
KEY, DATABASE, SCHEMA, JOURNAL, TICKING = "key", "database", "tables", "journal", "heartbeat"
STANDSTILL = timedelta(minutes=1)
"""Three heartbeats."""


def check_key(path: Path) -> tuple[Finding, Keyring | None]:
    """The file can be read, by its owner alone, and holds a key. It is never made here."""
    if not path.exists():
        return mend(KEY, f"there is no file {path}. Give it with --key, or bring it back from its backup"), None
    try:
        keyring = Keyring(path.read_bytes())
    except OSError as error:
        return mend(KEY, f"{path} cannot be read ({type(error).__name__}). Run this as the line's user"), None
    except SealError as error:
        return mend(KEY, f"{path} is no key: {error}. Bring it back from its backup"), None
    if path.stat().st_mode & OTHERS:
        return mend(KEY, f"others on this machine can read {path}: chmod 600 {path}"), keyring
    return ok(KEY, "readable by its owner alone"), keyring


def check_database(address: str) -> Finding:
    """It is there, whole, and up to date."""
    if "://" not in address and not Path(address).exists():
        return mend(DATABASE, f"there is no file {address}. Give it with --database")
    try:
        whole, late = _whole(address), waiting(address)
    except (DatabaseGone, DatabaseError, sqlite3.DatabaseError) as error:
        says = f"it cannot be used ({type(error).__name__}). Look at its server or disk; else take the last backup"
        return mend(DATABASE, says)
    if not whole:
        return mend(DATABASE, "it is damaged. Stop the line, keep a copy, and take the last backup")
    if late:
        return mend(SCHEMA, f"{len(late)} migrations wait: back up, then restart intersession serve, which makes them")
    return ok(DATABASE, "whole, and up to date")


def check_fit(db: Db, keyring: Keyring, practice: PracticeId) -> Finding:
    """The key opens what is sealed here."""
    if not opens(db, keyring, practice):
        return mend(KEY, "it is not the key of this database. Give the right one with --key")
    return ok(KEY, "opens this database")


def check_journal(db: Db, keyring: Keyring, practice: PracticeId) -> Finding:
    """Nothing in it was changed or taken out."""
    found = verify(db, keyring, practice)
    if isinstance(found, Broken):
        says = "its chain is broken: rows were changed or taken out. Keep a copy, and find out who can write to it"
        return mend(JOURNAL, says)
    return ok(JOURNAL, "its chain is whole")


def check_ticking(db: Db, now: datetime) -> Finding:
    """Somebody serves this database, and has completed a tick just now."""
    last = db.value("SELECT at FROM heartbeat WHERE id = 1")
    if last is None or now - from_micros(last) > STANDSTILL:
        return mend(TICKING, "the line is not running, or stands still: start `intersession serve` anew")
    return ok(TICKING, "the line runs")


def _whole(address: str) -> bool:
    db = Db(address)
    try:
        return bool(db.value("SELECT 1") if db.postgres else db.value("PRAGMA quick_check") == "ok")
    finally:
        db.close()
