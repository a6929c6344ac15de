"""The pictures, taken of a small site of two screens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from ops.pictures import BROWSER, name, photograph

PAGE = """<title>{0}</title><h1>{0}</h1>
<nav aria-label="Main"><a href="/">Now</a> <a href="/clients/">Clients</a></nav>
<nav aria-label="Elsewhere"><a href="/gone/">Gone</a></nav>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "clients").mkdir()
    (tmp_path / "index.html").write_text(PAGE.format("Now"))
    (tmp_path / "clients" / "index.html").write_text(PAGE.format("Clients"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_each_screen_of_the_menu_is_taken_once_in_each_size(site: str, chromium_path: Path, tmp_path: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=BROWSER)
        taken = list(photograph(browser, site, tmp_path / "pictures"))
        browser.close()
    assert [path.name for path in taken] == ["home-wide.png", "clients-wide.png", "home-phone.png", "clients-phone.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in taken)
    assert len({path.read_bytes() for path in taken}) == 4


@pytest.mark.parametrize(
    ("address", "called"), [("http://localhost:1/", "home"), ("http://localhost:1/clients/all/?q=1", "clients-all")]
)
def test_a_picture_is_called_after_its_address(address: str, called: str) -> None:
    assert name(address) == called
