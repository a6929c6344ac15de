"""On the double: pictures, and recordings whose length Twilio does not know, come home and are deleted there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import structlog

from intersession.carriers.twilio.carrier import Twilio
from intersession.cli import logs
from intersession.corridor.care import PAUSES, SLOWLY
from intersession.stories.acts import PICTURE
from tests.carriers.twilio.played import OnTwilio
from tests.corridor.conftest import team
from tests.sound.tones import tone

SOON = sum(PAUSES, timedelta())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[OnTwilio]:
    """A DBT team whose lines are at Twilio."""
    with OnTwilio(team(tmp_path)) as made:
        yield made


def told(world: OnTwilio) -> int:
    """Items that say that the machine could not do something."""
    return int(world.db.value("SELECT count(*) FROM task WHERE kind = 'machine'"))


def later(world: OnTwilio, by: timedelta) -> None:
    """Time goes by."""
    world.go_to(world.now() + by)


# ---------------------------------------------------------------- pictures


def send(world: OnTwilio, many: int = 1) -> None:
    """JS texts pictures."""
    phone, line = world.cast.phones["JS"], world.cast.lines["coaching"]
    world.exchange.text(phone, line, "look", [PICTURE] * many)
    world.settle()


def test_X10_pictures_come_home_and_are_deleted_at_twilio(world: OnTwilio) -> None:
    send(world, 2)
    assert world.double.media == {}
    rows = world.db.rows("SELECT care, shown_as, size, place FROM picture ORDER BY place")
    assert [tuple(row) for row in rows] == [("cleared", "image/png", len(PICTURE[1]), place) for place in (0, 1)]
    deleted = [path for method, path, _ in world.double.requests if method == "DELETE"]
    assert len(deleted) == 2
    assert all("/Messages/SM" in path and "/Media/ME" in path for path in deleted)


def test_X10_a_text_with_a_picture_told_twice_is_one_picture(tmp_path: Path) -> None:
    with OnTwilio(team(tmp_path), twice=True) as world:
        send(world)
        assert world.db.value("SELECT count(*) FROM picture") == 1


def test_X10_no_name_of_twilios_stands_anywhere_in_the_clear(world: OnTwilio) -> None:
    send(world)
    names = [part for _, path, _ in world.double.requests for part in path.split("/")]
    sids = {name.removesuffix(".json") for name in names if name[:2] in ("ME", "SM") and len(name) > 30}
    assert len(sids) == 2
    for table in ("picture", "message", "journal", "errand", "seen_event", "contact", "task"):
        rows = world.db.rows(f"SELECT * FROM {table}")
        plain = str([value for row in rows for value in row if not isinstance(value, bytes)])
        assert not [sid for sid in sids if sid in plain], table


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Whatever is logged, with the product's own configuration."""
    logs.configure()
    caplog.set_level(logging.DEBUG)
    yield lambda: "".join(capsys.readouterr()) + caplog.text
    structlog.reset_defaults()


def test_S03_an_address_of_twilios_reaches_no_log(world: OnTwilio, logged: Callable[[], str]) -> None:
    fetch, asked = world.double.fetch, list[str]()

    def breaks(url: str) -> tuple[str, bytes] | None:
        asked.append(url)
        raise requests.ConnectionError(f"Max retries exceeded with url: {url}")

    made = world.corridor.carriers["twilio"]
    assert isinstance(made, Twilio)
    world.corridor.carriers["twilio"] = replace(made, fetch=breaks)
    send(world)
    later(world, SOON)
    world.corridor.carriers["twilio"] = replace(made, fetch=fetch)
    later(world, SLOWLY)
    assert (world.double.media, told(world)) == ({}, 1)
    log = logged()
    assert "error=ConnectionError" in log
    for part in {part for url in asked for part in url.split("/") if len(part) > 30 and not part.startswith("AC")}:
        assert part not in log, part
    assert "Max retries" not in log


# ---------------------------------------------------------------- lengths


def speak(world: OnTwilio, seconds: int = 20) -> None:
    """A stranger leaves a message."""
    phone = world.cast.phones["Stranger"]
    world.exchange.call(phone, world.cast.lines["main"])
    for _ in range(400):
        world.go_to(world.now() + timedelta(seconds=1))
        if world.exchange.say(phone, "Please call me back."):
            break
    world.go_to(world.now() + timedelta(seconds=seconds))
    world.exchange.hang_up(phone)
    world.settle()


def row(world: OnTwilio) -> tuple[object, ...]:
    """The one recording."""
    (found,) = world.db.rows("SELECT care, seconds, measured, silent FROM recording")
    return (found[0], None if found[1] is None else round(found[1]), bool(found[2]), bool(found[3]))


@pytest.fixture
def unknown(world: OnTwilio) -> OnTwilio:
    """Twilio's webhook does not know how long it is."""
    world.double.told_length = False
    return world


def deleted(world: OnTwilio) -> bool:
    """Whether Twilio's copy is gone."""
    return world.double.recordings == {}


def learns(monkeypatch: pytest.MonkeyPatch, world: OnTwilio, duration: Callable[[], str]) -> None:
    """What the resource of the recording says, when it is asked."""
    answer = world.double._answer

    def answers(method: str, path: str, fields: dict[str, object]) -> tuple[int, object]:
        status, body = answer(method, path, fields)
        return status, {**body, "duration": duration()} if "/Recordings/" in path and method == "GET" else body

    monkeypatch.setattr(world.double, "_answer", answers)


def test_S08_a_length_that_twilio_learns_later_is_asked_for_and_verified(
    unknown: OnTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    learns(monkeypatch, unknown, lambda: "20")
    speak(unknown)
    assert row(unknown) == ("cleared", 20, False, False)
    assert deleted(unknown)
    assert told(unknown) == 0


def test_S08_a_length_that_twilio_never_learns_is_the_sounds_own_and_that_is_noted(unknown: OnTwilio) -> None:
    speak(unknown)
    assert row(unknown) == ("cleared", 21, True, False)
    assert deleted(unknown)
    assert told(unknown) == 0


def test_S08_a_sound_that_is_shorter_than_twilio_learns_can_be_heard_and_stays_there(
    unknown: OnTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    learns(monkeypatch, unknown, lambda: "30")
    speak(unknown)
    later(unknown, SOON)
    assert row(unknown) == ("wanted", 30, False, False)
    assert unknown.db.value("SELECT sealed_sound IS NOT NULL FROM recording")
    assert not deleted(unknown)
    assert told(unknown) == 1
    (name,) = unknown.double.recordings
    unknown.double.recordings[name] = ("audio/wav", tone(30))
    later(unknown, SLOWLY)
    assert row(unknown) == ("cleared", 30, False, False)


def test_S08_while_twilio_still_works_on_it_nothing_is_measured(unknown: OnTwilio) -> None:
    unknown.double.status = "processing"
    speak(unknown)
    assert row(unknown) == ("wanted", None, False, False)
    assert not deleted(unknown)
    unknown.double.status = "completed"
    later(unknown, SOON)
    assert row(unknown) == ("cleared", 21, True, False)


def test_S08_a_sound_of_unknown_length_that_is_cut_off_is_neither_kept_nor_deleted(unknown: OnTwilio) -> None:
    unknown.double.status = "processing"
    speak(unknown)
    (name,) = unknown.double.recordings
    unknown.double.recordings[name] = ("audio/wav", tone(20)[:-500])
    unknown.double.status = "completed"
    later(unknown, SOON)
    assert row(unknown) == ("wanted", None, False, False)
    assert not unknown.db.value("SELECT sealed_sound IS NOT NULL FROM recording")
    assert (deleted(unknown), told(unknown)) == (False, 1)


def test_VM03_a_length_that_is_not_known_is_speech(unknown: OnTwilio) -> None:
    speak(unknown, 1)
    assert row(unknown)[3] is False
    assert unknown.tasks("Stranger")
