"""What to say, and to whom: both are data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .pack import SWITCHED, Pack
from .values import Var


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A wording and the facts that fill it."""

    id: str
    vars: tuple[tuple[str, Var], ...] = ()
    """By name, in order; a missing fact is not among them."""
    form: str = ""
    """A form that the caller names, such as "locked" of IN-BAD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who listens and what the practice has at this instant."""

    pack: Pack
    practice_zone: str
    client_zone: str
    """The practice's, where the client's is not known."""
    now: datetime
    """Aware, UTC."""
    crisis_commissioned: bool
    """SAFETY-A and CONNECT-A may be said: key 9 connects (D2)."""
    on_call: bool
    """Somebody is on call now (D4)."""
    desk: bool = True
    """Key 0 reaches somebody."""
    other_language: bool = True
    """Key 8 has prompts to offer (V27)."""
    speech_input: bool = False
    """A caller may say "one" instead of pressing it (V26)."""
    reader_zone: str = ""
    """The staff member's own zone; empty for the practice's."""
    clock24: bool = False
    """The staff member reads the 24-hour clock."""


def spoken_id(one: Phrase, context: Context) -> str:
    """The id of the words that are really said: SAFETY and CONNECT have a twin where key 9 does not connect (D2)."""
    base, _, twin = one.id.rpartition("-")
    switched = base in SWITCHED and twin == "A" and not context.crisis_commissioned
    return f"{base}-B" if switched else one.id


def phrase(id_: str, form: str = "", /, **facts: Var | None) -> Phrase:
    """Name a wording and its facts. SAFETY and CONNECT stand for whichever the practice has switched on."""
    known = tuple((name, value) for name, value in facts.items() if value is not None)
    return Phrase(id=f"{id_}-A" if id_ in SWITCHED else id_, vars=known, form=form)
