"""A line serves one practice: with two in its database it does not start, and says what to do."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from intersession.corridor.db import Db
from intersession.corridor.setup import install
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from intersession.server.serve import CannotServe, _practice
from tests.corridor.conftest import team


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(bytes(32))


@pytest.fixture
def db(tmp_path: Path, keyring: Keyring) -> Db:
    made = Db(fresh(tmp_path / "line.sqlite3"))
    install(made, keyring, team(tmp_path).setup)
    return made


def test_one_practice_is_served(db: Db, keyring: Keyring, tmp_path: Path) -> None:
    assert _practice(db, keyring, Namespace(setup=None)) == team(tmp_path).setup.id


@pytest.mark.parametrize("setup", [None, Path("another.toml")])
def test_two_are_refused_with_what_to_do(db: Db, keyring: Keyring, setup: Path | None) -> None:
    columns = [row[1] for row in db.rows("PRAGMA table_info(practice)") if row[1] != "id"]
    names = ", ".join(f'"{column}"' for column in columns)
    db.run(f"INSERT INTO practice (id, {names}) SELECT 'second', {names} FROM practice")
    with pytest.raises(CannotServe, match=r"2 practices .*second.*database of its own"):
        _practice(db, keyring, Namespace(setup=setup))
