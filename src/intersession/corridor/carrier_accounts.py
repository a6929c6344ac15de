"""How the practice's carriers are reached. Only `connect` writes it, and only what starts the line reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from intersession.core.ids import PracticeId
from intersession.records.sealing import Keyring

from .db import Db


def keep_account(db: Db, keyring: Keyring, practice: PracticeId, carrier: str, settings: Mapping[str, str]) -> None:
    """Keep the settings of one carrier, sealed; they replace those that were there."""
    sealed = keyring.seal(json.dumps(dict(settings)), f"carrier:{practice}:{carrier}")
    db.run(
        "INSERT INTO carrier_account (practice_id, carrier, sealed_settings) VALUES (?,?,?)"
        " ON CONFLICT (practice_id, carrier) DO UPDATE SET sealed_settings = excluded.sealed_settings",
        (practice, carrier, sealed),
    )


def account_of(db: Db, keyring: Keyring, practice: PracticeId, carrier: str) -> dict[str, str] | None:
    """The settings of one carrier; None where it was never connected."""
    sealed = db.value(
        "SELECT sealed_settings FROM carrier_account WHERE practice_id = ? AND carrier = ?", (practice, carrier)
    )
    if sealed is None:
        return None
    found: dict[str, str] = json.loads(keyring.unseal(bytes(sealed), f"carrier:{practice}:{carrier}"))
    return found
