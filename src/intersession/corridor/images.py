"""Pictures as they come from anybody: which of them can be shown, whether they are whole, and a grey glimpse of each.

They are decoded here once, by Pillow's four formats that browsers show, and within bounds. What else comes is a file.
"""

from __future__ import annotations

import io
import logging
import re
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageOps

logging.getLogger("PIL").setLevel(logging.INFO)  # below that it logs what cameras write into pictures: places, names

SHOWN = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
"""By Pillow's names. SVG can hold scripts, and HEIC is shown by few browsers: they are handed over as files."""
BEGINS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n|GIF8[79]a|RIFF.{4}WEBP", re.DOTALL)
MOST_PIXELS = 50_000_000
"""More than any telephone sends; decoded, it takes some 200 MB for a moment."""
GLIMPSE, BLUR = 24, 2
"""Pixels of the longer side, and of the blur: what is seen is that there is a picture, not what is on it."""


class NotShown(ValueError):
    """It begins as a picture does, and is not whole."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture that can be shown. `glimpse` is a small grey PNG."""

    media_type: str
    glimpse: bytes


def looked_at(content: bytes) -> Seen | None:
    """Judged by what is in it, whatever it is called. None: it is no picture that is shown. Raises NotShown."""
    if not BEGINS.match(content):
        return None
    try:
        return _decoded(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    except Exception as error:  # whatever a decoder makes of broken bytes, it is the file's fault
        raise NotShown("it is damaged") from error


def _decoded(content: bytes) -> Seen | None:
    image: Image.Image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "GIF", "WEBP"))
    if image.width * image.height > MOST_PIXELS:
        return None
    kind = SHOWN[image.format or ""]
    image.draft("RGB", (2 * GLIMPSE, 2 * GLIMPSE))  # a JPEG is read whole, at an eighth of its size
    image.load()
    return Seen(kind, _glimpse(image))


def _glimpse(image: Image.Image) -> bytes:
    small = ImageOps.exif_transpose(image).convert("RGBA")
    small.thumbnail((GLIMPSE, GLIMPSE))
    paper = Image.new("RGBA", small.size, "white")
    paper.alpha_composite(small)
    out = io.BytesIO()
    paper.convert("L").filter(ImageFilter.GaussianBlur(BLUR)).save(out, "PNG")
    return out.getvalue()
