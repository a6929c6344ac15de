"""The lab's ear: sentences are known again by their sound, from packets as they come in."""

from __future__ import annotations

import array
import wave
from itertools import combinations
from pathlib import Path

import pytest

from intersession.core.call import Said
from tests.lab.ear import Ear, Heard
from tests.lab.sentences import WORDS, Sentences, tones_of
from tests.lab.sound import PACKET, SILENCE, _code, tone

VOICE = 450


@pytest.fixture
def sentences(tmp_path: Path) -> Sentences:
    return Sentences(tmp_path)


def said(number: int, words: str = "Somebody comes to the phone.") -> Said:
    return Said(id=f"W-{number}", text=words, locale="en-US")


def packets(path: Path) -> list[bytes]:
    """A sound file as a telephone gets it."""
    with wave.open(str(path)) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
    codes = bytes(_code(sample) for sample in samples)
    return [codes[at : at + PACKET] for at in range(0, len(codes), PACKET)]


def heard(ear: Ear, *told: bytes) -> list[Heard]:
    """What begins to be heard in these packets, twenty milliseconds apart."""
    return ear.listen([(at * 0.02, packet) for at, packet in enumerate(told)], len(told) * 0.02)


def test_every_sentence_is_known_again_and_no_other(sentences: Sentences) -> None:
    for number in range(len(list(combinations(WORDS, 2)))):
        one = said(number)
        assert heard(Ear(sentences), *packets(sentences(one))) == [one]


def test_what_is_said_twice_is_heard_twice(sentences: Sentences) -> None:
    one = said(1)
    told = packets(sentences(one))
    assert heard(Ear(sentences), *told, *told) == [one, one]


def test_two_wordings_with_the_same_words_are_two(sentences: Sentences) -> None:
    assert sentences(said(1)) != sentences(said(2))


def test_a_voice_is_heard_and_is_no_word(sentences: Sentences) -> None:
    voice = tone(VOICE)
    assert tones_of(voice[:PACKET]) == {VOICE}
    assert heard(Ear(sentences), *[voice[:PACKET]] * 5) == [VOICE]


def test_silence_is_nothing_and_ends_what_was_heard(sentences: Sentences) -> None:
    ear, told = Ear(sentences), packets(sentences(said(1)))
    assert heard(ear, *[SILENCE] * 20) == []
    ear = Ear(sentences)
    heard(ear, *told[:20])
    assert ear.now == {said(1)}
    heard(ear, *told[:20], *[SILENCE] * 10)
    assert ear.now == set()


def test_a_tone_that_is_cut_at_once_is_not_heard(sentences: Sentences) -> None:
    assert heard(Ear(sentences), *packets(sentences(said(1)))[:2], *[SILENCE] * 10) == []
