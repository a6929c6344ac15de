"""A practice on its own Asterisk: its configuration, the words that it says by itself, and whether it is there."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import requests

from intersession.carriers.asterisk.config import MARK, files, mark
from intersession.carriers.asterisk.pbx import FALLBACK, FALLBACK_SAVED, HELLO, NO_ONE, RINGING, WHISPER, Pbx
from intersession.carriers.asterisk.tones import tones
from intersession.carriers.safe import duty_words, safe_words, saved_words
from intersession.server.asterisk import pbx_of
from intersession.server.carriers import Lines
from intersession.sound.speech import Espeak, NoSpeech, Speech
from intersession.sound.wav import NotWhole, read

from .findings import CannotConnect, Finding, State, mend, ok, wait
from .lines import Assigned, assign
from .stations import Way, check_stations, stations_of
from .twilio import Practice

CARRIER = "asterisk"
ABOUT, FILES, TRUNK, SPEECH = "Asterisk", "Asterisk's files", "the trunk", "speech"
RUN_AGAIN = "run intersession connect asterisk"
SECONDS = 5
OUT_THERE = ("192.0.2.1", 9)
"""Somewhere beyond the router; nobody has that address."""

Console = Callable[[str], str]
"""A command of Asterisk's own console to what it prints; nothing where it cannot be asked."""


def settings_of(
    folder: Path, trunk: Mapping[str, str], kept: Mapping[str, str], ways: Mapping[str, Way] | None = None
) -> dict[str, str]:
    """What is kept: where its files are, its trunk, the staff phones that register there, and the password by which we
    steer it. Passwords are made once. Without `ways` the phones stay as they are."""
    stations = kept.get("stations", "{}") if ways is None else stations_of(ways, kept)
    password = kept.get("password") or secrets.token_urlsafe(24)
    return {"folder": str(folder), **trunk, "stations": stations, "password": password}


def local_address() -> str:
    """This machine's own address in its network, towards the internet; nothing is sent. Empty where it has none."""
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(OUT_THERE)
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def console(command: str) -> str:
    """Asterisk's console on this machine, which whoever runs Asterisk may use."""
    program = shutil.which("asterisk")
    if program is None:
        return ""
    try:
        asked = subprocess.run([program, "-rx", command], capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout


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


def check(practice: Practice, settings: Mapping[str, str], ask: Console = console) -> list[Finding]:
    """Its files are as they should be, it answers, and its trunk and the staff phones are registered."""
    pbx = _pbx(practice, settings)
    answers = _check_answers(pbx)
    found = [_check_files(pbx, Path(settings["folder"])), answers]
    if answers.state is State.OK:
        found += [*_check_trunk(pbx, ask), *check_stations(practice, pbx)]
    return [*found, _check_speech()]


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
    (safe,), (saved,), duty = safe_words(place, now), saved_words(place, now), duty_words(place, now)
    spoken = {
        FALLBACK: safe, FALLBACK_SAVED: saved, HELLO: duty.hello, RINGING: duty.ringing, NO_ONE: duty.no_one,
        WHISPER: duty.whisper,
    }  # fmt: skip
    for name in pbx.words:
        shutil.copyfile(speech.file(spoken[name]), pbx.sounds / f"{name}.wav")
    for name, tone in tones().items():
        (pbx.sounds / f"{name}.wav").write_bytes(tone)


def _check_files(pbx: Pbx, folder: Path) -> Finding:
    old = [name for name, text in files(pbx).items() if _text(folder / "etc" / name) != text]
    if old:
        return mend(FILES, f"{', '.join(old)} in {folder / 'etc'} are not as they should be: {RUN_AGAIN}")
    silent = [name for name in (*pbx.words, *tones()) if not _sounds(pbx.sounds / f"{name}.wav")]
    if silent:
        return mend(FILES, f"sounds that it plays by itself are missing or empty ({', '.join(silent)}): {RUN_AGAIN}")
    return ok(FILES, f"as they should be, in {folder}")


def _sounds(path: Path) -> bool:
    try:
        return path.exists() and read(path.read_bytes()).seconds > 0
    except NotWhole:
        return False


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _check_answers(pbx: Pbx) -> Finding:
    try:
        answer = _ask(pbx, "asterisk/ping")
        if answer.status_code == 401:
            return mend(ABOUT, "it runs with other files than ours: give it ours, and restart it")
        if not answer.ok:
            return mend(ABOUT, f"it answers {answer.status_code}: look at its log")
        if _ask(pbx, f"asterisk/variable?variable={MARK}").json().get("value") != mark(pbx):
            return mend(ABOUT, "it runs with older files than those in its folder: copy them again, and restart it")
        if not _ask(pbx, f"applications/{pbx.app}").ok:
            return mend(ABOUT, "it answers, and no line listens to it, so every call gets its fallback: start "
                               "intersession serve, or start it anew")  # fmt: skip
    except requests.RequestException:
        return mend(ABOUT, f"nothing answers at {pbx.url}: start Asterisk with the files in its folder")
    return ok(ABOUT, "it answers, runs with our files, and the line listens to it")


def _ask(pbx: Pbx, path: str) -> requests.Response:
    return requests.get(f"{pbx.url}/{path}", auth=(pbx.user, pbx.password), timeout=SECONDS)


def _check_speech() -> Finding:
    """Without it the line does not start."""
    try:
        Espeak.found()
    except NoSpeech as error:
        return mend(SPEECH, str(error))
    return ok(SPEECH, "this machine can speak")


def _check_trunk(pbx: Pbx, ask: Console) -> list[Finding]:
    """A trunk without a user knows us by our address, and nothing can be seen of that from here."""
    if not pbx.trunk.user:
        return []
    says = next((line for line in ask("pjsip show registrations").splitlines() if pbx.trunk.host in line), "")
    if not says:
        return [wait(TRUNK, "Asterisk's console cannot be asked from here: asterisk -rx 'pjsip show registrations'")]
    if "Registered" in says and "Unregistered" not in says:
        return [ok(TRUNK, f"registered at {pbx.trunk.host}")]
    return [
        mend(TRUNK, f"not registered at {pbx.trunk.host}: check host, user and password ({RUN_AGAIN}), and whether this"
                    " machine reaches the internet")
    ]  # fmt: skip
