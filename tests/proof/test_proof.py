"""Every Situation, every state of every kind of call, every invariant. A sample here; all of it in `make prove`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from intersession.core.situation import reduce

from . import sweep, texts
from .broken import BROKEN, Broken
from .concrete import NOW
from .conftest import LOOKED, WALKED
from .invariants import TEXT, VOICE, Violated
from .kinds import debt, flow, producible, some, some_texts
from .sweep import Walked
from .walk import walk

SAMPLE = 1500
WALKS = 24
STATES_HERE = 150
STATES_OF_A_DEBT = 100


def _note(walked: Iterable[Walked]) -> int:
    count = 0
    for one in walked:
        WALKED.update(one.counts)
        LOOKED.update(one.looked)
        count += one.counts.total()
    return count


def test_a_sample_of_situations_keeps_every_invariant() -> None:
    assert _note([sweep.arrivals(some(SAMPLE))])


def test_a_sample_of_calls_keeps_every_invariant_in_every_state() -> None:
    cases = {debt(case.situation, known): case for case, known in producible(some(8 * WALKS))}
    assert _note(sweep.call(STATES_HERE, case) for case in list(cases.values())[:WALKS]) > WALKS


def test_a_sample_of_texts_keeps_every_invariant() -> None:
    assert _note([sweep.some_texts(some_texts(2 * SAMPLE))])


@pytest.mark.prove
def test_every_situation_keeps_every_invariant() -> None:
    assert _note(sweep.all_arrivals())


@pytest.mark.prove
def test_every_kind_of_call_keeps_every_invariant_in_every_state() -> None:
    assert _note(sweep.all_flows())


@pytest.mark.prove
def test_every_kind_of_debt_keeps_every_invariant() -> None:
    """Whoever owes what shows when a call ends: after few steps of many ways."""
    assert _note(sweep.all_debts(STATES_OF_A_DEBT))


@pytest.mark.prove
def test_every_text_situation_keeps_every_invariant() -> None:
    assert _note(sweep.all_texts())


def test_two_facts_that_reduce_alike_are_decided_alike() -> None:
    """The reduction loses nothing that a rule looks at: other names, other numbers, the same route."""
    for case, known in producible(some(200)):
        client = known.caller.clients[0] if known.caller.clients else None
        if client is None:
            continue
        other = replace(client, handle="QQ", next_talk=None)
        alike = replace(known, caller=replace(known.caller, clients=(other, *known.caller.clients[1:])))
        assert reduce(alike, False, NOW) == case.situation
        assert flow(case.situation, alike) == flow(case.situation, known)


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
        for _, known in producible(some(kinds)):
            walk(known, most, only)


def _hunt_texts(id_: str) -> None:
    only = [one for one in TEXT if one.id == id_]
    for situation in some_texts(4000):
        known = texts.facts(situation)
        texts.turn(known, texts.text(situation, known), only)


def test_every_invariant_has_a_rule_that_breaks_it() -> None:
    caught = {(broken.caught_by, broken.in_texts) for broken in BROKEN}
    assert {(one.id, False) for one in VOICE} | {(one.id, True) for one in TEXT} <= caught
