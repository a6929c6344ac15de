"""The composer: a phrase, which names a wording and its facts, becomes words for one listener at one instant.

    phrase("G-AFTER", line_name="Maple Street", hear_by=At(due))        what to say, as data
    speak(one, context)                                                 spoken words
    write(one, context)                                                 a text of at most one segment
    mail(one, context)                                                  subject and body
    show(one, context)                                                  for a screen

A fact that is None or not given leaves its sentence out (INV-15); where nobody is on call the no-on-call
words are used (D4); the safety segment is the practice's one switch (D2). All this is the composer's work,
never the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .choosing import compose_words, ear_of, kind_of, named, page_of, put_all
from .entries import Kind, wording
from .keywords import Keyword, keyword
from .phrase import Context, Phrase, phrase, spoken_id
from .spoken import say, seconds, voices
from .texts import Written, write
from .values import (
    At,
    Day,
    Days,
    Digits,
    Handle,
    Hours,
    OpenHours,
    Until,
    Var,
    Window,
    WordingError,
    ZoneOf,
)

__all__ = [
    "At", "Context", "Day", "Days", "Digits", "Handle", "Hours", "Keyword", "Mail", "OpenHours", "Phrase",
    "Until", "Var", "Window", "WordingError", "Written", "ZoneOf", "greeting", "keyword", "mail", "phrase",
    "seconds", "show", "speak", "spoken_id", "voices", "write",
]  # fmt: skip

SPOKEN = frozenset({Kind.SPOKEN, Kind.WHISPER, Kind.STAFF_SPOKEN, Kind.SCRIPT})
MAILS = frozenset({Kind.EMAIL, Kind.STAFF_EMAIL})
PARTS_OF_GREETING = ("ID-", "ST-", "PR-", "CV-", "OP-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An e-mail in plain text."""

    subject: str
    body: str


def speak(one: Phrase, context: Context) -> str:
    """Spoken words; empty where no sentence can be said. Raises WordingError for other kinds."""
    kind = kind_of(one, SPOKEN, "spoken")
    ear = ear_of(kind, context)
    facts = {name: say(name, named(name, value, context.pack), ear) for name, value in one.vars}
    return compose_words(one, context, facts)


def mail(one: Phrase, context: Context) -> Mail:
    """An e-mail. A wording without a subject of its own, such as FAIL-AP, gets the plain one."""
    kind = kind_of(one, MAILS | {Kind.TEXT}, "an e-mail")
    facts = put_all(one, page_of(kind, context, text=False))
    body = compose_words(one, context, facts)
    if kind is Kind.TEXT:
        return Mail(subject=context.pack.plain_subject, body=body)
    return Mail(subject=compose_words(one, context, facts, part="/subject"), body=body)


def show(one: Phrase, context: Context) -> str:
    """Words for a screen: notices, forms, agreements, previews.

    An agreement says nothing that is not filled: raises WordingError, naming what is missing (group 16).
    """
    kind = wording(one.id).kind
    facts = put_all(one, page_of(kind, context, text=False))
    if kind is Kind.AGREEMENT and (missing := set(wording(one.id).variables) - set(facts)):
        raise WordingError(f"{one.id} can't be shown before it has: {', '.join(sorted(missing))}")
    return compose_words(one, context, facts)


def greeting(parts: Iterable[Phrase], context: Context) -> str:
    """A greeting of parts and the safety segment: identity, status, promise, coverage, options, in order.

    For the cases that have no complete greeting. Raises WordingError for anything else.
    """
    parts = tuple(parts)
    places = [_place(part.id) for part in parts]
    if places != sorted(places):
        raise WordingError("the parts of a greeting go: identity, status, promise, coverage, options")
    said = (speak(part, context) for part in (*parts, phrase("SAFETY")))
    return " ".join(text for text in said if text)


def _place(id_: str) -> int:
    for place, prefix in enumerate(PARTS_OF_GREETING):
        if id_.startswith(prefix):
            return place
    raise WordingError(f"{id_} is not part of a greeting: use the ids of group 2")
