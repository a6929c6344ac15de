"""The lab's browser: it starts without a screen and shows a page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from ops.pictures import BROWSER


def test_it_shows_a_page(chromium_path: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=BROWSER)
        page = browser.new_page()
        page.set_content("<title>Now</title><p>Nothing is open.</p>")
        assert (page.title(), page.inner_text("p")) == ("Now", "Nothing is open.")
        browser.close()
