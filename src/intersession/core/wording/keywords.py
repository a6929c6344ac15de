"""Single-word texts that carriers and we react to (X01, X02, X03, D34)."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from .pack import packs

AROUND = " \t\r\n\u00a0\u200b\ufeff.,!?;:…'\"“”‘’`*¡¿()-"
"""Blanks, some of which cannot be seen, and marks that phones put around a word."""


class Keyword(StrEnum):
    """What the whole message says. YES is never consent; it is named so that nothing takes it so (X03)."""

    STOP = "stop"
    HELP = "help"
    START = "start"
    YES = "yes"


def keyword(body: str) -> Keyword | None:
    """The keyword a message consists of, in any installed language; None for everything else.

    Case, blanks and marks at either end do not matter (D34). "S.T.O.P. skill" and "stop it" are no keywords.
    """
    return _words().get(body.strip(AROUND).casefold())


@cache
def _words() -> dict[str, Keyword]:
    return {
        word.casefold(): Keyword(name)
        for pack in packs()
        for name, words in pack.keywords.items()
        for word in words
    }
