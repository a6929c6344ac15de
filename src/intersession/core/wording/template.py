"""A text as its sentences, chosen for one set of conditions and facts, and cached; only filling is left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .entries import wording
from .pack import SWITCHED, Pack, variables_in
from .values import WordingError

SENTENCE_ENDS = re.compile(r"(\n+|(?<=[.!?])[ ]+|(?<=_rule\})[ ]+)")
PARTS = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Literal and variable in turn: the odd ones are names of facts."""

    parts: tuple[str, ...]
    gap: str
    """The white space in front of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What is said under these conditions. `id` may be another one than was asked for."""

    id: str
    sentences: tuple[Sentence, ...]


@lru_cache(maxsize=16384)
def template(
    pack: Pack,
    id_: str,
    *,
    part: str,
    conditions: frozenset[str],
    given: frozenset[str],
    standing: frozenset[str],
) -> Template:
    """The sentences of a wording.

    `part` is empty or "/subject"; `conditions` come from the practice and the caller's form; `given` names
    the facts that exist, `standing` those that words of the pack stand in for. A sentence that asks for
    another fact is shortened or left out (INV-15).
    """
    present = given | standing
    conditions |= {f"with_{name}" for name in given}
    id_ = _taken_over(id_, conditions, present)
    conditions |= {f"no_{name}" for name in wording(id_).variables if name not in present}
    text = _replaced(_chosen(pack, id_, part, conditions), id_, pack, conditions)
    pieces = ["", *SENTENCE_ENDS.split(text.strip())]
    gaps_and_sentences = zip(pieces[::2], pieces[1::2], strict=True)
    kept = [(gap, _possible(sentence, pack, present)) for gap, sentence in gaps_and_sentences]
    sentences = [_sentence(gap, said, pack, conditions) for gap, said in kept if said]
    return Template(id=id_, sentences=tuple(sentences))


def fill(chosen: Template, facts: Mapping[str, str], capital: frozenset[str], pack: Pack) -> str:
    """The finished text. Facts in `capital` get a capital letter where they begin a sentence."""
    filled: list[str] = []
    for sentence in chosen.sentences:
        filled.append(sentence.gap if filled else "")
        filled.append(_filled(sentence.parts, facts, capital))
    text = "".join(filled)
    for old, new in pack.tidy:
        text = text.replace(old, new)
    return text


def forms(id_: str, pack: Pack) -> frozenset[str]:
    """Every condition by which the texts of an id differ."""
    keys = (id_, f"{id_}/subject")
    return frozenset(name for key in keys for form, _ in pack.variants.get(key, ()) for name in form)


def _taken_over(id_: str, conditions: frozenset[str], present: frozenset[str]) -> str:
    """Follow `instead` as far as it leads."""
    found = wording(id_)
    known = conditions | {f"no_{name}" for name in found.variables if name not in present}
    for condition, other in found.instead:
        if condition in known:
            return _taken_over(other, conditions, present)
    return id_


def _chosen(pack: Pack, id_: str, part: str, conditions: frozenset[str]) -> str:
    key = f"{id_}{part}"
    for form, text in pack.variants.get(key, ()):
        if form <= conditions:
            return text
    if key not in pack.texts:
        raise WordingError(f"{id_} has no {part.strip('/')} in pack {pack.locale}")
    return pack.texts[key]


def _replaced(text: str, id_: str, pack: Pack, conditions: frozenset[str]) -> str:
    """Whole sentences exchanged or taken out; never the safety segment, which is not in the text yet."""
    for change in pack.replacements:
        if change.when in conditions and change.old in text and (not change.only or id_ in change.only):
            text = text.replace(change.old if change.new else f"{change.old} ", change.new)
            text = text.replace(change.old, change.new)
    return text


def _possible(sentence: str, pack: Pack, present: frozenset[str]) -> str:
    """The sentence, a shorter one, or nothing: what the facts allow."""
    if variables_in(sentence) <= present:
        return sentence
    shorter = pack.shorter.get(sentence, ())
    return next((short for short in shorter if variables_in(short) <= present), "")


def _sentence(gap: str, sentence: str, pack: Pack, conditions: frozenset[str]) -> Sentence:
    for name in SWITCHED:
        if f"{{{name}}}" in sentence:
            switch = "B" if "safety_b" in conditions else "A"
            sentence = sentence.replace(f"{{{name}}}", pack.texts[f"{name}-{switch}"])
    return Sentence(parts=tuple(PARTS.split(sentence)), gap=gap)


def _filled(parts: tuple[str, ...], facts: Mapping[str, str], capital: frozenset[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    said = parts[0]
    for name, after in zip(parts[1::2], parts[2::2], strict=True):
        value = facts[name]
        if not said and name in capital:
            value = value[:1].upper() + value[1:]
        ends_twice = value.endswith(".") and after.startswith(".")
        said += value + (after[1:] if ends_twice else after)
    return said
