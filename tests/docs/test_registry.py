"""The registry holds every rule that a decision can carry, and claims nothing that nothing shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields

import pytest

from intersession.core.policy import Policy
from intersession.core.rules import text, voice
from intersession.core.rules.registry import RULES, Rule, State, entries, meanings, registry
from ops.domain_docs import SOURCE, read_in_code, shown_path

from .cited import mentions, stories, wrong_with

ID = re.compile(r"(?:V|X|E|O|P|VM|D|S)\d{2}|D\d|INV-\d{2}[ab]?")
ALL = list(registry().values())


def test_the_tables_are_in_it() -> None:
    tables = (voice.TABLE, voice.MODIFIERS, text.TABLE, text.MODIFIERS)
    assert {id_ for table in tables for id_, _ in table} <= set(registry())


def test_whatever_a_decision_can_carry_is_in_it() -> None:
    """Every id that the core writes as a word of its own: base rules, modifiers, reasons."""
    written = set(_ids_in_core())
    assert {"V16", "X12", "E03", "O02", "P01", "D37", "INV-10", "S43"} <= written
    assert written <= set(registry())


def _ids_in_core() -> Iterator[str]:
    for path in (SOURCE / "core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and ID.fullmatch(node.value):
                yield node.value


def test_every_rule_that_a_story_names_is_in_it() -> None:
    named = {id_ for story in stories().values() for id_ in story.get("rules", ())}  # type: ignore[attr-defined]
    assert named <= set(registry())


@pytest.mark.parametrize("kind", ["V", "X"])
def test_no_number_is_left_out(kind: str) -> None:
    numbers = sorted(int(one.id[1:]) for one in ALL if re.fullmatch(rf"{kind}\d\d", one.id))
    assert numbers == list(range(numbers[0], numbers[-1] + 1))


@pytest.mark.parametrize("rule", ALL, ids=lambda one: one.id)
def test_an_entry_is_whole(rule: Rule) -> None:
    assert rule.what
    assert rule.when or rule.id.startswith("INV")
    assert rule.source or rule.id.startswith("D")
    assert bool(rule.missing) is (rule.state is not State.WORKS), "what is missing is said, and only then"
    assert bool(rule.shown) is (rule.state is not State.WAITS), "what is there is shown, and nothing else"
    assert not rule.lives or (SOURCE / rule.lives).is_file()
    assert set(rule.defaults()) <= {one.name for one in fields(Policy)}


@pytest.mark.parametrize("rule", [one for one in ALL if one.shown], ids=lambda one: one.id)
def test_what_shows_it_is_there(rule: Rule) -> None:
    cited = [shown_path(one) for one in rule.shown]
    assert {one: wrong_with(one) for one in cited if wrong_with(one)} == {}


@pytest.mark.parametrize("part", RULES)
def test_a_rule_that_works_is_named_by_what_shows_it(part: str) -> None:
    works = [one for one in entries(part).values() if one.state is State.WORKS and not one.id.startswith("S")]
    assert [one.id for one in works if not any(mentions(shown_path(shown), one.id) for shown in one.shown)] == []


def test_its_file_is_one_that_names_it() -> None:
    """Whoever opens the file lands on the rule, unless the whole core does without its id."""
    core = {path: path.read_text(encoding="utf-8") for path in (SOURCE / "core").rglob("*.py")}
    lost = []
    for rule in (one for part in RULES for one in entries(part).values() if one.lives):
        naming = [path for path, source in core.items() if re.search(rf"\b{rule.id}\b", source)]
        if naming and SOURCE / rule.lives not in naming:
            lost.append(rule.id)
    assert lost == []


def test_the_numbers_are_those_of_the_policy() -> None:
    assert set(meanings()) == {one.name for one in fields(Policy)}
    assert registry()["V10"].defaults() == {name: getattr(Policy(), name) for name in registry()["V10"].numbers}


def test_what_works_names_only_numbers_that_are_read() -> None:
    works = [one for one in ALL if one.state is State.WORKS]
    assert {one.id: set(one.numbers) - read_in_code() for one in works if set(one.numbers) - read_in_code()} == {}


def test_every_number_that_is_read_belongs_to_a_rule() -> None:
    of_rules = {name for one in ALL for name in one.numbers}
    assert set(meanings()) & read_in_code() <= of_rules
