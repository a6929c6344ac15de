"""The data keys of contacts: made with the contact, wrapped in its row, kept in memory for a while."""

from __future__ import annotations

import json
from collections import OrderedDict

from intersession.core.ids import ContactId, NumberKey, PracticeId
from intersession.records.sealing import Keyring, seal, unseal

from .db import Db

MOST_KEPT = 4096


class ContactKeys:
    """Data keys by contact. Nothing of them leaves memory but wrapped."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def make(self, contact: ContactId) -> bytes:
        """A new data key; the wrapped form, for the contact's row."""
        key, wrapped = self.keyring.new_data_key(f"contact:{contact}")
        self._keep(contact, key)
        return wrapped

    def key(self, db: Db, contact: ContactId) -> bytes:
        """The data key of a contact. LookupError where there is no such contact."""
        kept = self._kept.get(contact)
        if kept is not None:
            return kept
        wrapped = db.value("SELECT wrapped_key FROM contact WHERE id = ?", (contact,))
        if wrapped is None:
            raise LookupError(f"there is no contact {contact}")
        key = self.keyring.unwrap(bytes(wrapped), f"contact:{contact}")
        self._keep(contact, key)
        return key

    def drop(self, contact: ContactId) -> None:
        """The key that was just made is not the contact's."""
        self._kept.pop(contact, None)

    def forget(self) -> None:
        """After a roll-back: keys made in it belong to contacts that do not exist."""
        self._kept.clear()

    def _keep(self, contact: str, key: bytes) -> None:
        self._kept[contact] = key
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def stop_texts(self, db: Db, practice: PracticeId, number: NumberKey) -> None:
        """The agreement of every client of a number: texting is stopped (X01)."""
        rows = db.rows(
            "SELECT id, wrapped_key, sealed_profile FROM client WHERE id IN"
            " (SELECT client_id FROM client_number WHERE practice_id = ? AND number_key = ?)",
            (practice, number),
        )
        for client, wrapped, sealed in rows:
            key = self.keyring.unwrap(bytes(wrapped), f"client:{client}")
            profile = json.loads(unseal(key, bytes(sealed), f"client:profile:{client}"))
            profile["agreement"]["texts_stopped"] = True
            text = json.dumps(profile, separators=(",", ":"))
            db.run(
                "UPDATE client SET sealed_profile = ?, version = version + 1 WHERE id = ?",
                (seal(key, text, f"client:profile:{client}"), client),
            )
