"""Who there is in a story: its tables as a practice's setup. A file of `casts/` may be the beginning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from intersession.records.setup import (
    BlockSetup,
    ClientSetup,
    LayerSetup,
    LimitSetup,
    LineSetup,
    PhoneSetup,
    PracticeSetup,
    ShiftSetup,
    StaffSetup,
)

from . import source as files
from .source import Source, StoryError
from .times import instant, span, windows

TOP = {"title", "story", "cast", "start", "rules", "systems", "practice", "lines", "staff", "clients", "callers",
       "on_call", "blocks", "layers", "step"}  # fmt: skip
PRACTICE = {"name", "zone", "preset", "policy", "hours", "closed", "desk", "pool", "director", "triage", "languages",
            "locale", "partners", "guardians"}  # fmt: skip
LINE = {"number", "urgent_number", "kind", "says", "brand", "staff", "neutral", "retired", "moved_to"}
STAFF = {"name", "says", "initials", "roles", "phone", "phones", "hours", "no_call", "sessions", "off",
         "cover", "dnd_until", "coach_until", "supervisor", "urgent_through", "pin", "zone", "language",
         "phone_lost"}  # fmt: skip
CLIENT = {"handle", "name", "email", "phone", "phones", "primary", "access", "phase", "texts", "agreement",
          "safe", "limits", "rule24_until", "language", "zone", "needs_relay", "minor", "next_talk", "status",
          "discussed"}  # fmt: skip
LAYER = {"level", "of", "name", "values", "locks"}
SHIFT = {"who", "tier", "when"}
BLOCK = {"number", "author", "reason", "review_on", "hard"}
LIMIT = {"kind", "from", "until", "window"}


@dataclass(slots=True)
class Cast:
    """The practice of a story, and the names by which the story calls people, lines and phones."""

    setup: PracticeSetup
    start: datetime
    phones: dict[str, str] = field(default_factory=dict)
    """Name to telephone number; somebody's second phone is `Ames 2`."""
    mail: dict[str, str] = field(default_factory=dict)
    """Name to e-mail address."""
    lines: dict[str, str] = field(default_factory=dict)
    """Name of a line to its number."""
    staff: set[str] = field(default_factory=set)
    clients: set[str] = field(default_factory=set)

    @property
    def zone(self) -> str:
        """The practice's zone, in which the story's times are."""
        return self.setup.zone


def cast_of(story: Source, start: datetime | None = None) -> Cast:
    """The cast of a story's file, upon the cast that it names; `start` for a file that tells no story.

    StoryError for whatever cannot be understood.
    """
    tables = _tables(story)
    _known(story, "", story.values, TOP)
    return _Reader(story, tables, start).cast()


def _tables(story: Source) -> dict[str, Any]:
    """The named cast's tables, with the story's own laid over them, person by person."""
    name = story.values.get("cast")
    if name is None:
        return story.values
    folders = (story.path.parent, story.path.parent.parent)
    places = (folder / "casts" / f"{name}.toml" for folder in folders)
    path = next((place for place in places if place.exists()), None)
    if path is None:
        raise story.error("cast", f"there is no file casts/{name}.toml beside the story, or one folder above it")
    return _over(files.read(path).values, story.values)


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _over(merged[key], value) if both else value
    return merged


def _known(story: Source, table: str, values: dict[str, Any], fields: set[str]) -> None:
    for key in values:
        if key not in fields:
            where = f"{table}.{key}" if table else key
            raise story.error(where, f"there is no such field; expected one of {', '.join(sorted(fields))}", near=key)


class _Reader:
    """Reads tables one after another; every mistake names its line and field."""

    def __init__(self, story: Source, tables: dict[str, Any], start: datetime | None) -> None:
        self.story, self.tables = story, tables
        practice = tables.get("practice", {})
        self.zone = practice.get("zone", "America/New_York")
        self.start = start or self._start()
        self.found = Cast(setup=PracticeSetup(id="p", name="", zone=self.zone), start=self.start)

    def cast(self) -> Cast:
        practice = self.tables.get("practice", {})
        _known(self.story, "practice", practice, PRACTICE)
        staff = tuple(self._staff(key, values) for key, values in self.tables.get("staff", {}).items())
        clients = tuple(self._client(key, values) for key, values in self.tables.get("clients", {}).items())
        lines = tuple(self._line(key, values) for key, values in self.tables.get("lines", {}).items())
        if not lines:
            raise self.story.error("lines", "a story needs at least one line, such as [lines.main]")
        for key, number in self.tables.get("callers", {}).items():
            self.found.phones[key] = number
        self.found.setup = PracticeSetup(
            id="p",
            name=practice.get("name", "The practice"),
            zone=self.zone,
            locale=practice.get("locale", "en-US"),
            languages=tuple(practice.get("languages", ("en-US", "es-US"))),
            preset=practice.get("preset"),
            policy=practice.get("policy", {}),
            hours=self._get("practice", practice, "hours", windows, ()),
            closed_days={date.fromisoformat(day): name for day, name in practice.get("closed", {}).items()},
            desk=tuple(practice.get("desk", ())),
            pool=tuple(practice.get("pool", ())),
            director=practice.get("director"),
            triage=practice.get("triage"),
            partners=tuple(self._number(one) for one in practice.get("partners", ())),
            guardians=tuple(self._number(one) for one in practice.get("guardians", ())),
            lines=lines,
            staff=staff,
            clients=clients,
            shifts=tuple(self._shift(i, one) for i, one in enumerate(self.tables.get("on_call", ()), start=1)),
            layers=tuple(self._layer(i, one) for i, one in enumerate(self.tables.get("layers", ()), start=1)),
            blocks=tuple(self._block(i, one) for i, one in enumerate(self.tables.get("blocks", ()), start=1)),
        )
        return self.found

    def _start(self) -> datetime:
        written = self.story.values.get("start")
        if written is None:
            raise self.story.error("start", "a story needs the instant at which it starts, such as 2027-02-09 20:12:00")
        try:
            return instant(written, datetime(1970, 1, 1, tzinfo=UTC), self.zone)
        except (ValueError, TypeError, OverflowError) as error:
            raise self.story.error("start", str(error)) from error

    def _get(self, table: str, values: dict[str, Any], key: str, read: Callable[[Any], Any], default: Any) -> Any:
        if key not in values:
            return default
        try:
            return read(values[key])
        except (ValueError, TypeError, KeyError) as error:
            raise self.story.error(f"{table}.{key}", str(error)) from error

    def _instant(self, written: Any) -> datetime:
        return instant(written, self.start, self.zone)

    def _number(self, name_or_number: str) -> str:
        callers: dict[str, str] = self.tables.get("callers", {})
        return self.found.phones.get(name_or_number, callers.get(name_or_number, name_or_number))

    def _line(self, key: str, values: dict[str, Any]) -> LineSetup:
        table = f"lines.{key}"
        _known(self.story, table, values, LINE)
        self.found.lines[key] = _required(self.story, table, values, "number")
        return LineSetup(
            id=key, number=values["number"], urgent_number=values.get("urgent_number"),
            kind=values.get("kind", "clinician"), said_as=values.get("says", self.tables["practice"].get("name", key)),
            brand=values.get("brand", ""), staff=values.get("staff"), neutral=values.get("neutral", False),
            retired=values.get("retired", False), moved_to=values.get("moved_to", ""),
        )  # fmt: skip

    def _staff(self, key: str, values: dict[str, Any]) -> StaffSetup:
        table = f"staff.{key}"
        _known(self.story, table, values, STAFF)
        self.found.staff.add(key)
        numbers = values.get("phones", [values["phone"]] if "phone" in values else [])
        phones = []
        for position, number in enumerate(numbers):
            name = key if position == 0 else f"{key} {position + 1}"
            self.found.phones[name] = number
            phones.append(PhoneSetup(id=f"{key}-{position + 1}", number=number, reachable=not values.get("phone_lost")))
        off = self._get(table, values, "off", lambda all_: tuple(self._off(one, values) for one in all_), ())
        sessions = self._get(table, values, "sessions", lambda all_: tuple(span(one, self.zone) for one in all_), ())
        return StaffSetup(
            id=key, name=values.get("name", key), said_as=values.get("says", key),
            initials=values.get("initials", key[:2].upper()), roles=tuple(values.get("roles", ("clinician",))),
            phones=tuple(phones), zone=values.get("zone"), hours=self._get(table, values, "hours", windows, ()),
            no_call=self._get(table, values, "no_call", windows, ()), encounters=sessions, time_off=off,
            dnd_until=self._get(table, values, "dnd_until", self._instant, None),
            coach_until=self._get(table, values, "coach_until", _day, None), supervisor=values.get("supervisor"),
            urgent_through=values.get("urgent_through", False), language=values.get("language", "en-US"),
            pin=values.get("pin"),
        )  # fmt: skip

    def _off(self, written: str, values: dict[str, Any]) -> Any:
        return span(written, self.zone, cover=values.get("cover"))

    def _client(self, key: str, values: dict[str, Any]) -> ClientSetup:
        table = f"clients.{key}"
        _known(self.story, table, values, CLIENT)
        self.found.clients.add(key)
        numbers = values.get("phones", [values["phone"]] if "phone" in values else [])
        for position, number in enumerate(numbers):
            self.found.phones[key if position == 0 else f"{key} {position + 1}"] = number
        if "email" in values:
            numbers = [*numbers, values["email"]]
            self.found.mail[key] = values["email"]
        limits = enumerate(values.get("limits", ()), start=1)
        return ClientSetup(
            id=key, name=values.get("name", key), handle=values.get("handle", key), numbers=tuple(numbers),
            primary=values.get("primary"), status=values.get("status", "active"),
            access=values.get("access", "standard"), phase=values.get("phase", "active"),
            agreement=self._agreement(table, values), safe=self._safe(table, values),
            limits=tuple(self._limit(f"{table}.limits", one) for _, one in limits),
            rule24_until=self._get(table, values, "rule24_until", self._instant, None),
            language=values.get("language"), zone=values.get("zone"), needs_relay=values.get("needs_relay", False),
            minor=values.get("minor", False), next_talk=self._get(table, values, "next_talk", self._instant, None),
        )  # fmt: skip

    def _agreement(self, table: str, values: dict[str, Any]) -> dict[str, object]:
        """A month before the story, unless the file says otherwise or `discussed = false`."""
        terms = dict(values.get("agreement", {}))
        if values.get("discussed", True):
            terms.setdefault("discussed_at", self.start - timedelta(days=30))
        if "texts" in values:
            terms["text_scope"] = values["texts"]
        for name in ("discussed_at", "expires_at", "revoked_at"):
            if name in terms:
                terms[name] = self._get(f"{table}.agreement", terms, name, self._instant, None)
        return terms

    def _safe(self, table: str, values: dict[str, Any]) -> dict[str, object]:
        safe = dict(values.get("safe", {}))
        if "window" in safe:
            safe["window"] = self._get(f"{table}.safe", safe, "window", _wall_window, None)
        return safe

    def _limit(self, table: str, values: dict[str, Any]) -> LimitSetup:
        _known(self.story, table, values, LIMIT)
        return LimitSetup(
            kind=_required(self.story, table, values, "kind"),
            start=self._get(table, values, "from", self._instant, self.start - timedelta(days=1)),
            until=self._get(table, values, "until", self._instant, self.start + timedelta(days=7)),
            window=self._get(table, values, "window", windows, ()),
        )

    def _shift(self, position: int, values: dict[str, Any]) -> ShiftSetup:
        table = f"on_call {position}"
        _known(self.story, table, values, SHIFT)
        stretch = self._get(table, values, "when", lambda one: span(one, self.zone), None)
        return ShiftSetup(
            staff=_required(self.story, table, values, "who"), tier=values.get("tier", 1),
            start=stretch.start if stretch else self.start - timedelta(days=1),
            end=stretch.end if stretch else self.start + timedelta(days=14),
        )  # fmt: skip

    def _layer(self, position: int, values: dict[str, Any]) -> LayerSetup:
        table = f"layers {position}"
        _known(self.story, table, values, LAYER)
        level = _required(self.story, table, values, "level")
        of = _required(self.story, table, values, "of")
        return LayerSetup(
            level=level, of=of, name=values.get("name", of), values=values.get("values", {}),
            locks=values.get("locks", {}),
        )  # fmt: skip

    def _block(self, position: int, values: dict[str, Any]) -> BlockSetup:
        table = f"blocks {position}"
        _known(self.story, table, values, BLOCK)
        return BlockSetup(
            number=self._number(_required(self.story, table, values, "number")),
            author=_required(self.story, table, values, "author"), reason=values.get("reason", "unwanted calls"),
            review_on=self._get(table, values, "review_on", _day, (self.start + timedelta(days=30)).date()),
            hard=values.get("hard", False),
        )  # fmt: skip


def _required(story: Source, table: str, values: dict[str, Any], key: str) -> Any:
    if key not in values:
        raise story.error(f"{table}.{key}", "is missing")
    return values[key]


def _day(written: object) -> date:
    return written if isinstance(written, date) else date.fromisoformat(str(written))


def _wall_window(written: object) -> tuple[time, time]:
    first, _, last = str(written).partition("-")
    try:
        return time.fromisoformat(first), time.fromisoformat(last)
    except ValueError as error:
        raise ValueError(f'expected a window such as "10:00-16:00", got {written!r}') from error


__all__ = ["Cast", "StoryError", "cast_of"]
