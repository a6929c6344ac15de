"""Staff PINs: a slow salted hash (D21)."""

from __future__ import annotations

import hashlib
import hmac
import os

from intersession.core.ids import StaffId

from .db import Db

SCRYPT = {"n": 2**14, "r": 8, "p": 1}


def pin_hash(pin: str) -> str:
    """Salt and hash, in hexadecimal."""
    salt = os.urandom(16)
    return f"{salt.hex()}:{_hash(pin, salt)}"


def pin_fits(db: Db, staff: StaffId, entered: str) -> bool:
    """Whether the digits are this person's PIN."""
    kept = db.value("SELECT pin FROM staff WHERE id = ?", (staff,))
    if not kept:
        return False
    salt, wanted = kept.split(":")
    return hmac.compare_digest(_hash(entered, bytes.fromhex(salt)), wanted)


def _hash(pin: str, salt: bytes) -> str:
    return hashlib.scrypt(pin.encode(), salt=salt, n=SCRYPT["n"], r=SCRYPT["r"], p=SCRYPT["p"]).hex()
