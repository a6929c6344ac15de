"""Single-word texts: STOP, HELP, START, YES, in each language (X01, X02, X03, D34)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.wording.keywords import Keyword, keyword

STOPS = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "ALTO", "BAJA")
HELPS = ("HELP", "INFO", "AYUDA")


@pytest.mark.parametrize("word", STOPS)
def test_X01_every_opt_out_word_counts(word: str) -> None:
    assert keyword(word) is Keyword.STOP


@pytest.mark.parametrize("word", HELPS)
def test_X02_every_help_word_counts(word: str) -> None:
    assert keyword(word) is Keyword.HELP


@pytest.mark.parametrize("word", ["START", "UNSTOP"])
def test_X03_opt_in_words_count(word: str) -> None:
    assert keyword(word) is Keyword.START


@pytest.mark.parametrize("word", ["YES", "si", "Sí"])
def test_X03_yes_is_named_so_that_it_is_never_taken_for_consent(word: str) -> None:
    assert keyword(word) is Keyword.YES


@pytest.mark.parametrize("body", ["stop", " Stop.", "STOP!!", "stop \n", "“Stop”", "sToP?"])
def test_D34_case_blanks_and_end_punctuation_do_not_matter(body: str) -> None:
    assert keyword(body) is Keyword.STOP


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "...",
        "stop it",
        "S.T.O.P. skill",
        "please stop",
        "stopping",
        "nonstop",
        "helpful",
        "the end",
    ],
)
def test_X01_only_a_whole_single_word_counts(body: str) -> None:
    """STOP is the name of a skill too; words in a sentence are read by a person."""
    assert keyword(body) is None


@given(
    st.sampled_from(STOPS), st.text(" .!?\n\t", max_size=5), st.text(" .!?\n\t", max_size=5), st.booleans()
)
def test_D34_no_marks_around_a_word_hide_it(word: str, before: str, after: str, lower: bool) -> None:
    assert keyword(before + (word.lower() if lower else word) + after) is Keyword.STOP
