"""How long a text is on the air: GSM 7-bit default alphabet (3GPP TS 23.038 §6.2.1), else UCS-2."""

from __future__ import annotations

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}\\[~]|€\f")
"""Each takes two septets: an escape and the sign."""

ONE_GSM, MORE_GSM = 160, 153
ONE_UCS2, MORE_UCS2 = 70, 67
ESCAPE_GSM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The size of a text."""

    units: int
    """Septets, or 16-bit units where `unicode`."""
    segments: int
    unicode: bool


def measure(text: str) -> Measure:
    """Count a text as the carriers do. An empty text is no segment."""
    widths = [_width(char) for char in text]
    if all(widths):
        return Measure(units=sum(widths), segments=_segments(widths, ONE_GSM, MORE_GSM), unicode=False)
    widths = [2 if ord(char) > 0xFFFF else 1 for char in text]
    return Measure(units=sum(widths), segments=_segments(widths, ONE_UCS2, MORE_UCS2), unicode=True)


def outside_gsm(text: str) -> str:
    """The signs that turn the text into UCS-2, each once, in order."""
    return "".join(dict.fromkeys(char for char in text if not _width(char)))


def _width(char: str) -> int:
    if char in BASIC:
        return 1
    return ESCAPE_GSM if char in EXTENSION else 0


def _segments(widths: list[int], one: int, more: int) -> int:
    """An escape pair or a surrogate pair is never cut in two, so a segment may stay one unit short."""
    if sum(widths) <= one:
        return 1 if widths else 0
    segments, used = 1, 0
    for width in widths:
        if used + width > more:
            segments, used = segments + 1, 0
        used += width
    return segments
