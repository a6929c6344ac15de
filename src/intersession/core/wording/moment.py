"""An instant as the listener's wall clock shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .pack import Pack
from .values import WordingError

FAR = 6
"""A day further away than this is told with its date."""
NAMED_ZONES = ("America/", "US/", "Canada/", "Pacific/", "UTC", "Etc/UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A wall-clock time, floored to the minute, and how far away its day is."""

    local: datetime
    days_ahead: int
    zone_words: str
    """The name of the zone where it must be told, else empty."""
    zone_short: str
    """Its abbreviation where it must be told, else empty."""

    @property
    def midnight(self) -> bool:
        """00:00, which is told as the end of the day before."""
        return self.local.hour == 0 and self.local.minute == 0

    def ended_day(self) -> tuple[date, int]:
        """The day that ends at this midnight, and how far away that is."""
        return self.local.date() - timedelta(days=1), self.days_ahead - 1


def moment(instant: datetime, *, zone: str, practice_zone: str, now: datetime, pack: Pack) -> Moment:
    """`instant` (aware) on the wall clock of `zone`.

    The zone is told where its clock differs from the practice's at that instant, or where the clock change
    makes that hour come twice (§3.7). Raises WordingError for an unknown zone.
    """
    tz = time_zone(zone)
    local = instant.astimezone(tz).replace(second=0, microsecond=0)
    differs = local.utcoffset() != instant.astimezone(time_zone(practice_zone)).utcoffset()
    told = differs or _comes_twice(local)
    return Moment(
        local=local,
        days_ahead=(local.date() - now.astimezone(tz).date()).days,
        zone_words=zone_words(instant, zone, pack) if told else "",
        zone_short=_short(local, zone) if told else "",
    )


def zone_words(instant: datetime, zone: str, pack: Pack) -> str:
    """The zone's name in words, as it is at that instant: "Eastern Standard Time"."""
    name = instant.astimezone(time_zone(zone)).tzname() or ""
    if zone.startswith(NAMED_ZONES) and name in pack.zones:
        return pack.zones[name]
    return pack.zones["other"].format(place=_place(zone))


@lru_cache(maxsize=512)
def time_zone(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises WordingError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WordingError(f"unknown time zone {name!r}: use a name such as America/New_York") from error


def _comes_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _short(local: datetime, zone: str) -> str:
    name = local.tzname() or ""
    return name if name.isalpha() else _place(zone)


def _place(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")
