"""Words that must never be said or written (§2, §3.9, INV-12, INV-14, INV-15). The patterns are pack data.

Checks the packs themselves, and any words that a clinician records or a practice writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .entries import Kind, Wording, index
from .pack import Forbidden, Pack
from .septets import outside_gsm

VARIABLE = re.compile(r"\{\w+\}")
GREETING_GROUPS = frozenset({2, 3})
TEXT_GROUPS = frozenset({9, 10})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Words that must not stand there, and what to say instead."""

    locale: str
    id: str
    words: str
    why: str
    instead: str

    def __str__(self) -> str:
        return f"{self.locale} {self.id or 'these words'}: {self.words!r} {self.why}. Instead: {self.instead}"


def lint(text: str, *, where: Iterable[str], pack: Pack, id_: str = "") -> tuple[Finding, ...]:
    """Everything forbidden in one text.

    `where` names the lists that apply: client, texts, sms, greetings, staff; a recorded greeting part is
    {"client", "greetings"}. `id_` lets a wording use its own named exceptions.
    """
    lists = frozenset(where)
    rules = (rule for rule in pack.forbidden if rule.where in lists and not _allowed(rule, id_))
    found = ((rule, words[0]) for rule in rules for words in rule.pattern.finditer(VARIABLE.sub("", text)))
    return tuple(
        Finding(locale=pack.locale, id=id_, words=words, why=rule.why, instead=rule.instead)
        for rule, words in found
    )


def lint_pack(pack: Pack) -> tuple[Finding, ...]:
    """Everything forbidden in a pack, its forms and replacement sentences included."""
    return tuple(
        finding
        for wording in index().values()
        for text in texts_of(wording.id, pack)
        for finding in _lint_wording(wording, text, pack)
    )


def places(wording: Wording) -> frozenset[str]:
    """The lists that apply to a wording."""
    if not wording.kind.for_client:
        return frozenset({"staff"})
    found = {"client"}
    if wording.group in TEXT_GROUPS or wording.kind is Kind.TEXT:
        found.add("texts")
    if wording.kind is Kind.TEXT:
        found.add("sms")
    if wording.group in GREETING_GROUPS:
        found.add("greetings")
    return frozenset(found)


def texts_of(id_: str, pack: Pack) -> Iterator[str]:
    """Every text that an id can become: its own, its subject, its forms."""
    for key in (id_, f"{id_}/subject"):
        if key in pack.texts:
            yield pack.texts[key]
        yield from (text for _, text in pack.variants.get(key, ()))


def _lint_wording(wording: Wording, text: str, pack: Pack) -> tuple[Finding, ...]:
    words = lint(text, where=places(wording), pack=pack, id_=wording.id)
    return (*words, *_unsendable(wording, text, pack))


def _allowed(rule: Forbidden, id_: str) -> bool:
    return any(fnmatchcase(id_, pattern) for pattern in rule.allowed)


def _unsendable(wording: Wording, text: str, pack: Pack) -> tuple[Finding, ...]:
    signs = outside_gsm(VARIABLE.sub("", text)) if wording.kind is Kind.TEXT else ""
    if not signs:
        return ()
    why = "turns the whole text into pieces of 70 characters"
    return (Finding(locale=pack.locale, id=wording.id, words=signs, why=why, instead="words without it"),)
