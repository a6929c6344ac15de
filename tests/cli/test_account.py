"""`intersession account`, as whoever runs the line types it."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from intersession.corridor.db import Db
from intersession.corridor.setup import install
from intersession.records.schema import fresh
from intersession.records.sealing import keyring_from
from tests.web.conftest import practice_setup

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; from intersession.cli import main; sys.exit(main())"


class Server:
    """The machine that runs the line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = fresh(folder / "line.sqlite3")
        db = Db(self.database)
        self.key = folder / "intersession.key"
        install(db, keyring_from(self.key), practice_setup())
        db.close()

    def types(self, *words: str, database: str | None = None) -> subprocess.CompletedProcess[str]:
        """One command, as a program of its own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("INTERSESSION", "DJANGO"))}
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, "account", *words, "--database", database or self.database],
            cwd=self.folder, env={**kept, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def test_add_list_reset_close(server: Server) -> None:
    assert "There is no account yet" in server.types("list").stdout
    added = server.types("add", "ames", "--screens-url", "https://line.example.org/", "--hours", "2").stdout
    link = re.search(r"https://line\.example\.org/account/begin/#(([0-9A-Z]{5}-){3}[0-9A-Z]{5})\n", added)
    assert link is not None
    assert "For Ames, sign-in name ames. It works once, within 2 hours" in added
    assert re.match(r"ames +invited, until ", server.types("list").stdout)
    again = server.types("reset", "ames").stdout
    assert "http://localhost:8000/account/begin/#" in again
    assert link[1] not in again
    assert "is closed, and its sessions have ended" in server.types("close", "ames").stdout
    assert re.match(r"ames +closed\n", server.types("list").stdout)


def test_it_says_what_stands_against_it(server: Server) -> None:
    unknown = server.types("add", "zoe")
    assert unknown.returncode == 2
    assert "nobody of the staff has the id zoe. There are: ames, bo, cole" in unknown.stderr
    assert "has no account" in server.types("close", "bo").stderr
    nowhere = server.types("list", database=str(server.folder / "other.sqlite3"))
    assert (nowhere.returncode, "there is no database" in nowhere.stderr) == (2, True)
    assert not (server.folder / "other.sqlite3").exists()
    assert server.types("add", "ames", "--hours", "500").returncode == 2


def test_the_accounts_stand_beside_the_database(server: Server) -> None:
    before = Path(server.database).read_bytes()
    server.types("add", "ames")
    assert (server.folder / "identity.sqlite3").exists()
    assert Path(server.database).read_bytes() == before


def test_what_happened_is_shown_and_that_nobody_changed_it(server: Server) -> None:
    server.types("add", "ames")
    server.types("reset", "ames")
    server.types("add", "bo")
    shown = server.types("sign-ins")
    assert shown.returncode == 0, shown.stderr
    found = re.findall(r"UTC  (\w+) +(\w+, \w+)", shown.stdout)
    assert found == [("ames", "invited, server"), ("ames", "reset, server"), ("bo", "invited, server")]
    assert "The record is whole." in shown.stdout
    with closing(sqlite3.connect(server.folder / "identity.sqlite3")) as db:
        db.execute("UPDATE identity_sign_in SET staff = 'bo' WHERE what = 'reset'")
        db.commit()
    bent = server.types("sign-ins")
    assert (bent.returncode, "The record is broken" in bent.stdout) == (1, True)


def test_without_the_key_it_says_what_to_give_and_makes_none(server: Server) -> None:
    server.key.unlink()
    refused = server.types("sign-ins")
    assert refused.returncode == 2
    assert "give --key FILE" in refused.stderr
    assert not server.key.exists()
