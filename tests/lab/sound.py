"""Telephone sound: tones in µ-law, and which tones are in what was heard."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

RATE = 8000
PACKET = 160
"""Samples in 20 ms."""
LOUD = 0.05
"""The part of full scale from which a tone counts as heard."""


def _expand(code: int) -> int:
    code = ~code & 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return -size if code & 0x80 else size


EXPANDED = tuple(_expand(code) for code in range(256))


@cache
def _code(sample: int) -> int:
    return min(range(256), key=lambda code: abs(EXPANDED[code] - sample))


@cache
def tone(hertz: int) -> bytes:
    """One second of a tone, µ-law; a whole number of swings, so it can be repeated."""
    samples = (int(6000 * math.sin(2 * math.pi * hertz * at / RATE)) // 64 * 64 for at in range(RATE))
    return bytes(_code(sample) for sample in samples)


SILENCE = b"\xff" * PACKET


def strength(samples: Sequence[int], hertz: float) -> float:
    """How strong a tone is in it, as a part of full scale (Goertzel)."""
    if len(samples) < 3 * PACKET:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    before, last = 0.0, 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = before * before + last * last - turn * before * last
    return 2 * math.sqrt(max(power, 0.0)) / len(samples) / 32768


def tones_in(packets: Sequence[bytes], among: Sequence[float]) -> set[float]:
    """Which of these tones are heard. A tenth of a second at a time: Asterisk may shift what it plays by a moment,
    and over a longer time such a tone would cancel itself."""
    samples = [EXPANDED[code] for packet in packets for code in packet]
    pieces = [samples[at : at + RATE // 10] for at in range(0, len(samples), RATE // 10)]
    return {hertz for hertz in among if any(strength(piece, hertz) > LOUD for piece in pieces)}
