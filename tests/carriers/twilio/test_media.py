"""Sounds and pictures are taken as they are, all of them or nothing, over a real connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
import requests

from intersession.carriers.twilio.media import MOST_BYTES, CutOff, Media, TooLarge

CONTENT = b"\x89PNG" + bytes(5000)
WHO = "Basic QUMxOnNlY3JldA=="
"""AC1:secret."""


class Answers(BaseHTTPRequestHandler):
    """Twilio's file, and a store of another host to which it sends us on."""

    asked: ClassVar[list[tuple[str, str | None, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization"), self.headers.get("Accept-Encoding")))
        match self.path:
            case "/moved":
                self._answer(307, b"", Location=f"http://localhost:{self.server.server_port}/whole")  # type: ignore[attr-defined]
            case "/whole":
                self._answer(200, CONTENT)
            case "/short":
                self._answer(200, CONTENT[:-1000], length=len(CONTENT))
            case "/long":
                self._answer(200, bytes(MOST_BYTES + 1))
            case _:
                self._answer(int(self.path[1:]), b"no")

    def _answer(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "image/PNG; charset=binary")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def fetch() -> Iterator[Callable[[str], tuple[str, bytes] | None]]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Answers.asked.clear()
    media = Media("AC1", "secret")
    yield lambda path: media.fetch(f"http://127.0.0.1:{server.server_port}{path}")
    server.shutdown()
    thread.join()
    server.server_close()


Fetch = Callable[[str], tuple[str, bytes] | None]


def test_a_whole_file_comes_with_its_type(fetch: Fetch) -> None:
    assert fetch("/whole") == ("image/png", CONTENT)
    assert Answers.asked == [("/whole", WHO, "identity")]


def test_the_accounts_secret_does_not_follow_to_another_host(fetch: Fetch) -> None:
    assert fetch("/moved") == ("image/png", CONTENT)
    assert [who for _, who, _ in Answers.asked] == [WHO, None]


def test_a_file_that_is_not_all_there_is_none(fetch: Fetch) -> None:
    with pytest.raises((CutOff, requests.RequestException)):
        fetch("/short")


def test_more_than_is_kept_is_not_read_to_its_end(fetch: Fetch) -> None:
    with pytest.raises(TooLarge):
        fetch("/long")


def test_what_is_not_there_is_none_and_what_is_broken_is_an_error(fetch: Fetch) -> None:
    assert fetch("/404") is None
    for status in (401, 500):
        with pytest.raises(requests.HTTPError):
            fetch(f"/{status}")
