"""No staff number stands in anything that goes to a client: looked at before it leaves (INV-04)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from intersession.records.sealing import Keyring

from .db import Db

WHOLE, LOCAL = 10, 7
"""A number with its area code, and as people say it without."""
RUN = re.compile(r"\d(?:(?:[\s\-‐–—()]|\.(?!\s))*\d)+")
"""Figures that belong together, spoken one by one or written with what people put between them."""


class Leak(RuntimeError):
    """A staff number stood in something that goes to a client. It was not sent."""


def refuse_leak(db: Db, keyring: Keyring, text: str) -> None:
    """Leak, where a staff number stands in a text for a client."""
    found = tuple(_numbers_in(text))
    if found and any(_is(figures, number) for number in _staff_numbers(db, keyring) for figures in found):
        raise Leak("a staff number stood in what goes to a client")


def _staff_numbers(db: Db, keyring: Keyring) -> set[str]:
    rows = db.rows("SELECT id, sealed_number FROM endpoint")
    numbers = (keyring.unseal(bytes(sealed), f"endpoint:number:{id_}") for id_, sealed in rows)
    return {figures[-WHOLE:] for number in numbers if len(figures := _figures(number)) >= LOCAL}


def _is(figures: str, number: str) -> bool:
    return number in figures or (len(figures) == LOCAL and figures == number[-LOCAL:])


def _numbers_in(text: str) -> Iterator[str]:
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)
    return (_figures(run) for run in RUN.findall(plain))


def _figures(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())
