"""What every simulation ends with: the journal's seal is whole, and every event is there once (INV-02)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from intersession.corridor.db import Db
from intersession.corridor.seal import Intact, seal_new, verify
from intersession.records.sealing import Keyring

PRACTICE = "p"


class Wrong(RuntimeError):
    """A simulation lost something, has something twice, or its journal does not hold."""


def check(path: Path, key: bytes, *, texts: int, wakes: int = 0) -> str:
    """Walk the database of a line that has ended. Wrong at the first thing that is otherwise."""
    db, keyring = Db(str(path)), Keyring(key)
    try:
        _once(db, texts, wakes)
        return f"{path.stem}: {_sealed(db, keyring)}"
    finally:
        db.close()


def _once(db: Db, texts: int, wakes: int) -> None:
    sent = {f"m{number}" for number in range(texts)}
    kept = [row[0] for row in db.rows("SELECT id FROM message WHERE direction = 'in'")]
    _same("texts kept", Counter(kept), Counter(sent))
    seen = [row[0] for row in db.rows("SELECT id FROM seen_event WHERE id LIKE '%:arrived'")]
    _same("events seen", Counter(seen), Counter(f"{one}:arrived" for one in sent))
    entries = [json.loads(row[0])["event"] for row in db.rows("SELECT entry FROM journal WHERE kind = 'TextArrived'")]
    _same("texts in the journal", Counter(entries), Counter(f"{one}:arrived" for one in sent))
    woken = [json.loads(row[0])["event"] for row in db.rows("SELECT entry FROM journal WHERE kind = 'TimeCame'")]
    if len(woken) != wakes or len(set(woken)) != wakes:
        raise Wrong(f"due times in the journal: {len(woken)}, of which {len(set(woken))} differ; there were {wakes}")
    contacts = db.value("SELECT count(*) FROM contact")
    owned = db.value("SELECT count(DISTINCT contact) FROM task WHERE owner IS NOT NULL AND due_at IS NOT NULL")
    for what, found, wanted in (
        ("contacts", contacts, texts),
        ("contacts with an owner and a due time", owned, texts),
        ("events set aside", db.value("SELECT count(*) FROM set_aside"), 0),
        ("errands not run", db.value("SELECT count(*) FROM errand WHERE lane <> 'wake' AND state <> 'done'"), 0),
    ):
        if found != wanted:
            raise Wrong(f"{what}: {found} instead of {wanted}")


def _same(what: str, found: Counter[str], wanted: Counter[str]) -> None:
    if found != wanted:
        missing, more = wanted - found, found - wanted
        raise Wrong(f"{what}: {missing.total()} are missing, {more.total()} are there that should not be")


def _sealed(db: Db, keyring: Keyring) -> str:
    while seal_new(db, keyring, PRACTICE):
        pass
    found = verify(db, keyring, PRACTICE)
    if not isinstance(found, Intact) or found.unsealed or not found.rows:
        raise Wrong(f"the journal's seal: {found}")
    return f"every event once, seal intact over {found.rows:,} journal rows"
