"""Whether a sound is whole, and as telephones take it."""

from __future__ import annotations

import io
import struct
import wave
from array import array

import pytest

from intersession.sound.wav import NotWhole, Samples, joined, read, verify

from .tones import tone


def test_a_whole_sound_of_the_length_that_was_said_is_verified() -> None:
    for seconds in (0.0, 0.4, 7.0, 60.0):
        verify(tone(seconds), seconds)


@pytest.mark.parametrize(("has", "said", "fits"), [
    (5.0, 6.0, True), (5.0, 6.2, False), (5.0, 4.0, True), (5.0, 3.8, False),
    (60.0, 66.0, True), (60.0, 68.0, False), (60.0, 55.0, True), (60.0, 53.0, False),
])  # fmt: skip
def test_a_second_or_a_tenth_is_let_pass(has: float, said: float, fits: bool) -> None:
    if fits:
        verify(tone(has), said)
        return
    with pytest.raises(NotWhole):
        verify(tone(has), said)


def test_every_cut_of_a_sound_is_found() -> None:
    whole = tone(0.05)
    for length in range(len(whole)):
        with pytest.raises(NotWhole):
            read(whole[:length])


@pytest.mark.parametrize("content", [b"", b"RIFF", b"<html>not found</html>", b"ID3" + bytes(400), bytes(400)])
def test_what_is_no_wav_is_not_whole(content: bytes) -> None:
    with pytest.raises(NotWhole):
        read(content)


def test_a_wav_without_a_rate_is_not_whole() -> None:
    made = bytearray(tone(0.1))
    made[24:28] = bytes(4)
    with pytest.raises(NotWhole):
        read(bytes(made))


def test_a_streamed_sound_promises_too_much_and_is_read_all_the_same() -> None:
    made = bytearray(tone(0.5))
    made[40:44] = struct.pack("<I", 0x7FFFF000)
    assert read(bytes(made), streamed=True).seconds == pytest.approx(0.5)
    with pytest.raises(NotWhole):
        read(bytes(made))


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (22050, 1), (48000, 2), (44100, 1)])
def test_what_telephones_take_is_mono_16_bit_at_8000(rate: int, channels: int) -> None:
    made = joined([read(tone(1.5, rate, channels)), read(tone(0.5))])
    with wave.open(io.BytesIO(made)) as found:
        assert (found.getnchannels(), found.getsampwidth(), found.getframerate()) == (1, 2, 8000)
    assert read(made).seconds == pytest.approx(2.0, abs=0.02)


def test_a_voice_stays_and_what_telephones_cannot_carry_goes() -> None:
    """Were it not filtered, 7 kHz would come back as a whistle of 1 kHz."""
    voice, hiss = (loudness(joined([read(tone(1.0, 48000, hertz=hertz))])) for hertz in (440.0, 7000.0))
    assert voice == pytest.approx(loudness(tone(1.0)), rel=0.1)
    assert hiss < voice / 3


def loudness(content: bytes) -> float:
    """The mean of what the samples are away from silence."""
    samples = array("h", read(content).frames)
    return sum(abs(sample) for sample in samples) / len(samples)


def test_a_wide_sound_keeps_its_loudness() -> None:
    wide = Samples(8000, 1, 4, array("i", (sample << 16 for sample in array("h", read(tone(1.0)).frames))).tobytes())
    assert loudness(joined([wide])) == pytest.approx(loudness(tone(1.0)), rel=0.01)
