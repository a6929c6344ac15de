"""The journal's chain: whole when nobody touched it, broken at the place where somebody did (INV-17)."""

from __future__ import annotations

import os

import pytest

from intersession.corridor.seal import Broken, Intact, verify
from intersession.records.sealing import Keyring
from intersession.stories.world import World

from .test_tick import text


@pytest.fixture
def written(world: World) -> World:
    for number in range(5):
        world.corridor.now_do(text(world, f"m{number}"))
    world.settle()
    return world


def test_INV_17_the_chain_is_whole(written: World) -> None:
    sealed = written.sealed()
    assert isinstance(sealed, Intact)
    assert sealed.unsealed == 0
    assert sealed.rows >= 5


def test_a_changed_entry_shows_at_its_place(written: World) -> None:
    written.sealed()
    written.db.run("UPDATE journal SET rule = 'V99' WHERE place = 3")
    assert written.sealed() == Broken(3)


def test_a_missing_entry_shows(written: World) -> None:
    written.sealed()
    written.db.run("DELETE FROM journal WHERE place = 2")
    assert isinstance(written.sealed(), Broken)


def test_whoever_has_the_database_alone_cannot_make_a_chain_that_fits(written: World) -> None:
    written.sealed()
    practice = written.cast.setup.id
    assert isinstance(verify(written.db, Keyring(os.urandom(32)), practice), Broken)
