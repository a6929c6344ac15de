"""After a standstill: what happened at the carriers meanwhile is brought in, with its true times (§4, INV-02)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from intersession.carriers.port import Carrier, Envelope
from intersession.core.ids import LineId
from intersession.records.fields import from_micros, to_micros

from .db import DatabaseGone, Db

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=10)
"""Asked again for a while before: what is known already is known by its event id."""
FIRST = timedelta(days=1)


def reconcile(db: Db, carriers: Mapping[str, Carrier], submit: Callable[[Envelope], object], now: datetime) -> int:
    """Ask every line's carrier what was missed since it last said, and hand it to the tick; how many events."""
    count = 0
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
