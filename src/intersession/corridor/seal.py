"""The journal's chain: one sealer per practice chains committed rows, so that tampering shows (§5.4).

A hash inside the deciding transaction would make every turn wait for the one before it; the chain is made
within a second after the commit instead. The chain is keyed with the practice's key, which lives outside the
database: whoever can write the database alone cannot make another chain that fits.
"""

from __future__ import annotations

from dataclasses import dataclass

from intersession.records.sealing import Keyring

from .db import Db, Row

FIRST = "intersession journal"
COLUMNS = 'id, at, kind, contact, "by", rule, entry'
BATCH = 500


@dataclass(frozen=True, slots=True)
class Intact:
    """Every sealed row is as it was written."""

    rows: int
    unsealed: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place at which the chain does not hold."""

    place: int


def seal_new(db: Db, keyring: Keyring, practice: str) -> int:
    """Chain what is not chained yet; how many rows that were."""
    with db.transaction():
        last = db.row(
            "SELECT place, seal FROM journal WHERE practice_id = ? AND place IS NOT NULL ORDER BY place DESC LIMIT 1",
            (practice,),
        )
        place, seal = (last[0], last[1]) if last else (0, FIRST)
        rows = db.rows(
            f"SELECT {COLUMNS} FROM journal WHERE practice_id = ? AND place IS NULL ORDER BY id LIMIT {BATCH}",
            (practice,),
        )
        sealed = []
        for row in rows:
            place, seal = place + 1, _next(keyring, seal, row)
            sealed.append((place, seal, row[0]))
        db.many("UPDATE journal SET place = ?, seal = ? WHERE id = ?", sealed)
    return len(sealed)


def verify(db: Db, keyring: Keyring, practice: str) -> Intact | Broken:
    """Walk the chain from its start."""
    seal, place = FIRST, 0
    while True:
        rows = db.rows(
            f"SELECT {COLUMNS}, place, seal FROM journal WHERE practice_id = ? AND place > ?"
            f" ORDER BY place LIMIT {BATCH}",
            (practice, place),
        )
        if not rows:
            break
        for row in rows:
            place, seal = place + 1, _next(keyring, seal, row)
            if row[7] != place or row[8] != seal:
                return Broken(place)
    waiting = db.value("SELECT count(*) FROM journal WHERE practice_id = ? AND place IS NULL", (practice,))
    return Intact(rows=place, unsealed=waiting)


def _next(keyring: Keyring, seal: str, row: Row) -> str:
    text = "\x1f".join("" if value is None else str(value) for value in row[:7])
    return keyring.digest(f"{seal}\x1e{text}")
