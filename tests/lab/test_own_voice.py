"""A clinician records a sentence in the browser, and the next caller hears it on their telephone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from ops.pictures import BROWSER
from tests.lab.demo import started

MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""Chromium's own: it beeps once a second."""
LENGTH = """async (sound) => {
    sound.load();
    await new Promise((done) => { sound.onloadedmetadata = done; });
    return sound.duration;
}"""


@pytest.fixture
def browser(chromium_path: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=[*BROWSER, *MICROPHONE])
        yield browser
        browser.close()


def test_recorded_in_the_browser_heard_by_the_caller_and_taken_back(browser: Browser) -> None:
    with started() as demo:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.set_default_timeout(15_000)
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{demo}/greeting/")
        row = page.locator("li.own").first
        row.get_by_role("button", name="Record").click()
        page.wait_for_timeout(1_800)
        row.get_by_role("button", name="Stop").click()
        expect(row).to_contain_text("The machine")
        row.get_by_role("button", name="Use it").click()
        expect(row).to_contain_text("Your voice")
        expect(page.locator("[data-own-count]")).to_contain_text(re.compile(r"^1 of"))
        seconds = row.locator("audio").first.evaluate(LENGTH)
        assert 0.3 < seconds < 3

        page.goto(demo)
        page.get_by_role("button", name="Sun 19:30", exact=True).click()
        page.locator("#phone-0").get_by_role("button", name=re.compile("Call the line")).click()
        clip = page.locator("#phone-0 [data-clip]").first
        expect(clip).to_contain_text("Hello.")
        assert page.request.get(demo + str(clip.get_attribute("data-clip"))).status == 200

        page.goto(f"{demo}/greeting/")
        row.get_by_role("button", name="Let the machine say it").click()
        expect(row).to_contain_text("The machine")
        assert troubles == []
        page.close()
