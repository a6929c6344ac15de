"""Every Situation, the states of every kind of call, every invariant. A sample here; all of it in `make prove`,
which says how many kinds of calls it left before their end."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from intersession.core.caller import CallerClass
from intersession.core.decide import voice
from intersession.core.facts import Facts
from intersession.core.route import Route
from intersession.core.rules.text_situation import TextSituation, all_text_situations, reduce_text
from intersession.core.rules.voice import route
from intersession.core.situation import Situation, all_situations, reduce

from . import concrete, texts
from .broken import BROKEN, Broken
from .concrete import NOW
from .conftest import LOOKED, WALKED
from .invariants import TEXT, VOICE, Invariant, Violated, safe_words
from .walk import arrive, walk

SEED = 988
FLOWS_OF_THEIR_OWN = (CallerClass.STAFF, CallerClass.WITHHELD, CallerClass.SHARED, CallerClass.REJECTED)
SAMPLE = 1500
WALKS = 24
STATES_HERE = 150
STATES_ALL = 1_000
STATES_OF_A_DEBT = 100

Kind = Callable[[Situation, Facts], tuple[object, ...]]


def _producible(situations: Iterable[Situation]) -> Iterator[tuple[Situation, Facts]]:
    """Those that some facts reduce to; `urgent` is the caller's key, never how a call begins."""
    for situation in situations:
        known = concrete.facts(situation, crisis=hash(situation) % 2 == 0)
        if not situation.urgent and reduce(known, False, NOW) == situation:
            yield situation, known


def _counted(invariants: list[Invariant]) -> list[Invariant]:
    return [replace(one, looked=0) for one in invariants]


def _note(invariants: list[Invariant]) -> None:
    for one in invariants:
        LOOKED[one.id] += one.looked


@cache
def _some(count: int) -> tuple[Situation, ...]:
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
def _some_texts(count: int) -> tuple[TextSituation, ...]:
    return tuple(random.Random(SEED).sample(list(all_text_situations()), count))


def test_a_sample_of_situations_keeps_every_invariant() -> None:
    _arrivals(_some(SAMPLE))


@pytest.mark.prove
def test_every_situation_keeps_every_invariant() -> None:
    _arrivals(all_situations())


def _arrivals(situations: Iterable[Situation]) -> None:
    invariants, count = _counted(VOICE), 0
    for situation, known in _producible(situations):
        arrive(known, invariants)
        _words(situation, known)
        count += 1
    WALKED["situations of calls"] += count
    _note(invariants)
    assert count


def test_a_sample_of_calls_keeps_every_invariant_in_every_state() -> None:
    _calls(_some(8 * WALKS), STATES_HERE, WALKS, _debts)


@pytest.mark.prove
def test_every_kind_of_call_keeps_every_invariant_in_its_states() -> None:
    _calls(all_situations(), STATES_ALL, None, _kind)


@pytest.mark.prove
def test_every_kind_of_debt_keeps_every_invariant() -> None:
    _calls(all_situations(), STATES_OF_A_DEBT, None, _debts)


def _calls(situations: Iterable[Situation], most: int, kinds: int | None, by: Kind) -> None:
    """Calls whose routes are of one kind walk alike, so one of each kind is walked through."""
    invariants, walked, states, cut = _counted(VOICE), set(), 0, 0
    for situation, known in _producible(situations):
        kind = by(situation, known)
        if kind in walked or (kinds is not None and len(walked) >= kinds):
            continue
        walked.add(kind)
        found = walk(known, most, invariants)
        states += found
        cut += found >= most
    WALKED["kinds of calls"] += len(walked)
    WALKED["states of calls"] += states
    if cut and kinds is None:
        WALKED[f"kinds of calls walked to {most:,} states and no further"] += cut
    _note(invariants)
    assert states > len(walked)


def _kind(situation: Situation, known: Facts) -> tuple[object, ...]:
    """All that the call flow looks at. What is said differs more; `_words` looks at that in every situation."""
    urgent = replace(situation, urgent=True)
    who = situation.caller if situation.caller in FLOWS_OF_THEIR_OWN else None
    transfers = known.practice.policy.crisis_commissioned
    return who, transfers, *(_shape(route(one, known, NOW)) for one in (situation, urgent))


def _shape(plan: Route) -> tuple[object, ...]:
    return (
        plan.refuse, plan.urgent, plan.urgent_rings, "2" in plan.keys, plan.cap_seconds is None,
        plan.leg_seconds is None, tuple(min(len(stage.seats), 2) for stage in plan.stages if stage.seats),
        bool(plan.opening), bool(plan.desk_rings),
    )  # fmt: skip


def _debts(situation: Situation, known: Facts) -> tuple[object, ...]:
    """What a call leaves behind, beside how it flows: walked less deep, for it shows when the call ends."""
    owing = []
    for one in (situation, replace(situation, urgent=True)):
        plan = route(one, known, NOW)
        owed = plan.owed
        owing += [
            owed.listen_minutes is None, owed.call_by is None, owed.ladder, owed.abandoned_call_by is None,
            "V24" in plan.modifiers,
        ]  # fmt: skip
    return (*_kind(situation, known), *owing)


def _words(situation: Situation, known: Facts) -> None:
    """INV-01 in every route: its greeting that ends in the tone holds the safety segment, urgent or not."""
    for one in (situation, replace(situation, urgent=True)):
        plan = route(one, known, NOW)
        said = voice(plan.locale, known, NOW).said(plan.closing)
        assert plan.refuse or safe_words(said), f"no safety segment in {[word.id for word in said]}: {one}"


def test_two_facts_that_reduce_alike_are_decided_alike() -> None:
    """The reduction loses nothing that a rule looks at: other names, other numbers, the same route."""
    for situation, known in _producible(_some(200)):
        client = known.caller.clients[0] if known.caller.clients else None
        if client is None:
            continue
        other = replace(client, handle="QQ", next_talk=None)
        alike = replace(known, caller=replace(known.caller, clients=(other, *known.caller.clients[1:])))
        assert reduce(alike, False, NOW) == situation
        assert _kind(situation, alike) == _kind(situation, known)


# ---------------------------------------------------------------- texts


def test_a_sample_of_texts_keeps_every_invariant() -> None:
    _texts(_some_texts(2 * SAMPLE))


@pytest.mark.prove
def test_every_text_situation_keeps_every_invariant() -> None:
    _texts(all_text_situations())


def _texts(situations: Iterable[TextSituation]) -> None:
    invariants, count = _counted(TEXT), 0
    for situation in situations:
        if reduce_text(texts.text(situation), texts.facts(situation), NOW)[0] == situation:
            texts.turn(situation, invariants)
            count += 1
    WALKED["situations of texts"] += count
    _note(invariants)
    assert count


# ---------------------------------------------------------------- the proof itself


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.says)
def test_a_broken_rule_is_caught(broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof that cannot fail proves nothing."""
    broken.patch(monkeypatch)
    with pytest.raises(Violated, match=f"^{broken.caught_by}:"):
        _hunt_texts(broken.caught_by) if broken.in_texts else _hunt_calls(broken.caught_by)


def _hunt_calls(id_: str) -> None:
    only = [one for one in VOICE if one.id == id_]
    for most, kinds in ((20, 60), (200, 60), (2000, 12)):
        for _, known in _producible(_some(kinds)):
            walk(known, most, only)


def _hunt_texts(id_: str) -> None:
    only = [one for one in TEXT if one.id == id_]
    for situation in _some_texts(4000):
        texts.turn(situation, only)


def test_every_invariant_has_a_rule_that_breaks_it() -> None:
    caught = {(broken.caught_by, broken.in_texts) for broken in BROKEN}
    assert {(one.id, False) for one in VOICE} | {(one.id, True) for one in TEXT} <= caught
