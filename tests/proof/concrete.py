"""A Situation made concrete again: the smallest facts that reduce to it. Monday is a business day here."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from intersession.core.agreement import Agreement, SafeContact
from intersession.core.caller import CallerClass
from intersession.core.facts import (
    Block,
    Caller,
    Client,
    ClientStatus,
    Cover,
    Endpoint,
    Facts,
    Line,
    LineKind,
    Practice,
    Role,
    Staff,
    Thread,
)
from intersession.core.hours import Calendar, Schedule, Span, Spans, Weekly, Window
from intersession.core.ids import ClientId, EndpointId, LineId, NumberKey, PracticeId, StaffId, ThreadId
from intersession.core.levels import AccessLevel, AccessPhase, Path
from intersession.core.limits import Limit, LimitKind, LimitNow
from intersession.core.policy import Policy
from intersession.core.rota import Rota, Shift
from intersession.core.situation import OnCallNow, PrimaryNow, Situation

ZONE = "America/New_York"
NOW = datetime(2027, 2, 8, 15, 0, tzinfo=UTC)
"""Monday 10:00 in New York."""
LONG = Span(NOW - timedelta(days=2), NOW + timedelta(days=2))
SHORT = Span(NOW - timedelta(minutes=10), NOW + timedelta(minutes=40))
OPEN = tuple(Window(weekday=day, start=time(8), end=time(18)) for day in range(5))
SHUT = tuple(Window(weekday=day, start=time(18), end=time(20)) for day in range(5))
MOMENT = (Window(weekday=0, start=time(9), end=time(11)),)

AMES, BO, DEE, EVAN, FAY, GIL, DESK, COVER = (
    StaffId(name) for name in ("ames", "bo", "dee", "evan", "fay", "gil", "desk", "cover")
)
LINE = LineId("line")
NUMBER = NumberKey("caller")


def facts(situation: Situation, *, crisis: bool = False) -> Facts:
    """Facts that `reduce` turns into `situation`. `crisis`: key 9 is commissioned."""
    return Facts(
        practice=_practice(situation, crisis),
        line=Line(id=LINE, kind=LineKind.CENTRAL, said_as="Practice line", digits="+12125550100", brand="Practice"),
        caller=_caller(situation),
        thread=_thread(situation),
    )


def _practice(situation: Situation, crisis: bool) -> Practice:
    hours = OPEN if situation.in_hours else SHUT
    staff = [
        _staff(AMES, _primary_schedule(situation), covers=_covers(situation), roles={Role.CLINICIAN}),
        _staff(BO, _schedule(OPEN), roles={Role.CLINICIAN, Role.TRAINEE}),
        _staff(DEE, _schedule(OPEN), roles={Role.COACH}, coach_until=date(2027, 12, 31)),
        _staff(EVAN, _schedule(OPEN), roles={Role.CLINICIAN}),
        _staff(FAY, _schedule(OPEN), roles={Role.CLINICIAN}),
        _staff(GIL, _schedule(OPEN), roles={Role.DIRECTOR}),
        _staff(DESK, _schedule(OPEN), roles={Role.DESK}),
        _staff(COVER, _schedule(hours), roles={Role.CLINICIAN}),
    ]
    return Practice(
        id=PracticeId("practice"),
        version=1,
        zone=ZONE,
        locale="en-US",
        languages=("en-US", "es-US"),
        policy=Policy(dbt=True, on_call=situation.on_call is not OnCallNow.NONE, crisis_commissioned=crisis),
        sources={},
        calendar=Calendar(hours=Weekly(ZONE, hours if _desk_hours(situation) else SHUT), around=NOW.date()),
        rota=_rota(situation),
        lines={},
        staff={person.id: person for person in staff},
        desk=(DESK,) if situation.desk else (),
        pool=(DEE,) if situation.pool else (),
        director=GIL,
    )


def _desk_hours(situation: Situation) -> bool:
    return situation.in_hours


def _staff(
    staff: StaffId,
    schedule: Schedule,
    *,
    roles: set[Role],
    covers: tuple[Cover, ...] = (),
    coach_until: date | None = None,
) -> Staff:
    return Staff(
        id=staff,
        said_as=staff.title(),
        initials=staff[:2],
        roles=frozenset(roles),
        schedule=schedule,
        endpoints=(Endpoint(id=EndpointId(f"{staff}-cell")),),
        coach_until=coach_until,
        covers=covers,
    )


def _schedule(windows: tuple[Window, ...], **more: object) -> Schedule:
    return Schedule(hours=Weekly(ZONE, windows), around=NOW.date(), **more)  # type: ignore[arg-type]


def _primary_schedule(situation: Situation) -> Schedule:
    hours = OPEN if situation.in_hours else SHUT
    match situation.primary:
        case PrimaryNow.IN_SESSION:
            return _schedule(hours, encounters=Spans((SHORT,)))
        case PrimaryNow.NO_CALL:
            return _schedule(hours, no_call=Weekly(ZONE, MOMENT))
        case PrimaryNow.DND:
            return _schedule(hours, dnd=SHORT)
        case PrimaryNow.COVERED | PrimaryNow.AWAY:
            return _schedule(hours, time_off=Spans((LONG,)))
        case PrimaryNow.NONE | PrimaryNow.REACHABLE | PrimaryNow.AFTER_HOURS:
            return _schedule(hours)


def _covers(situation: Situation) -> tuple[Cover, ...]:
    return (Cover(staff=COVER, span=LONG),) if situation.primary is PrimaryNow.COVERED else ()


def _rota(situation: Situation) -> Rota:
    later = Span(NOW + timedelta(hours=5), NOW + timedelta(hours=9))
    match situation.on_call:
        case OnCallNow.NONE | OnCallNow.GAP:
            return Rota((Shift(staff=EVAN, tier=1, span=later),))
        case OnCallNow.ONE:
            return Rota((Shift(staff=EVAN, tier=1, span=LONG),))
        case OnCallNow.TWO:
            return Rota((Shift(staff=EVAN, tier=1, span=LONG), Shift(staff=FAY, tier=2, span=LONG)))


def _caller(situation: Situation) -> Caller:
    client = _client(situation)
    other = Client(id=ClientId("mr"), handle="MR", primary=BO)
    match situation.caller:
        case CallerClass.CLIENT:
            return Caller(number=NUMBER, clients=(client,))
        case CallerClass.SHARED:
            return Caller(number=NUMBER, clients=(client, other))
        case CallerClass.DISCHARGED:
            gone = Client(id=ClientId("tk"), handle="TK", status=ClientStatus.DISCHARGED, primary=AMES)
            return Caller(number=NUMBER, clients=(gone,))
        case CallerClass.GUARDIAN:
            return Caller(number=NUMBER, guardian=True)
        case CallerClass.STAFF:
            return Caller(number=NUMBER, staff=BO)
        case CallerClass.PARTNER:
            return Caller(number=NUMBER, partner=True)
        case CallerClass.UNKNOWN:
            return Caller(number=NUMBER)
        case CallerClass.WITHHELD:
            return Caller(number=None)
        case CallerClass.BLOCKED:
            return Caller(number=NUMBER, clients=(client,), block=_block(hard=False))
        case CallerClass.REJECTED:
            return Caller(number=NUMBER, block=_block(hard=True))


def _block(*, hard: bool) -> Block:
    return Block(hard=hard, author=GIL, review_on=date(2027, 3, 8))


ACCESS = {
    Path.STANDARD: (AccessLevel.STANDARD, AccessPhase.ACTIVE),
    Path.PHASED: (AccessLevel.COACHING, AccessPhase.ORIENTATION),
    Path.HIGH_ACCESS: (AccessLevel.HIGH_ACCESS, AccessPhase.ACTIVE),
    Path.COACHING: (AccessLevel.COACHING, AccessPhase.ACTIVE),
}


def _client(situation: Situation) -> Client:
    level, phase = ACCESS[situation.path]
    return Client(
        id=ClientId("js"),
        handle="JS",
        primary=None if situation.primary is PrimaryNow.NONE else AMES,
        access=level,
        phase=phase,
        agreement=Agreement(discussed_at=NOW - timedelta(days=30)),
        safe=SafeContact(),
        limits=_limits(situation),
        rule24_until=NOW + timedelta(hours=3) if situation.rule24 else None,
        language="vi" if situation.foreign else "en-US",
        needs_relay=situation.relay,
        minor=situation.minor,
    )


def _limits(situation: Situation) -> tuple[Limit, ...]:
    start, until = NOW - timedelta(days=1), NOW + timedelta(days=3)
    match situation.limit:
        case LimitNow.NONE:
            return ()
        case LimitNow.PAUSED:
            return (Limit(kind=LimitKind.PHONE_HOLIDAY, start=start, until=until),)
        case LimitNow.OUTSIDE_WINDOW:
            window = Spans((Span(NOW + timedelta(hours=2), NOW + timedelta(hours=4)),))
            return (Limit(kind=LimitKind.NARROWED, start=start, until=until, window=window),)


def _thread(situation: Situation) -> Thread:
    tries = (NOW - timedelta(minutes=6), NOW - timedelta(minutes=3)) if situation.redial else ()
    return Thread(id=ThreadId("thread"), missed_calls=tries)
