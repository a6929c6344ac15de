"""Facts as speech: the speech engine never gets a clock time or a telephone number in figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, assert_never

from . import english, spanish
from .moment import Moment, moment, zone_words
from .pack import Pack
from .values import (
    At,
    Day,
    Days,
    Digits,
    Handle,
    Hours,
    Until,
    Var,
    Window,
    WordingError,
    ZoneOf,
)

__all__ = ["Ear", "Handle", "Tongue", "phone", "say", "seconds", "spell_figures", "tongue", "voices"]

LARGEST_IN_WORDS = 999
WORDS_A_MINUTE = 150
TOKEN = re.compile(r"\d+|[^\W\d_]\S*")
PHONE = re.compile(r"\+?\(?\d[\d\-\s().]{5,}\d")
FIGURES = re.compile(r"\d{2,}")
NANP = re.compile(r"^\+?1?(\d{3})(\d{3})(\d{4})$")
DAY_FORM = frozenset({"back"})
OPENING_FORM = frozenset({"opens", "next_talk"})
COUNTED = frozenset({"n", "minutes"})


class Tongue(Protocol):
    """What a language must know to speak: see english.py and spanish.py."""

    def number(self, count: int, /) -> str: ...
    def counted(self, count: int, /) -> str: ...
    def moment_words(self, at: Moment, pack: Pack, /) -> str: ...
    def opening(self, at: Moment, pack: Pack, /) -> str: ...
    def back(self, at: Moment, pack: Pack, /) -> str: ...
    def window(self, start: Moment, end: Moment, pack: Pack, /) -> str: ...
    def day(self, on: date, pack: Pack, /) -> str: ...
    def hours(self, open_: Hours, pack: Pack, /) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """Who listens: in which language, by which clock, and when."""

    pack: Pack
    zone: str
    practice_zone: str
    now: datetime

    def moment(self, instant: datetime, zone: str = "") -> Moment:
        """An instant on the listener's wall clock."""
        return moment(
            instant, zone=zone or self.zone, practice_zone=self.practice_zone, now=self.now, pack=self.pack
        )


def tongue(pack: Pack) -> Tongue:
    """The speaking rules of the pack's language. Raises WordingError where there are none."""
    match pack.tongue:
        case "en":
            return english
        case "es":
            return spanish
        case other:
            raise WordingError(f"no speaking rules for {other!r}: add a module beside english.py")


def say(name: str, value: Var, ear: Ear) -> str:
    """The fact `name` as spoken words. A plain `digits` or `number` is a telephone number."""
    pack, speech = ear.pack, tongue(ear.pack)
    match value:
        case str():
            return phone(value) if name in ("digits", "number") else spell_figures(value)
        case int():
            return _count(name, value, speech)
        case At() | Until():
            return _time(name, ear.moment(value.instant, value.zone), speech, pack)
        case Window():
            return speech.window(ear.moment(value.start), ear.moment(value.end), pack)
        case Digits():
            return phone(value.number)
        case Handle():
            return _letters(value.handle, speech)
        case Day():
            return speech.day(value.date, pack)
        case Days():
            return f"{speech.day(value.first, pack)}, {speech.day(value.last, pack)}"
        case Hours():
            return speech.hours(value, pack)
        case ZoneOf():
            return zone_words(value.instant, value.zone, pack)
        case _:
            assert_never(value)


def phone(number: str) -> str:
    """A number in groups of single figures: "2 1 2, 5 5 5, 0 1 4 2"."""
    figures = re.sub(r"\D", "", number)
    home = NANP.match(figures) if len(figures) in (10, 11) else None
    groups = home.groups() if home else _threes(figures)
    return ", ".join(" ".join(group) for group in groups)


def spell_figures(text: str) -> str:
    """Plain text with its telephone numbers in groups, and every other run of figures one by one."""
    if not any(char.isdigit() for char in text):
        return text
    text = PHONE.sub(lambda found: phone(found[0]), text)
    return FIGURES.sub(lambda found: " ".join(found[0]), text)


def seconds(spoken: str) -> float:
    """How long words take: 150 a minute, figures counted one by one."""
    return len(TOKEN.findall(spoken)) * 60 / WORDS_A_MINUTE


def voices(spoken: str, pack: Pack) -> tuple[tuple[str, str], ...]:
    """Spoken words as (locale, text): the offer of another language is in that language's voice (V27)."""
    pieces = [(pack.locale, spoken)]
    for sentence, locale in pack.other_voices.items():
        pieces = [new for piece in pieces for new in _split_voice(piece, sentence, locale)]
    return tuple(pieces)


def _time(name: str, at: Moment, speech: Tongue, pack: Pack) -> str:
    if name in DAY_FORM:
        return speech.back(at, pack)
    return speech.opening(at, pack) if name in OPENING_FORM else speech.moment_words(at, pack)


def _count(name: str, count: int, speech: Tongue) -> str:
    if not 0 <= count <= LARGEST_IN_WORDS:
        return " ".join(str(abs(count)))
    return speech.counted(count) if name in COUNTED else speech.number(count)


def _letters(handle: str, speech: Tongue) -> str:
    """Such as "J, S, two": letters one by one, a number as a word."""
    pieces = re.findall(r"\d+|[^\W\d_]", handle)
    return ", ".join(_count("", int(piece), speech) if piece.isdigit() else piece for piece in pieces)


def _threes(figures: str) -> list[str]:
    return [figures[at : at + 3] for at in range(0, len(figures), 3)]


def _split_voice(piece: tuple[str, str], sentence: str, locale: str) -> tuple[tuple[str, str], ...]:
    before, found, after = piece[1].partition(sentence)
    if not found:
        return (piece,)
    pieces = ((piece[0], before.strip()), (locale, found), (piece[0], after.strip()))
    return tuple(piece for piece in pieces if piece[1])
