"""A practice's own Asterisk, from what `connect asterisk` has kept; its words are spoken on this machine."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from intersession.carriers.asterisk.carrier import Asterisk
from intersession.carriers.asterisk.parse import Reader
from intersession.carriers.asterisk.pbx import Pbx, Station, Trunk
from intersession.core.ids import LineId, PracticeId, RecordingId
from intersession.corridor.legs import Legs
from intersession.corridor.running import Running
from intersession.records.sealing import Keyring
from intersession.sound.speech import Speech
from intersession.sound.wav import joined, read

PLAYED_FOR = 600
"""Seconds that a voicemail lies in the clear, for Asterisk to play it to a staff phone."""

Settings = Mapping[str, str]


def pbx_of(practice: PracticeId, numbers: Mapping[str, LineId], settings: Settings) -> Pbx:
    """Which Asterisk. `settings` are strings, as they are sealed: numbers in figures, yes or no, phones as JSON."""
    trunk = Trunk(
        host=settings["trunk_host"], port=int(settings.get("trunk_port", "5060")), user=settings.get("trunk_user", ""),
        password=settings.get("trunk_password", ""),
        addresses=tuple(settings.get("trunk_addresses", "").split()), texts=settings.get("trunk_texts") == "yes",
        presents_caller=settings.get("trunk_presents_caller") == "yes",
        withholds_number=settings.get("trunk_withholds_number") == "yes",
    )  # fmt: skip
    stations = {number: Station(**one) for number, one in json.loads(settings.get("stations", "{}")).items()}
    return Pbx(
        practice=practice, lines=numbers, trunk=trunk, password=settings["password"],
        sounds=Path(settings["folder"]) / "sounds", http_port=int(settings.get("http_port", "8088")),
        sip_address=settings.get("sip_address", "0.0.0.0"), sip_port=int(settings.get("sip_port", "5060")),
        stations=stations, local_address=settings.get("local_address", ""),
        public_address=settings.get("public_address", ""), duty=settings.get("duty", ""),
    )  # fmt: skip


def asterisk_of(running: Running, keyring: Keyring, pbx: Pbx, folder: Path) -> Asterisk:
    """The carrier, not yet started. Raises NoSpeech where nothing on this machine speaks."""
    legs = Legs(running.address, keyring)
    key = keyring.digest("names of spoken words").encode()
    speech = Speech(folder / "words", recorded=legs.greeting, key=key)
    reader = Reader(pbx=pbx, key_of=keyring.number_key, digest=keyring.digest)
    played = Played(folder / "played", legs)
    return Asterisk(reader, running.submit, running.clock.now, speech.file, played.file, running.look_back)


@dataclass(frozen=True, slots=True)
class Played:
    """Voicemail on its way to a staff phone: a file for this account alone, for some minutes."""

    folder: Path
    legs: Legs

    def file(self, recording: RecordingId) -> Path | None:
        """The sound as Asterisk reads it; None where it does not lie with us."""
        found = self.legs.sound(recording)
        if found is None:
            return None
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._clean()
        path = self.folder / f"{recording}.wav"
        path.touch(mode=0o600)
        path.write_bytes(joined([read(found[1])]))
        return path

    def _clean(self) -> None:
        for path in self.folder.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > PLAYED_FOR:
                    path.unlink()
