"""What comes from anybody is looked at once: four kinds of whole pictures are shown, and nothing else is."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from intersession.corridor.images import GLIMPSE, NotShown, looked_at
from tests.corridor.photographs import FILES, KINDS, photograph


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_picture_is_known_by_what_is_in_it(kind: str) -> None:
    seen = looked_at(photograph(kind))
    assert seen is not None
    assert seen.media_type == kind


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.2, 0.6, 0.97])
def test_one_that_is_cut_off_is_seen_to_be(kind: str, part: float) -> None:
    whole = photograph(kind)
    with pytest.raises(NotShown):
        looked_at(whole[: int(len(whole) * part)])


def test_the_glimpse_is_grey_small_and_shows_nothing_that_is_on_it() -> None:
    image = Image.new("RGB", (400, 200), "white")
    image.paste((200, 0, 0), (150, 60, 250, 140))
    out = io.BytesIO()
    image.save(out, "PNG")
    seen = looked_at(out.getvalue())
    assert seen is not None
    glimpse = Image.open(io.BytesIO(seen.glimpse))
    assert (glimpse.mode, glimpse.size) == ("L", (GLIMPSE, GLIMPSE // 2))
    steps = [abs(glimpse.getpixel((x, 6)) - glimpse.getpixel((x + 1, 6))) for x in range(GLIMPSE - 1)]  # type: ignore[operator]
    assert max(steps) < 60, "no edge is left"
    assert len(seen.glimpse) < 1000


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_whatever_else_comes_is_a_file(content: bytes) -> None:
    assert looked_at(content) is None


def test_a_file_that_is_a_picture_and_more_is_shown_as_a_picture_only() -> None:
    seen = looked_at(photograph("image/gif") + FILES["text/html"])
    assert seen is not None
    assert seen.media_type == "image/gif"


@pytest.mark.parametrize("side", [9_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_not_decoded(side: int) -> None:
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    data = zlib.compress(bytes(1000))
    rest = struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    assert looked_at(b"\x89PNG\r\n\x1a\n" + chunk + rest) is None
