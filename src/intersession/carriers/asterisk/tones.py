"""The sounds that are no words, made here: Asterisk's own sound package is not needed."""

from __future__ import annotations

import array
import io
import math
import sys
import wave
from collections.abc import Mapping

from .pbx import BEEP, RING, TONE

RATE = 8000
LOUDNESS = 0.15
"""Of full scale, for each tone of a sound."""


def tones() -> Mapping[str, bytes]:
    """Name to WAV file, for the folder `Pbx.sounds`."""
    return {
        BEEP: sound((1000,), 0.4),
        TONE: sound((440,), 0.6),
        RING: sound((440, 480), 2.0, silence=4.0),
    }


def sound(hertz: tuple[float, ...], seconds: float, silence: float = 0.0) -> bytes:
    """Some tones at once, then silence: mono, 16 bits."""
    swings = (sum(math.sin(2 * math.pi * one * at / RATE) for one in hertz) for at in range(int(seconds * RATE)))
    samples = array.array("h", (int(32767 * LOUDNESS * swing) for swing in swings))
    samples.extend([0] * int(silence * RATE))
    if sys.byteorder == "big":
        samples.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return file.getvalue()
