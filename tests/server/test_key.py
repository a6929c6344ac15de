"""A line never begins to write under another key than that of its database."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from intersession.core.ids import PracticeId
from intersession.corridor.db import Db
from intersession.corridor.setup import install
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from intersession.server.serve import CannotServe, _fits, _keyring, _migrate
from tests.corridor.conftest import team


def options(folder: Path, *, setup: bool = False) -> Namespace:
    (folder / "line.sqlite3").touch()
    return Namespace(
        key=folder / "practice.key", setup=folder / "practice.toml" if setup else None,
        database=str(folder / "line.sqlite3"),
    )  # fmt: skip


def test_a_lost_key_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="bring it back from its backup"):
        _keyring(options(tmp_path))
    assert not (tmp_path / "practice.key").exists()


def test_a_new_practice_gets_one_of_its_own(tmp_path: Path) -> None:
    _keyring(options(tmp_path, setup=True))
    assert (tmp_path / "practice.key").stat().st_mode & 0o077 == 0


def test_another_key_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    db, setup = Db(fresh(tmp_path / "line.sqlite3")), team(tmp_path).setup
    install(db, Keyring(bytes(32)), setup)
    _fits(db, Keyring(bytes(32)), PracticeId(setup.id), options(tmp_path))
    with pytest.raises(CannotServe, match="not the key of this database"):
        _fits(db, Keyring(b"1" * 32), PracticeId(setup.id), options(tmp_path))
    db.close()


def test_the_database_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intersession.server.serve.make_tables", lambda: None)
    _migrate(str(tmp_path / "line.sqlite3"))
    assert (tmp_path / "line.sqlite3").stat().st_mode & 0o077 == 0
