"""What carriers keep for us until it is brought home: the steps that the kinds of it have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from intersession.carriers.port import Carrier
from intersession.core.ids import ContactId, PracticeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One of which the next step is due."""

    kind: Kind
    id: str
    practice: PracticeId
    contact: ContactId
    care: str
    tries: int
    carrier: str | None
    """None where its line is not on file."""
    row: Mapping[str, Any]
    """What its kind has to know beside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a carrier handed over."""

    content: bytes
    columns: Mapping[str, object] = field(default_factory=dict)
    """What is noted beside it, by column."""
    fault: Exception | None = None
    """It can be used as it is, and yet it may not be all: the carrier's copy stays, and it is fetched again."""


class NotThere(LookupError):
    """The carrier has no such thing, or not yet."""


class Kind(Protocol):
    """Recordings, pictures."""

    @property
    def table(self) -> str:
        """Its rows; `care` and what belongs to it are columns there."""

    @property
    def sealed(self) -> str:
        """The column of what is brought home, without `sealed_`."""

    @property
    def also(self) -> tuple[str, ...]:
        """Further columns for `Owed.row`."""

    @property
    def steps(self) -> Mapping[str, str]:
        """What a step is called where it does not succeed, by the care before it."""

    def kept_by(self, carrier: Carrier) -> bool:
        """Whether such a carrier keeps any."""

    def expected(self, one: Owed) -> bool:
        """False where there may have been nothing to keep."""

    def fetch(self, one: Owed, carriers: Sequence[Carrier], key: bytes) -> Found | None:
        """From the first carrier that has it. Raises where what came cannot be used, and what went wrong."""

    def look(self, one: Owed, content: bytes) -> None:
        """What lies here, read back. Raises unless the carrier's copy may go."""

    def forget(self, one: Owed, carrier: Carrier, key: bytes) -> None:
        """Delete the carrier's copy."""
