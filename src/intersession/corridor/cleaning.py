"""What the tables can hold of what comes in: odd ids become digests, halves of signs become a replacement sign."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from typing import Any

from intersession.carriers.port import Envelope

LONGEST_ID = 90
BODIES = frozenset({"body", "digits", "reason", "override", "what", "disposition"})
REPLACED = "\ufffd"


def clean(envelope: Envelope) -> Envelope:
    """The same envelope where it is in order, which it nearly always is. Nothing is refused: a text is kept with a
    replacement for what is no sign, and an id that cannot be stored is stored as its digest."""
    event = envelope.event
    changes: dict[str, Any] = {}
    for field in fields(event):
        value = getattr(event, field.name)
        if isinstance(value, str):
            cleaned = _body(value) if field.name in BODIES else _id(value)
            if cleaned != value:
                changes[field.name] = cleaned
    return replace(envelope, event=replace(event, **changes)) if changes else envelope


def _body(text: str) -> str:
    if text.isascii():
        return text
    return "".join(REPLACED if 0xD800 <= ord(sign) <= 0xDFFF else sign for sign in text)


def _id(text: str) -> str:
    if len(text) <= LONGEST_ID and (text.isascii() and text.isprintable()):
        return text
    return "x" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
