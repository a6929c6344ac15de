"""Twilio's side of the protocol for tests: it signs with the official SDK, and walks TwiML as a caller would."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal
from httpx import ASGITransport, Response
from starlette.applications import Starlette
from twilio.request_validator import RequestValidator

PUBLIC = "https://line.example.org/hooks"
TOKEN = "-".join(("of", "this", "test"))
ACCOUNT = "AC" + "0" * 32
COUNTER = itertools.count(1)


def sid(prefix: str) -> str:
    """An id as Twilio writes them."""
    return f"{prefix}{next(COUNTER):032x}"


def signature(url: str, fields: dict[str, str], token: str = TOKEN) -> str:
    """The official signer's."""
    signer: Any = RequestValidator
    return str(signer(token).compute_signature(url, fields))


@dataclass
class Cloud:
    """Posts to the app as Twilio does; a proxy has mapped the public URL to where the app listens."""

    app: Starlette
    portal: BlockingPortal

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Response:
        """One webhook. Give `headers` to sign it otherwise, or not at all."""
        signed = {"X-Twilio-Signature": signature(PUBLIC + path, fields)} if headers is None else headers
        return self.send(path, signed, data=fields)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Response:
        """A sound, fetched by Twilio."""
        signed = {"X-Twilio-Signature": signature(PUBLIC + path, {})} if headers is None else headers
        response: Response = self.portal.call(self._send, path, signed, {}, "GET")
        return response

    def send(self, path: str, headers: dict[str, str], **content: Any) -> Response:
        """Any request at all."""
        response: Response = self.portal.call(self._send, path, headers, content)
        return response

    async def _send(
        self, path: str, headers: dict[str, str], content: dict[str, Any], method: str = "POST"
    ) -> Response:
        inside = ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=inside, base_url="http://127.0.0.1:8001") as client:
            return await client.request(method, path, headers=headers, **content)

    def call(self, caller: str, to: str) -> Leg:
        """Somebody calls; the first document is fetched."""
        leg = Leg(self, {"CallSid": sid("CA"), "AccountSid": ACCOUNT, "From": caller, "To": to, "Direction": "inbound"})
        leg.fetch("/twilio/voice", {"CallStatus": "ringing"})
        return leg

    def text(
        self, sender: str, to: str, body: str, message: str | None = None, media: Sequence[tuple[str, str]] = ()
    ) -> Response:
        """Somebody texts; `media` are addresses and types of what comes with it."""
        name = message or sid("SM")
        urls = {f"MediaUrl{place}": where for place, (where, _) in enumerate(media)}
        types = {f"MediaContentType{place}": kind for place, (_, kind) in enumerate(media)}
        return self.post(
            "/twilio/text",
            {
                "MessageSid": name, "SmsSid": name, "AccountSid": ACCOUNT, "From": sender, "To": to, "Body": body,
                "NumMedia": str(len(media)), "NumSegments": "1", **urls, **types,
            },
        )  # fmt: skip


@dataclass
class Leg:
    """A caller's leg, which fetches one document after another."""

    cloud: Cloud
    fields: dict[str, str]
    document: ET.Element = field(default_factory=lambda: ET.Element("Response"))
    raw: str = ""
    last: tuple[str, dict[str, str]] = ("", {})

    def fetch(self, path: str, more: dict[str, str]) -> Response:
        """Post to one of our addresses; what comes back is heard."""
        self.last = (path, more)
        response = self.cloud.post(path, {"CallStatus": "in-progress", **self.fields, **more})
        assert response.status_code == 200, response.status_code
        assert response.headers["content-type"].startswith("application/xml")
        self.raw, self.document = response.text, ET.fromstring(response.text)
        return response

    def again(self) -> str:
        """Twilio repeats its last request; the document that it gets."""
        before, (path, more) = self.document, self.last
        text = self.fetch(path, more).text
        self.document = before
        return text

    # ------------------------------------------------------------ what the caller hears and does

    def words(self) -> str:
        """Everything that this document says."""
        return " ".join(said.text or "" for said in self.document.iter("Say"))

    def plays(self) -> list[str]:
        """The addresses of the sounds that this document plays."""
        return [played.text or "" for played in self.document.iter("Play")]

    def verbs(self) -> list[str]:
        """The verbs of this document, in their order."""
        return [verb.tag for verb in self.document]

    def listen(self) -> None:
        """To the end of the document, pressing nothing: its redirect, or its record's action."""
        redirect = self.document.find("Redirect")
        assert redirect is not None, self.verbs()
        self.fetch(_path(redirect.text), {})

    def press(self, key: str) -> None:
        """One key, where keys are live."""
        gather = self.document.find("Gather")
        assert gather is not None, self.verbs()
        self.fetch(_path(gather.get("action")), {"Digits": key})

    def record(self, seconds: int, ended_by: str = "#", recording: str | None = None) -> None:
        """Speak for so long, then press a key, or hang up."""
        record = self.document.find("Record")
        assert record is not None, self.verbs()
        assert ended_by == "hangup" or ended_by in (record.get("finishOnKey") or "")
        name = recording or sid("RE")
        self.fetch(
            _path(record.get("action")),
            {"RecordingSid": name, "RecordingDuration": str(seconds), "Digits": ended_by,
             "RecordingUrl": f"https://api.example.org/{name}"},
        )  # fmt: skip

    def hang_up(self) -> Response:
        """Twilio tells by the status callback."""
        return self.cloud.post("/twilio/call-status", {**self.fields, "CallStatus": "completed", "CallDuration": "9"})


def _path(url: str | None) -> str:
    assert url is not None
    assert url.startswith(PUBLIC), url
    return url.removeprefix(PUBLIC).partition("#")[0]
