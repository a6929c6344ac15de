"""What the reader of a timeline is, and may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...core.facts import Practice
from ...permissions import Action
from ..viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Whom a timeline is shown to, about whom, and when."""

    viewer: Viewer
    practice: Practice
    handle: str
    may: frozenset[Action]
    now: datetime
