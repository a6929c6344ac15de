"""Local text-to-speech: the words of the line as sound, made on this machine and kept for the next caller.

The words may name people and times, so they are personal: they reach the engine by its standard input, files and their
folder are for this account alone, and a file's name is a digest. Nothing of it is logged.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import structlog

from intersession.core.call import Said
from intersession.core.ids import ClipId
from intersession.core.wording.compose import voices
from intersession.core.wording.pack import load_pack

from .wav import TELEPHONE, NotWhole, Samples, joined, read

log = structlog.get_logger(__name__)

PROGRAM = "espeak-ng"
VOICES = {"en-US": "en-us", "es-US": "es-419"}
WORDS_A_MINUTE = 150
"""As the core reckons how long words take."""
LONGEST_MAKING = 20.0
"""Seconds; a whole greeting takes a twentieth of one."""
KEPT_NAME = re.compile(r"[0-9a-f]{32}")
CLEAN_EVERY = 64
HOUR = 3600.0


class NoSpeech(RuntimeError):
    """Words cannot be made into sound here. Says why, and never which words."""


class Engine(Protocol):
    """Whatever speaks on this machine. Another engine than eSpeak NG needs these two."""

    @property
    def name(self) -> str:
        """Engine and manner: with another name, everything is spoken anew."""

    def speak(self, text: str, locale: str) -> bytes:
        """A PCM WAV of the words, at any rate. Raises NoSpeech."""


Recorded = Callable[[ClipId], tuple[str, bytes] | None]
"""The media type and the WAV of a sentence in somebody's own voice; None where it was taken back."""


class Speech:
    """Words as files: mono 16-bit WAV, made at the first use. Safe to use from several threads.

    `rate` is in samples a second. `key` keys the digests that are the names of files: without one, whoever sees a name
    can check a guess at the words. Files that nobody used for `oldest` seconds go, and beyond `most_bytes` those that
    were used the longest ago.
    """

    def __init__(
        self, folder: Path, engine: Engine | None = None, *, recorded: Recorded = lambda _: None, rate: int = TELEPHONE,
        key: bytes = b"", oldest: float = 14 * 24 * HOUR, most_bytes: int = 256 * 1024 * 1024,
    ) -> None:  # fmt: skip
        self._folder, self._rate, self._key = folder, rate, key
        self._engine = engine if engine is not None else Espeak.found()
        self._oldest, self._most_bytes, self._recorded = oldest, most_bytes, recorded
        self._making = threading.Lock()
        self._made = 0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)

    def file(self, said: Said) -> Path:
        """The words as a file. Raises NoSpeech."""
        path = self._path(self._name(said))
        if _used(path):
            return path
        own = self._own(said)
        if own is None and said.clip is not None:
            return self.file(replace(said, clip=None))
        with self._making:  # one at a time: many callers who want the same words wait for one making of them
            if not _used(path):
                self._write(path, self._spoken(said) if own is None else own)
                self._made += 1
                if self._made % CLEAN_EVERY == 1:
                    self.clean()
        return path

    def kept(self, name: str) -> Path | None:
        """A file that was made before, by its name without ending; None for any other name."""
        if not KEPT_NAME.fullmatch(name):
            return None
        path = self._path(name)
        return path if _used(path) else None

    def clean(self) -> int:
        """Remove what is old or too much, never what was used within the hour; how many files went."""
        now, gone, held = time.time(), 0, 0
        for used, size, path in sorted(self._files(), reverse=True):
            held += size
            age = now - used
            if age > HOUR and (age > self._oldest or held > self._most_bytes):
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # a half-written one got its own name meanwhile
                about = path.stat()
                yield about.st_mtime, about.st_size, path

    def _name(self, said: Said) -> str:
        what = "\x1f".join((self._engine.name, str(self._rate), said.locale, said.text, said.clip or ""))
        return hashlib.blake2b(what.encode(errors="replace"), key=self._key, digest_size=16).hexdigest()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.wav"

    def _own(self, said: Said) -> bytes | None:
        """The sentence in somebody's own voice; None where it was taken back, or nobody can read it: the engine says
        it then, under its own name, so that the clip is heard as soon as it can be read again."""
        try:
            found = None if said.clip is None else self._recorded(said.clip)
            return None if found is None else joined([read(found[1])], self._rate)
        except Exception as error:
            log.error("clip_unreadable", error=type(error).__name__)
            return None

    def _spoken(self, said: Said) -> bytes:
        """The offer of another language is spoken by that language's voice (V27)."""
        pieces = voices(said.text, load_pack(said.locale))
        parts = [self._piece(text, locale) for locale, text in pieces if text.strip()]
        return joined(parts, self._rate)

    def _piece(self, text: str, locale: str) -> Samples:
        try:
            found = read(self._engine.speak(text, locale), streamed=True)
        except NotWhole as error:
            raise NoSpeech(f"{self._engine.name} gave no sound") from error
        if not found.frames:
            raise NoSpeech(f"{self._engine.name} said nothing")
        return found

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all: under another name first."""
        half = path.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        half.replace(path)


def _used(path: Path) -> bool:
    """Whether it is there; its time says when it was last used."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Espeak:
    """eSpeak NG by its command. It sounds like a machine, speaks a hundred languages, and needs no model."""

    program: Path
    voices: Mapping[str, str]

    @staticmethod
    def found() -> Espeak:
        """The one on this machine. Raises NoSpeech, saying what to install, where there is none."""
        path = shutil.which(PROGRAM)
        if path is None:
            raise NoSpeech(f"{PROGRAM} is not on this machine: install Debian's package {PROGRAM}")
        return Espeak(Path(path), VOICES)

    @property
    def name(self) -> str:
        """Engine and manner."""
        return f"{PROGRAM} {WORDS_A_MINUTE} {sorted(self.voices.items())}"

    def speak(self, text: str, locale: str) -> bytes:
        """A WAV whose header promises too much: it is written as it is spoken."""
        if locale not in self.voices:
            raise NoSpeech(f"there is no voice for {locale} here")
        how = ["-v", self.voices[locale], "-s", str(WORDS_A_MINUTE), "-b", "1", "--stdin", "--stdout"]
        plain = text.replace("[[", "[ [").encode(errors="replace")  # double brackets would begin phonemes
        try:
            done = subprocess.run(
                [self.program, *how], input=plain, capture_output=True, timeout=LONGEST_MAKING, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoSpeech(f"{PROGRAM} did not do it: {type(error).__name__}") from None
        if done.returncode != 0:
            raise NoSpeech(f"{PROGRAM} ended with {done.returncode}")
        return done.stdout
