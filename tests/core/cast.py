"""The cast of the stories as core facts (§7): who there is, and the hours they keep. New York time, 2027.

JS is active in coaching and texts about coaching; MR is active in coaching and does not text; TK is a
standard client who texts about times. Ames is their clinician; Bo is a trainee under Cole; Dee coaches;
Evan and Fay are on call; Gil directs. All of it can be changed: `practice(policy=...)`, `js(safe=...)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from intersession.core.agreement import Agreement, TextScope
from intersession.core.facts import (
    Caller,
    Client,
    Endpoint,
    Facts,
    Line,
    LineKind,
    Practice,
    Role,
    Staff,
    Thread,
)
from intersession.core.hours import Calendar, Schedule, Span, Weekly, Window
from intersession.core.ids import ClientId, EndpointId, LineId, NumberKey, PracticeId, StaffId, ThreadId
from intersession.core.levels import AccessLevel
from intersession.core.policy import Policy
from intersession.core.rota import Rota, Shift

ZONE = "America/New_York"
AROUND = date(2027, 2, 1)
AMES, BO, COLE, DEE, EVAN, FAY, GIL, DESK = (
    StaffId(name) for name in ("ames", "bo", "cole", "dee", "evan", "fay", "gil", "desk")
)
MAIN, AMES_LINE, COACHING_LINE = (LineId(name) for name in ("main", "ames_line", "coaching_line"))
NUMBER = NumberKey("number")
"""The outside number of the event."""
WEEKDAYS, ALL_DAYS = range(5), range(7)


def ny(wall: str) -> datetime:
    """`2027-02-17 18:00` on New York's wall, as an instant. Of a time that comes twice, the first."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def weekly(start: time, end: time, days: Iterable[int] = WEEKDAYS) -> Weekly:
    """The same window on each of these weekdays (Monday 0)."""
    return Weekly(ZONE, tuple(Window(day, start, end) for day in days))


def schedule(**changes: Any) -> Schedule:
    """Weekdays nine to six, unless changed."""
    given: dict[str, Any] = {"hours": weekly(time(9), time(18)), "around": AROUND}
    return Schedule(**given | changes)


def person(staff: StaffId, *roles: Role, **changes: Any) -> Staff:
    """A staff member with one phone, `<name>_cell`."""
    given: dict[str, Any] = {
        "id": staff,
        "said_as": staff.title(),
        "initials": staff[:2].upper(),
        "roles": frozenset(roles),
        "schedule": schedule(),
        "endpoints": (Endpoint(id=EndpointId(f"{staff}_cell")),),
    }
    return Staff(**given | changes)


def staff(**changes: Staff) -> dict[StaffId, Staff]:
    """Everybody, by id; `ames=person(...)` replaces one."""
    nights, practicum = weekly(time(0), time(7), ALL_DAYS), weekly(time(10), time(16), (1, 3))
    everybody = (
        person(AMES, Role.CLINICIAN, schedule=schedule(no_call=nights)),
        person(BO, Role.TRAINEE, schedule=schedule(hours=practicum), supervisor=COLE),
        person(COLE, Role.SUPERVISOR, Role.CLINICIAN),
        person(DEE, Role.COACH, coach_until=date(2027, 12, 31)),
        person(EVAN, Role.CLINICIAN),
        person(FAY, Role.CLINICIAN),
        person(GIL, Role.DIRECTOR),
        person(DESK, Role.DESK),
    )
    return {one.id: one for one in everybody} | {StaffId(name): one for name, one in changes.items()}


def rota(*tiers: StaffId) -> Rota:
    """These people on call in tiers 1, 2, 3 for all of 2027. `rota()` has nobody on it."""
    year = Span(ny("2027-01-01 00:00"), ny("2028-01-01 00:00"))
    return Rota(tuple(Shift(staff=one, tier=tier, span=year) for tier, one in enumerate(tiers, start=1)))


def lines() -> dict[LineId, Line]:
    """The main number, Ames's own line, the coaching line."""
    main = Line(
        id=MAIN, kind=LineKind.CENTRAL, said_as="Oak Street", digits="+12125550100", brand="Oak Street"
    )
    own = replace(main, id=AMES_LINE, kind=LineKind.CLINICIAN, digits="+12125550101", staff=AMES)
    coaching = replace(main, id=COACHING_LINE, kind=LineKind.PROGRAM, digits="+12125550102")
    return {line.id: line for line in (main, own, coaching)}


def practice(**changes: Any) -> Practice:
    """A DBT practice, weekdays nine to six, with Evan and Fay on call at all hours."""
    given: dict[str, Any] = {
        "id": PracticeId("oak"),
        "version": 7,
        "zone": ZONE,
        "locale": "en-US",
        "languages": ("en-US", "es-US"),
        "policy": Policy(dbt=True),
        "sources": {},
        "calendar": Calendar(hours=weekly(time(9), time(18)), around=AROUND),
        "rota": rota(EVAN, FAY),
        "lines": lines(),
        "staff": staff(),
        "desk": (DESK,),
        "pool": (DEE,),
        "director": GIL,
    }
    return Practice(**given | changes)


def agreement(scope: TextScope = TextScope.NONE, **changes: Any) -> Agreement:
    """Discussed in January 2027, in force for a year."""
    given: dict[str, Any] = {
        "discussed_at": ny("2027-01-04 10:00"),
        "expires_at": ny("2028-01-04 10:00"),
        "text_scope": scope,
    }
    return Agreement(**given | changes)


def client(name: str, **changes: Any) -> Client:
    """A standard client of Ames with an agreement and no texting, unless changed."""
    given: dict[str, Any] = {
        "id": ClientId(name.lower()),
        "handle": name,
        "primary": AMES,
        "agreement": agreement(),
    }
    return Client(**given | changes)


def js(**changes: Any) -> Client:
    """Active in coaching; texts about coaching."""
    given = {"access": AccessLevel.COACHING, "agreement": agreement(TextScope.COACHING)}
    return client("JS", **given | changes)


def mr(**changes: Any) -> Client:
    """Active in coaching; does not text."""
    return client("MR", **{"access": AccessLevel.COACHING} | changes)


def tk(**changes: Any) -> Client:
    """A standard client; texts about times."""
    return client("TK", **{"agreement": agreement(TextScope.SCHEDULING_ONLY)} | changes)


def caller(*clients: Client, **changes: Any) -> Caller:
    """The outside number of the event, and whose it is."""
    given: dict[str, Any] = {"number": NUMBER, "clients": clients}
    return Caller(**given | changes)


def thread(**changes: Any) -> Thread:
    """The conversation of that number with the line."""
    given: dict[str, Any] = {"id": ThreadId("thread")}
    return Thread(**given | changes)


def facts(*clients: Client, line: LineId = AMES_LINE, **changes: Any) -> Facts:
    """What is known when this number, of these clients, reaches that line."""
    given: dict[str, Any] = {"practice": practice(), "caller": caller(*clients), "thread": thread()}
    found = Facts(**given | changes)
    return replace(found, line=found.practice.lines[line])
