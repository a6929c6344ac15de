"""After a standstill: what happened at the carriers meanwhile is brought in, with its true times (§4, INV-02)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from intersession.carriers.port import Carrier, Envelope
from intersession.core.events import EndCause, LegEnded
from intersession.core.ids import ContactId, EventId, LegId, LineId, PracticeId
from intersession.records.fields import from_micros, to_micros

from .db import DatabaseGone, Db

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=10)
"""Asked again for a while before: what is known already is known by its event id."""
FIRST = timedelta(days=1)
LONGEST_RING = timedelta(minutes=10)
"""Ringing, whispers and choosing end within two minutes: a leg of long before, in whose call nobody talks, is gone."""
LONGEST_TALK = timedelta(hours=4)
"""Twilio ends every call by then."""


def reconcile(db: Db, carriers: Mapping[str, Carrier], submit: Callable[[Envelope], object], now: datetime) -> int:
    """Ask every line's carrier what was missed since it last said, and hand it to the tick; how many events."""
    count = _free(db, submit, now)
    for line, carrier, last in db.rows("SELECT id, carrier, last_reconciled FROM line ORDER BY id"):
        found = carriers.get(carrier)
        if found is None:
            continue
        since = from_micros(last) if last is not None else now - FIRST
        try:
            for envelope in found.missed(LineId(line), since - OVERLAP):
                submit(envelope)
                count += 1
        except DatabaseGone:
            raise
        except Exception as error:
            # the carrier cannot be asked now: the line serves on, and the same gap is asked for again later
            log.error("reconcile_failed", carrier=carrier, error=type(error).__name__)
            continue
        db.run("UPDATE line SET last_reconciled = ? WHERE id = ?", (to_micros(now), line))
    if count:
        log.info("reconciled", count=count)
    return count


def _free(db: Db, submit: Callable[[Envelope], object], now: datetime) -> int:
    """Phones that are held for a leg that cannot be alive: its end was lost, and is told now."""
    dead = db.rows(
        "SELECT occupied.practice_id, occupied.contact, occupied.leg FROM occupied"
        " LEFT JOIN page_leg ON page_leg.leg = occupied.leg LEFT JOIN leg ON leg.id = occupied.leg"
        " LEFT JOIN call ON call.contact = occupied.contact"
        " LEFT JOIN errand ON errand.subject = 'leg:' || occupied.leg WHERE CASE"
        " WHEN page_leg.leg IS NOT NULL THEN page_leg.over OR errand.id IS NULL"
        " WHEN leg.id IS NULL OR leg.ended_at IS NOT NULL THEN TRUE"
        " WHEN call.phase IN ('joining', 'talking') THEN leg.started_at < ?"
        " ELSE leg.started_at < ? END",
        (to_micros(now - LONGEST_TALK), to_micros(now - LONGEST_RING)),
    )
    for practice, contact, leg in dead:
        ended = LegEnded(
            id=EventId(f"lost:{leg}"), practice=PracticeId(practice), at=now, contact=ContactId(contact),
            leg=LegId(leg), cause=EndCause.FAILED,
        )  # fmt: skip
        submit(Envelope(event=ended))
    return len(dead)
