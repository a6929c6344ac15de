"""A browser's SIP, carried to Asterisk on this machine: no other port has to be open, and Asterisk's stays shut.

The screens themselves say who may, before the first byte and again and again: address, session, both factors, the
table of permissions. So it ends with the session, and the phone rings no longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from .. import line

log = structlog.get_logger(__name__)

ADDRESS = "/station/ws"
ASKS = "/station/here/"
SIP = Subprotocol("sip")
LOOKS_EVERY = 15.0
"""Seconds after which a session that was ended elsewhere is noticed."""
LONGEST = 65_536
"""Bytes of one SIP message."""
TRY_LATER = 1013
"""The code of a close after which a browser tries again."""


class Relay:
    """Carries for whoever the screens let in, for as long as they do."""

    def __init__(self, screens: ASGIApp, looks_every: float = LOOKS_EVERY) -> None:
        self._screens, self._looks_every = screens, looks_every

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One web socket. Before it is accepted, to close is to answer 403."""
        browser = WebSocket(scope, receive, send)
        phones = line.connected().browser_phones
        if phones is None or not _from_our_page(browser) or not await self._let_in(scope):
            await browser.close()
            return
        try:
            async with connect(
                phones.socket, subprotocols=[SIP], proxy=None, compression=None, max_size=LONGEST, open_timeout=5
            ) as asterisk:
                await browser.accept(subprotocol=SIP)
                await self._carry(browser, asterisk)
        except WebSocketDisconnect:
            return
        except (OSError, WebSocketException) as error:
            log.warning("station_asterisk_away", error=type(error).__name__)
        # the browser may be gone already, and says so in either way
        with suppress(WebSocketDisconnect, RuntimeError):
            await browser.close(TRY_LATER)

    async def _carry(self, browser: WebSocket, asterisk: ClientConnection) -> None:
        """Until either side is gone, or the session is over."""
        acts: tuple[Callable[[], Awaitable[None]], ...] = (
            lambda: _up(browser, asterisk),
            lambda: _down(browser, asterisk),
            lambda: self._watch(browser.scope),
        )
        tasks = [asyncio.ensure_future(act()) for act in acts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, scope: Scope) -> None:
        let_in = True
        while let_in:
            await asyncio.sleep(self._looks_every)
            let_in = await self._let_in(scope)

    async def _let_in(self, scope: Scope) -> bool:
        """Ask the screens as this very browser would. It is marked, so that it does not count as being there."""
        headers = [one for one in scope["headers"] if one[0] not in (b"connection", b"upgrade", b"unattended")]
        asked = {
            "type": "http", "asgi": scope["asgi"], "http_version": "1.1", "method": "GET",
            "scheme": "https" if scope["scheme"] in ("wss", "https") else "http", "path": ASKS,
            "raw_path": ASKS.encode(), "query_string": b"", "root_path": "", "client": scope.get("client"),
            "server": scope.get("server"), "headers": [*headers, (b"unattended", b"1")],
        }  # fmt: skip
        statuses: list[int] = []

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await self._screens(asked, _nothing_more(), take)
        return statuses == [204]


def _nothing_more() -> Receive:
    """A request without a body, from a browser that stays."""
    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop()

    return receive


def _from_our_page(browser: WebSocket) -> bool:
    """A web socket is not held to one origin by browsers: a foreign page may try, with our cookie."""
    origin = urlsplit(browser.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc.lower() == browser.headers.get("host", "").lower()


async def _up(browser: WebSocket, asterisk: ClientConnection) -> None:
    while True:
        try:
            said = await browser.receive_text()
        except (WebSocketDisconnect, KeyError):
            return
        await asterisk.send(said)


async def _down(browser: WebSocket, asterisk: ClientConnection) -> None:
    async for said in asterisk:
        await browser.send_text(_text(said))


def _text(said: Any) -> str:
    return said if isinstance(said, str) else bytes(said).decode()
