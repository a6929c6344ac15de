"""WAV files: whether one is whole, how long it is, and as telephones take it."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

import miniaudio

TELEPHONE = 8000
"""Samples a second."""
SAMPLE_BYTES = 2
SLACK_SECONDS, SLACK_PART = 1.0, 0.1
"""What a carrier says about a length is rounded, and may count the tone."""


class NotWhole(ValueError):
    """A sound that cannot be relied on: cut off, of another length than it should have, or no WAV at all."""


@dataclass(frozen=True, slots=True)
class Samples:
    """What a WAV holds. `rate` is in samples a second, `width` in bytes."""

    rate: int
    channels: int
    width: int
    frames: bytes

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.frames) / (self.rate * self.channels * self.width)


def verify(content: bytes, seconds: float) -> None:
    """Raises NotWhole unless the WAV holds all that its header promises, and about as many seconds as were said."""
    found = read(content).seconds
    if abs(found - seconds) > max(SLACK_SECONDS, SLACK_PART * seconds):
        raise NotWhole(f"it has {found:.1f} s instead of {seconds:.1f} s")


def read(content: bytes, *, streamed: bool = False) -> Samples:
    """The samples of a PCM WAV; raises NotWhole. A `streamed` one was written before its length was known, so its
    header promises too much."""
    try:
        with wave.open(io.BytesIO(content)) as found:
            promised = found.getnframes() * found.getnchannels() * found.getsampwidth()
            samples = Samples(
                found.getframerate(), found.getnchannels(), found.getsampwidth(), found.readframes(found.getnframes())
            )
    except (wave.Error, EOFError) as error:
        raise NotWhole("it is no WAV") from error
    if samples.rate == 0 or (len(samples.frames) != promised and not streamed):
        raise NotWhole(f"it has {len(samples.frames)} bytes instead of {promised}")
    return samples


def joined(parts: list[Samples], rate: int = TELEPHONE) -> bytes:
    """One mono 16-bit WAV of several sounds, one after the other."""
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(SAMPLE_BYTES)
        made.setframerate(rate)
        for part in parts:
            made.writeframes(_mono(part, rate))
    return out.getvalue()


FORMATS = {
    1: miniaudio.SampleFormat.UNSIGNED8, 2: miniaudio.SampleFormat.SIGNED16,
    3: miniaudio.SampleFormat.SIGNED24, 4: miniaudio.SampleFormat.SIGNED32,
}  # fmt: skip


def _mono(part: Samples, rate: int) -> bytes:
    to = miniaudio.SampleFormat.SIGNED16
    return bytes(miniaudio.convert_frames(FORMATS[part.width], part.channels, part.rate, part.frames, to, 1, rate))
