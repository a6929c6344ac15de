"""Pictures, and other files that came with a text, as carriers keep them (X10).

They are kept as they were sent, to the last byte: what a camera wrote into one is part of the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intersession.carriers.port import Carrier
from intersession.records.sealing import seal_bytes, unseal

from .images import NotShown, looked_at
from .kept import Found, NotThere, Owed


@dataclass(frozen=True, slots=True)
class Pictures:
    """The kind of thing that a picture is."""

    table: str = "picture"
    sealed: str = "content"
    also: tuple[str, ...] = ("media_type", "size", "sealed_reference")
    steps: Mapping[str, str] = field(default_factory=lambda: {"wanted": "FetchPicture", "held": "ClearPicture"})

    def kept_by(self, carrier: Carrier) -> bool:
        """One that is not here has a carrier that has it."""
        return True

    def expected(self, one: Owed) -> bool:
        """It was announced."""
        return True

    def fetch(self, one: Owed, carriers: Sequence[Carrier], key: bytes) -> Found | None:
        """By the carrier's own name of it."""
        reference = _reference(one, key)
        found = next((got for carrier in carriers if (got := carrier.picture(reference)) is not None), None)
        if found is None:
            return None
        if not found[1]:
            raise NotThere
        return _looked_through(one, key, *found)

    def look(self, one: Owed, content: bytes) -> None:
        """All of it: the seal says that none of it was changed."""
        if len(content) != one.row["size"]:
            raise NotThere

    def forget(self, one: Owed, carrier: Carrier, key: bytes) -> None:
        """By the carrier's own name of it."""
        carrier.forget_picture(_reference(one, key))


PICTURES = Pictures()


def _looked_through(one: Owed, key: bytes, media_type: str, content: bytes) -> Found:
    """A picture that is damaged is handed over as a file meanwhile; the carrier's copy stays."""
    known = {"media_type": (media_type or one.row["media_type"])[:80], "size": len(content)}
    fault = None
    try:
        seen = looked_at(content)
    except NotShown as damaged:
        seen, fault = None, damaged
    glimpse = seal_bytes(key, seen.glimpse, f"picture:glimpse:{one.id}") if seen else None
    columns = {**known, "shown_as": seen.media_type if seen else "", "sealed_glimpse": glimpse}
    return Found(content=content, columns=columns, fault=fault)


def _reference(one: Owed, key: bytes) -> str:
    sealed = one.row["sealed_reference"]
    if sealed is None:
        raise NotThere
    return unseal(key, bytes(sealed), f"picture:reference:{one.id}")
