"""How long a text is on the air (3GPP TS 23.038): 160 septets, or 70 units once one sign is outside GSM-7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.wording.septets import BASIC, EXTENSION, measure, outside_gsm

gsm = st.text(alphabet=sorted(BASIC), max_size=500)
plain = st.text(alphabet="abc é", max_size=400)


@pytest.mark.parametrize(
    ("text", "units", "segments", "unicode"),
    [
        ("", 0, 0, False),
        ("a" * 160, 160, 1, False),
        ("a" * 161, 161, 2, False),
        ("a" * 306, 306, 2, False),
        ("a" * 307, 307, 3, False),
        ("€" * 80, 160, 1, False),
        ("á" * 70, 70, 1, True),
        ("á" * 71, 71, 2, True),
        ("á" * 134, 134, 2, True),
        ("á" * 135, 135, 3, True),
        ("😀", 2, 1, True),
        ("ñüéÑÜÉ¿¡àèìòù", 13, 1, False),
    ],
)
def test_known_sizes(text: str, units: int, segments: int, unicode: bool) -> None:
    size = measure(text)
    assert (size.units, size.segments, size.unicode) == (units, segments, unicode)


def test_the_tables_are_those_of_the_standard() -> None:
    assert len(BASIC) == 127  # 128 places, one of them the escape
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@pytest.mark.parametrize("sign", "áíóúÁÍÓÚ“”‘’–—…")
def test_X01_signs_that_spanish_texts_must_do_without(sign: str) -> None:
    assert measure(sign).unicode
    assert outside_gsm(f"a{sign}b{sign}") == sign


def test_an_escape_pair_is_never_cut_in_two() -> None:
    """152 letters and a euro sign need 154 of the 153 that fit a part: the pair moves on whole."""
    assert measure("a" * 152 + "€" + "b" * 151).segments == 2
    assert measure("a" * 152 + "€" + "b" * 152).segments == 3


@given(gsm)
def test_gsm_words_are_counted_sign_by_sign(text: str) -> None:
    size = measure(text)
    assert size.units == len(text)
    assert size.segments == (-(-len(text) // 153) if len(text) > 160 else bool(text))


@given(plain, plain)
def test_longer_never_takes_fewer_segments(first: str, second: str) -> None:
    assert measure(first).segments <= measure(first + second).segments


@given(gsm, st.sampled_from("áíóú😀"))
def test_one_sign_outside_turns_the_whole_into_unicode(text: str, sign: str) -> None:
    size = measure(text + sign)
    assert size.unicode
    assert size.units == len((text + sign).encode("utf-16-be")) // 2
