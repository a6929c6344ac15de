"""What Twilio writes in From and To: telephone numbers, short codes, names, and several words for "withheld"."""

from __future__ import annotations

from collections.abc import Container

import phonenumbers

from intersession.core.events import SenderKind

from .. import numbers

# Twilio spells these words on the keypad and puts a plus before them. Two of them would pass as numbers.
WITHHELD = frozenset(
    "+" + phonenumbers.convert_alpha_characters_in_number(word)
    for word in ("ANONYMOUS", "RESTRICTED", "BLOCKED", "UNAVAILABLE", "UNKNOWN")
)


def e164(raw: str, region: str | None = None) -> str | None:
    """The number in E.164; None for what is none, and for Twilio's words for a number that is withheld."""
    if raw in WITHHELD:
        return None
    return numbers.e164(raw, region)


def sender_kind(raw: str, ours: Container[str]) -> SenderKind:
    """What kind of address a text came from (INV-22)."""
    number = e164(raw)
    if number is not None:
        return SenderKind.OURSELVES if number in ours else SenderKind.PHONE
    return SenderKind.SHORT_CODE if numbers.SHORT_CODE.fullmatch(raw) else SenderKind.ALPHANUMERIC
