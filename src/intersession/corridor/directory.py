"""The practice's directory: rows to core's Practice, built once per version and kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from intersession.core.facts import Block, Client, Cover, Endpoint, Line, LineKind, Practice, Role, Staff
from intersession.core.hours import Calendar, Schedule, Span, Spans, Weekly, Window
from intersession.core.ids import EndpointId, LineId, NumberKey, PracticeId, StaffId
from intersession.core.layers import Layer, Level, Lock, effective
from intersession.core.rota import Rota, Shift
from intersession.records.fields import from_micros

from .db import Db, Row

DOUBTFUL_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StaffPhone:
    """An enrolled phone, and whose it is."""

    staff: StaffId
    endpoint: EndpointId


@dataclass(frozen=True, slots=True)
class Directory:
    """What is known of a practice beside its clients: core's Practice, and whose the known numbers are."""

    practice: Practice
    staff_phones: Mapping[NumberKey, StaffPhone]
    partners: frozenset[NumberKey]
    guardians: frozenset[NumberKey]
    blocks: Mapping[NumberKey, Block]
    doubts_end: datetime | None
    """When the first doubtful phone is trusted again: the directory is read anew then."""
    layers: tuple[StoredLayer, ...] = ()
    """From the practice down to the client."""
    basic: tuple[int, ...] = ()
    """Which of them hold for everybody."""
    cases: dict[tuple[int, ...], Practice] = field(default_factory=dict)
    """Practices by the layers that apply, made once each."""


class Directories:
    """One directory per practice, read anew when its version has changed."""

    def __init__(self) -> None:
        self._kept: dict[PracticeId, tuple[int, date, Directory]] = {}

    def of(self, db: Db, practice: PracticeId, now: datetime) -> Directory:
        """The directory as it is in this transaction. LookupError for a practice that does not exist."""
        version = db.value("SELECT version FROM practice WHERE id = ?", (practice,))
        if version is None:
            raise LookupError(f"there is no practice {practice}")
        kept = self._kept.get(practice)
        if kept is not None and kept[0] == version and kept[1] == now.date() and not _stale(kept[2], now):
            return kept[2]
        found = _read(db, practice, now)
        self._kept[practice] = (version, now.date(), found)
        return found


def _stale(directory: Directory, now: datetime) -> bool:
    return directory.doubts_end is not None and directory.doubts_end <= now


def _read(db: Db, practice: PracticeId, now: datetime) -> Directory:
    row = db.row(
        "SELECT version, zone, locale, languages, policy, hours, closed_days, desk, pool, director, triage"
        " FROM practice WHERE id = ?",
        (practice,),
    )
    assert row is not None
    version, zone, locale, languages, policy, hours, closed, desk, pool, director, triage = row
    layers = _layers(json.loads(policy))
    basic = tuple(index for index, one in enumerate(layers) if one.layer.level is Level.PRACTICE)
    own_policy, sources = effective([layers[index].layer for index in basic])
    closed_days = {date.fromisoformat(day): name for day, name in json.loads(closed).items()}
    phones, doubts_end = _endpoints(db, practice, now)
    return Directory(
        practice=Practice(
            id=practice,
            version=version,
            zone=zone,
            locale=locale,
            languages=tuple(json.loads(languages)),
            policy=own_policy,
            sources=sources,
            calendar=Calendar(hours=_weekly(zone, json.loads(hours)), closed=closed_days, around=now.date()),
            rota=_rota(db, practice),
            lines=_lines(db, practice),
            staff=_staff(db, practice, now, phones, frozenset(closed_days)),
            desk=tuple(map(StaffId, json.loads(desk))),
            pool=tuple(map(StaffId, json.loads(pool))),
            director=StaffId(director) if director else None,
            triage=StaffId(triage) if triage else None,
        ),
        staff_phones=_staff_phones(db, practice),
        partners=_known(db, practice, "partner"),
        guardians=_known(db, practice, "guardian"),
        blocks=_blocks(db, practice),
        doubts_end=doubts_end,
        layers=layers,
        basic=basic,
    )


# ---------------------------------------------------------------- policy


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer, and of whom it is: a line (program), a staff member (supervisor, clinician) or a client."""

    of: str | None
    layer: Layer


def _layers(stored: list[dict[str, Any]]) -> tuple[StoredLayer, ...]:
    return tuple(
        StoredLayer(
            of=one.get("of"),
            layer=Layer(
                level=Level(one.get("level", Level.PRACTICE)),
                name=one["name"],
                values=one["values"],
                locks={name: Lock(lock) for name, lock in one.get("locks", {}).items()},
            ),
        )
        for one in stored
    )


def for_case(directory: Directory, line: Line | None, client: Client | None) -> Practice:
    """The practice as it is for one line and client: the layers that apply to them laid over each other (S23)."""
    primary = directory.practice.staff.get(client.primary) if client is not None and client.primary else None
    whose = {
        Level.PROGRAM: line.id if line is not None else None,
        Level.SUPERVISOR: primary.supervisor if primary is not None else None,
        Level.CLINICIAN: primary.id if primary is not None else None,
        Level.CLIENT: client.id if client is not None else None,
    }
    applying = tuple(
        index
        for index, one in enumerate(directory.layers)
        if one.layer.level is Level.PRACTICE or (one.of is not None and whose.get(one.layer.level) == one.of)
    )
    if applying == directory.basic:
        return directory.practice
    kept = directory.cases.get(applying)
    if kept is None:
        policy, sources = effective([directory.layers[index].layer for index in applying])
        kept = directory.cases[applying] = replace(directory.practice, policy=policy, sources=sources)
    return kept


# ---------------------------------------------------------------- people


def _staff(
    db: Db,
    practice: PracticeId,
    now: datetime,
    phones: Mapping[str, tuple[Endpoint, ...]],
    closed: frozenset[date],
) -> dict[StaffId, Staff]:
    absences = db.rows('SELECT staff_id, kind, start, "end", cover FROM absence WHERE practice_id = ?', (practice,))
    rows = db.rows(
        "SELECT id, said_as, initials, roles, zone, hours, no_call, dnd_from, dnd_until, coach_until, supervisor,"
        " urgent_through, named_as_cover, language FROM staff WHERE practice_id = ? ORDER BY id",
        (practice,),
    )
    return {StaffId(row[0]): _person(row, absences, now, phones.get(row[0], ()), closed) for row in rows}


def _person(
    row: Row, absences: list[Row], now: datetime, phones: tuple[Endpoint, ...], closed: frozenset[date]
) -> Staff:
    own = [absence for absence in absences if absence[0] == row[0]]
    return Staff(
        id=StaffId(row[0]),
        said_as=row[1],
        initials=row[2],
        roles=frozenset(map(Role, json.loads(row[3]))),
        schedule=Schedule(
            hours=_weekly(row[4], json.loads(row[5])),
            no_call=_weekly(row[4], json.loads(row[6])),
            encounters=_spans(own, "encounter"),
            time_off=_spans(own, "time_off"),
            dnd=Span(from_micros(row[7]), from_micros(row[8])) if row[8] and row[8] > row[7] else None,
            closed=closed,
            around=now.date(),
        ),
        endpoints=phones,
        coach_until=date.fromisoformat(row[9]) if row[9] else None,
        supervisor=StaffId(row[10]) if row[10] else None,
        urgent_through=bool(row[11]),
        named_as_cover=bool(row[12]),
        covers=tuple(
            Cover(staff=StaffId(absence[4]), span=Span(from_micros(absence[2]), from_micros(absence[3])))
            for absence in own
            if absence[4]
        ),
        language=row[13],
    )


def _spans(absences: list[Row], kind: str) -> Spans:
    spans = (Span(from_micros(start), from_micros(end)) for _, what, start, end, _ in absences if what == kind)
    return Spans(tuple(spans))


def _weekly(zone: str, windows: list[list[Any]]) -> Weekly:
    return Weekly(
        zone, tuple(Window(day, time.fromisoformat(start), time.fromisoformat(end)) for day, start, end in windows)
    )


def _endpoints(
    db: Db, practice: PracticeId, now: datetime
) -> tuple[dict[str, tuple[Endpoint, ...]], datetime | None]:
    rows = db.rows(
        "SELECT staff_id, id, lost_at, doubtful_at FROM endpoint WHERE practice_id = ? ORDER BY staff_id, position",
        (practice,),
    )
    phones: dict[str, tuple[Endpoint, ...]] = {}
    ends: list[datetime] = []
    for staff, endpoint, lost_at, doubtful_at in rows:
        end = from_micros(doubtful_at) + DOUBTFUL_FOR if doubtful_at else None
        doubtful = end is not None and now < end
        if doubtful and end is not None:
            ends.append(end)
        phone = Endpoint(id=EndpointId(endpoint), reachable=lost_at is None, doubtful=doubtful)
        phones[staff] = (*phones.get(staff, ()), phone)
    return phones, min(ends, default=None)


def _rota(db: Db, practice: PracticeId) -> Rota:
    rows = db.rows('SELECT staff_id, tier, start, "end" FROM shift WHERE practice_id = ? ORDER BY id', (practice,))
    return Rota(
        tuple(
            Shift(staff=StaffId(staff), tier=tier, span=Span(from_micros(start), from_micros(end)))
            for staff, tier, start, end in rows
        )
    )


def _lines(db: Db, practice: PracticeId) -> dict[LineId, Line]:
    rows = db.rows(
        "SELECT id, kind, said_as, digits, brand, staff, neutral, retired, moved_to FROM line WHERE practice_id = ?",
        (practice,),
    )
    return {
        LineId(row[0]): Line(
            id=LineId(row[0]),
            kind=LineKind(row[1]),
            said_as=row[2],
            digits=row[3],
            brand=row[4],
            staff=StaffId(row[5]) if row[5] else None,
            neutral=bool(row[6]),
            retired=bool(row[7]),
            moved_to=row[8],
        )
        for row in rows
    }


# ---------------------------------------------------------------- known numbers


def _staff_phones(db: Db, practice: PracticeId) -> dict[NumberKey, StaffPhone]:
    """A lost one is a stranger's."""
    rows = db.rows(
        "SELECT number_key, staff_id, id FROM endpoint WHERE practice_id = ? AND lost_at IS NULL", (practice,)
    )
    return {NumberKey(key): StaffPhone(StaffId(staff), EndpointId(phone)) for key, staff, phone in rows}


def _known(db: Db, practice: PracticeId, kind: str) -> frozenset[NumberKey]:
    rows = db.rows("SELECT number_key FROM known_number WHERE practice_id = ? AND kind = ?", (practice, kind))
    return frozenset(NumberKey(key) for (key,) in rows)


def _blocks(db: Db, practice: PracticeId) -> dict[NumberKey, Block]:
    rows = db.rows("SELECT number_key, hard, author, review_on FROM block WHERE practice_id = ?", (practice,))
    return {
        NumberKey(key): Block(hard=bool(hard), author=StaffId(author), review_on=date.fromisoformat(review_on))
        for key, hard, author, review_on in rows
    }


