"""Takes the documentation's pictures: the demo is started, a week is played, and its screens are photographed.

`python ops/pictures.py` writes docs/pictures/<screen>-wide.png and -phone.png, and prints their names.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from ops.free_port import free_port  # noqa: E402
from tests.lab.components import find_chromium  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SIZES = {"wide": (1280, 800), "phone": (390, 844)}
SETTLES = 900
"""Milliseconds that a screen may take to fetch its parts and come to rest."""
STARTS_WITHIN = 60.0

# root has no sandbox, and a closed network should not be asked for updates
BROWSER = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]


def main() -> int:
    """Start the demo, photograph it, end it."""
    chromium = find_chromium()
    if chromium is None:
        print("Chromium was not found. On Debian: apt-get install chromium.", file=sys.stderr)
        return 1
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        for path in photograph(browser, address, PICTURES):
            print(path.relative_to(ROOT))
        browser.close()
    return 0


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo of our own, in a folder that is thrown away."""
    port = free_port(8000)
    command = [str(Path(sys.executable).parent / "intersession"), "demo", "--port", str(port)]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(command, cwd=folder)
        try:
            address = f"http://localhost:{port}/"
            _wait_for(address, process)
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError(f"the demo did not answer at {address}")


def photograph(browser: Browser, address: str, folder: Path) -> Iterator[Path]:
    """A call that rings, then Monday's list and what lies behind it; each in each size."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {size: browser.new_page(viewport={"width": w, "height": h}) for size, (w, h) in SIZES.items()}
    for page in pages.values():
        page.goto(address, wait_until="load")
    _a_call_rings(pages["wide"])
    yield from _all(pages, folder, "phones")
    _the_week_goes_on(pages["wide"])
    for name, path in (("now", "now/"), ("client", "clients/JS/"), ("words", "words/")):
        for page in pages.values():
            page.goto(urljoin(address, path), wait_until="load")
        yield from _all(pages, folder, name)
    for page in pages.values():
        page.goto(urljoin(address, "now/"), wait_until="load")
        page.get_by_role("button", name="Why?").last.click()
        page.locator("#drawer").get_by_text("Why was this").wait_for()
    yield from _all(pages, folder, "why")


def _all(pages: dict[str, Page], folder: Path, name: str) -> Iterator[Path]:
    for size, page in pages.items():
        page.wait_for_timeout(SETTLES)
        path = folder / f"{name}-{size}.png"
        page.screenshot(path=path)
        yield path


def _a_call_rings(page: Page) -> None:
    page.locator("#phone-0").get_by_role("button", name="Call the line").click()
    page.locator("#phone-1").get_by_role("button", name="Accept").wait_for()


def _the_week_goes_on(page: Page) -> None:
    """The two talk; J-S texts; on Sunday evening J-S calls again and hears the greeting."""
    client, clinician = page.locator("#phone-0"), page.locator("#phone-1")
    clinician.get_by_role("button", name="Accept").click()
    clinician.get_by_role("button", name="Take").click()
    clinician.get_by_text("Connected").wait_for()
    client.get_by_role("button", name="Hang up").click()
    client.get_by_placeholder("Text the line").fill("Can we do Thursday?")
    client.get_by_role("button", name="Send the text").click()
    page.get_by_role("button", name="Sun 19:30").click()
    client.get_by_role("button", name="Call the line").click()
    client.get_by_role("button", name="Hang up").click()
    page.get_by_role("button", name="Mon 08:55").click()
    page.locator("#open li.row").first.wait_for()


if __name__ == "__main__":
    sys.exit(main())
