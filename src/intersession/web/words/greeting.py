"""What callers would hear this minute, by the same rules and words that a call takes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ...core.call import Hearing, Said
from ...core.decide import voice
from ...core.facts import Caller, Client, Facts, Line, LineKind, Practice
from ...core.ids import ClientId, NumberKey
from ...core.levels import AccessLevel
from ...core.route import Route
from ...core.rules.own_voice import own_voice
from ...core.rules.voice import route
from ...core.situation import reduce
from ...corridor.db import Db
from ...corridor.greetings import in_own_voice
from .. import line
from ..directory import practice

SAFETY = frozenset({"SAFETY-A", "SAFETY-B", "CONNECT-A", "CONNECT-B"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A piece of a greeting. `safety`: the fixed segment that nobody can take out."""

    text: str
    lang: str
    safety: bool
    own: bool
    """In a clinician's own voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one kind of caller hears."""

    who: str
    rule: str
    first: str
    """What happens before the words."""
    said: tuple[Spoken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Greetings:
    """For the card at the top."""

    when: str
    heard: tuple[Heard, ...]


def heard_now() -> Greetings:
    """For each line that takes calls: a coaching client, a client, somebody new."""
    now, known = line.now(), practice()
    local = now.astimezone(ZoneInfo(known.zone))
    heard = [
        _heard(kind, caller, this, known, now)
        for this in known.lines.values()
        if not this.retired
        for kind, caller in _callers(this, known)
    ]
    return Greetings(when=f"{local:%A} {local:%H:%M}", heard=tuple(heard))


def _callers(this: Line, known: Practice) -> list[tuple[str, Caller]]:
    new = (f"{this.said_as}: somebody new", Caller(number=NumberKey("new")))
    if this.kind is not LineKind.CLINICIAN or this.staff not in known.staff:
        return [new]
    levels = [AccessLevel.COACHING, AccessLevel.STANDARD] if known.policy.dbt else [AccessLevel.STANDARD]
    named = {AccessLevel.COACHING: "a coaching client", AccessLevel.STANDARD: "a client"}
    return [(f"{this.said_as}: {named[level]}", _client_of(this, level)) for level in levels] + [new]


def _client_of(this: Line, level: AccessLevel) -> Caller:
    client = Client(id=ClientId("any"), handle="", primary=this.staff, access=level)
    return Caller(number=NumberKey("any"), clients=(client,))


def _heard(kind: str, caller: Caller, this: Line, known: Practice, now: datetime) -> Heard:
    facts = Facts(practice=known, line=this, caller=caller)
    situation = reduce(facts, False, now)
    plan = route(situation, facts, now)
    spoken = voice(plan.locale, facts, now, own_voice(situation.caller, facts))
    said = _in_own_voice(Hearing(said=spoken.said((*plan.opening, *plan.closing)))).said
    return Heard(who=kind, rule=plan.rule, first=_first(plan, known), said=tuple(map(_spoken, said)))


def _in_own_voice(hearing: Hearing) -> Hearing:
    to = line.connected()
    with closing(Db(to.database)) as db:
        return in_own_voice(db, to.keyring, hearing)


def _first(plan: Route, known: Practice) -> str:
    staff = [known.staff[seat.staff].said_as for stage in plan.stages for seat in stage.seats]
    names = list(dict.fromkeys(staff))
    if not names:
        return "No phone rings. Heard at once:"
    seconds = sum(stage.seconds for stage in plan.stages if stage.seats)
    return f"Rings {', then '.join(names)}, {seconds} seconds at most. If nobody answers:"


def _spoken(said: Said) -> Spoken:
    return Spoken(text=said.text, lang=said.locale, safety=said.id in SAFETY, own=said.clip is not None)
