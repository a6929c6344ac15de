"""Words: everything that is said or written, in both languages side by side, found by any piece of it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from intersession.core.wording.entries import index
from intersession.core.wording.pack import locales
from tests.web.conftest import SUNDAY, World
from tests.web.test_now import text_of

FOUND = Client(HTTP_HOST="localhost", headers={"HX-Request": "true", "HX-Target": "found"})


def ids(answer: object) -> list[str]:
    return re.findall(r'id="w-([^"]+)"', answer.content.decode())  # type: ignore[attr-defined]


def test_every_wording_is_there_once_in_every_language(world: World, page: Client) -> None:
    answer = page.get("/words/")
    assert sorted(ids(answer)) == sorted(index())
    shown = answer.content.decode()
    for locale in locales():
        assert shown.count(f'class="said" lang="{locale}"') >= len(index())


@pytest.mark.parametrize(
    ("query", "wanted", "unwanted"),
    [
        ({"q": "SAFETY-T"}, "SAFETY-T", "STOP-CONF"),
        ({"q": "no text more send"}, "STOP-CONF", "SAFETY-T"),
        ({"q": "textos"}, "STOP-CONF", "W-URG"),
        ({"q": "X01"}, "STOP-CONF", "A-HOURS"),
        ({"hearer": "staff"}, "W-URG", "SAFETY-T"),
        ({"hearer": "clients"}, "SAFETY-T", "W-URG"),
    ],
)
def test_found_by_words_id_rule_language_and_hearer(
    world: World, query: dict[str, str], wanted: str, unwanted: str
) -> None:
    answer = FOUND.get("/words/", query)
    assert "<html" not in answer.content.decode()
    assert wanted in ids(answer)
    assert unwanted not in ids(answer)


def test_one_language_alone(world: World) -> None:
    shown = FOUND.get("/words/", {"locale": "es-US", "q": "SAFETY-T"}).content.decode()
    assert 'lang="es-US"' in shown
    assert 'lang="en-US"' not in shown
    assert 'lang="en-US"' in FOUND.get("/words/", {"locale": "xx", "q": "SAFETY-T"}).content.decode()


def test_nothing_found_says_what_to_try(world: World) -> None:
    assert "No words like that." in text_of(FOUND.get("/words/", {"q": "zzzz<b>"}))
    assert "zzzz<b>" not in FOUND.get("/words/", {"q": "zzzz<b>"}).content.decode()


def test_what_callers_hear_right_now_follows_the_clock(world: World, page: Client) -> None:
    by_day = text_of(page.get("/words/greeting/"))
    assert "Wednesday 14:10" in by_day
    assert "Rings Ames" in by_day
    world.go_to(SUNDAY)
    by_night = text_of(page.get("/words/greeting/"))
    assert "No phone rings. Heard at once:" in by_night
    assert "Ames's line: a client V21" in by_night
