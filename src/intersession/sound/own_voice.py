"""A sentence that somebody has just recorded: made ready to be played on the telephone."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from .wav import SAMPLE_BYTES, NotWhole, Samples, joined, read

RATE = 16_000
"""Samples a second, as browsers are asked for; a telephone takes half of it."""
MOST_BYTES = 4 * 1024 * 1024
HEARD = 0.02
"""Of full scale: what is softer is silence."""
LOUD = 0.7
MOST_GAIN = 8.0
PAUSE = 0.15
"""Seconds of quiet that stay before and after the words."""
SHORTEST = 0.3


class Unusable(ValueError):
    """A recording that callers could not understand. Says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Mono 16-bit WAV, the quiet at its ends cut off, as loud as the other prompts."""

    content: bytes
    seconds: float


def taken(content: bytes) -> Taken:
    """The recording, made ready. Raises Unusable."""
    if len(content) > MOST_BYTES:
        raise Unusable("This recording is too long. Record the sentence alone.")
    try:
        samples = _samples(joined([read(content)], RATE))
    except NotWhole as error:
        raise Unusable("This sound did not arrive whole. Record it again.") from error
    words = _louder(_trimmed(samples))
    return Taken(content=_wav(words), seconds=len(words) / RATE)


def _samples(content: bytes) -> array[int]:
    return array("h", read(content).frames)


def _trimmed(samples: array[int]) -> array[int]:
    least = int(HEARD * 32767)
    first = next((at for at, level in enumerate(samples) if abs(level) >= least), None)
    if first is None:
        raise Unusable("Nothing can be heard in it. Look whether the microphone is on, and record it again.")
    last = next(at for at in range(len(samples) - 1, -1, -1) if abs(samples[at]) >= least)
    if last - first < SHORTEST * RATE:
        raise Unusable("Only a short noise can be heard in it. Record it again.")
    pause = int(PAUSE * RATE)
    return samples[max(0, first - pause) : last + pause]


def _louder(samples: array[int]) -> array[int]:
    """Never softer: who speaks up is not turned down."""
    gain = min(MOST_GAIN, LOUD * 32767 / max(abs(level) for level in samples))
    return samples if gain <= 1 else array("h", (int(level * gain) for level in samples))


def _wav(samples: array[int]) -> bytes:
    return joined([Samples(RATE, 1, SAMPLE_BYTES, samples.tobytes())], RATE)
