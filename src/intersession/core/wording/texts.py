"""A text that fits: one segment, or two where a name has turned it into Unicode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .choosing import compose_words, kind_of, page_of, put_all
from .entries import Kind
from .phrase import Context, Phrase
from .septets import ONE_GSM, Measure, measure, outside_gsm
from .values import WordingError

TEXTS = frozenset({Kind.TEXT, Kind.PUSH})
NAMES = ("brand", "cover", "line_name", "who", "my_first")
"""Facts that may be cut short, in this order. The safety words never are."""
MOST_SEGMENTS = 2
"""Of a text with a name that GSM-7 lacks a sign for: an accent in a name is never dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text that may be sent as it is."""

    text: str
    septets: int
    """16-bit units where `unicode`."""
    segments: int
    unicode: bool = False


def write(one: Phrase, context: Context) -> Written:
    """A text. Raises WordingError where it does not fit even with its names and days cut short."""
    kind = kind_of(one, TEXTS, "a text")
    text = ""
    for facts in _shorter_and_shorter(one, context, kind):
        text = compose_words(one, context, facts, in_text=True)
        size = measure(text)
        if text and _fits(size):
            return Written(text=text, septets=size.units, segments=size.segments, unicode=size.unicode)
    raise WordingError(_too_long(one.id, text))


def _shorter_and_shorter(one: Phrase, context: Context, kind: Kind) -> Iterator[dict[str, str]]:
    """The facts in full; with short days; with names cut word by word; at last without the cover's name."""
    yield put_all(one, page_of(kind, context, text=True))
    facts = put_all(one, page_of(kind, context, text=True, terse=True))
    yield facts
    for name in NAMES:
        while " " in facts.get(name, ""):
            facts = {**facts, name: facts[name].rpartition(" ")[0].rstrip(" ,&-")}
            yield facts
    if "cover" in facts:
        yield {name: words for name, words in facts.items() if name != "cover"}


def _fits(size: Measure) -> bool:
    return size.segments <= MOST_SEGMENTS if size.unicode else size.units <= ONE_GSM


def _too_long(id_: str, text: str) -> str:
    if not text:
        return f"{id_}: none of its facts are given, so nothing is left to send"
    signs = outside_gsm(text)
    cause = f"; {signs} turns it into Unicode, so use names and a brand without it" if signs else ""
    units = measure(text).units
    return f"{id_} takes {units} of {ONE_GSM} even when cut short{cause}: fill it with shorter facts"
