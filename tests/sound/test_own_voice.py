"""A sentence that somebody recorded: whole, audible, without the quiet at its ends, as loud as the others."""

from __future__ import annotations

from array import array

import pytest

from intersession.sound.own_voice import HEARD, LOUD, MOST_BYTES, PAUSE, RATE, Unusable, taken
from intersession.sound.wav import Samples, joined, read


def sound(*parts: tuple[float, float], rate: int = 48_000) -> bytes:
    """A square wave of (seconds, level) after (seconds, level)."""
    levels = array("h")
    for seconds, level in parts:
        high = int(level * 32767)
        levels.extend(high if at // 50 % 2 else -high for at in range(int(seconds * rate)))
    return joined([Samples(rate, 1, 2, levels.tobytes())], rate)


def test_the_quiet_at_both_ends_goes() -> None:
    found = taken(sound((2, 0.0), (1.5, 0.5), (3, 0.0)))
    assert found.seconds == pytest.approx(1.5 + 2 * PAUSE, abs=0.05)
    samples = read(found.content)
    assert (samples.rate, samples.channels, samples.width) == (RATE, 1, 2)
    assert samples.seconds == found.seconds


def test_a_pause_between_the_words_stays() -> None:
    assert taken(sound((1, 0.5), (1, 0.0), (1, 0.5))).seconds == pytest.approx(3, abs=0.05)


def test_who_speaks_softly_is_made_as_loud_as_the_others() -> None:
    loudest = max(map(abs, array("h", read(taken(sound((1, 0.1))).content).frames)))
    assert loudest / 32767 == pytest.approx(LOUD, abs=0.05)


def test_who_speaks_up_is_left_as_they_are() -> None:
    loudest = max(map(abs, array("h", read(taken(sound((1, 0.9))).content).frames)))
    assert loudest / 32767 > LOUD + 0.1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (sound((2, 0.0)), "Nothing can be heard"),
        (sound((2, HEARD / 4)), "Nothing can be heard"),
        (sound((0.05, 0.5)), "Only a short noise"),
        (b"not a sound", "did not arrive whole"),
        (sound((2, 0.5))[:5000], "did not arrive whole"),
        (bytes(MOST_BYTES + 1), "too long"),
    ],
    ids=["silence", "hum", "click", "no sound", "cut off", "too big"],
)
def test_INV_11_what_callers_could_not_understand_is_refused_and_says_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(Unusable, match=says):
        taken(content)
