"""Stretches of time between two instants, and sorted sets of them.

Instants are aware UTC; a span is half-open: its start belongs to it, its end does not. Arithmetic on
instants is elapsed time, because it is done in UTC (§3.7).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter

Pair = tuple[datetime, datetime]
_start = attrgetter("start")
_end = attrgetter("end")


def utc(at: datetime) -> datetime:
    """The same instant in UTC. ValueError where `at` has no zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone: give an aware datetime")
    return at.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, but not including, `end`. ValueError where it is naive, empty or backwards."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", utc(self.start))
        object.__setattr__(self, "end", utc(self.end))
        if self.start >= self.end:
            raise ValueError(f"a span must end after its start, not {self.start} to {self.end}")

    def contains(self, at: datetime) -> bool:
        """Whether `at` lies in it."""
        return self.start <= at < self.end

    @property
    def length(self) -> timedelta:
        """Elapsed time from start to end."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Spans:
    """An immutable set of instants as spans: sorted, disjoint, merged where they touch.

    May be built from spans in any order, overlapping or not. Questions about an instant are a bisect.
    """

    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        pairs = merged((span.start, span.end) for span in self.spans)
        if len(pairs) != len(self.spans) or any(
            pair != (span.start, span.end) for pair, span in zip(pairs, self.spans, strict=True)
        ):
            object.__setattr__(self, "spans", tuple(Span(start, end) for start, end in pairs))

    def __iter__(self) -> Iterator[Span]:
        return iter(self.spans)

    def __len__(self) -> int:
        return len(self.spans)

    def contains(self, at: datetime) -> bool:
        """Whether `at` lies in one of them."""
        return self.span_at(at) is not None

    def span_at(self, at: datetime) -> Span | None:
        """The span in which `at` lies."""
        index = bisect_right(self.spans, at, key=_start) - 1
        return self.spans[index] if index >= 0 and at < self.spans[index].end else None

    def end_at(self, at: datetime) -> datetime | None:
        """When the span in which `at` lies ends; None where it lies in none."""
        span = self.span_at(at)
        return span.end if span else None

    def next_start(self, at: datetime) -> datetime | None:
        """The first start after `at` (never `at` itself)."""
        index = bisect_right(self.spans, at, key=_start)
        return self.spans[index].start if index < len(self.spans) else None

    def since(self, at: datetime) -> Iterator[Span]:
        """What lies ahead of `at`, in order; a span that is running is cut to begin at `at`."""
        first = bisect_right(self.spans, at, key=_end)
        for index in range(first, len(self.spans)):
            span = self.spans[index]
            yield span if span.start >= at else Span(at, span.end)

    def clip(self, span: Span) -> Spans:
        """What of it lies within `span`."""
        first = bisect_right(self.spans, span.start, key=_end)
        last = bisect_left(self.spans, span.end, key=_start)
        return Spans(
            tuple(
                Span(max(part.start, span.start), min(part.end, span.end)) for part in self.spans[first:last]
            )
        )

    def union(self, other: Spans) -> Spans:
        """What lies in one or both."""
        return Spans(self.spans + other.spans)

    def intersect(self, other: Spans) -> Spans:
        """What lies in both."""
        return Spans(tuple(part for span in self.spans for part in other.clip(span)))

    def subtract(self, other: Spans) -> Spans:
        """What lies in this one and not in the other."""
        return Spans(tuple(part for span in self.spans for part in _left_over(span, other.clip(span))))

    def total(self) -> timedelta:
        """Elapsed time of all of them together."""
        return sum((span.length for span in self.spans), timedelta())

    def overlap_minutes(self, span: Span) -> float:
        """Elapsed minutes of it that lie within `span`."""
        return self.clip(span).total() / timedelta(minutes=1)


def merged(pairs: Iterable[Pair]) -> list[Pair]:
    """Pairs of start and end, sorted, those that touch or overlap made one."""
    out: list[Pair] = []
    for start, end in sorted(pairs):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _left_over(span: Span, holes: Spans) -> Iterator[Span]:
    starts = [span.start, *(hole.end for hole in holes)]
    ends = [*(hole.start for hole in holes), span.end]
    return (Span(start, end) for start, end in zip(starts, ends, strict=True) if start < end)


NEVER = Spans()
"""No instant at all."""
