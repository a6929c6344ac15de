"""Connections that send signed texts, as the carrier does, and wait for each answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from .practice import Seed, body, outside_number

PATH = "/twilio/text"
Share = Sequence[tuple[int, bytes]]
"""The requests of one connection, each with its place among all."""
Sign = Callable[[str, dict[str, str]], str]


class NotTaken(RuntimeError):
    """A text that was not answered as one that is safe on disk."""


@dataclass(frozen=True, slots=True)
class Senders:
    """So many connections to one line's door; one text at a time on each."""

    seed: Seed
    port: int
    connections: int = 16

    def send(self, first: int, count: int) -> float:
        """As fast as the answers come; texts answered a second."""
        requests = self._requests(first, count)

        async def sender(one: Connection, mine: Share) -> list[float]:
            return [await one.ask(request) for _, request in mine]

        seconds, _ = asyncio.run(self._together(requests, sender))
        return count / seconds

    def steadily(self, first: int, count: int, per_second: float) -> list[float]:
        """At fixed instants; each wait counts from the instant at which its text was to be sent."""
        requests = self._requests(first, count)
        start = time.perf_counter() + 0.5

        async def sender(one: Connection, mine: Share) -> list[float]:
            waits = []
            for number, request in mine:
                due = start + number / per_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                await one.ask(request)
                waits.append(time.perf_counter() - due)
            return waits

        _, waits = asyncio.run(self._together(requests, sender))
        return waits

    def _requests(self, first: int, count: int) -> list[bytes]:
        """Signed beforehand: what the carrier spends on that is not ours."""
        official: Any = RequestValidator  # the SDK is not typed
        sign = official(self.seed.token).compute_signature
        return [_request(self.seed, text, sign) for text in range(first, first + count)]

    async def _together(
        self, requests: Sequence[bytes], sender: Callable[[Connection, Share], Awaitable[list[float]]]
    ) -> tuple[float, list[float]]:
        connections = [await Connection.to(self.port) for _ in range(self.connections)]
        numbered = list(enumerate(requests))
        began = time.perf_counter()
        waits = await asyncio.gather(
            *(sender(one, numbered[place :: len(connections)]) for place, one in enumerate(connections))
        )
        seconds = time.perf_counter() - began
        for one in connections:
            one.close()
        return seconds, [wait for some in waits for wait in some]


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection that stays open."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, port: int) -> Connection:
        """Opens it."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> float:
        """Seconds until the whole answer is here. NotTaken for any answer but 200."""
        began = time.perf_counter()
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status, *fields = head.decode("ascii").split("\r\n")
        if " 200 " not in status:
            raise NotTaken(status)
        lengths = [field.partition(":")[2] for field in fields if field.lower().startswith("content-length:")]
        await self.reader.readexactly(int(lengths[0]))
        return time.perf_counter() - began

    def close(self) -> None:
        """Closes it."""
        self.writer.close()


def _request(seed: Seed, text: int, sign: Sign) -> bytes:
    fields = {
        "MessageSid": f"SM{text:032x}", "AccountSid": f"AC{0:032x}", "From": outside_number(text), "To": seed.number,
        "Body": body(text), "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received", "ApiVersion": "2010-04-01",
    }  # fmt: skip
    signature = sign(seed.public_url + PATH, fields)
    content = urlencode(fields).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nX-Twilio-Signature: {signature}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
