"""The voice rules V02-V22 in their order of evaluation (§3.2): the first that fits is the base rule.

A rule looks at the Situation and at nothing else. What follows from it is in three rooms beside this
one: `ringing` (who is rung, in which stages), `greetings` (what is said), `dues` (what is owed).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..caller import CallerClass, lead_client
from ..facts import Client, Facts
from ..levels import Path
from ..limits import LimitNow
from ..route import Owed, Route, Seat, Stage
from ..situation import CLIENT_CLASSES, OnCallNow, PrimaryNow, Situation
from ..wording.compose import Phrase
from .dues import hear_by, owed
from .greetings import closing, opening
from .ringing import desk_seats, stages

Fits = Callable[[Situation], bool]

STRANGERS = frozenset({CallerClass.UNKNOWN, CallerClass.WITHHELD})

TABLE: tuple[tuple[str, Fits], ...] = (
    ("V02", lambda s: s.caller in (CallerClass.REJECTED, CallerClass.BLOCKED)),
    ("V04", lambda s: s.caller is CallerClass.STAFF),
    ("V03", lambda s: s.caller is CallerClass.PARTNER),
    ("V05", lambda s: s.caller in STRANGERS and s.in_hours and not s.urgent),
    ("V06", lambda s: s.caller in STRANGERS),
    ("V07", lambda s: s.caller is CallerClass.DISCHARGED),
    ("V08", lambda s: s.caller is CallerClass.GUARDIAN),
    ("V14", lambda s: s.urgent and s.rule24),
    ("V11", lambda s: s.limit is LimitNow.PAUSED),
    ("V12", lambda s: s.limit is LimitNow.OUTSIDE_WINDOW),
    ("V10", lambda s: s.urgent),
    ("V13", lambda s: s.rule24),
    ("V19", lambda s: s.path is Path.PHASED),
    ("V20", lambda s: s.path is Path.STANDARD and s.in_hours),
    ("V21", lambda s: s.path is Path.STANDARD),
    ("V16", lambda s: s.primary is PrimaryNow.IN_SESSION),
    ("V17", lambda s: s.primary in (PrimaryNow.NO_CALL, PrimaryNow.DND)),
    ("V18", lambda s: s.primary in (PrimaryNow.COVERED, PrimaryNow.AWAY)),
    ("V22", lambda s: s.path is Path.HIGH_ACCESS),
    ("V15", lambda s: s.path is Path.COACHING),
)

MODIFIERS: tuple[tuple[str, Fits], ...] = (
    ("D16", lambda s: s.caller is CallerClass.REJECTED),
    ("V09", lambda s: s.caller is CallerClass.SHARED),
    ("V22", lambda s: s.path is Path.HIGH_ACCESS and base_rule(s) in ("V16", "V17", "V18")),
    ("V24", lambda s: s.redial),
    ("V26", lambda s: s.relay),
    ("V27", lambda s: s.foreign),
    ("V28", lambda s: s.minor),
)


def base_rule(situation: Situation) -> str:
    """The one base rule. Total: every Situation has one."""
    return next(rule for rule, fits in TABLE if fits(situation))


def modifiers(situation: Situation) -> tuple[str, ...]:
    """Rules that change how the base rule is carried out."""
    return tuple(rule for rule, fits in MODIFIERS if fits(situation))


def route(situation: Situation, facts: Facts, now: datetime) -> Route:
    """The whole route of a call: stages, words, keys, what is owed."""
    rule = base_rule(situation)
    client = lead_client(facts.caller, facts.line) if situation.caller in CLIENT_CLASSES else None
    policy = facts.practice.policy
    return Route(
        rule=rule,
        modifiers=modifiers(situation),
        refuse=situation.caller is CallerClass.REJECTED,
        urgent=situation.urgent or rule == "V03",
        cap_seconds=policy.cap_seconds if _waits(rule, situation) else None,
        keys=_keys(situation, facts, now),
        urgent_rings=situation.on_call in (OnCallNow.ONE, OnCallNow.TWO),
        locale=spoken_locale(facts),
        leg_seconds=policy.relay_ring_seconds if situation.relay else None,
        plan=_Plan(rule, situation, facts, client, now),
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """The parts of a route, each worked out in its own room."""

    rule: str
    situation: Situation
    facts: Facts
    client: Client | None
    now: datetime

    def stages(self) -> tuple[Stage, ...]:
        return stages(self.rule, self.situation, self.facts, self.client, self.now)

    def owed(self) -> Owed:
        return owed(self.rule, self.situation, self.facts, self.client, self.now)

    def hear_by(self, route: Route) -> datetime | None:
        return hear_by(route, self.facts, self.now)

    def opening(self, route: Route) -> tuple[Phrase, ...]:
        return opening(route, self.situation, self.facts, self.client, self.now)

    def closing(self, route: Route) -> tuple[Phrase, ...]:
        return closing(route, self.situation, self.facts, self.client, self.now)

    def desk_rings(self) -> tuple[Seat, ...]:
        return desk_seats(self.facts, self.now) if self.situation.in_hours else ()


def spoken_locale(facts: Facts) -> str:
    """The pack that this caller hears: chosen by key 8, else the recorded language, else the default (D42)."""
    if facts.call is not None:
        return facts.call.locale
    client = lead_client(facts.caller, facts.line)
    wanted = client.language if client and client.language else facts.practice.locale
    return wanted if wanted in facts.practice.languages else facts.practice.locale


def _waits(rule: str, situation: Situation) -> bool:
    return situation.urgent or rule in ("V03", "V15", "V16", "V17", "V18", "V22")


def _keys(situation: Situation, facts: Facts, now: datetime) -> str:
    client = lead_client(facts.caller, facts.line)
    page_me = client is not None and client.agreement.in_force(now) and client.agreement.page_me
    other = len(facts.practice.languages) > 1
    desk = situation.in_hours and situation.desk
    return "19" + "2" * page_me + "8" * other + "0" * desk
