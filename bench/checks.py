"""What every simulation ends with: the journal's seal is whole, and every event is there once (INV-02)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from intersession.corridor.db import Db
from intersession.corridor.seal import Intact, seal_new, verify
from intersession.records.sealing import Keyring

from .practice import PRACTICE, Seed, outside_number

SET_ASIDE = ("events set aside", "SELECT count(*) FROM set_aside", 0)


class Wrong(RuntimeError):
    """A simulation lost something, has something twice, or its journal does not hold."""


def check(path: Path, seed: Seed, texts: int, wakes: Iterable[str] = ()) -> str:
    """Walk the database of a line that has ended. `wakes`: due times that must have come."""
    db, keyring = Db(str(path)), Keyring(seed.key)
    try:
        _once(db, keyring, texts)
        _woken(db, set(wakes))
        _nothing_left(db, texts)
        return f"{path.stem}: {texts:,} texts, every event once, seal intact over {_sealed(db, keyring):,} journal rows"
    finally:
        db.close()


def check_calls(path: Path, seed: Seed, calls: int) -> int:
    """Walk the database of a line that took calls and has ended; how many rows its journal has."""
    db, keyring = Db(str(path)), Keyring(seed.key)
    try:
        ids = Counter(f"{row[0]}:arrived" for row in db.rows("SELECT contact FROM call"))
        _same("calls in the journal", _in_journal(db, "CallArrived"), ids)
        _found(db, "calls that ended", "SELECT count(*) FROM call WHERE phase = 'ended'", calls)
        _found(db, "contacts", "SELECT count(*) FROM contact", calls)
        _found(db, *SET_ASIDE)
        return _sealed(db, keyring)
    finally:
        db.close()


def _once(db: Db, keyring: Keyring, texts: int) -> None:
    senders = Counter(str(keyring.number_key(outside_number(text))) for text in range(texts))
    kept = db.rows("SELECT number_key, id FROM message WHERE direction = 'in'")
    _same("texts kept", Counter(row[0] for row in kept), senders)
    ids = Counter(f"{row[1]}:arrived" for row in kept)
    seen = db.rows("SELECT id FROM seen_event WHERE id LIKE '%:arrived'")
    _same("texts seen", Counter(row[0] for row in seen), ids)
    _same("texts in the journal", _in_journal(db, "TextArrived"), ids)


def _woken(db: Db, wakes: set[str]) -> None:
    found = _in_journal(db, "TimeCame")
    twice = [wake for wake, times in found.items() if times > 1]
    if twice:
        raise Wrong(f"{len(twice)} due times came more than once")
    if missing := wakes - set(found):
        raise Wrong(f"{len(missing)} of {len(wakes)} due times never came")


def _nothing_left(db: Db, texts: int) -> None:
    _found(db, "contacts", "SELECT count(*) FROM contact", texts)
    owned = "SELECT count(DISTINCT contact) FROM task WHERE owner IS NOT NULL AND due_at IS NOT NULL"
    _found(db, "contacts with an owner and a due time", owned, texts)
    _found(db, *SET_ASIDE)
    _found(db, "errands not run", "SELECT count(*) FROM errand WHERE lane <> 'wake' AND state <> 'done'", 0)


def _found(db: Db, what: str, sql: str, wanted: int) -> None:
    found = db.value(sql)
    if found != wanted:
        raise Wrong(f"{what}: {found} instead of {wanted}")


def _in_journal(db: Db, kind: str) -> Counter[str]:
    return Counter(json.loads(row[0])["event"] for row in db.rows("SELECT entry FROM journal WHERE kind = ?", (kind,)))


def _same(what: str, found: Counter[str], wanted: Counter[str]) -> None:
    if found != wanted:
        missing, more = wanted - found, found - wanted
        raise Wrong(f"{what}: {missing.total()} are missing, {more.total()} are there that should not be")


def _sealed(db: Db, keyring: Keyring) -> int:
    while seal_new(db, keyring, PRACTICE):
        pass
    found = verify(db, keyring, PRACTICE)
    if not isinstance(found, Intact) or found.unsealed or not found.rows:
        raise Wrong(f"the journal's seal: {found}")
    return found.rows
