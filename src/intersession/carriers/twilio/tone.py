"""The soft-limit tone as a sound: short, low and quiet (S34)."""

from __future__ import annotations

import math
import wave
from functools import cache
from io import BytesIO
from struct import pack

RATE, SECONDS, HERTZ, LOUD = 8000, 0.4, 440, 0.2


@cache
def tone() -> bytes:
    """A WAV of one channel, 16 bits, 8 kHz. It swells and fades, so that it does not click."""
    count = int(RATE * SECONDS)
    made = BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(b"".join(pack("<h", int(_at(index, count))) for index in range(count)))
    return made.getvalue()


def _at(index: int, count: int) -> float:
    swell = math.sin(math.pi * index / count)
    return 32767 * LOUD * swell * math.sin(2 * math.pi * HERTZ * index / RATE)
