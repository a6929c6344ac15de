"""Sounds and pictures that Twilio keeps, fetched as they are: the SDK reads text only."""

from __future__ import annotations

from dataclasses import dataclass, field

import requests

SECONDS = (5, 30)
"""To connect, and between two parts of the answer."""
MOST_BYTES = 16 * 1024 * 1024


class TooLarge(Exception):
    """More than is kept of one sound or picture."""


@dataclass(frozen=True, slots=True)
class Media:
    """Fetches by the account's own name and secret."""

    account: str
    token: str = field(repr=False)

    def fetch(self, url: str) -> tuple[str, bytes] | None:
        """The media type, and the bytes; None where it is not there (yet). Raises `requests.RequestException`."""
        with requests.get(url, auth=(self.account, self.token), timeout=SECONDS, stream=True) as answer:
            if answer.status_code == 404:
                return None
            answer.raise_for_status()
            found = bytearray()
            for part in answer.iter_content(64 * 1024):
                found += part
                if len(found) > MOST_BYTES:
                    raise TooLarge
            return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower(), bytes(found)
