"""Staff PINs: a slow salted hash (D21)."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import datetime

from intersession.core.ids import StaffId
from intersession.records.fields import to_micros

from .db import Db

SCRYPT = {"n": 2**14, "r": 8, "p": 1}


def pin_hash(pin: str) -> str:
    """Salt and hash, in hexadecimal."""
    salt = os.urandom(16)
    return f"{salt.hex()}:{_hash(pin, salt)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A PIN that was entered. While the menu is closed, none is looked at."""

    ok: bool
    wrong: int
    """Wrong ones in a row before it."""
    locked: bool


def tried(db: Db, staff: StaffId, entered: str, now: datetime) -> Tried:
    """Whether the digits are this person's PIN."""
    row = db.row("SELECT pin, pin_wrong, pin_locked_until FROM staff WHERE id = ?", (staff,))
    kept, wrong, until = row or ("", 0, None)
    locked = until is not None and to_micros(now) < until
    return Tried(ok=not locked and bool(kept) and _fits(str(kept), entered), wrong=wrong, locked=locked)


def _fits(kept: str, entered: str) -> bool:
    salt, wanted = kept.split(":")
    return hmac.compare_digest(_hash(entered, bytes.fromhex(salt)), wanted)


def _hash(pin: str, salt: bytes) -> str:
    return hashlib.scrypt(pin.encode(), salt=salt, n=SCRYPT["n"], r=SCRYPT["r"], p=SCRYPT["p"]).hex()
