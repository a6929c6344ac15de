"""The accounts are not among the practice's rows, nor these among the accounts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from django.core.cache import cache
from django.db import connections

from intersession.corridor.db import Db
from intersession.records.database import from_address
from intersession.records.schema import migrate
from intersession.web.accounts.apart import ACCOUNTS, Apart, identity_address, make_tables
from intersession.web.accounts.journal import seal_new, unbroken
from intersession.web.accounts.keeping import listing
from intersession.web.accounts.models import Account, SignIn
from tests.lab.postgres import Postgres
from tests.web.accounts.conftest import Member, browser
from tests.web.conftest import World

TABLES = {
    "identity_account", "identity_invitation", "mfa_authenticator", "usersessions_usersession", "django_session",
    "account_emailaddress", "account_emailconfirmation", "identity_sign_in", "identity_counted",
}  # fmt: skip


def _tables(path: Path | str) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        found = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return found - {"sqlite_sequence", "django_migrations"}


def test_with_sqlite_they_have_a_file_of_their_own(world: World, identity: Path) -> None:
    assert _tables(identity) == TABLES
    assert "staff" in _tables(world.address)
    assert not _tables(world.address) & TABLES


def test_the_file_stands_beside_the_database_and_is_its_owners(tmp_path: Path) -> None:
    assert identity_address("/data/line.sqlite3") == "/data/identity.sqlite3"
    settings = connections[ACCOUNTS].settings_dict
    before, settings["NAME"] = settings["NAME"], str(tmp_path / "identity.sqlite3")
    try:
        make_tables()
    finally:
        settings["NAME"] = before
    assert (tmp_path / "identity.sqlite3").stat().st_mode & 0o077 == 0


def test_no_table_is_made_on_the_wrong_side() -> None:
    router = Apart()
    assert router.allow_migrate("schema", "records")
    assert router.allow_migrate(ACCOUNTS, "mfa")
    assert not router.allow_migrate(ACCOUNTS, "records")
    assert not router.allow_migrate("schema", "mfa")


def test_no_request_is_one_transaction() -> None:
    assert [connections[alias].settings_dict["ATOMIC_REQUESTS"] for alias in connections] == [False, False]


def test_signing_in_writes_nothing_to_the_practices_database(ames: Member, signing_in: World) -> None:
    """Not even a lock: the tick may hold it all the while."""
    holder = sqlite3.connect(signing_in.address, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        client = browser()
        ames.password(client)
        assert client.post("/account/sign-in/second/", {"code": ames.recovery[0]}).headers["Location"] == "/"
        assert client.get("/now/").status_code == 200
        client.post("/account/sign-out/")
    finally:
        holder.execute("ROLLBACK")
        holder.close()


@pytest.mark.lab
def test_on_postgresql_they_have_tables_of_their_own(
    postgres: Postgres, signing_in: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same steps; row locks are real here."""
    address = postgres.new_database()
    migrate(address)
    monkeypatch.setitem(
        connections.databases, ACCOUNTS, connections.configure_settings({"default": from_address(address)})["default"]
    )
    before = connections[ACCOUNTS]
    del connections[ACCOUNTS]
    try:
        make_tables()
        make_tables()
        bo, client = Member("bo"), browser()
        bo.begin(bo.invited(), client)
        bo.add_app(client)
        client.post("/account/sign-out/")
        bo.password(client)
        assert client.post("/account/sign-in/second/", {"code": bo.recovery[0]}).headers["Location"] == "/"
        assert client.get("/now/").status_code == 200
        assert [one.state for one in listing("oak")] == ["open, with app"]
        with closing(Db(address)) as db:
            found = db.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert {row[0] for row in found} >= {*TABLES, "staff"}
        assert Account.objects.get().staff == "bo"
        _many_at_once(signing_in)
    finally:
        connections[ACCOUNTS].close()
        del connections[ACCOUNTS]
        connections[ACCOUNTS] = before


def _many_at_once(world: World) -> None:
    """Writing down and chaining never trouble whoever signs in, and nothing is left out of the chain for good."""

    def fail() -> None:
        for _ in range(5):
            Member("bo").password(browser(), "no")
        connections.close_all()

    cache.clear()
    threads = [Thread(target=fail) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert SignIn.objects.filter(what="refused").count() == 5
    seal_new(world.keyring, "oak")
    assert not SignIn.objects.filter(place=None).exists()
    assert unbroken(world.keyring, "oak")
