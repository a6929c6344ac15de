"""ARI: one web socket, over which events come in and requests go out; sound alone is fetched beside it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import structlog

from .pbx import Pbx

log = structlog.get_logger(__name__)

Event = Mapping[str, Any]

ANSWERS_WITHIN = 3.0
"""Seconds; on one machine an answer takes about one millisecond."""
BACK_WITHIN = 2.0
"""How long a request waits for a socket that was lost."""
AGAIN_AFTER = 0.2
BEATS_EVERY = 5.0


class Away(Exception):
    """There is no connection: nothing was asked, and nothing happened."""


class Lost(Exception):
    """The connection went, or Asterisk hung, after the request was sent: it may or may not have happened."""


class Refused(Exception):
    """Asterisk's answer was no."""

    def __init__(self, status: int, about: str) -> None:
        super().__init__(f"Asterisk refused ({status}): {about}")
        self.status = status


class Ari:
    """The connection. `heard` is told of every event, in order; `connected` is awaited after each connect."""

    def __init__(
        self, pbx: Pbx, heard: Callable[[Event], None], connected: Callable[[], Awaitable[None]]
    ) -> None:
        self._pbx, self._heard, self._connected = pbx, heard, connected
        self._asked: dict[str, asyncio.Future[Event]] = {}
        self._numbers = itertools.count(1)
        self._here = asyncio.Event()
        self.replaced = False
        """Another connection has taken the events over."""
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._http: aiohttp.ClientSession | None = None
        self._away = False

    async def keep(self) -> None:
        """Connect, listen, and connect again, until cancelled."""
        headers = {"Authorization": aiohttp.encode_basic_auth(self._pbx.user, self._pbx.password)}
        async with aiohttp.ClientSession(headers=headers) as self._http:
            while True:
                try:
                    await self._once(self._http)
                except (aiohttp.ClientError, OSError) as error:
                    if not self._away:  # once an outage, however often it is tried
                        log.warning("asterisk_away", error=type(error).__name__)
                    self._away = True
                except Exception:
                    log.exception("asterisk_connection_stumbled")
                if self.replaced:
                    log.error("asterisk_taken_over")
                    await asyncio.Event().wait()  # one process owns the stream: we stand back until started anew
                await asyncio.sleep(AGAIN_AFTER)

    async def _once(self, http: aiohttp.ClientSession) -> None:
        address = f"{self._pbx.url}/events"
        query = {"app": self._pbx.app, "subscribeAll": "false"}
        async with http.ws_connect(address, params=query, heartbeat=BEATS_EVERY, max_msg_size=0) as self._socket:
            self._here.set()
            self._away = False
            log.info("asterisk_connected")
            begun = asyncio.create_task(self._begin())
            try:
                async for message in self._socket:
                    self._take(json.loads(message.data))
                    if self.replaced:
                        break
            finally:
                begun.cancel()
                self._here.clear()
                self._socket = None
                self._forsake()
                log.warning("asterisk_socket_lost")
                await asyncio.gather(begun, return_exceptions=True)

    async def _begin(self) -> None:
        try:
            await self._connected()
        except (Away, Lost, Refused) as error:
            log.error("asterisk_not_rebuilt", error=type(error).__name__)

    def _take(self, event: Event) -> None:
        if event["type"] == "RESTResponse":
            waits = self._asked.pop(event["request_id"], None)
            if waits is not None and not waits.done():
                waits.set_result(event)
            return
        if event["type"] == "ApplicationReplaced":
            self.replaced = True
            return
        try:
            self._heard(event)
        except Exception:
            log.exception("asterisk_event_stumbled", kind=event["type"])

    def _forsake(self) -> None:
        for waits in self._asked.values():
            if not waits.done():
                waits.set_exception(Lost("the connection to Asterisk was lost"))
        self._asked.clear()

    async def ready(self, within: float = BACK_WITHIN) -> None:
        """Wait for the connection. Away where there is none."""
        if self.replaced:
            raise Away("another process has taken this Asterisk over")
        try:
            await asyncio.wait_for(self._here.wait(), within)
        except TimeoutError as error:
            raise Away("Asterisk cannot be reached") from error

    async def ask(self, method: str, path: str, **query: object) -> Any:
        """One request; what it answers, where that is JSON. Away, Lost or Refused."""
        await self.ready()
        if self._socket is None:
            raise Away("Asterisk cannot be reached")
        number = str(next(self._numbers))
        request: dict[str, Any] = {"type": "RESTRequest", "request_id": number, "method": method, "uri": path}
        request["query_strings"] = [{"name": name, "value": str(value)} for name, value in query.items()]
        waits = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send_str(json.dumps(request))
            answer = await asyncio.wait_for(waits, ANSWERS_WITHIN)
        except (TimeoutError, OSError, aiohttp.ClientError) as error:
            raise Lost("Asterisk did not answer") from error
        finally:
            self._asked.pop(number, None)
        if answer["status_code"] >= 400:
            raise Refused(answer["status_code"], f"{method} {path.split('/')[0]}")
        said = answer.get("message_body")
        return json.loads(said) if said else None

    async def fetch(self, path: str) -> bytes:
        """A file. Away, or Refused."""
        if self._http is None:
            raise Away("Asterisk cannot be reached")
        try:
            async with self._http.get(f"{self._pbx.url}/{path}") as answer:
                if answer.status >= 400:
                    raise Refused(answer.status, f"GET {path.split('/')[0]}")
                return await answer.read()
        except (aiohttp.ClientError, OSError) as error:
            raise Away("Asterisk cannot be reached") from error

    async def tried(self, method: str, path: str, **query: object) -> bool:
        """A request whose object may be gone already; whether it was done."""
        try:
            await self.ask(method, path, **query)
        except Refused:
            return False
        return True
