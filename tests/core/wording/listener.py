"""A listener in New York on a Monday at noon, and helpers that several wording tests share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from intersession.core.wording.compose import At, Context, Day, Days, Digits, Hours, OpenHours, Var
from intersession.core.wording.entries import Wording, index
from intersession.core.wording.pack import load_pack

LOCALES = ("en-US", "es-US")
NEW_YORK = "America/New_York"
NOON = datetime(2026, 9, 28, 16, 0, tzinfo=UTC)
"""Monday 28 September 2026, 12:00 in New York."""


def listener(locale: str = "en-US", **changes: Any) -> Context:
    """A practice with on-call and key 9 commissioned, heard by somebody in its own zone."""
    context = Context(
        pack=load_pack(locale),
        practice_zone=NEW_YORK,
        client_zone=NEW_YORK,
        now=NOON,
        crisis_commissioned=True,
        on_call=True,
    )
    return replace(context, **changes)


def at(day: int, hour: int, minute: int = 0, month: int = 9) -> At:
    """A time of 2026 in UTC; New York is four hours behind in September."""
    return At(datetime(2026, month, day, hour, minute, tzinfo=UTC))


WEDNESDAY = at(30, 16, 30)
"""12:30 p.m. on Wednesday, the longest usual time."""

LONGEST: dict[str, Var] = {
    "hear_by": WEDNESDAY,
    "call_by": WEDNESDAY,
    "due": WEDNESDAY,
    "time": WEDNESDAY,
    "slot_a": WEDNESDAY,
    "slot_b": WEDNESDAY,
    "date": Day(date(2026, 9, 30)),
    "dates": Days(date(2026, 9, 20), date(2026, 10, 3)),
    "brand": "Maple Street Offices",
    "cover": "Jordan Rivers",
    "number": Digits("+12125550142"),
    "hours": Hours((OpenHours((0, 1, 2, 3, 4), time(9), time(17)),)),
    "n": 30,
    "tier": 2,
}


def of_kind(*kinds: str) -> list[Wording]:
    """Every wording of these kinds."""
    return [wording for wording in index().values() if wording.kind in kinds]
