"""Which calls and texts there can be, and which of them are of one kind."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from intersession.core.caller import CallerClass
from intersession.core.facts import Facts
from intersession.core.route import Route
from intersession.core.rules.text_situation import TextSituation, all_text_situations
from intersession.core.rules.voice import route
from intersession.core.situation import Situation, all_situations, reduce

from . import concrete
from .concrete import NOW

SEED = 988
FLOWS_OF_THEIR_OWN = (CallerClass.STAFF, CallerClass.WITHHELD, CallerClass.SHARED, CallerClass.REJECTED)

Kind = tuple[object, ...]


@dataclass(frozen=True)
class Case:
    """A call that some facts produce. `crisis`: key 9 connects."""

    situation: Situation
    crisis: bool

    def facts(self) -> Facts:
        """The smallest facts that reduce to it."""
        return concrete.facts(self.situation, crisis=self.crisis)


def producible(situations: Iterable[Situation]) -> Iterator[tuple[Case, Facts]]:
    """Those that some facts reduce to; `urgent` is the caller's key, never how a call begins."""
    for situation in situations:
        if situation.urgent:
            continue
        for crisis in (False, True):
            case = Case(situation, crisis)
            known = case.facts()
            if reduce(known, False, NOW) == situation:
                yield case, known


@cache
def some(count: int) -> tuple[Situation, ...]:
    """As many of each class of callers, as far as there are so many; in a mixed order."""
    by_class: dict[str, list[Situation]] = {}
    for one in all_situations():
        if not one.urgent:
            by_class.setdefault(one.caller, []).append(one)
    chance, each = random.Random(SEED), count // len(by_class) + 1
    found = [one for group in by_class.values() for one in chance.sample(group, min(each, len(group)))]
    chance.shuffle(found)
    return tuple(found)


@cache
def some_texts(count: int) -> tuple[TextSituation, ...]:
    """That many, by chance."""
    return tuple(random.Random(SEED).sample(list(all_text_situations()), count))


def flow(situation: Situation, known: Facts) -> Kind:
    """All that the call flow looks at: calls whose routes are alike walk alike. What is said differs more; INV-01 is
    looked at in the words of every situation."""
    urgent = replace(situation, urgent=True)
    who = situation.caller if situation.caller in FLOWS_OF_THEIR_OWN else None
    transfers = known.practice.policy.crisis_commissioned
    return who, transfers, *(_shape(route(one, known, NOW)) for one in (situation, urgent))


def _shape(plan: Route) -> Kind:
    return (
        plan.refuse, plan.urgent, plan.urgent_rings, "2" in plan.keys, plan.cap_seconds is None,
        plan.leg_seconds is None, tuple(min(len(stage.seats), 2) for stage in plan.stages if stage.seats),
        bool(plan.opening), bool(plan.desk_rings),
    )  # fmt: skip


def debt(situation: Situation, known: Facts) -> Kind:
    """How a call flows, and what it leaves behind."""
    owing = []
    for one in (situation, replace(situation, urgent=True)):
        plan = route(one, known, NOW)
        owed = plan.owed
        owing += [
            owed.listen_minutes is None, owed.call_by is None, owed.ladder, owed.abandoned_call_by is None,
            "V24" in plan.modifiers,
        ]  # fmt: skip
    return (*flow(situation, known), *owing)
