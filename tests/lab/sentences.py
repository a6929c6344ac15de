"""Words as sounds that a telephone can tell apart: each sentence is a pair of tones, for as long as it takes to say it.

Every tone of the lab is a multiple of 50 hertz: 20 milliseconds, one packet, hold whole swings of each, so that a
packet by itself tells which tones are in it. Voices of telephones lie below the words, the beep and its like above.
"""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import combinations
from operator import mul
from pathlib import Path

from intersession.core.call import Said
from intersession.core.wording.compose import seconds
from tests.lab.sound import EXPANDED, LOUD, PACKET, RATE

STEP, LOWEST, HIGHEST = 50, 200, 3150
"""Hertz."""
WORDS = range(1050, 2300, STEP)
"""The tones of which two are a sentence."""
GAP = 0.2
"""Seconds of silence at the end of a sentence, so that the same one is heard twice if it is said twice."""
SWING = 4500

Sentence = tuple[int, int]


@dataclass
class Sentences:
    """A local voice, and what it has said: by its tones a sentence is known again. Two wordings with the same words are
    two sentences."""

    folder: Path
    pace: float = 1.0
    """How much quicker than people."""
    _pairs: Iterator[Sentence] = field(default_factory=lambda: combinations(WORDS, 2))
    _tones: dict[Said, Sentence] = field(default_factory=dict)
    _said: dict[Sentence, Said] = field(default_factory=dict)

    def __call__(self, said: Said) -> Path:
        """The words' sound file."""
        tones = self._tones.get(said)
        if tones is None:
            tones = self._tones[said] = next(self._pairs)
            self._said[tones] = said
        path = self.folder / f"{tones[0]}-{tones[1]}.wav"
        if not path.exists():
            _write(path, tones, max(seconds(said.text) / self.pace, 2 * GAP))
        return path

    def known(self, tones: frozenset[int]) -> Said | None:
        """The sentence that exactly these tones are."""
        pair = tuple(sorted(tones))
        return self._said.get((pair[0], pair[1])) if len(pair) == 2 else None


def _write(path: Path, tones: Sentence, long: float) -> None:
    turns = [2 * math.pi * hertz / RATE for hertz in tones]
    samples = (int(SWING * sum(math.sin(turn * at) for turn in turns)) for at in range(PACKET))
    packet = struct.pack(f"<{PACKET}h", *samples)
    packets, silent = round((long - GAP) * RATE / PACKET), round(GAP * RATE / PACKET)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(packet * packets + bytes(2 * PACKET) * silent)


@lru_cache(maxsize=50_000)
def tones_of(packet: bytes) -> frozenset[int]:
    """Which tones are in one packet. What is played over and over is the same packet over and over."""
    if packet.count(packet[:1]) == len(packet):
        return frozenset()
    samples = [EXPANDED[code] for code in packet]
    return frozenset(hertz for hertz, swings in _swings(len(samples)) if _strength(samples, swings) > LOUD)


Swings = tuple[tuple[float, ...], tuple[float, ...]]


@cache
def _swings(length: int) -> list[tuple[int, Swings]]:
    return [(hertz, _swing(2 * math.pi * hertz / RATE, length)) for hertz in range(LOWEST, HIGHEST + 1, STEP)]


def _swing(turn: float, length: int) -> Swings:
    return tuple(math.sin(turn * at) for at in range(length)), tuple(math.cos(turn * at) for at in range(length))


def _strength(samples: list[int], swings: Swings) -> float:
    """As a part of full scale."""
    sine, cosine = sum(map(mul, samples, swings[0])), sum(map(mul, samples, swings[1]))
    return 2 * math.hypot(sine, cosine) / len(samples) / 32768
