"""Telephone numbers as carriers write them."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

SHORT_CODE = re.compile(r"\+?\d{3,8}")


def e164(raw: str, region: str | None = None) -> str | None:
    """The number in E.164; None for what is none. Only its length is judged: new area codes come every year."""
    try:
        number = phonenumbers.parse(raw, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
