"""The demo's first minute, by hand in a browser (DESIGN's story): phone and desktop width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from ops.pictures import BROWSER
from tests.lab.demo import started

JS, NORA, MR, EVAN = range(4)
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    with started() as address:
        yield address


@pytest.fixture(scope="module")
def browser(chromium_path: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(BROWSER))
        yield browser
        browser.close()


class Visit:
    """Somebody before the demo's screen."""

    def __init__(self, page: Page, narrow: bool) -> None:
        self.page, self.narrow = page, narrow

    def phone(self, index: int) -> Locator:
        """A handset; on a narrow screen its tab is tapped first."""
        if self.narrow or index == MR:
            self.page.locator(f"button[data-show='{index}']").first.click()
        return self.page.locator(f"#phone-{index}")

    def press(self, index: int, name: str) -> None:
        """A button on a handset."""
        self.phone(index).get_by_role("button", name=re.compile(name)).first.click()

    def now(self) -> Locator:
        """What is open."""
        if self.narrow:
            self.page.locator("button[data-show='now']").first.click()
        return self.page.locator("#open")

    def jump(self, to: str) -> None:
        """The clock."""
        self.page.get_by_role("button", name=to, exact=True).click()
        expect(self.page.locator(".clock-now")).to_contain_text(to[:3])


@pytest.mark.parametrize("size", list(SIZES))
def test_the_first_minute(demo: str, browser: Browser, size: str) -> None:
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(15_000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(demo)
    visit = Visit(page, narrow=size == "phone")
    _week_begins(page, visit)
    _tuesday(visit)
    _sunday(visit)
    _monday(page, visit)
    assert troubles == []
    page.close()


def _week_begins(page: Page, visit: Visit) -> None:
    """The module's demo is shared: each width has its week from the beginning."""
    page.get_by_text("Another time").first.click()
    again = page.get_by_role("button", name="Start again")
    again.click()
    expect(page.locator(".clock-now")).to_contain_text("Tue 14:10")


def _tuesday(visit: Visit) -> None:
    visit.press(JS, "Call the line")
    expect(visit.phone(NORA)).to_contain_text("Practice line")
    visit.press(NORA, "Accept")
    expect(visit.phone(NORA)).to_contain_text("J, S.")
    visit.press(NORA, "^1")
    expect(visit.phone(NORA)).to_contain_text("Connected")
    expect(visit.phone(JS)).to_contain_text("Connected")
    assert "555-0110" not in visit.page.locator(f"#phone-{JS}").inner_text()
    visit.press(JS, "Hang up")
    visit.phone(JS).get_by_placeholder("Text the line").fill("Can we do Thursday?")
    visit.press(JS, "Send the text")
    expect(visit.now()).to_contain_text("texted")


def _sunday(visit: Visit) -> None:
    visit.jump("Sun 19:30")
    visit.press(JS, "Call the line")
    expect(visit.phone(JS)).to_contain_text("Nora Bell")
    expect(visit.phone(JS)).to_contain_text("tomorrow at noon")
    expect(visit.phone(JS)).to_contain_text("9 8 8")
    expect(visit.phone(NORA)).to_contain_text("Dark")
    visit.page.get_by_role("button", name=re.compile("Add my on-call")).click()
    expect(visit.page.get_by_role("button", name=re.compile("Remove my on-call"))).to_be_visible()
    visit.press(JS, "^1")
    expect(visit.phone(EVAN)).to_contain_text("Practice line, urgent")
    expect(visit.phone(NORA)).to_contain_text("Dark")
    visit.press(EVAN, "Accept")
    visit.press(EVAN, "^1")
    expect(visit.phone(EVAN)).to_contain_text("Connected")
    visit.press(JS, "Hang up")


def _monday(page: Page, visit: Visit) -> None:
    visit.jump("Mon 08:55")
    expect(visit.now()).to_contain_text("M-R")
    rows = page.locator("#open li.row")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("left a voicemail")
    expect(rows.nth(1)).to_contain_text("J-S")
    visit.now().get_by_role("button", name=re.compile("Call back")).last.click()
    expect(visit.phone(NORA)).to_contain_text("Practice line")
    visit.press(NORA, "Accept")
    visit.press(NORA, "^1")
    expect(visit.phone(JS)).to_contain_text("Practice line")
    visit.press(JS, "Accept")
    expect(visit.phone(JS)).to_contain_text("Connected")
    visit.press(JS, "Hang up")
    visit.press(NORA, "Hang up") if not visit.narrow else None
    visit.now().get_by_role("button", name=re.compile("Why.* J-S")).first.click()
    expect(page.locator("#drawer")).to_contain_text("no rings on Sunday")


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("screen", ["/", "/now/", "/clients/", "/words/", "/greeting/"])
def test_screens_are_accessible(demo: str, browser: Browser, size: str, screen: str) -> None:
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(demo + screen)
    page.wait_for_timeout(500)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert found.violations_count == 0, found.generate_report()
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0
    page.close()
