"""The relay lets in whom the screens let in, carries every message unchanged, and ends with the session."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from websockets.asyncio.server import ServerConnection, serve

from intersession.carriers.asterisk.pbx import Station
from intersession.web import line
from intersession.web.station.phones import BrowserPhones
from intersession.web.station.relay import Relay
from tests.web.conftest import World

HOST = "line.example.org"


class Screens:
    """Django, as far as the relay asks it."""

    def __init__(self, status: int = 204) -> None:
        self.status = status
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope)
        assert (await receive())["more_body"] is False
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Browser:
    """One web socket of a browser, from the server's side."""

    def __init__(self, origin: str = f"https://{HOST}", cookie: str = "session=1", scheme: str = "wss") -> None:
        self.says: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.hears: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.says.put_nowait({"type": "websocket.connect"})
        headers = [(b"host", HOST.encode()), (b"cookie", cookie.encode()), (b"upgrade", b"websocket"),
                   (b"connection", b"Upgrade")]  # fmt: skip
        self.scope = {
            "type": "websocket", "asgi": {"version": "3.0"}, "scheme": scheme, "path": "/station/ws",
            "headers": headers + ([(b"origin", origin.encode())] if origin else []), "client": ("192.0.2.1", 5),
            "server": ("127.0.0.1", 8000), "query_string": b"", "subprotocols": ["sip"],
        }  # fmt: skip

    async def heard(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.hears.get(), 3)

    def text(self, said: str) -> None:
        self.says.put_nowait({"type": "websocket.receive", "text": said})

    def begin(self, relay: Relay) -> asyncio.Task[None]:
        return asyncio.ensure_future(relay(self.scope, self.says.get, self.hears.put))


@pytest.fixture(autouse=True)
def alone() -> Any:
    """No line is left connected."""
    yield
    line.disconnect()


def connect(port: int) -> None:
    phones = BrowserPhones(socket=f"ws://127.0.0.1:{port}/ws", by_number={})
    line.connect(SimpleNamespace(browser_phones=phones))


def with_asterisk(story: Callable[[list[str]], Awaitable[None]]) -> None:
    """Play a story beside an Asterisk that repeats what it hears."""

    async def repeats(connection: ServerConnection) -> None:
        assert connection.subprotocol == "sip"
        async for said in connection:
            told.append(str(said))
            await connection.send(f"heard {said!s}")

    async def run() -> None:
        async with serve(repeats, "127.0.0.1", 0, subprotocols=["sip"]) as server:
            connect(next(iter(server.sockets)).getsockname()[1])
            await story(told)

    told: list[str] = []
    asyncio.run(run())


def test_every_message_goes_both_ways_unchanged_and_ends_with_the_browser() -> None:
    async def story(told: list[str]) -> None:
        browser = Browser()
        carried = browser.begin(Relay(Screens()))
        assert await browser.heard() == {"type": "websocket.accept", "subprotocol": "sip", "headers": []}
        browser.text("REGISTER sip:line.invalid SIP/2.0\r\n\r\n")
        assert (await browser.heard())["text"] == "heard REGISTER sip:line.invalid SIP/2.0\r\n\r\n"
        browser.says.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(carried, 3)
        assert len(told) == 1

    with_asterisk(story)


@pytest.mark.parametrize("status", [302, 401, 403, 404, 500])
def test_whom_the_screens_do_not_let_in_is_refused(status: int) -> None:
    async def story(told: list[str]) -> None:
        browser = Browser()
        carried = browser.begin(Relay(Screens(status)))
        assert (await browser.heard())["type"] == "websocket.close"
        await carried
        assert told == []

    with_asterisk(story)


@pytest.mark.parametrize("origin", ["", "https://elsewhere.example.org", f"https://{HOST}.evil.example", "null"])
def test_a_foreign_page_is_refused_whoever_is_signed_in(origin: str) -> None:
    async def story(told: list[str]) -> None:
        browser, screens = Browser(origin=origin), Screens()
        await browser.begin(Relay(screens))
        assert (await browser.heard())["type"] == "websocket.close"
        assert screens.asked == []

    with_asterisk(story)


@pytest.mark.parametrize(("scheme", "asked"), [("ws", "http"), ("wss", "https")])
def test_the_screens_are_asked_as_that_browser_would_and_it_counts_as_no_presence(scheme: str, asked: str) -> None:
    async def story(told: list[str]) -> None:
        browser, screens = Browser(scheme=scheme), Screens(404)
        await browser.begin(Relay(screens))
        (scope,) = screens.asked
        headers = dict(scope["headers"])
        assert (scope["type"], scope["method"], scope["path"]) == ("http", "GET", "/station/here/")
        assert (scope["scheme"], scope["client"]) == (asked, ("192.0.2.1", 5))
        assert headers[b"cookie"] == b"session=1"
        assert headers[b"unattended"] == b"1"
        assert b"upgrade" not in headers

    with_asterisk(story)


def test_it_ends_when_the_screens_change_their_mind() -> None:
    async def story(told: list[str]) -> None:
        browser, screens = Browser(), Screens()
        carried = browser.begin(Relay(screens, looks_every=0.05))
        assert (await browser.heard())["type"] == "websocket.accept"
        screens.status = 401
        assert (await browser.heard())["type"] == "websocket.close"
        await asyncio.wait_for(carried, 3)

    with_asterisk(story)


def test_where_asterisk_is_away_it_is_refused_and_where_it_goes_it_is_closed() -> None:
    async def away() -> None:
        connect(1)
        browser = Browser()
        await browser.begin(Relay(Screens()))
        assert (await browser.heard())["type"] == "websocket.close"

    async def goes() -> None:
        async def closes(connection: ServerConnection) -> None:
            await connection.recv()

        async with serve(closes, "127.0.0.1", 0, subprotocols=["sip"]) as server:
            connect(next(iter(server.sockets)).getsockname()[1])
            browser = Browser()
            carried = browser.begin(Relay(Screens()))
            assert (await browser.heard())["type"] == "websocket.accept"
            browser.text("BYE")
            assert (await browser.heard())["type"] == "websocket.close"
            await asyncio.wait_for(carried, 3)

    asyncio.run(away())
    asyncio.run(goes())


def test_without_phones_in_browsers_there_is_no_socket() -> None:
    async def none() -> None:
        line.connect(SimpleNamespace(browser_phones=None))
        browser, screens = Browser(), Screens()
        await browser.begin(Relay(screens))
        assert (await browser.heard())["type"] == "websocket.close"
        assert screens.asked == []

    asyncio.run(none())


@pytest.mark.parametrize(
    ("public", "scheme", "host", "peer", "let_in"),
    [
        ("", "ws", "localhost:8000", "127.0.0.1", True),
        ("", "ws", "line.example.org", "127.0.0.1", False),
        ("", "ws", "localhost:8000", "192.0.2.1", False),
        (f"https://{HOST}", "wss", HOST, "192.0.2.1", True),
        (f"https://{HOST}", "ws", HOST, "192.0.2.1", False),
        (f"https://{HOST}", "wss", "elsewhere.example.org", "192.0.2.1", False),
    ],
)
def test_the_real_screens_let_in_at_their_own_address_alone(
    world: World, settings: Any, public: str, scheme: str, host: str, peer: str, let_in: bool
) -> None:
    """The gate before every screen stands before the socket too."""
    settings.INTERSESSION_VIEWER, settings.INTERSESSION_SCREENS_URL = "ames", public
    settings.ALLOWED_HOSTS = ["localhost", HOST]
    own = Station(name="phone-ames", password="of-ames", browser=True)
    phones = BrowserPhones(socket="ws://127.0.0.1:1/ws", by_number={world.keyring.number_key("+12125550160"): own})
    line.connect(replace(line.connected(), browser_phones=phones))
    browser = Browser(scheme=scheme)
    browser.scope |= {"client": (peer, 5), "headers": [(b"host", host.encode()), (b"upgrade", b"websocket")]}
    assert asyncio.run(Relay(get_asgi_application())._let_in(browser.scope)) is let_in
