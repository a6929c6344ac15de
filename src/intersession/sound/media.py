"""Addresses of sounds and pictures: signed, good for a few minutes, and for nothing else than what they were made for.

`kind/id/until/signature`, below wherever the server puts them. Pure: the key and the instant are handed in.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote, unquote

GOOD_FOR = timedelta(minutes=5)
UNTIL = re.compile(r"[0-9]{1,12}")


class Kind(StrEnum):
    """What is fetched."""

    VOICEMAIL = "voicemail"
    """A client's message, to a page or to a staff leg."""
    PICTURE = "picture"
    """What came with a text, to a page."""
    GREETING = "greeting"
    """A greeting part in a clinician's own voice."""


@dataclass(frozen=True, slots=True)
class Media:
    """A sound that may be fetched: what it is, and which one."""

    kind: Kind
    id: str


def signed(key: bytes, media: Media, now: datetime, *, whom: str = "", good_for: timedelta = GOOD_FOR) -> str:
    """The address. `whom` must be the same again when it is checked, and does not stand in it."""
    until = str(int((now + good_for).timestamp()))
    return f"{media.kind}/{quote(media.id, safe='')}/{until}/{_signature(key, media, until, whom)}"


def checked(key: bytes, address: str, now: datetime, *, whom: str = "") -> Media | None:
    """What an address stands for; None where it is none of ours, somebody else's, changed, or too old."""
    parts = address.split("/")
    if len(parts) != 4 or parts[0] not in set(Kind) or not UNTIL.fullmatch(parts[2]):
        return None
    kind, id_, until, signature = parts
    media = Media(Kind(kind), unquote(id_))
    same = hmac.compare_digest(_signature(key, media, until, whom).encode(), signature.encode())
    return media if same and now.timestamp() <= int(until) else None


def _signature(key: bytes, media: Media, until: str, whom: str) -> str:
    """Each part is quoted, so no slash within one can be taken for a border between two."""
    what = "/".join(quote(part, safe="") for part in (media.kind, media.id, until, whom))
    digest = hmac.new(key, what.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
