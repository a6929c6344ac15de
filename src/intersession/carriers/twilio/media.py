"""Sounds and pictures that Twilio keeps, fetched as they are: the SDK reads text only."""

from __future__ import annotations

from dataclasses import dataclass, field

import requests

SECONDS = (5, 30)
"""To connect, and between two parts of the answer."""
AS_IT_IS = {"Accept-Encoding": "identity"}
"""Not packed on the way: then the length that Twilio says is that of the sound."""
MOST_BYTES = 16 * 1024 * 1024


class TooLarge(Exception):
    """More than is kept of one sound or picture."""


class CutOff(Exception):
    """Fewer bytes, or more, than Twilio said that there are."""


@dataclass(frozen=True, slots=True)
class Media:
    """Fetches by the account's own name and secret."""

    account: str
    token: str = field(repr=False)

    def fetch(self, url: str) -> tuple[str, bytes] | None:
        """The media type, and the bytes; None where it is not there (yet). Raises `requests.RequestException`."""
        who = (self.account, self.token)
        with requests.get(url, auth=who, headers=AS_IT_IS, timeout=SECONDS, stream=True) as answer:
            if answer.status_code == 404:
                return None
            answer.raise_for_status()
            found = bytearray()
            for part in answer.iter_content(64 * 1024):
                found += part
                if len(found) > MOST_BYTES:
                    raise TooLarge
            if answer.headers.get("Content-Length", str(len(found))) != str(len(found)):
                raise CutOff
            return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower(), bytes(found)
