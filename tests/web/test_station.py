"""The phone in the browser is its owner's: nobody else sees the page, and nobody else gets the password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from intersession.carriers.asterisk.pbx import Station
from intersession.records.models import Endpoint
from intersession.web import line
from intersession.web.station.phones import BrowserPhones
from tests.web.conftest import AMES_LINE, JS, MAIN, World

AMES, EVAN = "+12125550160", "+12125550164"
OWN = Station(name="phone-ames", password="of-ames", browser=True)
OTHER = Station(name="phone-evan", password="of-evan", browser=True)


@pytest.fixture(autouse=True)
def browser_phones(world: World) -> None:
    """Ames and Evan have one."""
    found = {world.keyring.number_key(AMES): OWN, world.keyring.number_key(EVAN): OTHER}
    line.connect(replace(line.connected(), browser_phones=BrowserPhones(socket="ws://127.0.0.1:1/ws", by_number=found)))


def test_everybody_gets_their_own_and_only_their_own(page: Client, looks: Callable[[str], None]) -> None:
    for staff, own, other in (("ames", OWN, OTHER), ("evan", OTHER, OWN)):
        looks(staff)
        assert page.get("/station/").status_code == 200
        answer = page.post("/station/settings/")
        assert (answer.json()["user"], answer.json()["password"]) == (own.name, own.password)
        assert other.password not in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"


def test_whoever_has_none_is_told_how_to_get_one(page: Client, looks: Callable[[str], None]) -> None:
    looks("cole")
    shown = page.get("/station/")
    assert shown.status_code == 404
    assert "connect asterisk" in shown.content.decode()
    assert page.post("/station/settings/").status_code == 404
    assert page.get("/station/here/").status_code == 404


def test_the_page_holds_no_password(page: Client, looks: Callable[[str], None]) -> None:
    """It is asked for by the page's script, and with the form's token alone."""
    looks("ames")
    shown = page.get("/station/").content.decode()
    assert OWN.password not in shown
    assert OWN.name not in shown
    assert page.get("/station/settings/").status_code == 405
    strict = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    assert strict.post("/station/settings/").status_code == 403


def test_it_shows_the_practices_numbers_and_no_others(page: Client, looks: Callable[[str], None]) -> None:
    looks("ames")
    lines = page.post("/station/settings/").json()["lines"]
    assert set(lines) == {MAIN, AMES_LINE}
    assert lines[MAIN]["name"] == "Oak Street"
    assert not lines[MAIN]["urgent"]
    assert JS not in str(lines)


def test_a_phone_that_was_lost_is_nobodys(world: World, page: Client, looks: Callable[[str], None]) -> None:
    looks("ames")
    assert page.get("/station/here/").status_code == 204
    world.corridor.db.run("UPDATE endpoint SET lost_at = 1 WHERE id = 'ames-cell'")
    assert Endpoint.objects.get(pk="ames-cell").lost_at is not None
    assert page.get("/station/here/").status_code == 404
    assert page.post("/station/settings/").status_code == 404


def test_the_way_to_it_is_shown_to_its_owner_alone(page: Client, looks: Callable[[str], None]) -> None:
    looks("ames")
    assert 'href="/station/"' in page.get("/now/").content.decode()
    looks("cole")
    assert 'href="/station/"' not in page.get("/now/").content.decode()


def test_without_an_asterisk_there_is_none(page: Client, looks: Callable[[str], None]) -> None:
    line.connect(replace(line.connected(), browser_phones=None))
    looks("ames")
    assert page.get("/station/").status_code == 404
    assert 'href="/station/"' not in page.get("/now/").content.decode()
