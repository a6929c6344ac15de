"""Part of a sound: what a player asks for when somebody moves to another place in it (RFC 9110, section 14)."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse

ONE_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


class NotSatisfiable(ValueError):
    """It begins behind the end."""


def in_part(request: HttpRequest, content: bytes, kind: str) -> HttpResponse:
    """The whole (200), the part that was asked for (206), or none (416). Several parts at once are answered whole."""
    try:
        wanted = _wanted(request, len(content))
    except NotSatisfiable:
        return _dressed(HttpResponse(status=416), f"bytes */{len(content)}")
    if wanted is None:
        return _dressed(HttpResponse(content, content_type=kind))
    first, last = wanted
    body = HttpResponse(content[first : last + 1], status=206, content_type=kind)
    return _dressed(body, f"bytes {first}-{last}/{len(content)}")


def _wanted(request: HttpRequest, length: int) -> tuple[int, int] | None:
    """First and last place; None for the whole. We name no version, so whoever has one in mind gets the whole."""
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or "If-Range" in request.headers:
        return None
    first, last = asked.groups()
    if not first:
        return _last(int(last), length) if last else None
    if last and int(last) < int(first):
        return None
    if int(first) >= length:
        raise NotSatisfiable
    return int(first), min(int(last), length - 1) if last else length - 1


def _last(many: int, length: int) -> tuple[int, int]:
    if many == 0 or length == 0:
        raise NotSatisfiable
    return max(length - many, 0), length - 1


def _dressed(response: HttpResponse, content_range: str = "") -> HttpResponse:
    """Kept by no browser and no proxy."""
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Length"] = str(len(response.content))
    if content_range:
        response.headers["Content-Range"] = content_range
    return response
