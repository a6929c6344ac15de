"""What is told of a recording, and of a call that the dialplan noted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from intersession.carriers.asterisk.recording import measured
from intersession.carriers.asterisk.recovery import note
from intersession.carriers.asterisk.tones import sound, tones


def test_a_recording_is_as_long_as_its_sound() -> None:
    assert measured(sound((440,), 1.5)) == (1.5, False)


def test_VM03_nothing_said_is_silence() -> None:
    assert measured(sound((), 0.0, silence=15.0)) == (15.0, True)


@pytest.mark.parametrize("name", sorted(tones()))
def test_every_tone_can_be_heard(name: str) -> None:
    seconds, silent = measured(tones()[name])
    assert seconds > 0.3
    assert not silent


def test_a_note_tells_the_call_its_time_and_its_numbers() -> None:
    noted = note("1795611718.0:1795611718:+12025550100:+12025550142")
    assert noted.channel == "1795611718.0"
    assert noted.since == datetime.fromtimestamp(1795611718, UTC)
    assert (noted.dialled, noted.number) == ("+12025550100", "+12025550142")
    assert note("1.0:2::").number == ""
