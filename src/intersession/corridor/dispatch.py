"""Errands are claimed, run on the carrier of their line, and settled; what they bring back is an event again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

import structlog

from intersession.carriers.port import Carrier, Dial, Done, Envelope, Failed, Notice, Order, Outcome, Unknown
from intersession.core.commands import (
    ConnectLeg,
    PageStaff,
    PageWay,
    RingClient,
    RingEndpoint,
    SendText,
    TransferToCrisisLine,
)
from intersession.core.events import (
    CrisisLegEnded,
    EndCause,
    ErrandFailed,
    Event,
    LegEnded,
    TextFailed,
    TimeCame,
    WakeKind,
)
from intersession.core.ids import ContactId, EventId, LineId, PracticeId
from intersession.records.fields import from_micros, to_micros
from intersession.records.sealing import Keyring, unseal

from .codec import load_kind
from .contact_keys import ContactKeys
from .db import DatabaseGone, Db, Row
from .leaks import Leak
from .legs import refer
from .orders import Orders
from .pace import Pace

log = structlog.get_logger(__name__)

LANES = ("voice", "pages", "texts", "mail")
WAKE = "wake"
CLAIM_FOR = timedelta(seconds=60)
BATCH = 8
"""So many are claimed and settled together: as many outcomes may stay unknown if the process dies in between."""
MOST_WAKES = 32
COLUMNS = "id, practice_id, contact, line, sealed, not_after, claimed_by, claimed_until"

TOLD_WITHIN = 20.0

Report = Callable[[Envelope], object]


@runtime_checkable
class Waits(Protocol):
    """What a server's queue gives for an event: it can be waited for."""

    def wait(self, seconds: float) -> object: ...



def due_wakes(db: Db, now: datetime, most: int = MOST_WAKES) -> list[Envelope]:
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


def next_due(
    db: Db, lanes: tuple[str, ...] = (WAKE, *LANES), elsewhere: Collection[str] = ()
) -> datetime | None:
    """The next instant at which anything is due here in these lanes. One look at the index for each of them."""
    here, others = _here(elsewhere)
    sql = f"SELECT min(not_before) FROM errand WHERE state = 'due' AND lane = ?{here}"
    found = [db.value(sql, (lane, *others)) for lane in lanes]
    return min((from_micros(at) for at in found if at is not None), default=None)


def _here(elsewhere: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """That an errand's line is not on one of these carriers, as SQL with its values."""
    others = tuple(elsewhere)
    if not others:
        return "", ()
    marks = ", ".join("?" for _ in others)
    return f" AND (line IS NULL OR line NOT IN (SELECT id FROM line WHERE carrier IN ({marks})))", others


def _held(lines: tuple[LineId, ...]) -> tuple[str, tuple[str, ...]]:
    """That an errand is no call that still waits for its start on one of these lines, as SQL with its values."""
    if not lines:
        return "", ()
    marks = ", ".join("?" for _ in lines)
    return f" AND (payload = '' OR line IS NULL OR line NOT IN ({marks}))", lines


@dataclass(frozen=True, slots=True)
class Errand:
    """One claimed errand."""

    id: int
    practice: PracticeId
    contact: ContactId
    line: LineId | None
    sealed: bytes
    not_after: int | None
    claimed_by: str
    claimed_until: int


@dataclass(frozen=True, slots=True)
class Ran:
    """An errand that was tried, and what became of it; of which of its orders, where something went wrong."""

    errand: Errand
    command: Any
    outcome: Outcome
    order: Order | None


class Dispatch:
    """Runs the errands of some lanes, on a connection of its own."""

    def __init__(
        self,
        db: Db,
        keyring: Keyring,
        carriers: Mapping[str, Carrier],
        report: Report,
        clock: Callable[[], datetime],
        name: str = "here",
        elsewhere: Collection[str] = (),
        pace: Pace | None = None,
    ) -> None:
        self.db, self._carriers, self._report, self._clock, self._name = db, carriers, report, clock, name
        self._elsewhere, self._pace = elsewhere, pace if pace is not None else Pace()
        self._keyring, self._keys = keyring, ContactKeys(keyring)
        self._orders = Orders(db, keyring, self._keys)

    def run_due(self, lanes: tuple[str, ...] = LANES) -> int:
        """Claim what is due in these lanes, run it, settle it; how many there were."""
        errands = self._claim(self._clock(), lanes)
        self._settle([ran for errand in errands if (ran := self._run(errand)) is not None])
        return len(errands)

    def _claim(self, now: datetime, lanes: tuple[str, ...]) -> list[Errand]:
        """One UPDATE: whoever comes second finds them claimed. On PostgreSQL locked rows are skipped."""
        at = to_micros(now)
        here, others = _here(self._elsewhere)
        soonest = next_due(self.db, lanes, others)
        if soonest is None or soonest > now:
            return []  # looked first: a write transaction for nothing would hold up the writer
        self._pace.let_go(self.db, now, here, others)
        held, paced = _held(self._pace.lines)
        marks = ", ".join("?" for _ in lanes)
        skip = " FOR UPDATE SKIP LOCKED" if self.db.postgres else ""
        with self.db.transaction():
            rows = self.db.rows(
                "UPDATE errand SET state = 'claimed', claimed_by = ?, claimed_until = ?, subject = NULL WHERE id IN ("
                f"SELECT id FROM errand WHERE state = 'due' AND lane IN ({marks}) AND not_before <= ?"
                f"{here}{held} ORDER BY id LIMIT {BATCH}{skip}) RETURNING {COLUMNS}",
                (self._name, at + to_micros_span(CLAIM_FOR), *lanes, at, *others, *paced),
            )
        return sorted((_errand(row) for row in rows), key=lambda errand: errand.id)

    def _run(self, errand: Errand) -> Ran | None:
        """An errand whose claim ran out meanwhile is somebody else's; one that nobody can read is told to a person."""
        now = self._clock()
        if not self._still_mine(errand, now):
            return None
        try:
            command = self._open(errand)
        except Exception as error:
            log.error("errand_unreadable", error=type(error).__name__)
            return Ran(errand, None, Unknown("it cannot be read"), None)
        if errand.not_after is not None and errand.not_after < to_micros(now):
            return Ran(errand, command, Failed("its time had passed"), None)
        return Ran(errand, command, *self._outcome(errand, command))

    def _still_mine(self, errand: Errand, now: datetime) -> bool:
        if to_micros(now) < errand.claimed_until - to_micros_span(CLAIM_FOR) // 2:
            return True
        renewed = self.db.run(
            "UPDATE errand SET claimed_until = ? WHERE id = ? AND state = 'claimed' AND claimed_by = ?",
            (to_micros(now) + to_micros_span(CLAIM_FOR), errand.id, self._name),
        )
        return renewed == 1

    def _open(self, errand: Errand) -> Any:
        key = self._keys.key(self.db, errand.contact)
        return load_kind(unseal(key, errand.sealed, f"errand:{errand.contact}"))

    def _outcome(self, errand: Errand, command: Any) -> tuple[Outcome, Order | None]:
        """What became of it, and of which order, where a command is several."""
        line = getattr(command, "line", None) or errand.line
        try:
            orders = self._orders.of(command, line)
        except DatabaseGone:
            raise
        except (LookupError, Leak) as error:
            return Failed(str(error)), None
        except Exception as error:
            log.exception("errand_not_ordered", kind=type(command).__name__)
            return Failed(type(error).__name__), None
        carrier = self._carrier(line)
        if carrier is None:
            return Failed("this line has no carrier that can do it"), None
        for order in orders:
            outcome = self._run_one(carrier, order, errand.practice)
            if not isinstance(outcome, Done):
                return outcome, order
        return Done(), None

    def _run_one(self, carrier: Carrier, order: Order, practice: PracticeId) -> Outcome:
        try:
            outcome = carrier.run(order)
            if isinstance(order, Dial) and isinstance(outcome, Done) and outcome.reference:
                # at once: it may have to be ended by the next errand
                refer(self.db, self._keyring, practice, order.leg, outcome.reference)
        except Exception as error:
            log.exception("carrier_raised", carrier=carrier.name)
            return Unknown(type(error).__name__)
        return outcome

    def _carrier(self, line: LineId | None) -> Carrier | None:
        name = self.db.value("SELECT carrier FROM line WHERE id = ?", (line,))
        return self._carriers.get(name) if name else None

    def _settle(self, ran: Sequence[Ran]) -> None:
        """All of them in one commit."""
        if not ran:
            return
        settled = [one for one in ran if isinstance(one.outcome, Done) or self._told(one, one.outcome)]
        with self.db.transaction():
            for one in settled:
                self._mark(one)

    def _told(self, one: Ran, outcome: Failed | Unknown) -> bool:
        """What went wrong is an event, and that is safe on disk before its errand is settled: were we to die in
        between, the errand's claim runs out and the same event comes again."""
        log.warning("errand_not_done", kind=type(one.command).__name__, outcome=type(outcome).__name__)
        ticket = self._report(Envelope(event=_event(one, outcome, self._clock())))
        return not isinstance(ticket, Waits) or ticket.wait(TOLD_WITHIN) is not None

    def _mark(self, one: Ran) -> None:
        """Whatever somebody else has settled meanwhile stays as it is."""
        state = {Done: "done", Failed: "failed", Unknown: "unknown"}[type(one.outcome)]
        mine = self.db.run(
            "UPDATE errand SET state = ?, outcome = ?, sealed = NULL WHERE id = ? AND state = 'claimed'"
            " AND claimed_by = ?",
            (state, getattr(one.outcome, "reason", "")[:200], one.errand.id, one.errand.claimed_by),
        )
        if mine and isinstance(one.command, SendText) and isinstance(one.outcome, Done):
            sent = "UPDATE message SET state = 'sent' WHERE id = ? AND state = 'sending'"
            self.db.run(sent, (one.command.message,))

    def expire(self, lanes: tuple[str, ...] = LANES) -> int:
        """Claims of these lanes whose worker died in between: the outcome is unknown, and nothing is sent blindly."""
        now = self._clock()
        marks = ", ".join("?" for _ in lanes)
        rows = self.db.rows(
            f"SELECT {COLUMNS} FROM errand WHERE state = 'claimed' AND lane IN ({marks}) AND claimed_until < ?"
            " ORDER BY id",
            (*lanes, to_micros(now)),
        )
        self._settle([self._given_up(_errand(row)) for row in rows])
        return len(rows)

    def _given_up(self, errand: Errand) -> Ran:
        try:
            command = self._open(errand)
        except Exception:
            command = None
        return Ran(errand, command, Unknown("the server stopped while this was under way"), None)


def _errand(row: Row) -> Errand:
    id_, practice, contact, line, sealed, not_after, claimed_by, claimed_until = row
    return Errand(
        id_, PracticeId(practice), ContactId(contact), LineId(line) if line else None, bytes(sealed), not_after,
        claimed_by or "", claimed_until or 0,
    )  # fmt: skip


def _event(ran: Ran, outcome: Failed | Unknown, now: datetime) -> Event:
    """What went wrong is an event of the call or text itself, so that nobody waits for what will not come."""
    errand, command, notice = ran.errand, ran.command, isinstance(ran.order, Notice)
    about: dict[str, Any] = {"id": EventId(f"errand:{errand.id}"), "practice": errand.practice, "at": now}
    match command:
        case SendText():
            maybe = isinstance(outcome, Unknown)
            return TextFailed(**about, message=command.message, reason=outcome.reason, maybe=maybe)
        case RingEndpoint() | RingClient():
            return LegEnded(**about, contact=errand.contact, leg=command.leg, cause=EndCause.FAILED)
        case PageStaff() if PageWay.CALL in command.ways and command.endpoint is not None and not notice:
            return LegEnded(**about, contact=errand.contact, leg=command.leg, cause=EndCause.FAILED)
        case ConnectLeg():
            return LegEnded(**about, contact=errand.contact, leg=command.staff_leg, cause=EndCause.FAILED)
        case TransferToCrisisLine():
            return CrisisLegEnded(**about, contact=errand.contact, reached=False)
        case _:
            leg = getattr(command, "leg", None)
            return ErrandFailed(**about, contact=errand.contact, what=type(command).__name__, leg=leg)


def to_micros_span(span: timedelta) -> int:
    """A span in microseconds."""
    return span // timedelta(microseconds=1)
