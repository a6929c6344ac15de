"""X10: what comes with a text is brought home as it was sent, sealed, and deleted at the carrier only then (INV-02)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import structlog

from intersession.cli import logs
from intersession.core.events import ItemHeard
from intersession.core.ids import ContactId, EventId, PictureId, PracticeId, StaffId
from intersession.corridor.care import CLAIM_FOR, PAUSES, SLOWLY, Care
from intersession.corridor.db import Db
from intersession.records.fields import to_micros
from intersession.records.sealing import SealError, unseal, unseal_bytes
from intersession.stories.world import World
from tests.corridor.photographs import FILES, PLACE, photograph
from tests.corridor.test_recordings import DyingDb, Killed, told

SOON = sum(PAUSES, timedelta())
JPEG = ("image/jpeg", photograph())


class Album:
    """The exchange's pictures: whether they are there, and whether they can be deleted."""

    def __init__(self, world: World) -> None:
        self._world, self.exchange = world, world.exchange
        self.asked: list[str] = []
        self.deleted: list[str] = []
        self.away: Exception | None = None
        self.refuses: Exception | None = None
        self.cut = 0
        self._fetch, self._forget = self.exchange.picture, self.exchange.forget_picture
        world.corridor.carriers["simulated"] = self  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.exchange, name)

    def picture(self, reference: str) -> tuple[str, bytes] | None:
        """As in the port."""
        self.asked.append(reference)
        if self.away is not None:
            raise self.away
        found = self._fetch(reference)
        return found if found is None or not self.cut else (found[0], found[1][: -self.cut])

    def forget_picture(self, reference: str) -> None:
        """As in the port; it is looked whether the picture is safe at this very moment."""
        if self.refuses is not None:
            raise self.refuses
        kept = [content for content in safe(self._world) if content is not None]
        assert self.exchange.pictures[reference][1] in kept if reference in self.exchange.pictures else True
        self.deleted.append(reference)
        self._forget(reference)


@pytest.fixture
def album(world: World) -> Album:
    """The carrier's copies."""
    return Album(world)


def send(world: World, pictures: Sequence[tuple[str, bytes]] = (JPEG,), body: str = "look") -> None:
    """JS texts."""
    world.exchange.text(world.cast.phones["JS"], world.cast.lines["coaching"], body, pictures)
    world.settle()


def rows(world: World, *names: str) -> list[tuple[Any, ...]]:
    """Pictures, in their order."""
    return [tuple(row) for row in world.db.rows(f"SELECT {', '.join(names)} FROM picture ORDER BY message, place")]


def safe(world: World) -> list[bytes | None]:
    """What lies here, opened, seen by another connection."""
    db = Db(world.db.address)
    try:
        found = db.rows(
            "SELECT picture.id, sealed_content, contact.id, wrapped_key FROM picture JOIN contact"
            " ON contact.id = picture.contact ORDER BY message, place"
        )
        return [
            None if sealed is None else unseal_bytes(
                world.keyring.unwrap(bytes(wrapped), f"contact:{contact}"), bytes(sealed), f"picture:content:{id_}"
            )
            for id_, sealed, contact, wrapped in found
        ]  # fmt: skip
    finally:
        db.close()


def later(world: World, by: timedelta) -> None:
    """Time goes by."""
    world.go_to(world.now() + by)


# ---------------------------------------------------------------- the good way


def test_X10_a_picture_is_fetched_sealed_and_deleted_there(world: World, album: Album) -> None:
    send(world)
    ((care, due, cleared, kind, shown, size),) = rows(
        world, "care", "care_next", "cleared_at", "media_type", "shown_as", "size"
    )
    assert (care, due, cleared) == ("cleared", None, to_micros(world.now()))
    assert (kind, shown, size) == ("image/jpeg", "image/jpeg", len(JPEG[1]))
    assert album.exchange.pictures == {}
    assert told(world) == 0


def test_it_is_kept_as_it_was_sent_with_what_the_camera_wrote_into_it(world: World, album: Album) -> None:
    send(world)
    assert PLACE.encode() in JPEG[1]
    assert safe(world) == [JPEG[1]]


def test_each_of_several_is_sealed_for_its_own_row(world: World, album: Album) -> None:
    pictures = [JPEG, ("image/png", photograph("image/png")), ("text/vcard", FILES["text/vcard"])]
    send(world, pictures)
    assert safe(world) == [content for _, content in pictures]
    (first, sealed), (second, _), _ = rows(world, "id", "sealed_content")
    contact, wrapped = world.db.rows("SELECT id, wrapped_key FROM contact")[0]
    key = world.keyring.unwrap(bytes(wrapped), f"contact:{contact}")
    with pytest.raises(SealError):
        unseal_bytes(key, bytes(sealed), f"picture:content:{second}")
    assert unseal_bytes(key, bytes(sealed), f"picture:content:{first}")


@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_picture_is_kept_as_a_file_whatever_it_calls_itself(world: World, album: Album, kind: str) -> None:
    send(world, [("image/jpeg" if kind == "text/html" else kind, FILES[kind])])
    assert rows(world, "care", "shown_as", "sealed_glimpse") == [("cleared", "", None)]
    assert safe(world) == [FILES[kind]]


def test_the_carriers_name_of_it_is_sealed_and_a_burst_makes_one_row_each(world: World, album: Album) -> None:
    for _ in range(3):
        send(world)
    assert len(rows(world, "id")) == 3
    (id_, sealed, contact) = rows(world, "id", "sealed_reference", "contact")[0]
    wrapped = world.db.value("SELECT wrapped_key FROM contact WHERE id = ?", (contact,))
    key = world.keyring.unwrap(bytes(wrapped), f"contact:{contact}")
    assert unseal(key, bytes(sealed), f"picture:reference:{id_}") in album.asked


# ---------------------------------------------------------------- not there, or not to be had


@pytest.mark.parametrize("trouble", [LookupError(), OSError("503")])
def test_it_is_tried_again_a_person_is_told_once_and_it_goes_on_slowly(
    world: World, album: Album, trouble: Exception
) -> None:
    album.away = trouble
    send(world)
    later(world, SOON + 3 * SLOWLY)
    assert len(album.asked) == len(PAUSES) + 1 + 3
    assert told(world) == 1
    owner, due = world.db.rows("SELECT owner, due_at FROM task WHERE kind = 'machine'")[0]
    assert owner is not None
    assert due is not None
    album.away = None
    later(world, SLOWLY)
    assert safe(world) == [JPEG[1]]
    assert rows(world, "care") == [("cleared",)]


def test_one_without_a_name_can_never_be_had_and_a_person_is_told(world: World, album: Album) -> None:
    album.away = OSError("503")
    send(world)
    world.db.run("UPDATE picture SET sealed_reference = NULL")
    album.away = None
    later(world, SOON)
    assert (rows(world, "care"), told(world)) == ([("wanted",)], 1)


def test_a_damaged_one_can_be_saved_as_it_is_and_the_carriers_copy_stays(world: World, album: Album) -> None:
    album.cut = 2000
    send(world)
    later(world, SOON)
    assert safe(world) == [JPEG[1][:-2000]]
    assert rows(world, "care", "shown_as") == [("wanted", "")]
    assert (album.deleted, told(world)) == ([], 1)
    album.cut = 0
    later(world, SLOWLY)
    assert (safe(world), rows(world, "care", "shown_as")) == ([JPEG[1]], [("cleared", "image/jpeg")])


def test_what_lies_here_and_cannot_be_opened_is_fetched_again(world: World, album: Album) -> None:
    album.refuses = OSError("503")
    send(world)
    assert rows(world, "care") == [("held",)]
    world.db.run("UPDATE picture SET sealed_content = ?", (b"spoilt" * 10,))
    album.refuses = None
    later(world, SOON)
    assert (rows(world, "care"), safe(world), told(world)) == ([("cleared",)], [JPEG[1]], 1)


def test_a_copy_that_the_carrier_does_not_delete_is_not_forgotten(world: World, album: Album) -> None:
    album.refuses = OSError("503")
    send(world)
    later(world, SOON + SLOWLY)
    assert (rows(world, "care", "cleared_at"), told(world)) == ([("held", None)], 1)
    album.refuses = None
    later(world, SLOWLY)
    assert rows(world, "care") == [("cleared",)]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_statement_it_loses_nothing_and_leaves_no_copy_behind(
    world: World, album: Album, after: bool
) -> None:
    album.away = OSError("503")
    send(world)
    album.away = None
    copies = dict(album.exchange.pictures)
    for at in range(100):
        world.db.run(
            "UPDATE picture SET care = 'wanted', care_tries = 0, care_next = ?, cleared_at = NULL, size = NULL,"
            " sealed_content = NULL", (to_micros(world.now()),),
        )  # fmt: skip
        album.exchange.pictures |= copies
        db = DyingDb(world.db.address, at, after=after)
        cares, lived = Care(db, world.keyring, world.corridor.carriers, world.corridor.submit, world.now), True
        try:
            while cares.run_due():
                pass
        except Killed:
            lived = False
        db.close()
        later(world, CLAIM_FOR + SLOWLY)
        assert (rows(world, "care"), album.exchange.pictures, safe(world)) == ([("cleared",)], {}, [JPEG[1]]), at
        if lived:
            break
    assert lived
    assert at > 3


# ---------------------------------------------------------------- looked at, and never spoken of


def test_VM02_whoever_opens_one_is_noted_with_which_and_it_closes_nothing(world: World, album: Album) -> None:
    send(world, [JPEG, JPEG])
    (first, contact), (second, _) = rows(world, "id", "contact")
    world.do(
        ItemHeard(
            id=EventId("o1"), practice=PracticeId(world.cast.setup.id), at=world.now(), by=StaffId("Ames"),
            contact=ContactId(contact), picture=PictureId(first),
        )
    )  # fmt: skip
    assert rows(world, "id", "opened_by") == [(first, "Ames"), (second, None)]
    by, entry = world.db.rows("SELECT \"by\", entry FROM journal WHERE kind = 'ItemHeard'")[0]
    assert by == "Ames"
    assert f'"picture":"{first}"' in entry
    assert world.tasks("JS")


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Whatever is logged, with the product's own configuration."""
    logs.configure()
    caplog.set_level(logging.DEBUG)
    yield lambda: "".join(capsys.readouterr()) + caplog.text
    structlog.reset_defaults()


def test_S03_nothing_of_a_picture_reaches_the_journal_or_a_log(
    world: World, album: Album, logged: Callable[[], str]
) -> None:
    album.away = OSError("https://api.example.org/Messages/MM1/Media/ME1 failed")
    send(world, [JPEG, ("image/png", photograph("image/png"))], body="between us")
    later(world, SOON)
    album.away = None
    later(world, SLOWLY)
    assert rows(world, "care") == [("cleared",), ("cleared",)]
    log = logged()
    assert "not_cared_for" in log
    journal = "\n".join(str(row[0]) for row in world.db.rows("SELECT entry FROM journal"))
    plain = "\n".join(
        str(row) for table in ("picture", "message", "task", "errand", "contact", "notice")
        for row in world.db.rows(f"SELECT * FROM {table}")
    )  # fmt: skip
    for secret in (PLACE, "between us", "https://", "api.example.org", *album.asked):
        assert secret not in log, secret
        assert secret not in journal, secret
        assert secret not in plain, secret
