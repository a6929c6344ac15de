"""Sentences in a clinician's own voice: kept sealed, put in where they are said, and gone when taken back."""

from __future__ import annotations

from dataclasses import replace

from intersession.carriers.port import Envelope
from intersession.core.call import Hearing, Said
from intersession.core.events import GreetingDropped, GreetingRecorded
from intersession.core.ids import ClipId, EventId, PracticeId, StaffId
from intersession.core.rules.own_voice import sentences
from intersession.corridor.directory import Directories
from intersession.corridor.greetings import clip_sound, in_own_voice, recorded
from intersession.corridor.legs import Legs
from intersession.corridor.tick import Turned
from intersession.stories.world import World

SOUND = b"RIFF of a sentence"
LOCALE = "en-US"


def known(world: World) -> tuple[PracticeId, StaffId, tuple[str, ...]]:
    practice = PracticeId(world.cast.setup.id)
    staff = world.cast.setup.staff[0].id
    directory = Directories().of(world.db, practice, world.now()).practice
    return practice, StaffId(staff), sentences(directory, StaffId(staff), LOCALE)


def record(world: World, clip: str, text: str, sound: bytes | None = SOUND) -> Turned:
    practice, staff, _ = known(world)
    event = GreetingRecorded(
        id=EventId(f"e-{clip}"), practice=practice, at=world.now(), by=staff, clip=ClipId(clip), locale=LOCALE,
        text=text, seconds=2,
    )  # fmt: skip
    sounds = {} if sound is None else {clip: ("audio/wav", sound)}
    return world.corridor.now_do(Envelope(event=event, sounds=sounds))


def heard(world: World, text: str, voice: StaffId | None) -> list[tuple[str, str | None]]:
    hearing = Hearing(said=(Said(id="G-AFTER", text=text, locale=LOCALE, voice=voice),))
    return [(one.text, one.clip) for one in in_own_voice(world.db, world.keyring, hearing).said]


def test_a_sentence_is_put_in_where_its_words_are_said(world: World) -> None:
    _, staff, (first, second, *_) = known(world)
    record(world, "c1", first)
    text = f"{first} We call you by nine. {second}"
    assert heard(world, text, staff) == [(first, "c1"), (f"We call you by nine. {second}", None)]
    assert heard(world, text, None) == [(text, None)], "nobody's voice was asked for"
    assert heard(world, text, StaffId("somebody-else")) == [(text, None)]


def test_said_again_it_takes_the_place_of_the_first(world: World) -> None:
    _, staff, (first, *_) = known(world)
    record(world, "c1", first)
    record(world, "c2", first, b"better")
    assert recorded(world.db, world.keyring, staff, LOCALE) == {first: "c2"}
    assert clip_sound(world.db, world.keyring, ClipId("c1")) is None
    assert clip_sound(world.db, world.keyring, ClipId("c2")) == ("audio/wav", b"better")


def test_taken_back_its_sound_is_gone(world: World) -> None:
    practice, staff, (first, *_) = known(world)
    record(world, "c1", first)
    theirs = GreetingDropped(
        id=EventId("d1"), practice=practice, at=world.now(), by=StaffId("somebody-else"), clip=ClipId("c1")
    )
    world.corridor.now_do(Envelope(event=theirs))
    assert recorded(world.db, world.keyring, staff, LOCALE), "nobody takes back what another one said"
    world.corridor.now_do(Envelope(event=replace(theirs, id=EventId("d2"), by=staff)))
    assert world.db.value("SELECT count(*) FROM greeting_clip") == 0


def test_nothing_of_it_lies_in_the_clear(world: World) -> None:
    _, _, (first, *_) = known(world)
    record(world, "c1", first)
    row = world.db.row("SELECT * FROM greeting_clip")
    assert row is not None
    kept = b" ".join(bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in row)
    assert SOUND not in kept
    assert first.encode() not in kept
    journal = " ".join(str(one) for row in world.db.rows("SELECT * FROM journal") for one in row)
    assert first not in journal


def test_INV_11_without_its_sound_nothing_is_kept_and_a_person_is_told(world: World) -> None:
    _, _, (first, *_) = known(world)
    assert record(world, "c1", first, None).set_aside
    assert world.db.value("SELECT count(*) FROM greeting_clip") == 0
    assert world.db.value("SELECT count(*) FROM task WHERE closed_at IS NULL") == 1


def test_a_leg_that_fetches_it_gets_the_sound(world: World) -> None:
    _, _, (first, *_) = known(world)
    record(world, "c1", first)
    legs = Legs(world.address, world.keyring)
    assert legs.greeting(ClipId("c1")) == ("audio/wav", SOUND)
    assert legs.greeting(ClipId("c2")) is None
    legs.close()
