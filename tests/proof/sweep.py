"""Many situations, calls and texts, looked at one after the other or by every processor at once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from intersession.core.decide import voice
from intersession.core.facts import Facts
from intersession.core.rules.text_situation import TextSituation, all_text_situations, reduce_text
from intersession.core.rules.voice import route
from intersession.core.situation import Situation, all_situations

from . import texts
from .concrete import NOW
from .invariants import TEXT, VOICE, Invariant, safe_words
from .kinds import Case, Kind, debt, flow, producible
from .walk import arrive, walk

CPUS = os.cpu_count() or 1

T = TypeVar("T")
R = TypeVar("R")


@dataclass
class Walked:
    """What was walked, and on how many decisions each invariant was looked at."""

    counts: Counter[str] = field(default_factory=Counter)
    looked: Counter[str] = field(default_factory=Counter)

    def note(self, invariants: list[Invariant]) -> Walked:
        """These have been looked at."""
        self.looked += Counter({one.id: one.looked for one in invariants})
        return self


# ---------------------------------------------------------------- what is looked at


def arrivals(situations: Iterable[Situation]) -> Walked:
    """Each call comes in, and its words are safe."""
    invariants, walked = _counted(VOICE), Walked()
    for case, known in producible(situations):
        arrive(known, invariants)
        _words(case.situation, known)
        walked.counts["situations of calls"] += 1
    return walked.note(invariants)


def _words(situation: Situation, known: Facts) -> None:
    """INV-01 in every route: its greeting that ends in the tone holds the safety segment, urgent or not."""
    for one in (situation, replace(situation, urgent=True)):
        plan = route(one, known, NOW)
        said = voice(plan.locale, known, NOW).said(plan.closing)
        assert plan.refuse or safe_words(said), f"no safety segment in {[word.id for word in said]}: {one}"


def call(most: int | None, case: Case) -> Walked:
    """One call, in every state that it can reach; `most` states of it at the most."""
    invariants, walked = _counted(VOICE), Walked()
    states = walk(case.facts(), most, invariants)
    walked.counts["states of calls"] = states
    walked.counts["kinds of calls walked to their end" if states != most else f"kinds walked to {most} states"] = 1
    return walked.note(invariants)


def some_texts(situations: Iterable[TextSituation]) -> Walked:
    """Each text comes in."""
    invariants, walked = _counted(TEXT), Walked()
    for situation in situations:
        known = texts.facts(situation)
        event = texts.text(situation, known)
        if reduce_text(event, known, NOW)[0] == situation:
            texts.turn(known, event, invariants)
            walked.counts["situations of texts"] += 1
    return walked.note(invariants)


def _counted(invariants: list[Invariant]) -> list[Invariant]:
    return [replace(one, looked=0) for one in invariants]


# ---------------------------------------------------------------- by every processor


def all_arrivals() -> list[Walked]:
    """Every situation of a call."""
    return _spread(_arrivals_of, range(CPUS))


def all_flows() -> list[Walked]:
    """A call of each kind of flow, to its end."""
    return _spread(partial(call, None), _kinds(flow))


def all_debts(most: int) -> list[Walked]:
    """A call of each kind of debt."""
    return _spread(partial(call, most), _kinds(debt))


def all_texts() -> list[Walked]:
    """Every situation of a text."""
    return _spread(_texts_of, range(CPUS))


def _arrivals_of(part: int) -> Walked:
    return arrivals(islice(all_situations(), part, None, CPUS))


def _texts_of(part: int) -> Walked:
    return some_texts(islice(all_text_situations(), part, None, CPUS))


def _kinds(by: Callable[[Situation, Facts], Kind]) -> list[Case]:
    found: dict[Kind, Case] = {}
    for some in _spread(partial(_kinds_of, by), range(CPUS)):
        found |= some
    return list(found.values())


def _kinds_of(by: Callable[[Situation, Facts], Kind], part: int) -> dict[Kind, Case]:
    situations = islice(all_situations(), part, None, CPUS)
    return {by(case.situation, known): case for case, known in producible(situations)}


def _spread(work: Callable[[T], R], over: Iterable[T]) -> list[R]:
    with ProcessPoolExecutor(CPUS, mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, over))
