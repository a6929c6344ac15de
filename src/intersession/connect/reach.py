"""Whether the public address reaches this line: over TLS, through the proxy, to a server with the same secret."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from twilio.request_validator import RequestValidator

from .findings import CannotConnect, Finding, mend, ok

SECONDS = 8
PROBE = "/twilio/tone"
"""Changes nothing: asks how the soft-limit tone is played."""
FIELDS = {"CallSid": "probe"}
SOON = timedelta(days=14)
APART = timedelta(seconds=5)
TWILIO = "https://api.twilio.com"
ADDRESS, CERTIFICATE, CLOCK = "public address", "certificate", "clock"
RESTART = "restart `intersession serve`, then run `intersession doctor`"


class Web(Protocol):
    """The internet, as far as it is asked."""

    def post(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> int:
        """The status. Raises what requests raises."""

    def date(self, url: str) -> datetime:
        """What time it is there."""

    def certificate_ends(self, host: str, port: int) -> datetime:
        """Until when its certificate holds. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Internet:
    """The real one."""

    authority: Path | None = None
    """Who vouches for certificates; None: whom the system trusts."""

    def post(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> int:
        """Follows no redirect: Twilio's signature would not fit there."""
        trusted = str(self.authority) if self.authority else True
        answer = requests.post(
            url, data=fields, headers=headers, timeout=SECONDS, allow_redirects=False, verify=trusted
        )
        return answer.status_code

    def date(self, url: str) -> datetime:
        """From the answer's head; whole seconds."""
        return parsedate_to_datetime(requests.head(url, timeout=SECONDS).headers["Date"])

    def certificate_ends(self, host: str, port: int) -> datetime:
        """From the handshake."""
        context = ssl.create_default_context(cafile=self.authority)
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            certificate: Any = secured.getpeercert()
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


def checked_url(text: str) -> str:
    """The public address as typed, without a slash at its end. CannotConnect where it is no https address."""
    parts = urlsplit(text.strip())
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise CannotConnect(
            f"“{text.strip()}” is no address for webhooks. Give the public one, with https://, such as "
            "https://line.example.org"
        )
    return text.strip().rstrip("/")


def check_reach(web: Web, public_url: str, token: str, now: datetime) -> list[Finding]:
    """The address, and its certificate."""
    url = public_url + PROBE
    signer: Any = RequestValidator
    signed = {"X-Twilio-Signature": str(signer(token).compute_signature(url, FIELDS))}
    try:
        stranger, twilio = web.post(url, FIELDS, {}), web.post(url, FIELDS, signed)
        ends = web.certificate_ends(*_place(public_url))
    except (requests.exceptions.SSLError, ssl.SSLError):
        says = f"{public_url} has no valid certificate. Let the proxy get one (docs/twilio.md, “TLS”)"
        return [mend(CERTIFICATE, says)]
    except (requests.RequestException, OSError) as error:
        says = f"{public_url} does not answer ({type(error).__name__}). Look at its name, and start the proxy"
        return [mend(ADDRESS, says)]
    return [_address(public_url, stranger, twilio), _certificate(ends, now)]


def check_clock(web: Web, now: datetime) -> Finding:
    """Ours against Twilio's."""
    try:
        apart = abs(web.date(TWILIO) - now)
    except (requests.RequestException, OSError, KeyError, ValueError) as error:
        return mend(CLOCK, f"Twilio's clock cannot be read ({type(error).__name__}): try again")
    if apart > APART:
        seconds = round(apart.total_seconds())
        return mend(CLOCK, f"{seconds} s apart from Twilio's. Switch on time synchronisation (NTP) on this machine")
    return ok(CLOCK, "as Twilio's")


def _address(url: str, stranger: int, twilio: int) -> Finding:
    match stranger, twilio:
        case 403, 200:
            return ok(ADDRESS, f"{url} reaches this line, and refuses whoever is not Twilio")
        case 403, 403:
            return mend(ADDRESS, f"{url} reaches a line that does not know this token or this address: {RESTART}")
        case 404, _:
            return mend(ADDRESS, f"{url} answers, but no line on Twilio is behind it: {RESTART}")
        case (502 | 503 | 504), _:
            return mend(ADDRESS, f"the proxy at {url} answers, but `intersession serve` does not: start it")
        case _:
            return mend(ADDRESS, f"{url} answers {stranger}, this line would answer 403: the proxy leads elsewhere")


def _certificate(ends: datetime, now: datetime) -> Finding:
    days = (ends - now).days
    if ends - now < SOON:
        return mend(CERTIFICATE, f"it ends in {days} days and has not been renewed. Look at the proxy's log")
    return ok(CERTIFICATE, f"good for {days} days")


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 443
