"""`intersession connect twilio` and `intersession doctor`, as an installer types them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from intersession.cli import main
from intersession.connect import duty, reach
from intersession.connect.lines import lines_of
from intersession.server import carriers
from tests.carriers.twilio.cloud import ACCOUNT, PUBLIC, TOKEN
from tests.connect.conftest import Office

Types = Callable[..., int]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Twilio and the internet are those of the tests; the rest is real."""
    made = Office(tmp_path)
    monkeypatch.setattr(carriers, "twilio_client", lambda settings: made.api.client)
    monkeypatch.setattr(reach, "Internet", lambda: made.web)
    for name in ("INTERSESSION_DATABASE", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "INTERSESSION_HOOKS_URL"):
        monkeypatch.delenv(name, raising=False)
    yield made
    made.db.close()


@pytest.fixture
def types(office: Office, monkeypatch: pytest.MonkeyPatch) -> Types:
    """One command, and the answers to what it asks; more questions than answers is the end of the input."""

    def typed(*words: str, answers: tuple[str, ...] = (), token: str = TOKEN) -> int:
        left = list(answers)

        def answer(question: str) -> str:
            print(question)
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr("builtins.input", answer)
        monkeypatch.setattr("intersession.cli.connect.getpass", lambda question: token)
        done = main([*words, "--database", office.database, "--key", str(office.key)])
        assert left == []
        return done

    return typed


@pytest.fixture
def no_asterisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """None runs on this machine, whatever else runs there."""

    def silent(*_: object, **__: object) -> None:
        raise requests.ConnectionError

    monkeypatch.setattr("intersession.connect.asterisk.requests.get", silent)


def all_kept(office: Office) -> tuple[str, ...]:
    """Enter at every number."""
    return ("",) * (2 * len(office.cast.setup.lines))


def test_from_nothing_to_a_line(office: Office, types: Types, capsys: pytest.CaptureFixture[str]) -> None:
    office.web.clock, office.web.ends = datetime.now(UTC), datetime.now(UTC) + timedelta(days=60)
    answers = (ACCOUNT, PUBLIC, *all_kept(office), "", "y", "202 555 0142", "y", "n")
    assert types("connect", "twilio", answers=answers) == 0
    said = capsys.readouterr().out
    assert "ok    Twilio account: active" in said
    assert "costs about" in said
    assert "ok    test call: it should ring now" in said
    assert "test text" not in said.split("Text +1")[1]
    assert "[ ] A Business Associate Addendum" in said
    assert said.rstrip().endswith("and then run `intersession doctor`.")
    assert TOKEN not in said
    assert {line.carrier for line in lines_of(office.db, office.practice.id)} == {"twilio"}


def test_no_at_the_last_question_changes_nothing(
    office: Office, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    assert types("connect", "twilio", answers=(ACCOUNT, PUBLIC, *all_kept(office), "", "n")) == 2
    assert "nothing was changed" in capsys.readouterr().err
    assert office.api.changes == []


def test_a_number_is_bought_on_the_way_only_after_a_yes(
    office: Office, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    rest = all_kept(office)[2:]
    types("connect", "twilio", answers=(ACCOUNT, PUBLIC, "b", "413", "1", "n", "-", *rest, "", "n"))
    assert office.api.sold == []
    assert "It costs 1.15 USD a month. Buy it?" in capsys.readouterr().out
    types("connect", "twilio", answers=(ACCOUNT, PUBLIC, "b", "413", "1", "y", "-", *rest, "", "n"))
    assert office.api.sold == ["+14135550177"]


def test_a_duty_number_is_asked_for_kept_and_taken_back(
    office: Office, types: Types, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty, "PAUSE_SECONDS", 0)
    answers = (ACCOUNT, PUBLIC, *all_kept(office), "not a number", "(202) 555-0188", "y", "")
    types("connect", "twilio", answers=answers)
    said = capsys.readouterr().out
    assert "That is no telephone number" in said
    assert "Then Twilio rings +12025550188, and connects whoever presses 1 there" in said
    assert "speaks the safety words and rings the duty number" in said
    assert "+12025550188" in office.api.deployed()

    types("connect", "twilio", "--check", answers=("", ""), token="")
    types("connect", "twilio", answers=("", "", *all_kept(office), "", "y", ""), token="")
    said = capsys.readouterr().out
    assert "[+12025550188]" in said
    assert said.count("speaks the safety words and rings the duty number") == 2

    types("connect", "twilio", answers=("", "", *all_kept(office), "-", "y", ""), token="")
    assert office.api.functions == {}
    assert "rings the duty number" not in capsys.readouterr().out


def test_the_token_is_wrong(office: Office, types: Types, capsys: pytest.CaptureFixture[str]) -> None:
    office.api.down = 401
    assert types("connect", "twilio", answers=(ACCOUNT, PUBLIC)) == 2
    assert "the auth token does not fit this account SID" in capsys.readouterr().out


def test_nobody_answers(office: Office, types: Types, capsys: pytest.CaptureFixture[str]) -> None:
    assert types("connect", "twilio") == 2
    assert "nobody answers" in capsys.readouterr().err


def test_check_looks_with_what_is_kept_and_changes_nothing(
    office: Office, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    office.connect()
    office.api.asked.clear()
    office.api.number(office.numbers[0])["sms_url"] = ""
    assert types("connect", "twilio", "--check", answers=("", ""), token="") == 1
    assert "Twilio does not lead to this line: texts." in capsys.readouterr().out
    assert office.api.changes == []


def test_the_wrong_key_ends_it_at_once(office: Office, types: Types, capsys: pytest.CaptureFixture[str]) -> None:
    office.key.write_bytes(bytes(32))
    assert types("connect", "twilio") == 2
    assert "not the key of this database" in capsys.readouterr().err


def test_the_doctor_of_a_practice_without_a_carrier(
    office: Office, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    assert types("doctor") == 1
    said = capsys.readouterr().out
    assert "ok    key: opens this database" in said
    assert "on simulated telephones" in said
    assert said.rstrip().endswith("Something needs mending.")


# ---------------------------------------------------------------- an Asterisk of one's own


@pytest.mark.usefixtures("no_asterisk")
def test_asterisk_is_asked_for_its_trunk_and_its_numbers_and_then_doctor_misses_it_alone(
    office: Office, types: Types, espeak: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("intersession.cli.connect_asterisk.getpass", lambda question: "secret")
    folder = str(office.folder / "pbx")
    trunk = ("sip.example.org", "", "clinic", "", "", "y", "n", "n", "not a number", "(202) 555-0188")
    answers = (*trunk, "", *all_kept(office), "y")
    assert types("connect", "asterisk", "--folder", folder, answers=answers) == 1
    said = capsys.readouterr().out
    assert "Written:" in said
    assert "nothing answers at" in said
    assert "PJSIP/+12025550188@trunk" in (office.folder / "pbx" / "etc" / "extensions.conf").read_text()
    assert (office.folder / "pbx" / "sounds" / "duty-whisper.wav").exists()
    assert {line.carrier for line in lines_of(office.db, office.practice.id)} == {"asterisk"}
    assert types("doctor") == 1
    found = capsys.readouterr().out
    assert "Asterisk's files: as they should be" in found
    assert types("connect", "asterisk", "--check") == 1


def test_asterisk_changes_nothing_unless_somebody_says_yes(office: Office, types: Types) -> None:
    answers = ("sip.example.org", "", "-", "", "", "n", "n", "n", "", "", *all_kept(office), "n")
    assert types("connect", "asterisk", "--folder", str(office.folder / "pbx"), answers=answers) == 2
    assert {line.carrier for line in lines_of(office.db, office.practice.id)} == {"simulated"}
    assert not (office.folder / "pbx").exists()


def test_staff_phones_are_put_on_desks_and_into_browsers_and_their_settings_shown_when_asked(
    office: Office, types: Types, espeak: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("intersession.cli.connect_asterisk.getpass", lambda question: "secret")
    folder = str(office.folder / "pbx")
    trunk = ("sip.example.org", "", "clinic", "not an address", "192.0.2.7", "nor this", "192.0.2.9", "y", "n", "n")
    answers = (*trunk, "", "1 d", "2 b", "3 x", "77 d", "", *all_kept(office), "y", "n")
    assert types("connect", "asterisk", "--folder", folder, answers=answers) == 1
    said = capsys.readouterr().out
    assert "Bo (…0112): on a desk" in said
    assert "Coach" not in said
    pjsip = (office.folder / "pbx" / "etc" / "pjsip.conf").read_text()
    assert pjsip.count("; ---- a staff phone") == 2
    assert "match = 192.0.2.7/32" in pjsip
    assert "external_media_address = 192.0.2.9" in pjsip
    (password,) = re.findall(r"username = phone-.+\npassword = (.+)", pjsip.split("on a desk")[1])[:1]
    assert password not in said
    assert types("connect", "asterisk", "--phones") == 0
    shown = capsys.readouterr().out
    assert f"Password  {password}" in shown
    assert shown.count("Password") == 1, "nobody types a browser's"

    again = ("", "", "", "-", "-", "y", "n", "n", "", "2 t", "", *all_kept(office), "y", "n")
    types("connect", "asterisk", "--folder", folder, answers=again)
    pjsip = (office.folder / "pbx" / "etc" / "pjsip.conf").read_text()
    assert pjsip.count("; ---- a staff phone") == 1
    assert password in pjsip, "made once, and kept"


def test_asterisk_cannot_be_checked_before_it_was_connected(types: Types) -> None:
    assert types("connect", "asterisk", "--check") == 2
    assert types("connect", "asterisk", "--phones") == 2
