"""Every word on one screen: all ids by group, in each language, filled with sample facts and measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from .compose import MAILS, SPOKEN, mail, show, speak, write
from .entries import Kind, Wording, groups, index
from .pack import Pack, load_pack, locales
from .phrase import Context, Phrase
from .spoken import seconds
from .template import forms
from .texts import TEXTS
from .values import At, Day, Days, Handle, Hours, OpenHours, Until, Var, Window, ZoneOf

SAMPLE_NOW = datetime(2027, 3, 2, 15, 0, tzinfo=UTC)
"""A Tuesday, 10 in the morning in New York."""
ZONE = "America/New_York"
HOUR = timedelta(hours=1)
WEEKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One id in one language."""

    locale: str
    text: str
    """As the pack has it, with its facts in braces; an e-mail with its subject in the first line."""
    forms: tuple[tuple[str, str], ...]
    """(condition, text) of the forms it takes."""
    sample: str
    """Filled with sample facts."""
    seconds: float | None = None
    """Of spoken words."""
    septets: int | None = None
    """Of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One id in every language asked for."""

    wording: Wording
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of the wording, in its order."""

    number: int
    title: str
    entries: tuple[Entry, ...]


@cache
def all_words(*wanted: str) -> tuple[Group, ...]:
    """Every entry by group, in the locales named, or in all installed ones."""
    packs = tuple(load_pack(locale) for locale in wanted or locales())
    return tuple(
        Group(number=number, title=title, entries=tuple(_entry(found, packs) for found in _in_group(number)))
        for number, title in groups().items()
    )


def sample_facts(pack: Pack) -> Mapping[str, Var]:
    """A fact for every variable, the same in each language as far as it can be."""
    facts: dict[str, Var] = {
        "hear_by": At(SAMPLE_NOW + 5 * HOUR),
        "call_by": At(SAMPLE_NOW + 26 * HOUR),
        "answer_by": At(SAMPLE_NOW + 48 * HOUR),
        "due": At(SAMPLE_NOW + 5 * HOUR),
        "until": Until(SAMPLE_NOW + 10 * HOUR),
        "back": Until(SAMPLE_NOW + 143 * HOUR),
        "opens": Until(SAMPLE_NOW + 47 * HOUR),
        "next_talk": At(SAMPLE_NOW + 53 * HOUR),
        "window": Window(SAMPLE_NOW + 28 * HOUR, SAMPLE_NOW + 29 * HOUR),
        "time": At(SAMPLE_NOW + 5 * HOUR),
        "date": Day(date(2027, 5, 4)),
        "dates": Days(date(2027, 4, 20), date(2027, 5, 3)),
        "slot_a": At(SAMPLE_NOW + 53 * HOUR),
        "slot_b": At(SAMPLE_NOW + 75 * HOUR),
        "zone": ZoneOf(SAMPLE_NOW, ZONE),
        "hours": Hours((OpenHours(WEEKDAYS, time(9), time(17)),)),
        "handle": Handle("JS"),
        "handle_2": Handle("MK-2"),
        "digits": "+12125550142",
        "number": "+12125550142",
    }
    return {**pack.samples, **facts}


def sample_context(wording: Wording, pack: Pack) -> Context:
    """A practice that has all, so that each text is shown as the pack has it."""
    before_commissioning = any(condition == "safety_a" for condition, _ in wording.instead)
    return Context(
        pack=pack,
        practice_zone=ZONE,
        client_zone=ZONE,
        now=SAMPLE_NOW,
        crisis_commissioned=not before_commissioning,
        on_call=True,
        speech_input=True,
    )


def sample_phrase(wording: Wording, pack: Pack) -> Phrase:
    """The wording with its sample facts."""
    facts = {**sample_facts(pack), "n": _sample_count(wording.id, pack)}
    return Phrase(id=wording.id, vars=tuple((name, facts[name]) for name in wording.variables))


def _sample_count(id_: str, pack: Pack) -> int:
    """A count for which the text of the pack itself is right, not one of its forms."""
    known = forms(id_, pack)
    return 1 if "many" in known else 3 if "one" in known else 10


def _in_group(number: int) -> tuple[Wording, ...]:
    return tuple(found for found in index().values() if found.group == number)


def _entry(wording: Wording, packs: tuple[Pack, ...]) -> Entry:
    return Entry(wording=wording, words=tuple(_words(wording, pack) for pack in packs))


def _words(wording: Wording, pack: Pack) -> Words:
    sample, septets = _sample(wording, pack)
    return Words(
        locale=pack.locale,
        text="\n\n".join(filter(None, (pack.texts.get(f"{wording.id}/subject"), pack.texts[wording.id]))),
        forms=tuple((" ".join(sorted(form)), text) for form, text in pack.variants.get(wording.id, ())),
        sample=sample,
        seconds=seconds(sample) if wording.kind in SPOKEN else None,
        septets=septets,
    )


def _sample(wording: Wording, pack: Pack) -> tuple[str, int | None]:
    one, context = sample_phrase(wording, pack), sample_context(wording, pack)
    if wording.kind in SPOKEN:
        return speak(one, context), None
    if wording.kind in TEXTS:
        written = write(one, context)
        return written.text, written.septets
    if wording.kind in MAILS:
        letter = mail(one, context)
        return f"{letter.subject}\n\n{letter.body}", None
    return (pack.texts[wording.id] if wording.kind is Kind.SOUND else show(one, context)), None
