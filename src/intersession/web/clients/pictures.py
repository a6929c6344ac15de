"""Pictures and other files that came with texts: covered until somebody opens one, and each opening is noted (X10)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse

from ...corridor.images import SHOWN
from ...permissions import Action
from ...records.models import Picture
from ...sound.media import Kind, Media
from ..look import when
from ..now.listening import signed_address
from ..now.who import staff_name
from ..viewer import Viewer
from .sealed import Sealed
from .showing import Shown

COMING = "The carrier still has it. It is fetched again and again."
GONE = "It was removed."
ANY_FILE = "application/octet-stream"
ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/heic": "heic",
    "image/heif": "heif", "application/pdf": "pdf", "text/vcard": "vcf", "text/x-vcard": "vcf", "text/plain": "txt",
    "video/mp4": "mp4", "video/3gpp": "3gp", "video/quicktime": "mov", "audio/mpeg": "mp3", "audio/mp4": "m4a",
    "audio/amr": "amr",
}  # fmt: skip
"""Kinds of files by name, for whoever saves one. What is not here ends in .bin, and nothing opens it by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One of them in the timeline."""

    says: str
    button: str
    glimpse_url: str
    open_url: str
    """Empty where there is nothing to open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One of them, opened."""

    row: Picture
    url: str
    name: str
    is_picture: bool
    whole: bool


def covered(picture: Picture, sealed: Sealed, shown: Shown) -> Covered:
    """As it stands in the timeline, for somebody who may see the words beside it."""
    what = "A picture" if picture.shown_as else f"A file ({_ending(picture)})"
    here = picture.size is not None
    glimpse = sealed.glimpse(picture) if here else None
    if here and glimpse is None and picture.shown_as:
        return Covered(says=f"{what}. {GONE}", button="", glimpse_url="", open_url="")
    opened = "Not opened yet."
    if picture.opened_at is not None:
        by = staff_name(shown.practice, picture.opened_by, shown.viewer.id)
        opened = f"Opened by {by}, {when(picture.opened_at, shown.now, shown.viewer.zone)}."
    return Covered(
        says=f"{what}. {opened}" if here else f"A picture or another file. {COMING}",
        button="Show the picture" if picture.shown_as else "Open",
        glimpse_url=f"data:image/png;base64,{base64.b64encode(glimpse).decode()}" if glimpse else "",
        open_url=reverse("client-picture-open", args=[picture.contact, picture.id]) if here else "",
    )


def opened(picture: Picture, viewer: Viewer) -> Opened:
    """For the panel: an address that is good for this viewer, for some minutes."""
    address = signed_address(Media(Kind.PICTURE, picture.id), viewer)
    return Opened(
        row=picture,
        url=reverse("client-picture", args=[picture.contact, address]),
        name=_name(picture),
        is_picture=picture.shown_as in SHOWN.values(),
        whole=picture.care != "wanted",
    )


def handed_out(picture: Picture, content: bytes) -> HttpResponse:
    """The file as it was sent. Nothing in it can act on our pages: a picture of four kinds, or a file to be saved."""
    is_picture = picture.shown_as in SHOWN.values()
    answer = HttpResponse(content, content_type=picture.shown_as if is_picture else ANY_FILE)
    answer.headers["Content-Disposition"] = f'{"inline" if is_picture else "attachment"}; filename="{_name(picture)}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def kept_back(count: int) -> str:
    """For somebody who may not see the words beside them."""
    return f"With {count} pictures or files, kept back." if count > 1 else "With a picture or a file, kept back."


def may_open(shown: Shown) -> bool:
    """Whoever may read the words."""
    return Action.SEE_WORDS_OF_CLIENT in shown.may


def _name(picture: Picture) -> str:
    """Of the file when it is saved: nobody's name, and no date."""
    return f"{'picture' if picture.shown_as else 'file'}-{picture.place + 1}.{_ending(picture)}"


def _ending(picture: Picture) -> str:
    return ENDINGS.get(picture.shown_as or picture.media_type, "bin")
