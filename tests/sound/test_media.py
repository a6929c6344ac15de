"""Addresses of sounds: for one sound, for a few minutes, and not to be guessed or bent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.sound.media import GOOD_FOR, Kind, Media, checked, signed

KEY = b"a key of thirty-two bytes, or so"
NOW = datetime(2027, 2, 9, 20, 12, tzinfo=UTC)
MEDIA = Media(Kind.VOICEMAIL, "RE0123")
FAR = 10**11
ANY = st.text(max_size=60)


def test_an_address_opens_its_sound_for_five_minutes() -> None:
    address = signed(KEY, MEDIA, NOW)
    assert timedelta(minutes=5) == GOOD_FOR
    assert checked(KEY, address, NOW) == MEDIA
    assert checked(KEY, address, NOW + GOOD_FOR) == MEDIA
    assert checked(KEY, address, NOW + GOOD_FOR + timedelta(seconds=1)) is None


def test_how_long_it_is_good_for_can_be_said() -> None:
    address = signed(KEY, MEDIA, NOW, good_for=timedelta(seconds=30))
    assert checked(KEY, address, NOW + timedelta(seconds=30)) == MEDIA
    assert checked(KEY, address, NOW + timedelta(seconds=31)) is None


def test_another_key_or_another_person_opens_nothing() -> None:
    address = signed(KEY, MEDIA, NOW, whom="ames")
    assert checked(KEY, address, NOW, whom="ames") == MEDIA
    assert checked(KEY, address, NOW, whom="evan") is None
    assert checked(KEY, address, NOW) is None
    assert checked(KEY + b"!", address, NOW, whom="ames") is None
    assert "ames" not in address


@pytest.mark.parametrize("part", range(4))
def test_no_part_of_it_can_be_changed(part: int) -> None:
    parts = signed(KEY, MEDIA, NOW).split("/")
    others = signed(KEY, Media(Kind.PICTURE, "RE0124"), NOW + timedelta(minutes=1)).split("/")
    parts[part] = others[part]
    assert checked(KEY, "/".join(parts), NOW) is None


def test_a_later_end_needs_another_signature() -> None:
    kind, id_, until, signature = signed(KEY, MEDIA, NOW).split("/")
    assert checked(KEY, f"{kind}/{id_}/{int(until) + 3600}/{signature}", NOW + timedelta(hours=1)) is None


@pytest.mark.parametrize("address", [
    "", "/", "voicemail/RE0123", "voicemail/RE0123//", f"voicemail/RE0123/{FAR}/", "voicemail/RE0123/never/x",
    f"voicemail/RE0123/{FAR}/é", f"letter/RE0123/{FAR}/x", "a/b/1/c/d",
])  # fmt: skip
def test_what_is_no_address_opens_nothing(address: str) -> None:
    assert checked(KEY, address, NOW) is None


@given(id_=st.text(st.characters(exclude_categories=["Cs"]), max_size=80), whom=ANY, kind=st.sampled_from(Kind))
def test_whatever_the_id_is_one_path_of_plain_signs_comes_back_as_it_was(id_: str, whom: str, kind: Kind) -> None:
    media = Media(kind, id_)
    address = signed(KEY, media, NOW, whom=whom)
    assert checked(KEY, address, NOW, whom=whom) == media
    assert address.count("/") == 3
    assert address.isascii()
    assert not set(address) & set("?#& ")


@given(a=st.tuples(ANY, ANY), b=st.tuples(ANY, ANY))
def test_no_border_between_id_and_person_can_be_moved(a: tuple[str, str], b: tuple[str, str]) -> None:
    one, other = (signed(KEY, Media(Kind.PICTURE, id_), NOW, whom=whom).rsplit("/", 1)[1] for id_, whom in (a, b))
    assert (one == other) is (a == b)
