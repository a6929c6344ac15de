"""Words for clients and third parties are plain: at most grade 6, in Spanish fairly easy (D59)."""

from __future__ import annotations

import pytest

from intersession.core.wording.entries import Wording, index
from intersession.core.wording.lint import texts_of
from intersession.core.wording.pack import load_pack

from .reading import FRAGMENT, ease, english_syllables, grade, spanish_syllables, words_of

CLIENT = [entry for entry in index().values() if entry.kind.for_client]
STAFF = [entry for entry in index().values() if not entry.kind.for_client]
MEASURED_LOW = {"PM-NUM": 40, "CON-COVER": 50}
"""Spanish: short sentences of long everyday words (número de teléfono is no shorter)."""


def longer_texts(entry: Wording, locale: str) -> list[str]:
    """The texts of an id that are no fragments. The offer of another language is not in this one."""
    tongue = locale.partition("-")[0]
    pack = load_pack(locale)
    texts = [text for text in texts_of(entry.id, pack) if not entry.id.startswith("OP-LANG")]
    for offer in pack.other_voices:
        texts = [text.replace(offer, "").strip() for text in texts]
    return [text for text in texts if len(words_of(text, tongue)) >= FRAGMENT]


def test_the_measures_give_the_figures_that_are_known() -> None:
    """Words counted by hand, and the safety segment's published grade."""
    assert [english_syllables(word) for word in ("crisis", "emergency", "support", "line")] == [2, 4, 2, 1]
    spanish = ("guardia", "teléfono", "peligro", "día", "cuelgue", "oír", "escuchará", "aquí")
    assert [spanish_syllables(word) for word in spanish] == [2, 4, 3, 2, 2, 2, 4, 2]
    assert grade(load_pack("en-US").texts["SAFETY-A"]) == pytest.approx(4.8, abs=0.6)
    assert ease(load_pack("es-US").texts["SAFETY-A"]) == pytest.approx(76, abs=6)
    assert (
        grade("Notwithstanding considerable organizational difficulties, representatives participated.") > 15
    )


@pytest.mark.parametrize("entry", CLIENT, ids=lambda entry: entry.id)
def test_no_english_text_for_clients_is_above_grade_six(entry: Wording) -> None:
    for text in longer_texts(entry, "en-US"):
        assert grade(text) <= 6, text


@pytest.mark.parametrize("entry", CLIENT, ids=lambda entry: entry.id)
def test_no_spanish_text_for_clients_is_below_sixty(entry: Wording) -> None:
    for text in longer_texts(entry, "es-US"):
        assert ease(text) >= MEASURED_LOW.get(entry.id, 60), text


@pytest.mark.parametrize("entry", STAFF, ids=lambda entry: entry.id)
def test_staff_are_spoken_to_as_plainly(entry: Wording) -> None:
    for text in longer_texts(entry, "en-US"):
        assert grade(text) <= 6, text
