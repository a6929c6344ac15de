"""Finding words among all words: by what they say, by id, by rule, by who hears them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...core.wording.entries import Kind
from ...core.wording.listing import Entry, Group, all_words

CHANNELS = {
    Kind.SPOKEN: ("spoken to callers", "phone"),
    Kind.SCRIPT: ("read aloud by a person", "people"),
    Kind.TEXT: ("text", "text"),
    Kind.EMAIL: ("e-mail", "mail"),
    Kind.SCREEN: ("on a screen", "eye"),
    Kind.AGREEMENT: ("agreement", "note"),
    Kind.WHISPER: ("whispered to staff", "phone"),
    Kind.STAFF_SPOKEN: ("spoken to staff", "phone"),
    Kind.STAFF_NOTICE: ("notice to staff", "eye"),
    Kind.STAFF_EMAIL: ("e-mail to staff", "mail"),
    Kind.PUSH: ("lock screen of staff", "device"),
    Kind.SOUND: ("a sound", "sound"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for."""

    text: str = ""
    locale: str = ""
    """Empty: every installed language."""
    hearer: str = ""
    """`clients`, `staff`, or both where empty."""


def find(wanted: Wanted) -> tuple[Group, ...]:
    """The groups that still have entries, in their order."""
    groups = all_words(wanted.locale) if wanted.locale else all_words()
    kept = (replace(group, entries=_entries(group.entries, wanted)) for group in groups)
    return tuple(group for group in kept if group.entries)


def _entries(entries: Sequence[Entry], wanted: Wanted) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if _heard_by(entry, wanted.hearer) and _says(entry, wanted.text))


def _heard_by(entry: Entry, hearer: str) -> bool:
    if hearer == "clients":
        return entry.wording.kind.for_client
    return not entry.wording.kind.for_client if hearer == "staff" else True


def _says(entry: Entry, text: str) -> bool:
    """All words asked for occur, in the words themselves, the id, or the rules."""
    hay = " ".join((entry.wording.id, entry.wording.when, *(w.sample for w in entry.words))).casefold()
    return all(needle in hay for needle in text.casefold().split())
