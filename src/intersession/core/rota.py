"""Who is on call, and when (S24, §4.10)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import pairwise
from operator import attrgetter

from .ids import StaffId
from .spans import Span, Spans

TIERS = (1, 2, 3)
_start = attrgetter("span.start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person, on call in one tier (1 to 3) for a span. The director is not a tier: the caller adds them."""

    staff: StaffId
    tier: int
    span: Span

    def __post_init__(self) -> None:
        if self.tier not in TIERS:
            raise ValueError(f"tier {self.tier}: give 1, 2 or 3")


@dataclass(frozen=True, slots=True)
class Rota:
    """All shifts that are known. A later entry replaces earlier ones of its tier within its own span."""

    shifts: tuple[Shift, ...] = ()
    _duties: dict[int, tuple[Shift, ...]] = field(init=False, repr=False, compare=False)
    """For each tier: who really is on call, sorted, disjoint."""

    def __post_init__(self) -> None:
        duties = {tier: _settled([shift for shift in self.shifts if shift.tier == tier]) for tier in TIERS}
        object.__setattr__(self, "_duties", duties)

    @property
    def exists(self) -> bool:
        """Whether this practice has an on-call at all (D4, D41)."""
        return bool(self.shifts)

    def on_call(self, at: datetime, tier: int) -> StaffId | None:
        """Who is rung or paged in that tier. At the very instant at which a shift ends, whoever follows;
        where nobody does, the shift still counts (D48).
        """
        last = self._last_begun(at, tier)
        return last.staff if last and at <= last.span.end else None

    def on_from(self, at: datetime, tier: int) -> StaffId | None:
        """Who is on call from `at` on: at a shift's end the new person, or None where a gap begins.
        To them ownership passes (D36).
        """
        last = self._last_begun(at, tier)
        return last.staff if last and at < last.span.end else None

    def ends(self, staff: StaffId, at: datetime) -> datetime | None:
        """When this person's present duty ends, of several the last; None where they have none."""
        last = (self._last_begun(at, tier) for tier in TIERS)
        return max((one.span.end for one in last if one and one.staff == staff and at < one.span.end), default=None)

    def tiers_at(self, at: datetime) -> dict[int, StaffId]:
        """Everybody on call, by tier, tier 1 first; tiers with nobody are left out."""
        found = ((tier, self.on_call(at, tier)) for tier in TIERS)
        return {tier: staff for tier, staff in found if staff is not None}

    def next_on_call(self, at: datetime) -> Shift | None:
        """The first duty to begin after `at`, the lowest tier first: who, and when (`span.start`) (D41)."""
        coming = [duty for tier in TIERS if (duty := self._first_after(at, tier))]
        return min(coming, key=lambda duty: (duty.span.start, duty.tier), default=None)

    def next_change(self, at: datetime) -> datetime | None:
        """The first instant after `at` at which somebody's duty begins or ends."""
        edges = (edge for tier in TIERS for duty in self._duties[tier] for edge in (duty.span.start, duty.span.end))
        return min((edge for edge in edges if edge > at), default=None)

    def covered(self, tier: int | None = None) -> Spans:
        """When somebody is on call, in that tier or in any."""
        tiers = TIERS if tier is None else (tier,)
        return Spans(tuple(duty.span for each in tiers for duty in self._duties[each]))

    def gaps(self, span: Span, tier: int | None = None) -> Spans:
        """When within `span` nobody is on call, in that tier or in any."""
        return Spans((span,)).subtract(self.covered(tier))

    def elapsed_hours(self, staff: StaffId, span: Span) -> float:
        """Hours that really pass while this person is on call in any tier: 9 on the long night, 7 on the
        short one, for 23:00 to 07:00.
        """
        mine = Spans(tuple(d.span for duties in self._duties.values() for d in duties if d.staff == staff))
        return mine.clip(span).total() / timedelta(hours=1)

    def _last_begun(self, at: datetime, tier: int) -> Shift | None:
        duties = self._duties[tier]
        index = bisect_right(duties, at, key=_start) - 1
        return duties[index] if index >= 0 else None

    def _first_after(self, at: datetime, tier: int) -> Shift | None:
        duties = self._duties[tier]
        index = bisect_right(duties, at, key=_start)
        return duties[index] if index < len(duties) else None


def _settled(shifts: list[Shift]) -> tuple[Shift, ...]:
    """The duties of one tier: of all entries that hold at an instant, the last one."""
    edges = sorted({edge for shift in shifts for edge in (shift.span.start, shift.span.end)})
    coming = sorted(range(len(shifts)), key=lambda index: shifts[index].span.start, reverse=True)
    running: list[int] = []
    duties: list[Shift] = []
    for start, end in pairwise(edges):
        while coming and shifts[coming[-1]].span.start <= start:
            heappush(running, -coming.pop())
        while running and shifts[-running[0]].span.end <= start:
            heappop(running)
        if running:
            _append(
                duties, Shift(staff=shifts[-running[0]].staff, tier=shifts[0].tier, span=Span(start, end))
            )
    return tuple(duties)


def _append(duties: list[Shift], duty: Shift) -> None:
    last = duties[-1] if duties else None
    if last and last.staff == duty.staff and last.span.end == duty.span.start:
        duties[-1] = Shift(staff=duty.staff, tier=duty.tier, span=Span(last.span.start, duty.span.end))
    else:
        duties.append(duty)
