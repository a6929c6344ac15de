"""From a phrase to its filled text: which sentences hold now, and each fact in the listener's form."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from .entries import Kind, variable_names, wording
from .pack import Pack
from .phrase import Context, Phrase
from .spoken import Ear
from .template import Template, fill, forms, template
from .values import Var, WordingError
from .written import Page, put

CAPITAL_COUNT = frozenset({"n"})
"""A count, said as a word, may begin a sentence, as may what stands in for a name."""


def compose_words(
    one: Phrase, context: Context, facts: dict[str, str], *, part: str = "", in_text: bool = False
) -> str:
    pack = context.pack
    stand_ins = pack.stand_ins_in_texts if in_text else pack.stand_ins
    standing = {name: words for name, words in stand_ins.items() if name not in facts}
    chosen = _template(one, context, frozenset(facts), frozenset(standing), part)
    return fill(chosen, {**standing, **facts}, CAPITAL_COUNT | standing.keys(), pack)


def _template(
    one: Phrase, context: Context, given: frozenset[str], standing: frozenset[str], part: str
) -> Template:
    if unknown := given - variable_names():
        raise WordingError(f"{one.id}: no wording has a fact named {', '.join(sorted(unknown))}")
    has = (context.on_call, context.desk, context.other_language, context.speech_input)
    conditions = _practice(context.crisis_commissioned, *has) | _own_conditions(one, context.pack)
    return template(context.pack, one.id, part=part, conditions=conditions, given=given, standing=standing)


@lru_cache
def _practice(
    commissioned: bool, on_call: bool, desk: bool, other_language: bool, speech_input: bool
) -> frozenset[str]:
    lacks = {
        "no_on_call": not on_call,
        "no_desk": not desk,
        "one_language": not other_language,
        "no_speech_input": not speech_input,
    }
    switch = "safety_a" if commissioned else "safety_b"
    return frozenset({switch, *(name for name, lacking in lacks.items() if lacking)})


def _own_conditions(one: Phrase, pack: Pack) -> frozenset[str]:
    """The form that the caller named, and whether one thing is counted or several."""
    if one.form and one.form not in forms(one.id, pack):
        known = ", ".join(sorted(forms(one.id, pack))) or "none"
        raise WordingError(f"{one.id} has no form {one.form!r}; it has: {known}")
    count = next((value for name, value in one.vars if name == "n"), None)
    counted = () if not isinstance(count, int) else ("one",) if count == 1 else ("many",)
    return frozenset({*counted, *((one.form,) if one.form else ())})


def kind_of(one: Phrase, wanted: frozenset[Kind], what: str) -> Kind:
    kind = wording(one.id).kind
    if kind not in wanted:
        raise WordingError(f"{one.id} is not {what}: it is of kind {kind.value}")
    return kind


def ear_of(kind: Kind, context: Context) -> Ear:
    """Clients hear their own clock, staff theirs (D54)."""
    zone = context.client_zone if kind.for_client else context.reader_zone
    return Ear(
        pack=context.pack,
        zone=zone or context.practice_zone,
        practice_zone=context.practice_zone,
        now=context.now,
    )


def page_of(kind: Kind, context: Context, *, text: bool, terse: bool = False) -> Page:
    clock24 = context.clock24 and not kind.for_client
    return Page(ear=ear_of(kind, context), text=text, terse=terse, clock24=clock24)


def put_all(one: Phrase, page: Page) -> dict[str, str]:
    names = {name for name, _ in one.vars}
    page = replace(page, dated="date" in names, zoned="zone" in names)
    written = ((name, put(name, named(name, value, page.pack), page)) for name, value in one.vars)
    return {name: words for name, words in written if words is not None}


def named(name: str, value: Var, pack: Pack) -> Var:
    """A stored value, such as a phase or a language, by its name in this language."""
    names = pack.values.get(name)
    if names is None or not isinstance(value, str):
        return value
    return names.get(value) or names.get(value.partition("-")[0].lower(), value)
