"""X10: pictures in the timeline are covered until somebody opens one; who opened which is in the journal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from intersession.records import models
from tests.corridor.photographs import FILES, KINDS, PLACE, photograph
from tests.web.conftest import AMES_LINE, JS, STRANGER, World

JPEG = photograph()
OPENED = "Noted as opened by you."


def sent(world: World, kind: str = "image/jpeg", content: bytes = JPEG, number: str = JS) -> models.Picture:
    """Somebody texts one."""
    world.exchange.text(number, AMES_LINE, "look at this", [(kind, content)])
    world.settle()
    return models.Picture.objects.order_by("-at", "-id")[0]


def way(picture: models.Picture) -> str:
    """Where it is opened."""
    return f"/clients/contact/{picture.contact}/open/{picture.id}/"


def addresses(browser: Client, picture: models.Picture) -> list[str]:
    """Of the file, in the panel."""
    return re.findall(r'(?:src|href)="(/clients/contact/[^"]+)"', browser.post(way(picture)).content.decode())


# ---------------------------------------------------------------- covered


def test_the_timeline_shows_a_grey_glimpse_and_not_the_picture(world: World, page: Client) -> None:
    picture = sent(world)
    shown = page.get("/clients/c-js/").content.decode()
    assert "look at this" in shown
    assert "A picture. Not opened yet." in shown
    assert way(picture) in shown
    assert "/picture/" not in shown
    (glimpse,) = re.findall(r'class="glimpse" src="data:image/png;base64,([^"]+)" alt=""', shown)
    assert len(glimpse) < 2000
    assert not models.JournalEntry.objects.filter(kind="ItemHeard").exists()


def test_after_it_was_opened_it_says_by_whom_and_stays_covered(
    world: World, page: Client, htmx: Client, looks: Callable[[str], None]
) -> None:
    picture = sent(world)
    htmx.post(way(picture))
    looks("evan")
    shown = page.get("/clients/c-js/").content.decode()
    assert "A picture. Opened by Ames, 14:10." in shown
    assert 'class="glimpse"' in shown


def test_what_is_not_here_yet_says_so_and_cannot_be_opened(world: World, page: Client) -> None:
    picture = sent(world)
    models.Picture.objects.update(size=None, shown_as="", sealed_content=None, care="wanted")
    assert "The carrier still has it." in page.get("/clients/c-js/").content.decode()
    assert way(picture) not in page.get("/clients/c-js/").content.decode()
    assert page.post(way(picture)).status_code == 404


def test_a_destroyed_key_takes_the_picture_with_it(world: World, page: Client, htmx: Client) -> None:
    picture = sent(world)
    (address,) = addresses(htmx, picture)
    models.Contact.objects.filter(id=picture.contact).update(wrapped_key=b"")
    assert page.get(address).status_code == 404
    shown = page.get("/clients/c-js/").content.decode()
    assert "A picture. It was removed." in shown
    assert 'class="glimpse"' not in shown


# ---------------------------------------------------------------- opened


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_shown_as_it_was_sent_and_can_do_nothing(
    world: World, page: Client, htmx: Client, kind: str
) -> None:
    content = photograph(kind)
    picture = sent(world, kind, content)
    panel = htmx.post(way(picture)).content.decode()
    assert OPENED in panel
    (address,) = addresses(htmx, picture)
    answer = page.get(address)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'inline; filename="picture-1.{kind[6:].replace("jpeg", "jpg")}"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("kind", [*FILES, "image/jpeg", "image/png"])
def test_what_is_no_picture_is_never_shown_and_can_be_saved(
    world: World, page: Client, htmx: Client, kind: str
) -> None:
    content = FILES.get(kind, FILES["text/html"])
    picture = sent(world, kind, content)
    panel = htmx.post(way(picture)).content.decode()
    assert "<img" not in panel
    assert "The line has not looked into it." in panel
    (address,) = addresses(htmx, picture)
    answer = page.get(address)
    assert answer.content == content
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    name = {"text/vcard": "vcf", "application/pdf": "pdf"}.get(kind, "jpg" if kind == "image/jpeg" else "bin")
    name = {"image/png": "png"}.get(kind, name)
    assert answer["Content-Disposition"] == f'attachment; filename="file-1.{name}"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_damaged_one_says_that_it_may_not_be_whole(world: World, htmx: Client) -> None:
    picture = sent(world, content=JPEG[:-2000])
    panel = htmx.post(way(picture)).content.decode()
    assert "It may not be whole." in panel
    assert "<img" not in panel


def test_without_scripts_it_is_a_page_with_a_way_back(world: World, page: Client) -> None:
    said = page.post(way(sent(world))).content.decode()
    assert OPENED in said
    assert 'href="/clients/c-js/"' in said
    stranger = sent(world, number=STRANGER)
    said = page.post(way(stranger)).content.decode()
    assert f"/clients/caller/{stranger.contact}/" in said


# ---------------------------------------------------------------- by whom, and for how long


def test_every_opening_is_in_the_journal_with_who_and_which_and_when(
    world: World, htmx: Client, looks: Callable[[str], None]
) -> None:
    picture = sent(world)
    begun = world.clock.now()
    for staff in ("ames", "evan"):
        world.on(60)
        looks(staff)
        assert addresses(htmx, picture)
    noted = models.JournalEntry.objects.filter(kind="ItemHeard").order_by("id")
    assert [(one.by, one.contact, one.entry["inputs"]) for one in noted] == [
        ("ames", picture.contact, {"picture": picture.id}), ("evan", picture.contact, {"picture": picture.id}),
    ]  # fmt: skip
    assert [round((one.at - begun).total_seconds()) for one in noted] == [60, 120]
    picture.refresh_from_db()
    assert picture.opened_by == "ames"
    assert models.Task.objects.filter(contact=picture.contact, closed_at=None).exists(), "it closes nothing"


@pytest.mark.parametrize(("staff", "opens"), [
    ("ames", True), ("evan", True), ("cole", False), ("bo", False), ("hal", False), ("gil", False),
])  # fmt: skip
def test_whoever_may_read_the_words_may_open_it_and_nobody_else(
    world: World, htmx: Client, page: Client, looks: Callable[[str], None], staff: str, opens: bool
) -> None:
    picture = sent(world)
    looks("ames")
    (hers,) = addresses(htmx, picture)
    looks(staff)
    assert (htmx.post(way(picture)).status_code == 200) is opens
    assert page.get(hers).status_code == (200 if staff == "ames" else 404 if opens else 403)
    shown = page.get("/clients/c-js/").content.decode()
    assert ("glimpse" in shown) is opens
    if not opens:
        assert models.JournalEntry.objects.filter(kind="ItemHeard").count() == 1


def test_the_address_is_good_for_five_minutes_and_for_its_picture(world: World, page: Client, htmx: Client) -> None:
    picture, other = sent(world), sent(world, number=STRANGER)
    (address,) = addresses(htmx, picture)
    bent = [
        address.replace("/picture/picture/", "/picture/voicemail/"), address[:-1] + "AB"[address[-1] == "A"],
        address.replace(picture.id, other.id), address.replace(picture.contact, other.contact),
        address.replace("/clients/contact/", "/now/contact/").replace("/picture/picture/", "/sound/picture/"),
    ]  # fmt: skip
    assert [page.get(one).status_code for one in bent] == [404] * len(bent)
    assert page.post(address).status_code == 405
    world.on(5 * 60 + 1)
    assert page.get(address).status_code == 404


def test_no_page_and_no_address_holds_what_the_camera_wrote(world: World, page: Client, htmx: Client) -> None:
    picture = sent(world)
    shown = page.get("/clients/c-js/").content.decode() + htmx.post(way(picture)).content.decode()
    assert PLACE not in shown
    assert JS[2:] not in addresses(htmx, picture)[0]
