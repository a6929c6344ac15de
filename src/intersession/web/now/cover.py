"""Who answers now and today: the ribbon of the day, and the same in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ...core.facts import Practice, Staff
from ...core.hours import Span, Spans, TimeClass, day_start, time_class, until, zone_named
from ...core.ids import StaffId
from ...core.seats import desk_staff, duty, pool_staff
from ..look import DAY, clock, when
from ..viewer import Viewer
from .who import staff_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the ribbon, in hundredths of the day's length."""

    kind: str
    """open, oncall, gap, or off."""
    x: str
    width: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A label under the ribbon."""

    x: str
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """For the head of Now."""

    title: str
    facts: tuple[tuple[str, str], ...]
    """Who, and what of them."""
    spoken: str
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]
    now: str
    gaps: str


def cover(practice: Practice, viewer: Viewer, now: datetime) -> Cover:
    """As the rota and the hours say, in the viewer's zone."""
    today = _today(now, viewer.zone)
    opens, calls = _open(practice, viewer, today), tuple(_duties(practice, today))
    gaps = _gaps(practice, opens, calls, today)
    return Cover(
        title=_title(practice, viewer, now),
        facts=tuple(_facts(practice, viewer, now)),
        spoken=_spoken(practice, viewer, opens, calls, gaps, now),
        pieces=tuple(_pieces(practice, viewer, opens, calls, gaps, today)),
        marks=tuple(_marks(today, viewer.zone)),
        now=_percent(now, today),
        gaps=_gap_line(gaps, viewer.zone),
    )


def on_call_now(practice: Practice, now: datetime) -> tuple[StaffId, ...]:
    """In the order in which they are rung. In a gap nobody: that the director is told then is no cover (D41)."""
    return duty(practice, now) if practice.rota.tiers_at(now) else ()


# ---------------------------------------------------------------- what holds today


def _today(now: datetime, zone: str) -> Span:
    start = day_start(now.astimezone(zone_named(zone)).date(), zone)
    return Span(start, day_start((start.astimezone(zone_named(zone)) + DAY).date(), zone))


def _open(practice: Practice, viewer: Viewer, today: Span) -> Spans:
    """The viewer's own stated hours; the practice's for somebody who states none."""
    staff = practice.staff.get(viewer.id)
    if staff is not None and staff.schedule.hours.windows:
        return _until(staff.schedule.stated.since(today.start), today)
    found, at = [], today.start
    while at is not None and at < today.end:
        start = at if practice.calendar.is_open(at) else practice.calendar.next_opening(at)
        if start is None or start >= today.end:
            break
        end = practice.calendar.closing(start) or today.end
        found.append(Span(start, min(end, today.end)))
        at = end
    return Spans(tuple(found))


def _until(spans: Iterator[Span], today: Span) -> Spans:
    found = []
    for span in spans:
        if span.start >= today.end:
            break
        found.append(Span(span.start, min(span.end, today.end)))
    return Spans(tuple(found))


def _duties(practice: Practice, today: Span) -> Iterator[tuple[StaffId, Span]]:
    """Who is on call first, from midnight to midnight."""
    at = today.start
    while at < today.end:
        change = practice.rota.next_change(at)
        end = min(change or today.end, today.end)
        staff = next((found for tier in (1, 2, 3) if (found := practice.rota.on_from(at, tier))), None)
        if staff is not None:
            yield staff, Span(at, end)
        at = end


def _gaps(practice: Practice, opens: Spans, calls: tuple[tuple[StaffId, Span], ...], today: Span) -> Spans:
    """A gap is a hole in a rota; a practice that has none has protected time instead (D4, D41)."""
    if not practice.policy.on_call or not practice.rota.exists:
        return Spans()
    return Spans((today,)).subtract(opens).subtract(Spans(tuple(span for _, span in calls)))


# ---------------------------------------------------------------- in words


def _title(practice: Practice, viewer: Viewer, now: datetime) -> str:
    on_duty = on_call_now(practice, now)
    if viewer.id in on_duty:
        return f"You are on call{_until_change(practice, viewer, now)}"
    staff = practice.staff.get(viewer.id)
    if staff is not None and staff.schedule.hours.windows:
        return _mine(staff, practice, viewer, now)
    return _practice_now(practice, viewer, now)


def _mine(staff: Staff, practice: Practice, viewer: Viewer, now: datetime) -> str:
    here, end = time_class(staff.schedule, now), until(staff.schedule, now)
    to = f" until {when(end, now, viewer.zone)}" if end is not None else ""
    words = {
        TimeClass.IN_HOURS: "Your phone rings",
        TimeClass.IN_SESSION: "You are in a session",
        TimeClass.DND: "Do not disturb is on",
        TimeClass.TIME_OFF: "You are away",
        TimeClass.NO_CALL_TIME: "Your phone stays dark",
        TimeClass.AFTER_HOURS: "Your phone stays dark",
    }
    return f"{words[here]}{to}{_then(practice, viewer, now)}"


def _then(practice: Practice, viewer: Viewer, now: datetime) -> str:
    first = next(iter(on_call_now(practice, now)), None)
    return f"; {staff_name(practice, first, viewer.id)} is on call" if first is not None else ""


def _practice_now(practice: Practice, viewer: Viewer, now: datetime) -> str:
    first = next(iter(on_call_now(practice, now)), None)
    closing = practice.calendar.closing(now)
    if closing is not None:
        after = f"; {staff_name(practice, first, viewer.id)} is on call" if first is not None else ""
        return f"Open until {when(closing, now, viewer.zone)}{after}"
    if first is not None:
        return f"{_cap(staff_name(practice, first, viewer.id))} is on call{_until_change(practice, viewer, now)}"
    opening = practice.calendar.next_opening(now)
    return f"Closed until {when(opening, now, viewer.zone)}" if opening is not None else "Closed"


def _until_change(practice: Practice, viewer: Viewer, now: datetime) -> str:
    change = practice.rota.next_change(now)
    return f" until {when(change, now, viewer.zone)}" if change is not None and change - now < 14 * DAY else ""


def _facts(practice: Practice, viewer: Viewer, now: datetime) -> Iterator[tuple[str, str]]:
    """On call now, in order; who rings now."""
    on_duty = [staff_name(practice, staff, viewer.id) for staff in on_call_now(practice, now)]
    if on_duty:
        yield "On call now", ", then ".join(on_duty)
    elif practice.policy.on_call and practice.rota.exists:
        coming = practice.rota.next_on_call(now)
        yield "On call now", "nobody"
        if coming is not None:
            starts = when(coming.span.start, now, viewer.zone)
            yield "Next", f"{staff_name(practice, coming.staff, viewer.id)}, {starts}"
    rings = [staff for staff in practice.staff.values() if _rings(staff, practice, now)]
    if rings:
        yield "Rings now", ", ".join(staff_name(practice, staff.id, viewer.id) for staff in rings)
    desk = [staff_name(practice, staff, viewer.id) for staff in desk_staff(practice, now)]
    if desk:
        yield "New callers", ", ".join(desk)
    pool = [staff_name(practice, staff, viewer.id) for staff in pool_staff(practice, now, leave_out=None)]
    if pool:
        yield "Coach pool", ", ".join(pool)


def _rings(staff: Staff, practice: Practice, now: datetime) -> bool:
    own = any(line.staff == staff.id and not line.retired for line in practice.lines.values())
    return own and time_class(staff.schedule, now) is TimeClass.IN_HOURS


def _spoken(
    practice: Practice,
    viewer: Viewer,
    opens: Spans,
    calls: tuple[tuple[StaffId, Span], ...],
    gaps: Spans,
    now: datetime,
) -> str:
    own = "your phone rings" if _states_hours(practice, viewer) else "open"
    said = [f"{own} {_clocks(span, viewer.zone)}" for span in opens]
    said += [f"{staff_name(practice, staff, viewer.id)} on call {_clocks(span, viewer.zone)}" for staff, span in calls]
    said += [f"nobody {_clocks(span, viewer.zone)}" for span in gaps]
    return f"Today: {', '.join(said) or 'protected time'}. It is {clock(now, viewer.zone)}."


def _gap_line(gaps: Spans, zone: str) -> str:
    if not gaps:
        return ""
    return f"Nobody {' and '.join(_clocks(span, zone) for span in gaps)}: callers hear what to do in danger."


# ---------------------------------------------------------------- as a picture


def _pieces(
    practice: Practice,
    viewer: Viewer,
    opens: Spans,
    calls: tuple[tuple[StaffId, Span], ...],
    gaps: Spans,
    today: Span,
) -> Iterator[Piece]:
    """On call lies below, stated hours above it: by day the clinician rings first."""
    for staff, span in calls:
        for part in Spans((span,)).subtract(opens):
            yield _piece("oncall", part, today, _cap(staff_name(practice, staff, viewer.id)))
    own = "You" if _states_hours(practice, viewer) else "Open"
    for span in opens:
        yield _piece("open", span, today, own)
    for span in gaps:
        yield _piece("gap", span, today, "nobody")


def _piece(kind: str, span: Span, today: Span, label: str) -> Piece:
    width = (span.end - span.start) / today.length * 100
    return Piece(kind=kind, x=_percent(span.start, today), width=f"{width:.2f}%", label=label)


def _marks(today: Span, zone: str) -> Iterator[Mark]:
    for hour in (0, 6, 12, 18, 24):
        at = today.end if hour == 24 else today.start.astimezone(zone_named(zone)).replace(hour=hour)
        edge = {0: "start", 24: "end"}.get(hour, "middle")
        yield Mark(x=_percent(at, today), label=f"{hour:02d}", anchor=edge)


def _percent(at: datetime, today: Span) -> str:
    return f"{(at - today.start) / today.length * 100:.2f}%"


def _states_hours(practice: Practice, viewer: Viewer) -> bool:
    staff = practice.staff.get(viewer.id)
    return staff is not None and bool(staff.schedule.hours.windows)


def _clocks(span: Span, zone: str) -> str:
    end = clock(span.end, zone)
    return f"{clock(span.start, zone)} to {'24:00' if end == '00:00' else end}"


def _cap(words: str) -> str:
    return words[:1].upper() + words[1:]

