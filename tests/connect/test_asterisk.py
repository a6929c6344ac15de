"""`connect asterisk` writes everything that Asterisk needs, and `doctor` sees what is wrong with it."""

from __future__ import annotations

import json
import threading
import wave
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from intersession.connect import asterisk
from intersession.connect.findings import CannotConnect, State
from intersession.connect.lines import Assigned
from intersession.core.ids import LineId
from intersession.corridor.carrier_accounts import account_of
from intersession.server.asterisk import pbx_of
from intersession.server.carriers import Lines
from intersession.sound import speech
from tests.connect.conftest import NOW, Office

TRUNK = {"trunk_host": "sip.example.org", "trunk_user": "clinic", "trunk_password": "secret", "trunk_texts": "yes"}


@pytest.fixture
def ours(office: Office, espeak: Path) -> dict[str, str]:
    """A practice that was connected."""
    settings = asterisk.settings_of(office.folder / "asterisk", TRUNK, {})
    asterisk.apply(office.practice, settings, _assigned(office), NOW)
    return settings


def _assigned(office: Office) -> list[Assigned]:
    return [
        Assigned(line=LineId(one.id), number=one.number, urgent=one.urgent_number) for one in office.cast.setup.lines
    ]


def test_the_files_are_its_owners_alone_and_hold_the_trunk(office: Office, ours: dict[str, str]) -> None:
    folder = Path(ours["folder"]) / "etc"
    assert "sip.example.org" in (folder / "pjsip.conf").read_text()
    assert ours["password"] in (folder / "ari.conf").read_text()
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


def test_V00_the_words_it_says_by_itself_are_spoken_here(ours: dict[str, str]) -> None:
    for name in ("fallback", "fallback-saved", "beep", "tone"):
        with wave.open(str(Path(ours["folder"]) / "sounds" / f"{name}.wav")) as sound:
            assert (sound.getframerate(), sound.getnchannels()) == (8000, 1)
            assert sound.getnframes() > 1000


def test_every_line_is_on_it_and_what_was_kept_makes_the_same_asterisk(office: Office, ours: dict[str, str]) -> None:
    assert {row[0] for row in office.db.rows("SELECT carrier FROM line")} == {"asterisk"}
    kept = account_of(office.db, office.keyring, office.practice.id, "asterisk")
    assert kept == ours
    pbx = pbx_of(office.practice.id, Lines(office.db, office.keyring, office.practice.id).numbers("asterisk"), kept)
    assert set(pbx.lines) == set(office.numbers)
    assert pbx.trunk.texts
    assert not pbx.trunk.presents_caller


def test_run_again_it_keeps_its_password(ours: dict[str, str]) -> None:
    again = asterisk.settings_of(Path(ours["folder"]), TRUNK, ours)
    assert again == ours


def test_a_machine_that_cannot_speak_changes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech.shutil, "which", lambda name: None)
    before = office.db.rows("SELECT id, carrier FROM line ORDER BY id")
    with pytest.raises(CannotConnect, match="install"):
        asterisk.apply(
            office.practice, asterisk.settings_of(office.folder / "a", TRUNK, {}), _assigned(office), NOW
        )
    assert office.db.rows("SELECT id, carrier FROM line ORDER BY id") == before


def test_doctor_names_a_file_that_was_changed(office: Office, ours: dict[str, str]) -> None:
    (Path(ours["folder"]) / "etc" / "pjsip.conf").write_text("[global]\n")
    files, _ = asterisk.check(office.practice, ours)
    assert files.state is State.MEND
    assert "pjsip.conf" in files.says


def test_doctor_misses_the_words(office: Office, ours: dict[str, str]) -> None:
    (Path(ours["folder"]) / "sounds" / "fallback.wav").unlink()
    files, _ = asterisk.check(office.practice, ours)
    assert files.state is State.MEND


@pytest.mark.parametrize(("status", "state"), [(200, State.OK), (401, State.MEND), (500, State.MEND)])
def test_doctor_asks_asterisk_itself(office: Office, ours: dict[str, str], status: int, state: State) -> None:
    class Ari(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Ari) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = asterisk.check(office.practice, {**ours, "http_port": str(server.server_port)})[1]
        server.shutdown()
    assert found.state is state
    assert asterisk.check(office.practice, {**ours, "http_port": "1"})[1].state is State.MEND


def test_phones_at_desks_are_kept_as_they_were_given(office: Office, ours: dict[str, str]) -> None:
    phone = {"+12025550142": {"name": "desk", "password": "p", "browser": False}}
    pbx = pbx_of(office.practice.id, {}, {**ours, "stations": json.dumps(phone)})
    assert pbx.endpoint("+12025550142") == "PJSIP/desk"
    assert replace(pbx, stations={}).endpoint("+12025550142") == "PJSIP/+12025550142@trunk"
