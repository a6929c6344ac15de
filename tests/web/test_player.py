"""The voicemail player in a real browser: it plays, it can be moved about in, and it says when it is too old."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Locator, Page, expect, sync_playwright

from intersession.asgi import screens
from intersession.records.sealing import seal_bytes
from ops.pictures import BROWSER
from tests.sound.tones import tone
from tests.web.conftest import World
from tests.web.test_listening import spoken

MINUTE = 60.0


@pytest.fixture
def served(world: World) -> Iterator[str]:
    """The screens of this world, on a port of loopback."""
    server = uvicorn.Server(uvicorn.Config(screens(), host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(10)


@pytest.fixture
def page(chromium_path: Path, served: str, world: World) -> Iterator[Page]:
    """J-S has left a message of a minute and one of two seconds, and Ames looks."""
    contact = spoken(world, sound=tone(MINUTE))
    world.corridor.db.run("UPDATE recording SET seconds = ?", (MINUTE,))
    second(world, contact)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(BROWSER))
        looks = browser.new_page()
        looks.set_default_timeout(15_000)
        looks.goto(f"{served}/clients/c-js/")
        yield looks
        browser.close()


def second(world: World, contact: str) -> None:
    """Another message of the same call."""
    db = world.corridor.db
    wrapped = db.value("SELECT wrapped_key FROM contact WHERE id = ?", (contact,))
    key = world.keyring.unwrap(bytes(wrapped), f"contact:{contact}")
    db.run(
        "INSERT INTO recording (id, practice_id, contact, seconds, silent, locale, at, media_type, sealed_sound, care,"
        " care_tries) SELECT 'second', practice_id, contact, 2, silent, locale, at + 1, media_type, ?, care, 0"
        " FROM recording",
        (seal_bytes(key, tone(2), "recording:sound:second"),),
    )


def first_sound(page: Page) -> Locator:
    """After a tap on the first message of the timeline."""
    page.get_by_role("button", name=re.compile("Play the voicemail")).first.click()
    sounds = page.locator("#player audio")
    expect(sounds).to_have_count(2)
    return sounds.first


def plays(sound: Locator) -> None:
    """It is heard; asked again and again, for the page lets nobody bring in a script that waits."""
    for _ in range(200):
        if sound.evaluate("sound => sound.currentTime > 0.2"):
            return
        sound.page.wait_for_timeout(50)
    raise AssertionError("it never played")


def test_it_plays_and_can_be_moved_about_in(page: Page, world: World) -> None:
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if "/sound/" in answer.url else None)
    sound = first_sound(page)
    plays(sound)
    for to in (50, 10):
        at = sound.evaluate(
            "(sound, to) => new Promise((done) => { sound.currentTime = to;"
            " sound.addEventListener('seeked', () => done(sound.currentTime), { once: true }); })",
            to,
        )
        assert at == pytest.approx(to, abs=1)
    assert sound.evaluate("sound => [sound.duration, sound.seekable.end(0)]") == pytest.approx([MINUTE, MINUTE], abs=1)
    assert set(answers) == {206}, "the browser asked for parts, and got them"
    assert world.corridor.db.value("SELECT count(*) FROM journal WHERE kind = 'ItemHeard'") == 1


def test_the_next_message_follows_by_itself(page: Page) -> None:
    sound = first_sound(page)
    plays(sound)
    sound.evaluate("sound => { sound.currentTime = sound.duration - 0.3; }")
    plays(page.locator("#player audio").nth(1))


def test_an_address_that_is_too_old_is_said_in_the_page(page: Page, world: World) -> None:
    sound = first_sound(page)
    expect(page.locator("[data-stale]")).to_be_hidden()
    world.on(6 * 60)
    sound.evaluate("sound => { sound.src += '?unkept'; }")
    expect(page.locator("[data-stale]")).to_be_visible()
    expect(page.locator("[data-stale]")).to_contain_text("Press Listen again")
