"""Sounds for tests: a tone as a WAV."""

from __future__ import annotations

import io
import math
import wave
from array import array


def tone(seconds: float, rate: int = 8000, channels: int = 1, hertz: float = 440.0) -> bytes:
    """A WAV of so many seconds, 16 bits a sample."""
    wave_ = (int(9000 * math.sin(2 * math.pi * hertz * at / rate)) for at in range(round(seconds * rate)))
    samples = array("h", (sample for sample in wave_ for _ in range(channels)))
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setparams((channels, 2, rate, len(samples), "NONE", ""))
        made.writeframes(samples.tobytes())
    return out.getvalue()
