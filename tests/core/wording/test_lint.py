"""Words that must never be said or written (§2, §3.11, INV-12, INV-14, INV-15, X01)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from intersession.core.wording.keywords import keyword
from intersession.core.wording.lint import lint, lint_pack, texts_of
from intersession.core.wording.pack import Pack, load_pack, packs

from .listener import of_kind

ENGLISH, SPANISH = load_pack("en-US"), load_pack("es-US")
TEXT = {"client", "texts", "sms"}


@pytest.mark.parametrize("pack", packs(), ids=lambda pack: pack.locale)
def test_D59_no_pack_holds_a_forbidden_word(pack: Pack) -> None:
    assert [str(finding) for finding in lint_pack(pack)] == []


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("We are always here.", "client"),
        ("We will call you shortly.", "client"),
        ("Unfortunately we are closed.", "client"),
        ("Your call is important to us.", "client"),
        ("You must call back.", "client"),
        ("Call only if this is a true emergency.", "client"),
        ("Please calm down.", "client"),
        ("Your therapist is away.", "client"),
        ("This call is recorded.", "client"),
        ("We will send help.", "client"),
        ("Your session is at 3pm.", "texts"),
        ("See https://example.org", "texts"),
        ("Your group meets at 3pm.", "texts"),
        ("Think of suicide?", "greetings"),
        ("Hello, this is the coaching line.", "greetings"),
        ("The caller is manipulative.", "staff"),
        ("SALE today, $5 off", "sms"),
        ("Are you coming?", "sms"),
        ("Reply YES to confirm.", "sms"),
        ("It’s time", "sms"),
    ],
)
def test_english_words_that_are_found(words: str, where: str) -> None:
    assert lint(words, where=[where], pack=ENGLISH)


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("Siempre estamos aquí.", "client"),
        ("Le llamaremos enseguida.", "client"),
        ("Usted debe llamar.", "client"),
        ("Su llamada es importante.", "client"),
        ("Cálmese, por favor.", "client"),
        ("Su terapeuta no está.", "client"),
        ("Su sesión es a las 3.", "texts"),
        ("Autolesión", "texts"),
        ("¿Viene?", "sms"),
        ("Llame al número", "sms"),
        ("Pensamientos de suicidio", "greetings"),
        ("Persona manipuladora", "staff"),
    ],
)
def test_spanish_words_that_are_found(words: str, where: str) -> None:
    assert lint(words, where=[where], pack=SPANISH)


def test_a_finding_says_what_to_say_instead() -> None:
    found = lint("We will call you soon.", where=["client"], pack=ENGLISH, id_="PR-CALL")
    assert str(found[0]) == (
        "en-US PR-CALL: 'soon' promises the schedule can't keep. "
        'Instead: a clock time; "day or night" and "24/7" only of 988'
    )


def test_S9_a_recorded_greeting_part_is_checked_like_any_other() -> None:
    assert not lint("Robin is away until Monday.", where=["client", "greetings"], pack=ENGLISH)
    assert lint("Robin is in a therapy session.", where=["client", "greetings"], pack=ENGLISH)


def test_V13_the_words_that_may_stand_in_one_place_may_not_in_another() -> None:
    words = "may act on thoughts of suicide"
    assert not lint(words, where=["greetings"], pack=ENGLISH, id_="G-R24-D")
    assert lint(words, where=["greetings"], pack=ENGLISH, id_="G-LIMIT")
    assert not lint("Your file is kept.", where=["client"], pack=ENGLISH, id_="AG-OFFICE")


def test_a_planted_word_is_found_in_a_text_and_in_a_form() -> None:
    texts = {**ENGLISH.texts, "PR-CALL": "We will call you ASAP.", "TRIED": "I tried to call you. Zoë, día."}
    forms = {**ENGLISH.variants, "CR-BACK": ((frozenset({"no_on_call"}), "Relax."),)}
    found = {
        (finding.id, finding.words) for finding in lint_pack(replace(ENGLISH, texts=texts, variants=forms))
    }
    assert found == {("PR-CALL", "ASAP"), ("TRIED", "ëí"), ("CR-BACK", "Relax")}


@pytest.mark.parametrize("pack", packs(), ids=lambda pack: pack.locale)
def test_X01_no_text_can_be_answered_by_an_opt_out_or_opt_in_word(pack: Pack) -> None:
    """No question, and every reply that is asked for is one letter which is no keyword (scenario 5)."""
    asked: list[str] = []
    for entry in of_kind("text"):
        for text in texts_of(entry.id, pack):
            assert "?" not in text, entry.id
            asked += replies(text)
    assert set(asked) == {"A", "B", "C", "R"}
    assert all(keyword(letter) is None for letter in asked)


def replies(text: str) -> list[str]:
    """The answers that a text asks for, opt-out instructions aside."""
    asked = re.findall(r"\b(?:reply|responda) (\w+)(?: (?:or|o) (\w)\b)?", text, re.IGNORECASE)
    return [answer for pair in asked for answer in pair if answer and answer != "STOP"]
