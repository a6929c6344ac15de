"""A sentence said over the telephone is the voicemail of that call: it becomes a greeting once it is here and whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from intersession.core.commands import KeepGreeting
from intersession.core.ids import ClipId, StaffId
from intersession.corridor.care import Care
from intersession.corridor.contact_keys import ContactKeys
from intersession.corridor.db import Db
from intersession.corridor.greetings import adopt, clip_sound
from intersession.corridor.writing.greetings import keep
from intersession.records.fields import to_micros
from intersession.records.sealing import Keyring
from intersession.sound.wav import read
from intersession.stories.world import World
from tests.sound.tones import tone

from .test_recordings import SOON, WORDS, Keeper, later, leave, length, row

LONG, SHORT = f"{WORDS} {WORDS}", "Hello."
MEANWHILE = 0.4
"""Seconds in which whoever does not wait for the other is done."""


@pytest.fixture
def keeper(world: World) -> Keeper:
    """The line's carrier keeps sounds, and has not got this one yet."""
    made = Keeper(world)
    made.ready = False
    return made


def use(world: World, recording: str, text: str = LONG, db: Db | None = None) -> None:
    """The clinician presses 1: the tick writes it, in the transaction of whoever calls."""
    staff = StaffId(world.cast.setup.staff[0].id)
    command = KeepGreeting(clip=ClipId(recording), staff=staff, locale="en-US", text=text, seconds=2, recording=True)
    turn = SimpleNamespace(
        db=db or world.db, practice=world.cast.setup.id, at=to_micros(world.now()), sounds={},
        keys=ContactKeys(world.keyring),
    )  # fmt: skip
    keep(turn, command)  # type: ignore[arg-type]


def used(world: World, recording: str, text: str = LONG) -> None:
    with world.db.transaction():
        use(world, recording, text)


def seconds(world: World, recording: str) -> float | None:
    """How long the greeting is; None where there is none that could be played."""
    found = clip_sound(world.db, world.keyring, ClipId(recording))
    return None if found is None else read(found[1]).seconds


def test_it_is_used_as_it_comes_home(world: World, keeper: Keeper) -> None:
    recording = leave(world)
    used(world, recording)
    assert seconds(world, recording) is None
    keeper.arrives()
    later(world, SOON)
    assert seconds(world, recording) == pytest.approx(length(world), abs=0.1)


def test_it_is_used_at_once_where_it_is_here(world: World, keeper: Keeper) -> None:
    recording = leave(world)
    keeper.arrives()
    later(world, SOON)
    assert row(world)["care"] == "cleared"
    used(world, recording)
    assert seconds(world, recording) == pytest.approx(length(world), abs=0.1)


@pytest.mark.parametrize("first", [True, False], ids=["used before it comes", "used after it came"])
def test_one_that_is_cut_off_is_nobodys_greeting_and_the_whole_one_is(
    world: World, keeper: Keeper, first: bool
) -> None:
    recording = leave(world)
    if first:
        used(world, recording)
    keeper.sounds[recording] = ("audio/wav", tone(length(world) / 3))
    later(world, timedelta(seconds=30))
    assert row(world)["care"] == "wanted"
    assert row(world)["sealed_sound"] is not None, "it can be heard as it is"
    if not first:
        used(world, recording)
    assert seconds(world, recording) is None
    keeper.arrives()
    later(world, SOON)
    assert seconds(world, recording) == pytest.approx(length(world), abs=0.1)


@pytest.mark.parametrize("first", [True, False], ids=["used before it comes", "used after it came"])
def test_one_that_callers_would_have_to_wait_for_is_dropped_unopened(
    world: World, keeper: Keeper, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-11. Where the carrier did not know its length with the event, it is looked at here."""
    monkeypatch.setattr("intersession.corridor.greetings.taken", lambda content: pytest.fail("the writer waits"))
    recording = leave(world)
    if first:
        used(world, recording, SHORT)
    keeper.arrives()
    later(world, SOON)
    if not first:
        used(world, recording, SHORT)
    assert world.db.value("SELECT count(*) FROM greeting_clip") == 0
    assert row(world)["care"] == "cleared"


# ---------------------------------------------------------------- at the same moment


def meanwhile(act: Callable[[Db], object], world: World) -> threading.Thread:
    """Another thread does that on a connection of its own: it is done soon, or waits for us."""

    def does() -> None:
        db = Db(world.address)
        try:
            act(db)
        finally:
            db.close()

    thread = threading.Thread(target=does, daemon=True)
    thread.start()
    thread.join(MEANWHILE)
    return thread


def test_it_is_used_while_it_comes_home(world: World, keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = leave(world)
    threads: list[threading.Thread] = []

    def use_it(db: Db) -> None:
        with db.transaction():
            use(world, recording, db=db)

    def looked(db: Db, keyring: Keyring, clip: str, media_type: str, content: bytes) -> None:
        adopt(db, keyring, clip, media_type, content)
        threads.append(meanwhile(use_it, world))

    monkeypatch.setattr("intersession.corridor.care.adopt", looked)
    keeper.arrives()
    later(world, SOON)
    for thread in threads:
        thread.join(10)
    assert len(threads) == 1
    assert seconds(world, recording) == pytest.approx(length(world), abs=0.1)


def test_it_comes_home_while_it_is_used(world: World, keeper: Keeper) -> None:
    recording = leave(world)
    keeper.arrives()
    world.clock.set(world.now() + SOON)

    def comes(db: Db) -> None:
        cares = Care(db, world.keyring, world.corridor.carriers, lambda envelope: None, world.now)
        while not cares.run_due():  # PostgreSQL: a row that the tick holds is left for the next look
            time.sleep(0.01)

    with world.db.transaction():
        use(world, recording)
        thread = meanwhile(comes, world)
    thread.join(10)
    assert seconds(world, recording) == pytest.approx(length(world), abs=0.1)
