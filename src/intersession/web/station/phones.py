"""Which phones in browsers there are, and where Asterisk takes them in. `serve` hands this over at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...carriers.asterisk.pbx import Station
from ...core.ids import NumberKey


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserPhones:
    """Of one practice."""

    socket: str
    """Asterisk's web socket, on this machine."""
    by_number: Mapping[NumberKey, Station]
    """The keyed hash of a staff member's number, to the phone that rings for it instead."""
