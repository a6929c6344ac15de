"""Takes the documentation's pictures: the demo is started, and each screen of its menu is photographed.

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
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from ops.free_port import free_port  # noqa: E402
from tests.lab.components import find_chromium  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SIZES = {"wide": (1280, 800), "phone": (390, 844)}
MENU = "nav[aria-label='Main'] a"
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
    """Each screen that the menu names, in each size."""
    folder.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        for screen in screens(page, address):
            page.goto(screen, wait_until="load")
            path = folder / f"{name(screen)}-{size}.png"
            page.screenshot(path=path)
            yield path
        page.close()


def screens(page: Page, address: str) -> list[str]:
    """The opening screen, then those of the menu; each once."""
    page.goto(address, wait_until="load")
    hrefs = [link.get_attribute("href") or "" for link in page.locator(MENU).all()]
    return list(dict.fromkeys(urljoin(page.url, href) for href in (page.url, *hrefs)))


def name(screen: str) -> str:
    """`/clients/all/` becomes clients-all; the opening address is home."""
    return "-".join(part for part in urlsplit(screen).path.split("/") if part) or "home"


if __name__ == "__main__":
    sys.exit(main())
