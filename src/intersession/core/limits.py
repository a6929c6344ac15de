"""What is narrowed or widened for a client, and until when (§4.3, INV-16). Set and lifted by people only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .hours import Spans


class LimitKind(StrEnum):
    """The states a limit can be in."""

    NARROWED = "narrowed"
    SCHEDULED_ONLY = "scheduled_only"
    PHONE_HOLIDAY = "phone_holiday"
    EXTENDED = "extended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit. `until` is never open-ended: it ends by itself (INV-16)."""

    kind: LimitKind
    start: datetime
    until: datetime
    window: Spans = Spans()
    """For `narrowed`: the agreed spans in which calls ring."""


class LimitNow(StrEnum):
    """What a limit means at this instant: the closed set a rule looks at."""

    NONE = "none"
    PAUSED = "paused"
    """Phone holiday or scheduled calls only (V11)."""
    OUTSIDE_WINDOW = "outside_window"
    """Narrowed, and this is outside the agreed window (V12)."""


def limit_now(limits: tuple[Limit, ...], now: datetime) -> tuple[LimitNow, Limit | None]:
    """The limit that counts at `now`, the strictest first."""
    alive = [limit for limit in limits if limit.start <= now < limit.until]
    for limit in alive:
        if limit.kind in (LimitKind.PHONE_HOLIDAY, LimitKind.SCHEDULED_ONLY):
            return LimitNow.PAUSED, limit
    for limit in alive:
        if limit.kind is LimitKind.NARROWED and not limit.window.contains(now):
            return LimitNow.OUTSIDE_WINDOW, limit
    return LimitNow.NONE, None
