"""After a standstill: what happened at the carriers meanwhile is brought in, with its true times (§4, INV-02)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from intersession.carriers.port import Carrier, Envelope
from intersession.core.ids import LineId
from intersession.records.fields import from_micros

from .db import Db

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=10)
"""Asked again for a while before the standstill: what is known already is known by its event id."""
FIRST = timedelta(days=1)


def reconcile(db: Db, carriers: Mapping[str, Carrier], submit: Callable[[Envelope], object], now: datetime) -> int:
    """Ask every line's carrier what was missed, and hand it to the tick; how many events there were."""
    count = 0
    for practice, line, carrier in db.rows("SELECT practice_id, id, carrier FROM line ORDER BY id"):
        found = carriers.get(carrier)
        if found is None:
            continue
        try:
            for envelope in found.missed(LineId(line), _since(db, practice, now)):
                submit(envelope)
                count += 1
        except Exception as error:
            # the carrier cannot be asked now; the line serves on, and it is asked again later
            log.error("reconcile_failed", carrier=carrier, error=type(error).__name__)
    if count:
        log.info("reconciled", count=count)
    return count


def _since(db: Db, practice: str, now: datetime) -> datetime:
    """The last thing that was written, less a little: the journal grows with every event."""
    last = db.value("SELECT max(at) FROM journal WHERE practice_id = ?", (practice,))
    return (from_micros(last) if last is not None else now - FIRST) - OVERLAP
