"""Errands are claimed, run on the carrier of their line, and settled; what they bring back is an event again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from intersession.carriers.port import Carrier, Done, Envelope, Failed, Order, Outcome, Unknown
from intersession.core.commands import PageStaff, RingClient, RingEndpoint, SendText
from intersession.core.events import EndCause, ErrandFailed, Event, LegEnded, TextFailed, TimeCame, WakeKind
from intersession.core.ids import ContactId, EventId, LineId, PracticeId
from intersession.records.fields import from_micros, to_micros
from intersession.records.sealing import Keyring, unseal

from .codec import load_kind
from .contact_keys import ContactKeys
from .db import Db, Row
from .orders import Leak, Orders

log = structlog.get_logger(__name__)

LANES = ("voice", "pages", "texts", "mail")
CLAIM_FOR = timedelta(seconds=60)
BATCH = 32

Report = Callable[[Envelope], object]


def due_wakes(db: Db, now: datetime, most: int = BATCH) -> list[Envelope]:
    """The due times that have come, oldest first. Each is claimed in the transaction that acts on it."""
    rows = db.rows(
        "SELECT practice_id, kind, subject, not_before FROM errand WHERE state = 'due' AND lane = 'wake'"
        " AND not_before <= ? ORDER BY not_before LIMIT ?",
        (to_micros(now), most),
    )
    return [Envelope(event=_time_came(row)) for row in rows]


def _time_came(row: Row) -> TimeCame:
    practice, kind, subject, due = row
    return TimeCame(
        id=EventId(f"wake:{subject}:{due}"), practice=PracticeId(practice), at=from_micros(due), kind=WakeKind(kind),
        subject=subject.split(":", 1)[1],
    )  # fmt: skip


def next_due(db: Db) -> datetime | None:
    """The next instant at which anything is due."""
    found = db.value("SELECT min(not_before) FROM errand WHERE state = 'due'")
    return None if found is None else from_micros(found)


@dataclass(frozen=True, slots=True)
class Errand:
    """One claimed errand."""

    id: int
    practice: PracticeId
    contact: ContactId
    line: LineId | None
    sealed: bytes
    too_late: bool = False
    """Its "not after" has passed while nobody was here to run it."""


class Dispatch:
    """Runs the errands of some lanes, on a connection of its own."""

    def __init__(
        self, db: Db, keyring: Keyring, carriers: Mapping[str, Carrier], report: Report, name: str = "here"
    ) -> None:
        self.db, self._carriers, self._report, self._name = db, carriers, report, name
        self._keys = ContactKeys(keyring)
        self._orders = Orders(db, keyring, self._keys)

    def run_due(self, now: datetime, lanes: tuple[str, ...] = LANES) -> int:
        """Claim what is due in these lanes, run it, settle it; how many there were."""
        errands = self._claim(now, lanes)
        for errand in errands:
            self._run(errand, now)
        return len(errands)

    def _claim(self, now: datetime, lanes: tuple[str, ...]) -> list[Errand]:
        """One UPDATE: whoever comes second finds them claimed. On PostgreSQL locked rows are skipped."""
        at = to_micros(now)
        marks = ", ".join("?" for _ in lanes)
        skip = " FOR UPDATE SKIP LOCKED" if self.db.postgres else ""
        with self.db.transaction():
            rows = self.db.rows(
                "UPDATE errand SET state = 'claimed', claimed_by = ?, claimed_until = ? WHERE id IN ("
                f"SELECT id FROM errand WHERE state = 'due' AND lane IN ({marks}) AND not_before <= ?"
                f" ORDER BY id LIMIT {BATCH}{skip}) RETURNING id, practice_id, contact, line, sealed, not_after",
                (self._name, at + to_micros_span(CLAIM_FOR), *lanes, at),
            )
        errands = (
            Errand(
                id_, PracticeId(practice), ContactId(contact), LineId(line) if line else None, bytes(sealed),
                too_late=not_after is not None and not_after < at,
            )
            for id_, practice, contact, line, sealed, not_after in rows
        )
        return sorted(errands, key=lambda errand: errand.id)

    def _run(self, errand: Errand, now: datetime) -> None:
        key = self._keys.key(self.db, errand.contact)
        command = load_kind(unseal(key, errand.sealed, f"errand:{errand.contact}"))
        outcome = Failed("its time had passed") if errand.too_late else self._outcome(errand, command)
        self._settle(errand, command, outcome)
        event = self._event(errand, command, outcome, now)
        if event is not None:
            self._report(Envelope(event=event))

    def _outcome(self, errand: Errand, command: Any) -> Outcome:
        line = getattr(command, "line", None) or errand.line
        try:
            orders = self._orders.of(command, line)
        except (LookupError, Leak) as error:
            return Failed(str(error))
        carrier = self._carrier(line)
        if carrier is None:
            return Failed("this line has no carrier that can do it")
        for order in orders:
            outcome = _run_one(carrier, order)
            if not isinstance(outcome, Done):
                return outcome
        return Done()

    def _carrier(self, line: LineId | None) -> Carrier | None:
        name = self.db.value("SELECT carrier FROM line WHERE id = ?", (line,))
        return self._carriers.get(name) if name else None

    def _settle(self, errand: Errand, command: Any, outcome: Outcome) -> None:
        state = {Done: "done", Failed: "failed", Unknown: "unknown"}[type(outcome)]
        with self.db.transaction():
            self.db.run(
                "UPDATE errand SET state = ?, outcome = ?, sealed = NULL WHERE id = ?",
                (state, getattr(outcome, "reason", "")[:200], errand.id),
            )
            if isinstance(command, SendText) and isinstance(outcome, Done):
                self.db.run(
                    "UPDATE message SET state = 'sent' WHERE id = ? AND state = 'sending'", (command.message,)
                )

    def _event(self, errand: Errand, command: Any, outcome: Outcome, now: datetime) -> Event | None:
        """What went wrong is an event: a phone that could not be rung is engaged, a text is to be looked at."""
        if isinstance(outcome, Done):
            return None
        log.warning("errand_not_done", kind=type(command).__name__, outcome=type(outcome).__name__)
        id_ = EventId(f"errand:{errand.id}")
        if isinstance(command, SendText):
            return TextFailed(
                id=id_, practice=errand.practice, at=now, message=command.message, reason=outcome.reason,
                maybe=isinstance(outcome, Unknown),
            )  # fmt: skip
        if isinstance(command, RingEndpoint | RingClient | PageStaff):
            return LegEnded(
                id=id_, practice=errand.practice, at=now, contact=errand.contact, leg=command.leg,
                cause=EndCause.FAILED,
            )  # fmt: skip
        return ErrandFailed(
            id=id_, practice=errand.practice, at=now, contact=errand.contact, what=type(command).__name__,
            leg=getattr(command, "leg", None),
        )  # fmt: skip

    def expired(self, now: datetime) -> Iterator[Envelope]:
        """Claims whose worker died in between: the outcome is unknown, a text is never sent again blindly."""
        rows = self.db.rows(
            "SELECT id, practice_id, contact, line, sealed FROM errand WHERE state = 'claimed' AND claimed_until < ?"
            " ORDER BY id",
            (to_micros(now),),
        )
        for id_, practice, contact, line, sealed in rows:
            where = LineId(line) if line else None
            errand = Errand(id_, PracticeId(practice), ContactId(contact), where, bytes(sealed))
            key = self._keys.key(self.db, errand.contact)
            command = load_kind(unseal(key, errand.sealed, f"errand:{errand.contact}"))
            outcome = Unknown("the server stopped while this was under way")
            self._settle(errand, command, outcome)
            event = self._event(errand, command, outcome, now)
            if event is not None:
                yield Envelope(event=event)


def _run_one(carrier: Carrier, order: Order) -> Outcome:
    try:
        return carrier.run(order)
    except Exception as error:
        log.exception("carrier_raised", carrier=carrier.name)
        return Unknown(type(error).__name__)


def to_micros_span(span: timedelta) -> int:
    """A span in microseconds."""
    return span // timedelta(microseconds=1)
