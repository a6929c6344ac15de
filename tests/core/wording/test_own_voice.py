"""Sentences of greetings in a clinician's own voice: which there are, and where they stand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.wording.lint import lint
from intersession.core.wording.own_voice import cut, recordable
from intersession.core.wording.pack import load_pack, locales

KEY = re.compile(r"(press|oprima) [012]")
LINE, WHO = "the office of Ana Ames", "Dr. Ames"


def of(locale: str) -> tuple[str, ...]:
    return recordable(load_pack(locale), LINE, WHO)


@pytest.mark.parametrize("locale", locales())
def test_INV_01_no_sentence_of_the_safety_words_can_be_recorded(locale: str) -> None:
    pack = load_pack(locale)
    safety = [text for id_, text in pack.texts.items() if id_.startswith("SAFETY-")]
    assert not [one for one in of(locale) for text in safety if one in text or text in one]
    assert not [one for one in of(locale) if "911" in one or "9 1 1" in one or "9 8 8" in one]


@pytest.mark.parametrize("locale", locales())
def test_S11_no_sentence_holds_a_time_or_a_gap(locale: str) -> None:
    for one in of(locale):
        assert "{" not in one
        assert not any(char.isdigit() for char in KEY.sub("", one))


@pytest.mark.parametrize("locale", locales())
def test_the_words_keep_to_the_lists_of_forbidden_words(locale: str) -> None:
    for one in of(locale):
        assert not lint(one, where={"client", "greetings"}, pack=load_pack(locale), id_="OP-URG-CLIENT")


def test_a_greeting_of_one_word_is_said_in_one_breath() -> None:
    assert of("en-US")[0] == "Hello. You have reached the office of Ana Ames."
    assert "Hello." not in of("en-US")


def test_the_offer_of_another_language_is_nobodys() -> None:
    for locale in locales():
        assert not set(of(locale)) & set(load_pack(locale).other_voices)


def test_what_was_recorded_stands_alone_and_the_rest_stays_together() -> None:
    said = "Hello. You have reached Oak. Dr. Ames is away until nine. No one covers. If it can't wait, press 1."
    own = {"Hello. You have reached Oak.", "If it can't wait, press 1."}
    assert cut(said, own) == (
        "Hello. You have reached Oak.", "Dr. Ames is away until nine. No one covers.", "If it can't wait, press 1.",
    )  # fmt: skip


def test_only_whole_sentences_count() -> None:
    for said, own in (("It is open. Now.", "open. Now."), ("Is it closed now.", "it closed now.")):
        assert cut(said, {own}) == (said,)


def test_the_longer_sentence_wins() -> None:
    said = "Hello. You have reached Oak. Bye."
    assert cut(said, {"Hello.", "Hello. You have reached Oak."}) == ("Hello. You have reached Oak.", "Bye.")


SENTENCES = st.lists(st.sampled_from([*of("en-US"), "Call 911.", "We call by nine a.m."]), min_size=1, max_size=8)


@given(SENTENCES, st.sets(st.sampled_from(of("en-US"))))
def test_no_word_is_lost_and_none_is_said_twice(said: list[str], own: set[str]) -> None:
    text = " ".join(said)
    assert " ".join(cut(text, own)) == text

