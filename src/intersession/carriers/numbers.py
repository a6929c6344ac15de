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


def dialled_as(number: str, region: str) -> tuple[str, ...]:
    """How a telephone in that region may dial it: in E.164, without the plus, and as people there write it."""
    parsed = phonenumbers.parse(number, region)
    forms = [number, number.removeprefix("+")]
    if parsed.country_code == phonenumbers.country_code_for_region(region):
        written = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        forms.append("".join(figure for figure in written if figure.isdigit()))
    return tuple(dict.fromkeys(forms))
