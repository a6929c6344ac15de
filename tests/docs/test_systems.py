"""docs/systems.md claims nothing that no rule, screen, story or test shows."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from intersession.core.rules.registry import State, registry

from .cited import ROOT, mentions, stories, wrong_with

COLUMNS = "| id | state | rules | screen | scenario | test |"
NONE = "–"
CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Row:
    """One system."""

    id: str
    state: str
    rules: str
    screen: str
    scenario: str
    test: str

    @property
    def word(self) -> State:
        return State(self.state.partition(":")[0])

    @property
    def missing(self) -> str:
        return self.state.partition(":")[2].strip()


def _rows() -> list[Row]:
    _, found, after = (ROOT / "docs" / "systems.md").read_text(encoding="utf-8").partition(COLUMNS)
    assert found, "the table's columns are " + COLUMNS
    lines = after.split("\n\n")[0].strip().splitlines()[1:]
    return [Row(*(cell.strip() for cell in line.strip("|").split(" | "))) for line in lines]


ROWS = _rows()
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)


def test_there_is_one_row_for_each_system() -> None:
    assert [row.id for row in ROWS] == [f"S{number:02}" for number in range(1, 49)]


@every_row
def test_the_state_says_what_is_missing(row: Row) -> None:
    assert bool(row.missing) is (row.word is not State.WORKS)


@every_row
def test_what_is_claimed_is_shown(row: Row) -> None:
    shown = CODE.findall(row.scenario) + CODE.findall(row.test)
    assert bool(shown) is (row.word is not State.WAITS)
    assert {one: wrong_with(one) for one in shown if wrong_with(one)} == {}


@every_row
def test_its_rules_are_in_the_registry(row: Row) -> None:
    rules = [] if row.rules == NONE else row.rules.split(", ")
    assert bool(rules) is (row.word is not State.WAITS)
    assert [one for one in rules if one not in registry()] == []
    assert [one for one in rules if registry()[one].state is State.WAITS] == []


@every_row
def test_its_stories_say_that_they_are_about_it(row: Row) -> None:
    assert [one for one in CODE.findall(row.scenario) if row.id not in stories()[one]["systems"]] == []  # type: ignore[operator]


@every_row
def test_a_rule_of_it_is_named_by_what_shows_it(row: Row) -> None:
    """A system is not carried by a story that is about something else."""
    shown = CODE.findall(row.scenario)
    rules = [] if row.rules == NONE else row.rules.split(", ")
    assert not shown or any(mentions(one, rule) for one in shown for rule in rules)


@every_row
def test_its_screen_has_an_address(row: Row) -> None:
    screens = CODE.findall(row.screen)
    assert screens or row.screen == NONE
    assert set(screens) <= set(_names(get_resolver("intersession.web.urls")))


def _names(resolver: URLResolver) -> set[str]:
    names: set[str] = set()
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern) and one.name:
            names.add(one.name)
        elif isinstance(one, URLResolver):
            names |= _names(one)
    return names


def test_every_system_is_told_in_words() -> None:
    told = re.findall(r"^\| (S\d\d) \| [a-z]", (ROOT / "docs" / "systems.md").read_text(encoding="utf-8"), re.M)
    assert sorted(set(told)) == [row.id for row in ROWS]
