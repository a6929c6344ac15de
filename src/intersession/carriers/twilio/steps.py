"""Action addresses: each document that a leg fetches names the next one by a token that nobody can guess.

A token is made from the one before it, so a request that comes again is answered by the same address. The version in
it tells what the leg has been told already: words that it has not heard cannot be over, and none are said twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from intersession.core.ids import ContactId, LegId, contact_of


class Kind(StrEnum):
    """What a request of a leg tells us."""

    ANSWERED = "answered"
    """A leg that we dialled was picked up."""
    LOOK = "look"
    """Nothing: it was made to look again, or has waited for a while."""
    WORDS = "words"
    """Its words are over, or a key was pressed."""
    RECORD = "record"
    LATE = "late"
    """The line did not answer in time, and the safe words were said instead."""
    ROOM = "room"
    """It has left its conference."""
    STAR = "star"
    """It left by the star key; what was pressed after it."""
    ANNOUNCE = "announce"
    """What everybody else in a conference hears as this leg joins it."""
    CRISIS = "crisis"
    """The crisis line has hung up, or was not reached."""
    CRISIS_AGAIN = "crisis-again"
    """The same of its other number."""
    STATUS = "status"
    """A leg that we dialled is over."""
    JOINED = "joined"
    """What happens in its conference."""


UNHEARD = frozenset({Kind.STATUS, Kind.JOINED})
"""Requests that no leg makes: nobody hears their answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One action of one leg. `version` is that of what it was told before."""

    kind: Kind
    leg: LegId
    version: int
    token: str

    @property
    def contact(self) -> ContactId:
        """Whose leg it is."""
        return contact_of(self.leg)

    @property
    def path(self) -> str:
        """Its address under the public URL."""
        return f"/twilio/leg/{self.kind}/{self.leg}/{self.version}/{self.token}"


@dataclass(frozen=True, slots=True)
class Steps:
    """Makes steps. `digest` is keyed."""

    digest: Callable[[str], str]

    def first(self, kind: Kind, leg: LegId) -> Step:
        """Of a leg that has been told nothing yet."""
        return Step(kind=kind, leg=leg, version=0, token=self._fresh(leg, kind))

    def after(self, before: Step, kind: Kind, version: int) -> Step:
        """What follows on a document; `version` is that of what the document tells."""
        token = self._fresh(before.leg, f"{before.token}:{kind}:{version}")
        return Step(kind=kind, leg=before.leg, version=version, token=token)

    def _fresh(self, leg: LegId, before: str) -> str:
        return self.digest(f"twilio:step:{leg}:{before}")
