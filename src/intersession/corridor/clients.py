"""Clients: rows to core's Client. The sealed profile is opened once per version and kept in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime, time
from typing import Any

from intersession.core.agreement import Agreement, IdentifyAs, SafeContact, TextScope
from intersession.core.facts import Client, ClientStatus
from intersession.core.hours import Reading, Weekly, Window, expand
from intersession.core.ids import ClientId, NumberKey, PracticeId, StaffId
from intersession.core.levels import AccessLevel, AccessPhase
from intersession.core.limits import Limit, LimitKind
from intersession.records.fields import from_micros
from intersession.records.sealing import Keyring, unseal

from .db import Db, Row

COLUMNS = (
    'client.id, client.version, handle, status, client."primary", access, phase, language, zone, needs_relay, minor,'
    " next_talk, rule24_until, wrapped_key, sealed_profile"
)
MOST_KEPT = 4096


@dataclass(frozen=True, slots=True)
class _Kept:
    version: int
    client: Client


class Clients:
    """Finds the clients of a number, or one by id."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._kept: dict[str, _Kept] = {}

    def of_number(self, db: Db, practice: PracticeId, number: NumberKey) -> tuple[Client, ...]:
        """Everybody who may hold that phone, in the order in which they were entered."""
        rows = db.rows(
            f"SELECT {COLUMNS} FROM client_number JOIN client ON client.id = client_number.client_id"
            " WHERE client_number.practice_id = ? AND number_key = ? ORDER BY client_number.id",
            (practice, number),
        )
        return tuple(self._client(row) for row in rows)

    def one(self, db: Db, client: ClientId) -> Client | None:
        """A client by id."""
        row = db.row(f"SELECT {COLUMNS} FROM client WHERE id = ?", (client,))
        return self._client(row) if row else None

    def coded(self, db: Db, practice: PracticeId, code: str) -> Client | None:
        """The client of a short code (D21)."""
        row = db.row(
            f"SELECT {COLUMNS} FROM client WHERE practice_id = ? AND short_code = ? AND short_code <> ''",
            (practice, code),
        )
        return self._client(row) if row else None

    def _client(self, row: Row) -> Client:
        kept = self._kept.get(row[0])
        if kept is not None and kept.version == row[1]:
            return kept.client
        key = self._keyring.unwrap(row[13], f"client:{row[0]}")
        client = _client(row, json.loads(unseal(key, row[14], f"client:profile:{row[0]}")))
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[row[0]] = _Kept(row[1], client)
        return client


def _client(row: Row, profile: dict[str, Any]) -> Client:
    return Client(
        id=ClientId(row[0]),
        handle=row[2],
        status=ClientStatus(row[3]),
        primary=StaffId(row[4]) if row[4] else None,
        access=AccessLevel(row[5]),
        phase=AccessPhase(row[6]),
        agreement=agreement(profile["agreement"]),
        safe=safe_contact(profile["safe"]),
        limits=tuple(_limit(limit) for limit in profile["limits"]),
        rule24_until=_instant(row[12]),
        language=row[7],
        zone=row[8],
        needs_relay=bool(row[9]),
        minor=bool(row[10]),
        next_talk=_instant(row[11]),
    )


def agreement(values: dict[str, Any]) -> Agreement:
    """An agreement from its stored values; instants are microseconds."""
    made = dict(values)
    for name in ("discussed_at", "expires_at", "revoked_at"):
        made[name] = _instant(made.get(name))
    made["text_scope"] = TextScope(made.get("text_scope", TextScope.NONE))
    return Agreement(**made)


def safe_contact(values: dict[str, Any]) -> SafeContact:
    """A safe-contact profile from its stored values."""
    made = dict(values)
    if made.get("window"):
        start, end = made["window"]
        made["window"] = (time.fromisoformat(start), time.fromisoformat(end))
    made["identify_as"] = IdentifyAs(made.get("identify_as", IdentifyAs.LINE))
    return SafeContact(**made)


def _limit(values: dict[str, Any]) -> Limit:
    start, until = from_micros(values["start"]), from_micros(values["until"])
    weekly = Weekly(
        values["zone"],
        tuple(Window(day, time.fromisoformat(a), time.fromisoformat(b)) for day, a, b in values["window"]),
    )
    days = (until - start).days + 2
    spans = expand(weekly, Reading.AVAILABLE, start.date(), days)
    return Limit(kind=LimitKind(values["kind"]), start=start, until=until, window=spans)


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


AGREEMENT_FIELDS = frozenset(field.name for field in fields(Agreement))
SAFE_FIELDS = frozenset(field.name for field in fields(SafeContact))
