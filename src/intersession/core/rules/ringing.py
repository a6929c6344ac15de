"""Who is rung, in which stages (§3.3, §3.8, D3, D27-D30, D44, D47)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ..caller import CallerClass
from ..facts import Client, Facts, LineKind
from ..ids import StaffId
from ..levels import COACHED
from ..policy import Rule24Urgent
from ..route import Seat, Stage
from ..seats import cover_of, desk_staff, duty, endpoint_of, on_duty, on_shift, pool_staff, ringable
from ..situation import PrimaryNow, Situation
from ..wording.compose import Phrase, phrase
from .covered import covered_greeting
from .whispers import whisper


def stages(
    rule: str, situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[Stage, ...]:
    """The stages of one rule; a stage may have no seats and then lasts 0 s (D27)."""
    if situation.caller is CallerClass.REJECTED or rule == "V04":
        return ()
    if rule == "V03":
        return _tier_by_tier(situation, facts, client, now)
    if situation.urgent:
        return _urgent(rule, situation, facts, client, now)
    if facts.line is not None and facts.line.retired:
        return ()  # an old number speaks, and keeps 1 and 9; it rings nobody by itself (D52)
    return _routine(rule, situation, facts, client, now)


def desk_seats(facts: Facts, now: datetime) -> tuple[Seat, ...]:
    """Whom key 0 rings."""
    return _seats(desk_staff(facts.practice, now), "V05", None, facts, None, now)


# ---------------------------------------------------------------- urgent


def _urgent(
    rule: str, situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[Stage, ...]:
    """V10, V14, the urgent branches of V11 and V12, and 1 from anybody else (D30)."""
    own = _own_clinician(rule, situation, facts, client, now)
    left_out = client.primary if client is not None and not own else None
    tiers = tuple(one for one in on_shift(facts.practice, now) if one != left_out)
    director = on_duty(facts.practice, 3, now)
    last = [director] if director is not None and director != left_out else []
    joins = client is not None and client.primary is not None and not own
    alone = rule == "V14" and facts.practice.policy.rule24_urgent_to is Rule24Urgent.PRIMARY and bool(own)
    tiers = (*own, *tiers) if alone else tiers
    first = [*own, *tiers[:1], *(tiers[1:2] if joins or _central_and_shared(situation, facts) else ())]
    pool = _pool(facts, client, now) if situation.path in COACHED else ()
    groups = (first, [*tiers[1:2], *pool], last)
    seconds = (*facts.practice.policy.urgent_ring_seconds, facts.practice.policy.cap_seconds)
    words = ((phrase("U-RING"),), (_still(pool),), (phrase("STILL-OC"),))
    return tuple(
        Stage(seats=_seats(group, rule, situation, facts, client, now), seconds=length, words=said)
        for group, length, said in zip(groups, seconds, words, strict=True)
    )


def _own_clinician(
    rule: str, situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[StaffId, ...]:
    """The primary, where nothing forbids it (V10, V14, D29); in time off the named cover."""
    if client is None or client.primary is None or rule in ("V02", "V11", "V12"):
        return ()
    to = facts.practice.policy.rule24_urgent_to
    if rule == "V14" and to is Rule24Urgent.ONCALL:
        return ()
    staff = facts.practice.staff.get(client.primary)
    if staff is None or not ringable(facts.practice, staff.id):
        return ()
    if staff.urgent_through:
        return (staff.id,)
    at_any_hour = situation.path in COACHED and facts.practice.policy.rings_after_hours
    if not at_any_hour and not situation.in_hours:
        return ()
    if situation.primary is PrimaryNow.COVERED:
        cover = cover_of(staff, facts.practice, now)
        return (cover.id,) if cover else ()
    rings = situation.primary in (PrimaryNow.REACHABLE, PrimaryNow.AFTER_HOURS, PrimaryNow.IN_SESSION)
    return (staff.id,) if rings else ()


def _central_and_shared(situation: Situation, facts: Facts) -> bool:
    """A shared number on the central line: on-call 1 and 2 together (D44)."""
    central = facts.line is not None and facts.line.kind is LineKind.CENTRAL
    return central and situation.caller is CallerClass.SHARED


def _tier_by_tier(
    situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[Stage, ...]:
    """V03: on-call 1, then 2, then 3, at any hour."""
    seconds = (*facts.practice.policy.urgent_ring_seconds, facts.practice.policy.cap_seconds)
    return tuple(
        Stage(
            seats=_seats([staff], "V03", situation, facts, client, now),
            seconds=length,
            words=(phrase("STILL-OC"),) if index else (phrase("U-RING"),),
        )
        for index, (staff, length) in enumerate(zip(duty(facts.practice, now), seconds, strict=False))
    )


# ---------------------------------------------------------------- routine


def _routine(
    rule: str, situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[Stage, ...]:
    match rule:
        case "V05":
            return _desk(rule, situation, facts, client, now)
        case "V07" | "V08":
            return _desk(rule, situation, facts, client, now) if situation.in_hours else ()
        case "V19" | "V20" | "V21":
            return _standard(rule, situation, facts, client, now)
        case "V15" | "V16" | "V17" | "V18" | "V22":
            return _coaching(rule, situation, facts, client, now)
        case _:
            return ()


def _desk(
    rule: str, situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[Stage, ...]:
    seats = _seats(desk_staff(facts.practice, now), rule, situation, facts, client, now)
    return (Stage(seats=seats, seconds=facts.practice.policy.desk_ring_seconds),)


def _standard(
    rule: str, situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[Stage, ...]:
    """V20: the clinician, else the desk, for 20 s, in hours only; nobody in a session (D29, S12)."""
    if not situation.in_hours:
        return ()
    own = _free_clinician(situation, facts, client, now)
    seats = _seats(own or desk_staff(facts.practice, now), rule, situation, facts, client, now)
    words = _cover_words(situation, facts, client, now)
    return (Stage(seats=seats, seconds=facts.practice.policy.ring_seconds[0], words=words),)


def _coaching(
    rule: str, situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[Stage, ...]:
    """V15-V18, V22: primary (or who stands in), then the pool, then on-call."""
    first, second, third = facts.practice.policy.ring_seconds
    own = _free_clinician(situation, facts, client, now)
    pool = _pool(facts, client, now)
    on_call = on_shift(facts.practice, now)[:1] if rule != "V16" else ()
    plan = (
        (own, first, _cover_words(situation, facts, client, now)),
        (pool, second, (phrase("STILL-TEAM"),)),
        (on_call, third, (phrase("STILL-OC"),)),
    )
    return tuple(
        Stage(seats=_seats(group, rule, situation, facts, client, now), seconds=length, words=words)
        for group, length, words in plan
    )


def _free_clinician(
    situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[StaffId, ...]:
    staff = facts.practice.staff.get(client.primary) if client and client.primary else None
    if staff is None:
        return ()
    if situation.primary is PrimaryNow.COVERED:
        cover = cover_of(staff, facts.practice, now)
        return (cover.id,) if cover else ()
    after_hours = situation.primary is PrimaryNow.AFTER_HOURS and facts.practice.policy.rings_after_hours
    return (staff.id,) if after_hours or situation.primary is PrimaryNow.REACHABLE else ()


def _cover_words(
    situation: Situation, facts: Facts, client: Client | None, now: datetime
) -> tuple[Phrase, ...]:
    """The cover is rung while the greeting that names them plays (V18, D11)."""
    return covered_greeting(facts, client, now) if situation.primary is PrimaryNow.COVERED else ()


def _pool(facts: Facts, client: Client | None, now: datetime) -> tuple[StaffId, ...]:
    return pool_staff(facts.practice, now, leave_out=client.primary if client else None)


def _still(pool: tuple[StaffId, ...]) -> Phrase:
    return phrase("STILL-TEAM") if pool else phrase("STILL-OC")


def _seats(
    staff: Iterable[StaffId],
    rule: str,
    situation: Situation | None,
    facts: Facts,
    client: Client | None,
    now: datetime,
) -> tuple[Seat, ...]:
    seats = []
    for person in dict.fromkeys(staff):
        phone = endpoint_of(facts.practice, person)
        if phone is not None:
            words = whisper(rule, situation, facts, client, person)
            seats.append(Seat(staff=person, endpoint=phone.id, whisper=words))
    return tuple(seats)

