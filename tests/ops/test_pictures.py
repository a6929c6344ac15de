"""The pictures are taken of the running demo."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from ops.pictures import BROWSER, demo, photograph

NAMES = [f"{screen}-{size}.png" for screen in ("phones", "now", "client", "words", "why") for size in ("wide", "phone")]


def test_every_screen_is_taken_in_each_size(chromium_path: Path, tmp_path: Path) -> None:
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=BROWSER)
        taken = list(photograph(browser, address, tmp_path / "pictures"))
        browser.close()
    assert [path.name for path in taken] == NAMES
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in taken)
    assert len({path.read_bytes() for path in taken}) == len(NAMES)
