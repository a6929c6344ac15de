"""Every story of scenarios/ is a test: it plays as it says, and the rules that it names were really applied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from intersession.stories.acts import ACTS
from intersession.stories.expects import EXPECTS
from intersession.stories.play import Story, load, play
from intersession.stories.source import StoryError
from intersession.stories.world import World

SCENARIOS = Path(__file__).parents[2] / "scenarios"
STORIES = sorted(path for path in SCENARIOS.rglob("*.toml") if path.parent.name != "casts")

SYSTEM = re.compile(r"S(0[1-9]|[1-3]\d|4[0-8])")
TELEPHONE = re.compile(r"\+\d{10,}")

BEGINNING = """\
title = "A mistake"
cast = "dbt_team"
start = 2027-02-09 20:12:00

[[step]]
at = "20:12:00"
"""
"""Six lines: what is wrong stands in the seventh."""


def applied(world: World) -> set[str]:
    """Every rule that decided something, was added to another, or gave a reason."""
    decisions = [turned.decision for _, turned in world.turned if turned.decision is not None]
    return {
        rule
        for one in decisions
        for rule in (one.rule, *one.modifiers, *(reason.rule for reason in one.reasons))
    }  # fmt: skip


def test_there_are_stories() -> None:
    told = {path.name[:2] for path in STORIES if path.parent == SCENARIOS}
    assert told >= {"00", "01", "02", "03", "04", "05", "06", "09", "10", "11"}


@pytest.mark.parametrize("path", STORIES, ids=[str(path.relative_to(SCENARIOS)) for path in STORIES])
def test_a_story_plays_as_it_says(path: Path) -> None:
    story = load(path)
    with play(story) as world:
        assert set(story.rules) <= applied(world), "the story names rules that nothing was decided by"
    assert all(SYSTEM.fullmatch(system) for system in story.systems)
    assert_no_real_number(story)


def assert_no_real_number(story: Story) -> None:
    """The numbers of stories are those that no telephone has: 555-0100 to 555-0199."""
    numbers = TELEPHONE.findall(story.source.text) + list(story.cast.phones.values()) + list(story.cast.lines.values())
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", number) for number in numbers)


# ---------------------------------------------------------------- mistakes


def mistake(tmp_path: Path, text: str) -> str:
    (tmp_path / "casts").mkdir()
    (tmp_path / "casts" / "dbt_team.toml").write_text((SCENARIOS / "casts" / "dbt_team.toml").read_text())
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(StoryError) as raised:
        play(load(file))
    return str(raised.value)


def test_a_mistake_in_line_7_names_line_and_field_and_what_was_expected(tmp_path: Path) -> None:
    says = mistake(tmp_path, BEGINNING + 'does = "JS calls coaching"\n')
    assert says.startswith("wrong.toml line 7: step 1.does: ")
    assert "expected one of at, do, expect, note" in says


def test_an_unknown_sentence_suggests_the_nearest(tmp_path: Path) -> None:
    says = mistake(tmp_path, BEGINNING + 'do = "JS rings up coaching"\n')
    assert says.startswith("wrong.toml line 7: step 1.do: ")
    assert "'JS rings up coaching' is not understood; expected a sentence such as" in says
    assert "`JS calls coaching`" in says


def test_an_unknown_expectation_suggests_the_nearest(tmp_path: Path) -> None:
    says = mistake(tmp_path, BEGINNING + 'expect = ["Ames\'s phone ring"]\n')
    assert says.startswith("wrong.toml line 7: step 1.expect: ")
    assert "`Ames's phone rings`" in says


def test_a_time_that_is_none(tmp_path: Path) -> None:
    says = mistake(tmp_path, BEGINNING + '\n[[step]]\nat = "half past eight"\n')
    assert says.startswith("wrong.toml line 9: step 2.at: expected a time such as ")
    assert "got 'half past eight'" in says


def test_toml_that_is_none_names_the_line(tmp_path: Path) -> None:
    says = mistake(tmp_path, BEGINNING + 'do = "JS calls coaching\n')
    assert says.startswith("wrong.toml line 7: this is not TOML: ")


def test_a_person_nobody_knows(tmp_path: Path) -> None:
    says = mistake(tmp_path, BEGINNING + 'do = "ZZ calls coaching"\n')
    assert says.startswith("wrong.toml line 7: ")
    assert "nobody called ZZ has a phone in this story" in says


def test_a_story_that_goes_otherwise_says_what_was_so_instead(tmp_path: Path) -> None:
    says = mistake(tmp_path, BEGINNING + 'do = "JS calls coaching"\nexpect = ["rule V21"]\n')
    assert says.startswith("wrong.toml line 8: at Tue 20:12:00: 'rule V21': but decided by ")
    assert says.endswith("V15")


# ---------------------------------------------------------------- the sentences themselves


@pytest.mark.parametrize("example", [sentence.example for sentence in ACTS.sentences])
def test_an_act_understands_its_own_example(example: str) -> None:
    assert ACTS.find(example)[0].example == example


@pytest.mark.parametrize("example", [sentence.example for sentence in EXPECTS.sentences])
def test_an_expectation_understands_its_own_example(example: str) -> None:
    assert EXPECTS.find(example)[0].example == example
