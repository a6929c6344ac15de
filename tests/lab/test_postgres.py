"""The lab's own PostgreSQL: real, private, and gone afterwards."""

from __future__ import annotations

import psycopg
import pytest

from tests.lab.components import find_postgresql
from tests.lab.postgres import Postgres, private_server


def test_it_answers(postgres: Postgres) -> None:
    with psycopg.connect(postgres.address()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_it_listens_on_loopback_only_and_asks_for_its_password(postgres: Postgres) -> None:
    with psycopg.connect(postgres.address()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
    stranger = postgres.address().replace(postgres.password, "guessed")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)


def test_each_new_database_is_empty_and_apart(postgres: Postgres) -> None:
    one, other = postgres.new_database(), postgres.new_database()
    with psycopg.connect(one) as connection:
        connection.execute("CREATE TABLE contact (id integer)")
    with psycopg.connect(other) as connection:
        assert connection.execute("SELECT to_regclass('contact')").fetchone() == (None,)


def test_nothing_of_it_is_left(postgres: Postgres) -> None:
    programs = find_postgresql()
    assert programs is not None
    with private_server(programs) as server:
        assert server.port != postgres.port
        assert server.folder.exists()
    assert not server.folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.address(), connect_timeout=2)
