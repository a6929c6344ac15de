"""Action addresses: each document that a caller fetches names the next one by a token that nobody can guess.

A token is made from the one before it, so a request that comes again is answered by the same document.
Its second half tells which words the document said: words that the caller has not heard cannot be over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from intersession.core.call import Hearing, Then
from intersession.core.ids import ContactId

MARK = 32
"""How many of a token's last signs tell the words."""


class Kind(StrEnum):
    """What a document waits for."""

    WORDS = "words"
    DIGITS = "digits"
    RECORD = "record"
    LATE = "late"
    """The line did not answer in time, and the safe words were said instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One action of one call."""

    contact: ContactId
    kind: Kind
    token: str

    @property
    def path(self) -> str:
        """Its address under the public URL."""
        return f"/twilio/{self.kind}/{self.token}"


@dataclass(frozen=True, slots=True)
class Steps:
    """Makes tokens. `digest` is keyed."""

    digest: Callable[[str], str]

    def after(self, contact: ContactId, before: str, hearing: Hearing) -> Step:
        """What follows on a document that says `hearing`; `before` is the token, or the event, that led to it."""
        return Step(contact=contact, kind=_kind(hearing), token=self._fresh(contact, before) + self._mark(hearing))

    def late(self, contact: ContactId, before: str) -> Step:
        """What follows on the safe words."""
        return Step(contact=contact, kind=Kind.LATE, token=self._fresh(contact, before) + self._mark(Hearing()))

    def over(self, step: Step, hearing: Hearing) -> bool:
        """Whether these very words are over: that the document which ended has said them."""
        return bool(hearing.said) and step.token[-MARK:] == self._mark(hearing)

    def _fresh(self, contact: ContactId, before: str) -> str:
        return self.digest(f"twilio:step:{contact}:{before}")

    def _mark(self, hearing: Hearing) -> str:
        words = "\x1f".join(f"{one.id}\x1e{one.locale}\x1e{one.text}" for one in hearing.said)
        return self.digest(f"twilio:words:{words}")[:MARK]


def _kind(hearing: Hearing) -> Kind:
    if hearing.then is Then.RECORD:
        return Kind.RECORD
    return Kind.DIGITS if hearing.digits else Kind.WORDS
