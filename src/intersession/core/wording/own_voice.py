"""Sentences of greetings that a clinician may say in their own voice (§3.9), and where they stand in what is spoken.

A sentence that names a time is never one of them: it would be wrong tomorrow. A recorded sentence is used where exactly
its words are said, so one whose facts no longer hold is spoken by the machine again, by itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from .entries import index
from .pack import Pack
from .spoken import spell_figures
from .template import Template, fill, template

STABLE = frozenset({"line_name", "who"})
"""Facts that stay as they are from call to call."""
GREETINGS = ("ID-", "ST-", "CV-", "OP-", "G-")
NOBODYS = frozenset({
    "G-BLOCK", "G-GUARD", "G-OLDNUM", "G-OLDNUM-MOVE", "G-R24", "G-R24-D", "G-CENTRAL-MENU", "OP-LANG-ES", "OP-LANG-X",
})  # fmt: skip
"""Said in no clinician's voice: to a blocked caller or about danger, on a number that was given up, in another
language, before anybody is chosen."""
FIXED = "SAFETY-"
"""The server's alone: a sentence that occurs in one of these is never recorded (INV-01)."""


@lru_cache(maxsize=256)
def recordable(pack: Pack, line_name: str, who: str) -> tuple[str, ...]:
    """The sentences, as they are said, in the order of a greeting."""
    facts = {"line_name": spell_figures(line_name), "who": spell_figures(who)}
    ids = sorted((id_ for id_ in index() if in_own_voice(id_)), key=_place)
    found = (sentence for id_ in ids for sentence in _sentences(pack, id_, facts))
    fixed = " ".join(text for id_, text in pack.texts.items() if id_.startswith(FIXED))
    return tuple(dict.fromkeys(one for one in found if one not in fixed and one not in pack.other_voices))


def cut(text: str, own: Collection[str]) -> tuple[str, ...]:
    """What is spoken, cut so that each sentence of `own` that stands in it is a piece of its own."""
    longest_first = sorted(own, key=len, reverse=True)
    wanted = re.compile(rf"(?:^|(?<=[.!?] ))({'|'.join(map(re.escape, longest_first))})(?= |$)")
    return tuple(piece.strip() for piece in wanted.split(text) if piece.strip())


def in_own_voice(id_: str) -> bool:
    """Whether a clinician's own voice may say anything of this wording."""
    return id_.startswith(GREETINGS) and id_ not in NOBODYS


def _place(id_: str) -> int:
    return next(place for place, prefix in enumerate(GREETINGS) if id_.startswith(prefix))


def _sentences(pack: Pack, id_: str, facts: Mapping[str, str]) -> Iterator[str]:
    """A greeting of one word is said in one breath with the sentence after it."""
    waiting = ""
    for conditions in (frozenset({"safety_a"}), frozenset({"safety_a", "no_on_call"})):
        for one in _template(pack, id_, conditions).sentences:
            if not set(one.parts[1::2]) <= STABLE:
                waiting = ""
                continue
            said = waiting + fill(Template(id=id_, sentences=(one,)), facts, frozenset(), pack)
            waiting = "" if " " in said else f"{said} "
            if not waiting:
                yield said


def _template(pack: Pack, id_: str, conditions: frozenset[str]) -> Template:
    variables = frozenset(index()[id_].variables)
    return template(pack, id_, part="", conditions=conditions, given=variables, standing=frozenset())

