"""A practice on its own Asterisk: its configuration, the words that it says by itself, and whether it is there."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import requests

from intersession.carriers.asterisk.config import files
from intersession.carriers.asterisk.pbx import FALLBACK, FALLBACK_SAVED, Pbx
from intersession.carriers.asterisk.tones import tones
from intersession.carriers.safe import safe_words, saved_words
from intersession.server.asterisk import pbx_of
from intersession.server.carriers import Lines
from intersession.sound.speech import NoSpeech, Speech

from .findings import CannotConnect, Finding, mend, ok
from .lines import Assigned, assign
from .twilio import Practice

CARRIER = "asterisk"
ABOUT, FILES = "Asterisk", "Asterisk's files"
RUN_AGAIN = "run intersession connect asterisk"
SECONDS = 5


def settings_of(folder: Path, trunk: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """What is kept: where its files are, its trunk, and the password by which we steer it, made once."""
    return {"folder": str(folder), **trunk, "password": kept.get("password") or secrets.token_urlsafe(24)}


def apply(
    practice: Practice, settings: Mapping[str, str], assigned: Sequence[Assigned], now: datetime
) -> list[Path]:
    """Give the lines their numbers, and write the configuration and its sounds; what was written."""
    folder = Path(settings["folder"])
    try:
        speech = Speech(folder / "words", key=practice.keyring.digest("names of spoken words").encode())
    except NoSpeech as error:
        raise CannotConnect(str(error)) from error
    assign(practice.db, practice.keyring, practice.id, CARRIER, settings, assigned)
    pbx = _pbx(practice, settings)
    written = [_private(folder / "etc" / name, text) for name, text in files(pbx).items()]
    _say(practice, pbx, speech, now)
    return written


def check(practice: Practice, settings: Mapping[str, str]) -> list[Finding]:
    """Its files are as they should be, and it answers."""
    pbx = _pbx(practice, settings)
    return [_check_files(pbx, Path(settings["folder"])), _check_answers(pbx)]


def _pbx(practice: Practice, settings: Mapping[str, str]) -> Pbx:
    numbers = Lines(practice.db, practice.keyring, practice.id).numbers(CARRIER)
    return pbx_of(practice.id, numbers, settings)


def _private(path: Path, text: str) -> Path:
    """They hold passwords."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
    return path


def _say(practice: Practice, pbx: Pbx, speech: Speech, now: datetime) -> None:
    """What Asterisk says by itself (V00), and the sounds that are no words."""
    place = Lines(practice.db, practice.keyring, practice.id).place()
    pbx.sounds.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, words in ((FALLBACK, safe_words(place, now)), (FALLBACK_SAVED, saved_words(place, now))):
        (said,) = words
        shutil.copyfile(speech.file(said), pbx.sounds / f"{name}.wav")
    for name, tone in tones().items():
        (pbx.sounds / f"{name}.wav").write_bytes(tone)


def _check_files(pbx: Pbx, folder: Path) -> Finding:
    old = [name for name, text in files(pbx).items() if _text(folder / "etc" / name) != text]
    if old:
        return mend(FILES, f"{', '.join(old)} in {folder / 'etc'} are not as they should be: {RUN_AGAIN}")
    silent = [name for name in (FALLBACK, FALLBACK_SAVED) if not (pbx.sounds / f"{name}.wav").exists()]
    if silent:
        return mend(FILES, f"the words that it says when the line is down are missing: {RUN_AGAIN}")
    return ok(FILES, f"as they should be, in {folder}")


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _check_answers(pbx: Pbx) -> Finding:
    try:
        answer = requests.get(f"{pbx.url}/asterisk/ping", auth=(pbx.user, pbx.password), timeout=SECONDS)
    except requests.RequestException:
        return mend(ABOUT, f"nothing answers at {pbx.url}: start Asterisk with the files in its folder")
    if answer.status_code == 401:
        return mend(ABOUT, "it runs with other files than ours: give it ours, and restart it")
    return ok(ABOUT, "it answers") if answer.ok else mend(ABOUT, f"it answers {answer.status_code}: look at its log")
