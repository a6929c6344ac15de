"""Words become sound on this machine, once, and are kept where nobody else can look."""

from __future__ import annotations

import logging
import os
import shutil
import stat
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from intersession.core.call import Said
from intersession.core.ids import ClipId
from intersession.core.wording.compose import seconds
from intersession.sound import speech
from intersession.sound.speech import HOUR, Espeak, NoSpeech, Speech
from intersession.sound.wav import read

from .tones import tone

GREETING = Said(
    id="G-AFTER", locale="en-US",
    text="Hello. You have reached Maple Street. The office is closed now. If you are a client here and it can't wait,"
    " press 1. Or leave your name and a safe number to call. Your message is recorded.",
)  # fmt: skip
SALUDO = Said(
    id="G-AFTER", locale="es-US",
    text="Hola. Se comunicó con Maple Street. La oficina está cerrada ahora. Deje su nombre y un teléfono seguro para"
    " llamarle. Su mensaje se graba.",
)  # fmt: skip


class Parrot:
    """An engine that notes what it was told to say, and takes its time."""

    def __init__(self, sound: bytes, *, pause: float = 0.0) -> None:
        self.name, self._sound, self._pause = "parrot", sound, pause
        self.told: list[tuple[str, str]] = []

    def speak(self, text: str, locale: str) -> bytes:
        """The same sound for everything."""
        time.sleep(self._pause)
        self.told.append((text, locale))
        return self._sound


def said(text: str, locale: str = "en-US") -> Said:
    """Some words."""
    return Said(id="x", text=text, locale=locale)


@pytest.fixture
def parrot() -> Parrot:
    """Half a second for anything."""
    return Parrot(tone(0.5, 22050))


# ---------------------------------------------------------------- a clinician's own voice


def test_S11_what_was_recorded_is_played_and_the_engine_says_the_rest(tmp_path: Path, parrot: Parrot) -> None:
    clips = {"c1": ("audio/wav", tone(1.5, 16000))}
    own = replace(said("Hello. You have reached Oak."), clip=ClipId("c1"))
    speaks = Speech(tmp_path, parrot, recorded=clips.get)
    assert read(speaks.file(own).read_bytes()).seconds == pytest.approx(1.5, abs=0.01)
    assert not parrot.told
    speaks.file(said("The office is closed now."))
    assert [text for text, _ in parrot.told] == ["The office is closed now."]


def test_INV_11_a_recording_that_was_just_taken_back_is_spoken(tmp_path: Path, parrot: Parrot) -> None:
    Speech(tmp_path, parrot).file(replace(said("Hello. You have reached Oak."), clip=ClipId("c1")))
    assert [text for text, _ in parrot.told] == ["Hello. You have reached Oak."]


@pytest.mark.parametrize("found", [ValueError("another key"), ("audio/wav", b"RIFF"), ("text/plain", b"Hi")])
def test_INV_11_a_recording_that_nobody_can_read_is_spoken_until_it_can_be(
    tmp_path: Path, parrot: Parrot, found: Exception | tuple[str, bytes]
) -> None:
    kept: list[Exception | tuple[str, bytes]] = [found]

    def recorded(_: ClipId) -> tuple[str, bytes]:
        if isinstance(kept[-1], Exception):
            raise kept[-1]
        return kept[-1]

    own = replace(said("Hello."), clip=ClipId("c1"))
    speaks = Speech(tmp_path, parrot, recorded=recorded)
    assert read(speaks.file(own).read_bytes()).seconds == pytest.approx(0.5, abs=0.01)
    assert [text for text, _ in parrot.told] == ["Hello."]
    kept.append(("audio/wav", tone(1.5, 16000)))
    assert read(speaks.file(own).read_bytes()).seconds == pytest.approx(1.5, abs=0.01)


def test_a_new_recording_of_the_same_words_is_another_file(tmp_path: Path, parrot: Parrot) -> None:
    speaks = Speech(tmp_path, parrot, recorded=lambda clip: ("audio/wav", tone(1 if clip == "c1" else 2, 16000)))
    first, second = (speaks.file(replace(said("Hello."), clip=ClipId(clip))) for clip in ("c1", "c2"))
    assert first != second


# ---------------------------------------------------------------- the engine of this machine


@pytest.mark.parametrize("words", [GREETING, SALUDO], ids=["en-US", "es-US"])
def test_the_words_are_spoken_as_telephones_take_them_and_about_as_long_as_reckoned(
    tmp_path: Path, espeak: Path, words: Said
) -> None:
    found = read(Speech(tmp_path, Espeak(espeak, speech.VOICES)).file(words).read_bytes())
    assert (found.channels, found.width, found.rate) == (1, 2, 8000)
    assert 0.6 < found.seconds / seconds(words.text) < 1.4
    assert max(found.frames) > 0


def test_each_language_has_its_own_voice(tmp_path: Path, espeak: Path) -> None:
    voice = Speech(tmp_path, Espeak(espeak, speech.VOICES))
    english, spanish = (voice.file(said("Hola, doctora.", locale)).read_bytes() for locale in ("en-US", "es-US"))
    assert english != spanish


def test_another_rate_can_be_asked_for(tmp_path: Path, espeak: Path) -> None:
    engine = Espeak(espeak, speech.VOICES)
    assert read(Speech(tmp_path, engine, rate=16000).file(said("Hello.")).read_bytes()).rate == 16000
    assert read(Speech(tmp_path, engine).file(said("Hello.")).read_bytes()).rate == 8000


def test_words_are_never_on_the_command_line_and_brackets_are_no_phonemes(
    tmp_path: Path, espeak: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[list[str], bytes]] = []
    run = subprocess.run

    def watched(command: list[str], **how: Any) -> Any:
        ran.append(([str(part) for part in command], how["input"]))
        return run(command, **how)

    monkeypatch.setattr(subprocess, "run", watched)
    Speech(tmp_path, Espeak(espeak, speech.VOICES)).file(said("-v de secret [[words]]"))
    ((command, given),) = ran
    assert not any("secret" in part for part in command)
    assert given == b"-v de secret [ [words]]"


def test_a_machine_without_it_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(NoSpeech, match="install Debian's package espeak-ng"):
        Speech(tmp_path)


@pytest.mark.parametrize("script", ["exit 3", "exit 0", "echo this is no sound"])
def test_an_engine_that_fails_is_said_without_the_words(tmp_path: Path, script: str) -> None:
    program = tmp_path / "speaks"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\n{script}\n")
    program.chmod(0o700)
    folder = tmp_path / "cache"
    with pytest.raises(NoSpeech) as trouble:
        Speech(folder, Espeak(program, speech.VOICES)).file(said("the secret words"))
    assert "secret" not in str(trouble.value)
    assert list(folder.iterdir()) == []


def test_an_engine_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "LONGEST_MAKING", 0.2)
    program = tmp_path / "hangs"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o700)
    with pytest.raises(NoSpeech, match="TimeoutExpired"):
        Espeak(program, speech.VOICES).speak("Hello.", "en-US")


def test_a_language_without_a_voice_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoSpeech, match="no voice for vi-VN"):
        Espeak(tmp_path, speech.VOICES).speak("xin chào", "vi-VN")


# ---------------------------------------------------------------- made once, kept privately


def test_the_same_words_are_spoken_once(tmp_path: Path, parrot: Parrot) -> None:
    first = Speech(tmp_path, parrot).file(said("Hello."))
    again = Speech(tmp_path, parrot).file(Said(id="another", text="Hello.", locale="en-US"))
    assert first == again
    assert parrot.told == [("Hello.", "en-US")]


def test_other_words_voices_rates_engines_and_keys_have_other_files(tmp_path: Path, parrot: Parrot) -> None:
    other = Parrot(tone(0.5))
    other.name = "crow"
    files = {
        Speech(tmp_path, parrot).file(said("Hello.")),
        Speech(tmp_path, parrot).file(said("Hello!")),
        Speech(tmp_path, parrot).file(said("Hello.", "es-US")),
        Speech(tmp_path, parrot, rate=16000).file(said("Hello.")),
        Speech(tmp_path, parrot, key=b"k").file(said("Hello.")),
        Speech(tmp_path, other).file(said("Hello.")),
    }
    assert len(files) == 6


def test_nobody_else_can_read_them_and_no_name_holds_a_word(tmp_path: Path, parrot: Parrot) -> None:
    folder = tmp_path / "spoken"
    folder.mkdir(mode=0o755)
    path = Speech(folder, parrot).file(said("Hello Mo Rill."))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not any(word in path.name for word in ("Hello", "Mo", "Rill"))


def test_nothing_of_the_words_is_logged(tmp_path: Path, parrot: Parrot, caplog: Any, capsys: Any) -> None:
    caplog.set_level(logging.DEBUG)
    Speech(tmp_path, parrot).file(said("Hello Mo Rill."))
    out = capsys.readouterr()
    assert "Rill" not in caplog.text + out.out + out.err


def test_the_offer_of_another_language_is_in_that_languages_voice(tmp_path: Path, parrot: Parrot) -> None:
    path = Speech(tmp_path, parrot).file(said("For the desk, press 0. Para español, oprima 8. It can wait."))
    assert [locale for _, locale in parrot.told] == ["en-US", "es-US", "en-US"]
    assert read(path.read_bytes()).seconds == pytest.approx(1.5, abs=0.02)


def test_twenty_callers_who_want_the_same_words_at_once_get_them_made_once(tmp_path: Path) -> None:
    slow = Parrot(tone(0.2), pause=0.05)
    voice, found = Speech(tmp_path, slow), []
    callers = [threading.Thread(target=lambda: found.append(voice.file(said("Hello.")))) for _ in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(set(found)) == 1
    assert len(slow.told) == 1


def test_a_file_is_whole_or_not_there(tmp_path: Path, parrot: Parrot, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = Speech(tmp_path, parrot)

    def dies(_: int) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", dies)
        with pytest.raises(OSError, match="no space"):
            voice.file(said("Hello."))
    assert not list(tmp_path.glob("*.wav"))
    assert read(voice.file(said("Hello.")).read_bytes()).seconds == pytest.approx(0.5, abs=0.01)


def test_a_file_is_found_by_its_name_and_by_no_other(tmp_path: Path, parrot: Parrot) -> None:
    voice = Speech(tmp_path / "spoken", parrot)
    path = voice.file(said("Hello."))
    (tmp_path / "secret.wav").write_bytes(b"")
    assert voice.kept(path.stem) == path
    assert [voice.kept(name) for name in ("", "0" * 32, "../secret", f"../spoken/{path.stem}", path.name)] == [None] * 5


# ---------------------------------------------------------------- cleaning


def ages(path: Path, seconds_: float) -> None:
    """It was last used so long ago."""
    at = time.time() - seconds_
    os.utime(path, (at, at))


def test_what_nobody_used_for_long_goes_and_what_is_used_stays(tmp_path: Path, parrot: Parrot) -> None:
    voice = Speech(tmp_path, parrot, oldest=10 * HOUR)
    old, used, fresh = (voice.file(said(text)) for text in ("Old.", "Used.", "Fresh."))
    for path in (old, used):
        ages(path, 11 * HOUR)
    voice.file(said("Used."))
    half = tmp_path / "0123.abcd"
    half.write_bytes(b"half")
    ages(half, 11 * HOUR)
    assert voice.clean() == 2
    assert set(tmp_path.iterdir()) == {used, fresh}


def test_beyond_its_size_the_longest_unused_go_first_and_never_a_recent_one(tmp_path: Path, parrot: Parrot) -> None:
    size = len(tone(0.5))
    voice = Speech(tmp_path, parrot, most_bytes=int(2.5 * size))
    files = [voice.file(said(f"{number}.")) for number in range(4)]
    for hours, path in enumerate(reversed(files), start=2):
        ages(path, hours * HOUR)
    assert voice.clean() == 2
    assert set(tmp_path.iterdir()) == set(files[2:])
    more = [voice.file(said(f"more {number}.")) for number in range(4)]
    voice.clean()
    assert all(path.exists() for path in more), "used within the hour: somebody may be hearing it"


def test_it_cleans_by_itself(tmp_path: Path, parrot: Parrot) -> None:
    voice = Speech(tmp_path, parrot)
    old = voice.file(said("Old."))
    ages(old, 1000 * HOUR)
    for number in range(speech.CLEAN_EVERY):
        voice.file(said(f"{number}."))
    assert not old.exists()
