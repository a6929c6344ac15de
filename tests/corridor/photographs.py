"""Pictures for tests: noise, so that what is cut off is missed; and files that only look like pictures."""

from __future__ import annotations

import io
import random

from PIL import Image

KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
PLACE = "Oak Street 12, second floor"
"""What a camera may write into a picture."""


def photograph(kind: str = "image/jpeg", size: tuple[int, int] = (160, 120), seed: int = 1) -> bytes:
    """A whole one, which says where it was taken."""
    noise = random.Random(seed).randbytes(size[0] * size[1] * 3)
    image, out = Image.frombytes("RGB", size, noise), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = PLACE
    image.save(out, KINDS[kind], **({} if kind == "image/gif" else {"exif": exif}))
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
VCARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Somebody\r\nEND:VCARD\r\n"
PDF = b"%PDF-1.7\n%%EOF\n"
FILES = {"image/svg+xml": SVG, "text/html": HTML, "text/vcard": VCARD, "application/pdf": PDF}
