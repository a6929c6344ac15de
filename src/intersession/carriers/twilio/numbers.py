"""What Twilio writes in From and To: telephone numbers, short codes, names, and several words for "withheld"."""

from __future__ import annotations

import re
from collections.abc import Container

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from intersession.core.events import SenderKind

# Twilio spells these words on the keypad and puts a plus before them. Two of them would pass as numbers.
WITHHELD = frozenset(
    "+" + phonenumbers.convert_alpha_characters_in_number(word)
    for word in ("ANONYMOUS", "RESTRICTED", "BLOCKED", "UNAVAILABLE", "UNKNOWN")
)
SHORT_CODE = re.compile(r"\+?\d{3,8}")


def e164(raw: str, region: str | None = None) -> str | None:
    """The number in E.164; None for what is none. Only its length is judged: new area codes come every year."""
    if raw in WITHHELD:
        return None
    try:
        number = phonenumbers.parse(raw, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def sender_kind(raw: str, ours: Container[str]) -> SenderKind:
    """What kind of address a text came from (INV-22)."""
    number = e164(raw)
    if number is not None:
        return SenderKind.OURSELVES if number in ours else SenderKind.PHONE
    return SenderKind.SHORT_CODE if SHORT_CODE.fullmatch(raw) else SenderKind.ALPHANUMERIC
