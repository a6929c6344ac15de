"""What is sealed and how: AES-256-GCM, a data key per contact and per person, wrapped by the practice's key.

The practice's key lives outside the database. Numbers are found by keyed hash. A ciphertext is bound to its
table, column and row, so that it cannot be moved to another. Purging a data key purges what it sealed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from intersession.core.ids import NumberKey

KEY_BYTES = 32
NONCE_BYTES = 12


class SealError(RuntimeError):
    """Something sealed cannot be opened: the wrong key, or a changed row."""


class Keyring:
    """The practice's key and what is derived from it. Values stay in memory and out of every log."""

    __slots__ = ("_digest", "_number", "_wrap")

    def __init__(self, practice_key: bytes) -> None:
        if len(practice_key) != KEY_BYTES:
            raise SealError(f"the practice's key must have {KEY_BYTES} bytes; this one has {len(practice_key)}")
        self._wrap = AESGCM(_derive(practice_key, b"wrap"))
        self._number = _derive(practice_key, b"number")
        self._digest = _derive(practice_key, b"digest")

    def number_key(self, number: str) -> NumberKey:
        """The keyed hash by which a telephone number or address is found."""
        return NumberKey(hmac.new(self._number, number.encode(), hashlib.sha256).hexdigest()[:32])

    def digest(self, text: str) -> str:
        """A keyed digest for the journal, which holds no content."""
        return hmac.new(self._digest, text.encode(), hashlib.sha256).hexdigest()[:32]

    def new_data_key(self, bound_to: str) -> tuple[bytes, bytes]:
        """A fresh data key and its wrapped form."""
        key = os.urandom(KEY_BYTES)
        return key, self.wrap(key, bound_to)

    def wrap(self, key: bytes, bound_to: str) -> bytes:
        """Wrap a data key for one owner."""
        return _seal(self._wrap, key, f"key:{bound_to}")

    def unwrap(self, wrapped: bytes, bound_to: str) -> bytes:
        """The data key; SealError where it was purged or belongs to another."""
        return _open(self._wrap, wrapped, f"key:{bound_to}")

    def seal(self, text: str, bound_to: str) -> bytes:
        """Seal a short value, such as a number, under the practice's key itself."""
        return _seal(self._wrap, text.encode(), bound_to)

    def unseal(self, sealed: bytes, bound_to: str) -> str:
        """Open a short value."""
        return _open(self._wrap, sealed, bound_to).decode()


def seal(key: bytes, text: str, bound_to: str) -> bytes:
    """Seal text under a data key."""
    return _seal(AESGCM(key), text.encode(), bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: str) -> str:
    """Open text."""
    return _open(AESGCM(key), sealed, bound_to).decode()


def seal_bytes(key: bytes, content: bytes, bound_to: str) -> bytes:
    """Seal a recording under a data key."""
    return _seal(AESGCM(key), content, bound_to)


def unseal_bytes(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    """Open a recording."""
    return _open(AESGCM(key), sealed, bound_to)


def keyring_from(path: Path) -> Keyring:
    """The keyring of a key file; makes the file (0600) where there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(os.urandom(KEY_BYTES))
            out.flush()
            os.fsync(out.fileno())
    return Keyring(path.read_bytes())


def _derive(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"intersession:" + purpose, hashlib.sha256).digest()


def _seal(cipher: AESGCM, content: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, bound_to.encode())


def _open(cipher: AESGCM, sealed: bytes, bound_to: str) -> bytes:
    try:
        return cipher.decrypt(bytes(sealed[:NONCE_BYTES]), bytes(sealed[NONCE_BYTES:]), bound_to.encode())
    except InvalidTag as error:
        raise SealError(f"what is sealed for {bound_to.split(':')[0]} cannot be opened with this key") from error
