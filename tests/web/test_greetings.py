"""One's own greeting: recorded on a screen, heard by the next caller, and nobody else's business."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from intersession.records import models
from intersession.sound.wav import read
from tests.sound.tones import tone
from tests.web.conftest import AMES_LINE, STRANGER, SUNDAY, World

HELLO = "Hello. You have reached Ames's line."


def keep(browser: Client, text: str = HELLO, sound: bytes | None = None, locale: str = "en-US") -> str:
    """Hand in a recording; the row, or the page, that comes back."""
    upload = SimpleUploadedFile("sentence.wav", tone(2, 16000) if sound is None else sound, "audio/wav")
    answer = browser.post("/greeting/record/", {"text": text, "locale": locale, "sound": upload})
    assert answer.status_code == 200
    return answer.content.decode()


def heard_by_a_stranger(world: World) -> list[tuple[str, bool]]:
    """The pieces of Sunday's greeting, and whether each is a recording."""
    world.go_to(SUNDAY)
    world.exchange.call(STRANGER, AMES_LINE)
    world.settle()
    leg = world.exchange.handset(STRANGER).leg
    assert leg is not None
    return [(one.text, one.clip is not None) for one in leg.hearing.said]


def test_S11_INV_01_a_caller_hears_the_recording_and_the_machines_safety_words(world: World, htmx: Client) -> None:
    assert "Your voice" in keep(htmx)
    (first, own), *rest = heard_by_a_stranger(world)
    assert (first, own) == (HELLO, True)
    assert not any(recorded for _, recorded in rest)
    assert any("9 8 8" in text for text, _ in rest)


def test_without_a_recording_nothing_is_cut(world: World) -> None:
    pieces = heard_by_a_stranger(world)
    assert pieces[0][0].startswith(f"{HELLO} ")
    assert not any(own for _, own in pieces)


def test_it_can_be_heard_and_said_anew_and_taken_back(world: World, page: Client, htmx: Client) -> None:
    keep(htmx)
    (url,) = re.findall(r'src="(/greeting/[^"]+)"', page.get("/greeting/").content.decode())
    answer = page.get(url)
    assert answer["Content-Type"] == "audio/wav"
    assert read(answer.content).seconds == pytest.approx(2, abs=0.1)
    keep(htmx, sound=tone(3, 16000))
    assert page.get(url).status_code == 404, "the first is gone"
    (clip,) = models.GreetingClip.objects.all()
    row = htmx.post(f"/greeting/{clip.id}/drop/").content.decode()
    assert "The machine" in row
    assert not models.GreetingClip.objects.exists()
    assert heard_by_a_stranger(world)[0][0].startswith(HELLO)


def test_nobody_records_hears_or_drops_somebody_elses(
    world: World, page: Client, htmx: Client, looks: Callable[[str], None]
) -> None:
    keep(htmx)
    (clip,) = models.GreetingClip.objects.all()
    looks("evan")
    assert clip.id not in page.get("/greeting/").content.decode()
    assert page.get(f"/greeting/{clip.id}/sound/").status_code == 404
    assert page.post(f"/greeting/{clip.id}/drop/").status_code == 404
    looks("hal")
    assert page.get("/greeting/").status_code == 403, "the desk greets nobody"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"sound": tone(2, 16000)[:3000]}, "did not arrive whole"),
        ({"sound": b""}, "did not arrive whole"),
        ({"sound": tone(25, 16000)}, "much longer than the sentence"),
        ({"text": "Call me any time."}, "The line does not say these words"),
        ({"locale": "xx"}, "The line does not say these words"),
    ],
    ids=["cut off", "empty", "too slow", "other words", "no language"],
)
def test_bad_input_says_what_to_do_and_changes_nothing(
    world: World, htmx: Client, given: dict[str, object], says: str
) -> None:
    assert says in keep(htmx, **given)  # type: ignore[arg-type]
    assert not models.GreetingClip.objects.exists()


def test_without_scripts_the_whole_page_comes_back(world: World, page: Client) -> None:
    shown = keep(page)
    assert "Callers hear this sentence in your own voice." in shown
    assert re.search(r"\b1 of \d+ in your voice", shown)


def test_words_says_whose_voice_it_is(world: World, page: Client, htmx: Client) -> None:
    assert "own voice</span>" not in page.get("/words/").content.decode()
    keep(htmx)
    world.go_to(SUNDAY)
    assert "own voice</span>" in page.get("/words/greeting/").content.decode()


def test_each_language_has_its_own(world: World, page: Client) -> None:
    assert "La oficina está cerrada ahora." in page.get("/greeting/", {"locale": "es-US"}).content.decode()
