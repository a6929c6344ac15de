"""What counts as shown, and what does not."""

from __future__ import annotations

import pytest

from .cited import mentions, wrong_with

HERE = "tests/docs/test_cited.py::test_what_is_there_may_be_cited"


@pytest.mark.parametrize(
    "cited",
    [
        "scenarios/rules/v16-primary-in-session.toml",
        HERE,
        "tests/stories/test_scenarios.py::test_a_story_plays_as_it_says[rules/v16-primary-in-session.toml]",
    ],
)
def test_what_is_there_may_be_cited(cited: str) -> None:
    assert wrong_with(cited) == ""


@pytest.mark.parametrize(
    ("cited", "why"),
    [
        ("scenarios/rules/v99-not-told.toml", "is no story"),
        ("scenarios/casts/solo.toml", "is no story"),
        ("tests/docs/test_cited.py::test_that_nobody_wrote", "is no test"),
        ("tests/docs/test_gone.py::test_gone", "is no test"),
        ("tests/stories/test_scenarios.py::test_a_story_plays_as_it_says[rules/v99.toml]", "plays no story"),
    ],
)
def test_what_is_not_there_may_not(cited: str, why: str) -> None:
    assert wrong_with(cited).startswith(why)


def test_a_story_names_what_is_in_its_lists_or_its_title() -> None:
    assert mentions("scenarios/rules/v16-primary-in-session.toml", "V16")
    assert mentions("scenarios/rules/o09-code-word.toml", "O09")
    assert not mentions("scenarios/rules/v16-primary-in-session.toml", "V17")
    assert not mentions("scenarios/rules/o09-code-word.toml", "O0")
