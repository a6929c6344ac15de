"""Times as people write them in stories: "20:12:07", "+8s", "Thu 15:00", "2027-02-11 15:00"."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from intersession.records.setup import SpanSetup, WindowSetup

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PLUS = re.compile(r"^\+(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?$")
CLOCK = re.compile(r"^(?:(?P<date>\d{4}-\d\d-\d\d)[ T])?(?:(?P<day>[A-Z][a-z]{2}) )?(?P<time>\d\d:\d\d(?::\d\d)?)"
                   r"(?: (?P<fold>first|second))?$")  # fmt: skip

EXPECTED = 'a time such as "20:12:07", "+8s", "+1h 5m", "Thu 15:00" or "2027-02-11 15:00"'


def instant(written: object, after: datetime, zone: str) -> datetime:
    """A written time as aware UTC: the first such wall time that is not before `after`. ValueError otherwise."""
    if isinstance(written, datetime):
        return _aware(written, zone)
    text = str(written).strip()
    if plus := PLUS.match(text):
        if any(plus.groups()):
            hours, minutes, seconds = (int(part or 0) for part in plus.groups())
            return after + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    match = CLOCK.match(text)
    if match is None:
        raise ValueError(f"expected {EXPECTED}, got {text!r}")
    return _wall(match, after, ZoneInfo(zone))


def _wall(match: re.Match[str], after: datetime, zone: ZoneInfo) -> datetime:
    clock = time.fromisoformat(match["time"])
    fold = 1 if match["fold"] == "second" else 0
    if match["date"]:
        return datetime.combine(date.fromisoformat(match["date"]), clock, zone).replace(fold=fold).astimezone(UTC)
    day = after.astimezone(zone).date()
    for ahead in range(9):
        at = datetime.combine(day + timedelta(days=ahead), clock, zone).replace(fold=fold).astimezone(UTC)
        if at < after or (match["day"] and DAYS[(day + timedelta(days=ahead)).weekday()] != match["day"]):
            continue
        return at
    raise ValueError(f"there is no day called {match['day']!r}: give one of {', '.join(DAYS)}")


def _aware(written: datetime, zone: str) -> datetime:
    return (written if written.tzinfo else written.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def windows(written: object) -> tuple[WindowSetup, ...]:
    """Weekly windows: "Mon-Fri 09:00-17:00", "every day 22:00-07:00", or a list of such. ValueError otherwise."""
    texts = written if isinstance(written, list) else [written]
    return tuple(window for text in texts for window in _windows(str(text)))


def _windows(text: str) -> tuple[WindowSetup, ...]:
    match = re.match(r"^(every day|[A-Z][a-z]{2}(?:[-,][A-Z][a-z]{2})*) (\d\d:\d\d)-(\d\d:\d\d)$", text.strip())
    if match is None:
        expected = '"Mon-Fri 09:00-17:00" or "every day 22:00-07:00"'
        raise ValueError(f"expected weekly hours such as {expected}, got {text!r}")
    start, end = time.fromisoformat(match[2]), time.fromisoformat(match[3] if match[3] != "24:00" else "00:00")
    return tuple(WindowSetup(weekday=day, start=start, end=end) for day in _days(match[1]))


def _days(text: str) -> list[int]:
    if text == "every day":
        return list(range(7))
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise ValueError(f"there is no day called {part!r}: give some of {', '.join(DAYS)}")
        start = DAYS.index(first)
        end = DAYS.index(last) if last else start
        found += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return found


def span(written: object, zone: str, cover: str | None = None) -> SpanSetup:
    """A stretch: "2027-02-09 14:00 to 14:50" or "2027-02-09 14:00 to 2027-02-10 09:00". ValueError otherwise."""
    first, _, last = str(written).partition(" to ")
    if not last:
        raise ValueError(f'expected a stretch such as "2027-02-09 14:00 to 14:50", got {written!r}')
    start = instant(first, datetime(1970, 1, 1, tzinfo=UTC), zone)
    end = instant(last, start, zone)
    if end <= start:
        raise ValueError(f"{written!r} ends before it begins")
    return SpanSetup(start=start, end=end, cover=cover)
