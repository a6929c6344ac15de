"""Locale packs: the words of one language as data, read once from the package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from .entries import folder, index, read, variable_names
from .values import WordingError

DEFAULT_LOCALE = "en-US"
SWITCHED = frozenset({"SAFETY", "CONNECT"})
"""Filled by the practice's switch, never by a caller of the composer (D2)."""
VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """The same sentence exchanged in every text, or in `only` these, where `when` holds (D4)."""

    when: str
    old: str
    new: str
    only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """Words that must not occur. `where` is client, texts, sms, greetings or staff."""

    where: str
    pattern: re.Pattern[str]
    why: str
    instead: str
    allowed: tuple[str, ...] = ()
    """Ids that may; a star at the end stands for any ending."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pack:
    """One language. Equal only to itself, so that it is a cheap cache key."""

    locale: str
    language: str
    """Its own name for itself."""
    texts: Mapping[str, str]
    """By id; the subject of an e-mail by `ID/subject`."""
    variants: Mapping[str, tuple[tuple[frozenset[str], str], ...]]
    """By id: conditions that must all hold, and the text that is then used."""
    shorter: Mapping[str, tuple[str, ...]]
    """Sentence -> what may stand for it where one of its facts is missing."""
    replacements: tuple[Replacement, ...]
    tidy: tuple[tuple[str, str], ...]
    other_voices: Mapping[str, str]
    """Sentence -> the locale whose voice speaks it (V27)."""
    stand_ins: Mapping[str, str]
    stand_ins_in_texts: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    """By variable: a stored value -> how it is said."""
    samples: Mapping[str, str]
    emergency: Mapping[str, str]
    keywords: Mapping[str, frozenset[str]]
    days: tuple[str, ...]
    short_days: tuple[str, ...]
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    zones: Mapping[str, str]
    plain_subject: str
    forbidden: tuple[Forbidden, ...]

    @property
    def tongue(self) -> str:
        """The language alone: `en`."""
        return self.locale.partition("-")[0]


@cache
def load_pack(locale: str) -> Pack:
    """The pack of a locale. Raises WordingError, naming the installed ones, where there is none."""
    if locale not in locales():
        raise WordingError(f"no locale pack {locale!r}; installed: {', '.join(locales())}")
    data = read(f"{locale}.toml")
    pack = _pack(data)
    _check(pack)
    _check_forms(pack)
    return pack


@cache
def locales() -> tuple[str, ...]:
    """The installed locales, the default first."""
    names = [file.name.removesuffix(".toml") for file in folder().iterdir() if file.name.endswith(".toml")]
    return tuple(sorted(set(names) - {"index"}, key=lambda name: (name != DEFAULT_LOCALE, name)))


def packs() -> tuple[Pack, ...]:
    """All installed packs, the default first."""
    return tuple(load_pack(locale) for locale in locales())


def _pack(data: dict[str, Any]) -> Pack:
    return Pack(
        locale=data["locale"],
        language=data["language"],
        texts=_texts(data),
        variants={id_: _variants(forms) for id_, forms in data["variants"].items()},
        shorter=_shorter(data["shorter"]),
        replacements=tuple(_replacement(entry) for entry in data["replace"]),
        tidy=tuple((entry["from"], entry["to"]) for entry in data.get("tidy", ())),
        other_voices={text: to for to, texts in data["other_voices"].items() for text in texts},
        stand_ins=data["stand_ins"],
        stand_ins_in_texts=data["stand_ins_in_texts"],
        values=data["values"],
        samples=data["samples"],
        emergency=data["emergency"],
        keywords={name: frozenset(words) for name, words in data["keywords"].items()},
        days=tuple(data["calendar"]["days"]),
        short_days=tuple(data["calendar"]["short_days"]),
        months=tuple(data["calendar"]["months"]),
        short_months=tuple(data["calendar"]["short_months"]),
        zones=data["zones"],
        plain_subject=data["plain_subject"],
        forbidden=tuple(_forbidden(entry) for entry in data["forbidden"]),
    )


def _texts(data: dict[str, Any]) -> dict[str, str]:
    mails = {id_: mail["body"] for id_, mail in data["mails"].items()}
    subjects = {f"{id_}/subject": mail["subject"] for id_, mail in data["mails"].items()}
    return {**data["words"], **data["agreements"], **mails, **subjects}


def _variants(forms: dict[str, str]) -> tuple[tuple[frozenset[str], str], ...]:
    """The form with the most conditions first."""
    split = [(frozenset(name.split("__")), text) for name, text in forms.items()]
    return tuple(sorted(split, key=lambda form: -len(form[0])))


def _shorter(entries: list[dict[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        found[entry["long"]] = (*found.get(entry["long"], ()), entry["short"])
    return found


def _replacement(entry: dict[str, Any]) -> Replacement:
    return Replacement(
        when=entry["when"], old=entry["from"], new=entry["to"], only=frozenset(entry.get("only", ()))
    )


def _forbidden(entry: dict[str, Any]) -> Forbidden:
    return Forbidden(
        where=entry["where"],
        pattern=re.compile(entry["pattern"], re.IGNORECASE),
        why=entry["why"],
        instead=entry["instead"],
        allowed=tuple(entry.get("allowed", ())),
    )


def _check(pack: Pack) -> None:
    """A pack that lacks a text, or asks for other facts than the index, must never be spoken from."""
    ids = {key.partition("/")[0] for key in pack.texts}
    if missing := [id_ for id_ in index() if id_ not in ids]:
        raise WordingError(f"pack {pack.locale} has no text for {', '.join(missing)}")
    if unknown := sorted((ids | {key.partition("/")[0] for key in pack.variants}) - set(index())):
        raise WordingError(f"pack {pack.locale} has texts for unknown ids: {', '.join(unknown)}")
    for id_, entry in index().items():
        used = variables_in(pack.texts[id_]) | variables_in(pack.texts.get(f"{id_}/subject", ""))
        if used != set(entry.variables):
            facts = ", ".join(entry.variables) or "no facts"
            raise WordingError(f"pack {pack.locale}: {id_} must use exactly {facts}")


def _check_forms(pack: Pack) -> None:
    """Forms, shorter sentences and replacements may use any fact, but none that nobody knows."""
    shorter = [short for options in pack.shorter.values() for short in options]
    forms = [text for options in pack.variants.values() for _, text in options]
    for text in (*forms, *shorter, *(change.new for change in pack.replacements)):
        if unknown := sorted(variables_in(text) - variable_names()):
            raise WordingError(f"pack {pack.locale}: unknown fact {', '.join(unknown)} in {text!r}")


def variables_in(text: str) -> set[str]:
    """The facts that a text asks for, without the practice's switches."""
    return set(VARIABLE.findall(text)) - SWITCHED
