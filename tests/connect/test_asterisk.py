"""`connect asterisk` writes everything that Asterisk needs, and `doctor` sees what is wrong with it."""

from __future__ import annotations

import json
import re
import threading
import wave
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from intersession.carriers.asterisk.config import mark
from intersession.connect import asterisk
from intersession.connect.findings import CannotConnect, State
from intersession.connect.lines import Assigned
from intersession.connect.stations import Way, phones_of, stations_of, ways_of
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
    files = asterisk.check(office.practice, ours)[0]
    assert files.state is State.MEND
    assert "pjsip.conf" in files.says


@pytest.mark.parametrize("sound", ["fallback", "beep", "ring"])
@pytest.mark.parametrize("content", [None, b"", b"RIFF"], ids=["missing", "empty", "cut off"])
def test_doctor_misses_a_sound(office: Office, ours: dict[str, str], sound: str, content: bytes | None) -> None:
    path = Path(ours["folder"]) / "sounds" / f"{sound}.wav"
    path.unlink() if content is None else path.write_bytes(content)
    files = asterisk.check(office.practice, ours)[0]
    assert files.state is State.MEND
    assert sound in files.says


def test_doctor_sees_that_this_machine_cannot_speak(
    office: Office, ours: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech.shutil, "which", lambda name: None)
    assert asterisk.check(office.practice, ours)[-1].state is State.MEND


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({}, "the line listens to it"),
        ({"ping": 401}, "runs with other files than ours"),
        ({"ping": 500}, "it answers 500"),
        ({"variable": "older"}, "runs with older files"),
        ({"application": 404}, "no line listens to it"),
    ],
)
def test_doctor_asks_asterisk_itself(
    office: Office, ours: dict[str, str], answers: dict[str, Any], says: str
) -> None:
    class Ari(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            about = {"ping": "ping", "variable?": "variable", "applications": "application"}
            what = next((name for part, name in about.items() if part in self.path), "")
            given = answers.get(what, 200)
            self.send_response(given if isinstance(given, int) else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"value": given if isinstance(given, str) else runs_with}).encode())

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Ari) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = {**ours, "http_port": str(server.server_port)}
        runs_with = mark(asterisk._pbx(office.practice, settings))
        found = asterisk.check(office.practice, settings)[1]
        server.shutdown()
    assert found.state is (State.MEND if answers else State.OK)
    assert says in found.says
    assert asterisk.check(office.practice, {**ours, "http_port": "1"})[1].state is State.MEND


DESK, BROWSER = "+12025550110", "+12025550115"
WAYS = {DESK: Way.DESK, BROWSER: Way.BROWSER, "+12025550112": Way.TRUNK}


def test_a_phone_keeps_its_password_and_one_that_moves_gets_another(ours: dict[str, str]) -> None:
    first = json.loads(stations_of(WAYS, ours))
    assert set(first) == {DESK, BROWSER}
    assert first[DESK]["name"] != first[BROWSER]["name"]
    kept = {**ours, "stations": json.dumps(first)}
    assert json.loads(stations_of(WAYS, kept)) == first
    moved = json.loads(stations_of({**WAYS, DESK: Way.BROWSER}, kept))
    assert moved[BROWSER] == first[BROWSER]
    assert moved[DESK]["password"] != first[DESK]["password"], "it was typed into a telephone that stands there still"
    assert ways_of(kept) == {DESK: Way.DESK, BROWSER: Way.BROWSER}
    assert json.loads(asterisk.settings_of(Path(ours["folder"]), TRUNK, kept)["stations"]) == first
    assert stations_of({}, kept) == "{}"


def test_a_name_says_nothing_of_its_owner(ours: dict[str, str]) -> None:
    names = [one["name"] for one in json.loads(stations_of(WAYS, ours)).values()]
    assert all(re.fullmatch(r"phone-[0-9a-f]{8}", name) for name in names)


def test_everybodys_phones_are_listed_and_their_numbers_are_not(office: Office) -> None:
    phones = phones_of(office.practice)
    assert {phone.number for phone in phones} >= {DESK, BROWSER}
    assert not any(phone.number in str(phone) for phone in phones)
    office.db.run("UPDATE endpoint SET lost_at = 1 WHERE id = 'Ames-1'")
    assert DESK not in {phone.number for phone in phones_of(office.practice)}


def test_a_station_rings_in_place_of_the_number(office: Office, ours: dict[str, str]) -> None:
    stations = json.dumps({DESK: {"name": "desk", "password": "p", "browser": False}})
    pbx = pbx_of(office.practice.id, {}, {**ours, "stations": stations})
    assert pbx.endpoint(DESK) == "PJSIP/desk"
    assert replace(pbx, stations={}).endpoint(DESK) == f"PJSIP/{DESK}@trunk"


OUR_FILES = "their mark"


class Ari(BaseHTTPRequestHandler):
    """As much of Asterisk as `doctor` asks."""

    states: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2].partition("?")[0]
        known = name in ("ping", "variable") or "/applications/" in self.path or name in self.states
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"state": self.states.get(name, ""), "value": OUR_FILES}).encode())

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """An Asterisk that answers, and runs with our files. Its port, for the settings."""
    monkeypatch.setattr(asterisk, "mark", lambda pbx: OUR_FILES)
    with HTTPServer(("127.0.0.1", 0), Ari) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"http_port": str(server.server_port)}
        server.shutdown()


@pytest.mark.parametrize(
    ("states", "found"),
    [
        (("online", "online"), (State.OK, State.OK)),
        (("offline", "offline"), (State.MEND, State.WAIT)),
        (("", ""), (State.MEND, State.MEND)),
    ],
)
def test_doctor_sees_which_phones_are_registered(
    office: Office, ours: dict[str, str], answers: dict[str, str], states: tuple[str, str], found: tuple[State, State]
) -> None:
    """A browser that is closed is nobody's fault; a telephone on a desk that is off is."""
    settings = {**ours, **answers, "stations": stations_of(WAYS, ours)}
    names = [one["name"] for one in json.loads(settings["stations"]).values()]
    Ari.states = {name: state for name, state in zip(names, states, strict=True) if state}
    findings = asterisk.check(office.practice, settings, lambda command: "")
    phones = [one for one in findings if one.about.startswith("phone of")]
    assert tuple(one.state for one in phones) == found
    assert not any(number in str(one) for one in findings for number in (DESK, BROWSER))


@pytest.mark.parametrize(
    ("says", "state"),
    [
        (" trunk/sip:sip.example.org:5060  trunk  Registered        (exp. 3590s)", State.OK),
        (" trunk/sip:sip.example.org:5060  trunk  Rejected          (exp. 20s)", State.MEND),
        (" trunk/sip:sip.example.org:5060  trunk  Unregistered", State.MEND),
        ("", State.WAIT),
    ],
)
def test_doctor_sees_whether_the_trunk_is_registered(
    office: Office, ours: dict[str, str], answers: dict[str, str], says: str, state: State
) -> None:
    findings = asterisk.check(office.practice, {**ours, **answers}, lambda command: f"header\n{says}\n")
    assert [one.state for one in findings if one.about == "the trunk"] == [state]


def test_a_phone_that_is_nobodys_any_more_is_named(
    office: Office, ours: dict[str, str], answers: dict[str, str]
) -> None:
    settings = {**ours, **answers, "stations": stations_of({"+12025550199": Way.DESK}, ours)}
    assert any("nobody's" in one.says for one in asterisk.check(office.practice, settings, lambda command: ""))
