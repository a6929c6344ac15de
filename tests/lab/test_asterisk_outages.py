"""The line hangs, its database is gone, its process is killed: callers hear the safety words in time, talks go on, and
nothing is lost (V00, INV-19)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from intersession.carriers.asterisk.pbx import BEEP, FALLBACK
from intersession.carriers.asterisk.waiting import LEASE
from intersession.records.schema import fresh, migrate
from tests.corridor.conftest import team
from tests.drills.test_database_away import OwnServer, own_server
from tests.lab.asterisk import TONES, Switch
from tests.lab.postgres import Postgres
from tests.lab.served import Served
from tests.lab.telephones import Network, Telephone

__all__ = ["own_server"]
SAFE_WITHIN = 5.0
"""Seconds from the first request that nobody answers."""


@pytest.fixture
def served(asterisk: Switch, network: Network, tmp_path: Path) -> Iterator[Served]:
    """The DBT team's line on SQLite."""
    with Served(team(tmp_path), asterisk, network, tmp_path, fresh(tmp_path / "line.sqlite3")) as made:
        yield made


@contextmanager
def stuck(served: Served) -> Iterator[None]:
    """The tick hangs in the middle of a turn."""
    served.awake.clear()
    try:
        yield
    finally:
        served.awake.set()


@contextmanager
def locked(served: Served) -> Iterator[None]:
    """Somebody holds the database's lock."""
    other = sqlite3.connect(served.running.address, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def gone(served: OnPostgres) -> Iterator[None]:
    """PostgreSQL is stopped; connections are cut."""
    served.server.stop()
    try:
        yield
    finally:
        served.server.start()
        served.db.close()


@contextmanager
def silent(served: Served) -> Iterator[None]:
    """PostgreSQL is there, and answers nothing that would be written."""
    with psycopg.connect(served.running.address) as other:
        other.execute("LOCK TABLE seen_event, heartbeat IN ACCESS EXCLUSIVE MODE")
        yield


Outage = Callable[[Served], AbstractContextManager[None]]
long = pytest.mark.soak


class OnPostgres(Served):
    """With a server that is nobody else's."""

    server: OwnServer


@pytest.fixture
def on_postgres(
    asterisk: Switch, network: Network, postgres: Postgres, own_server: OwnServer, tmp_path: Path
) -> Iterator[OnPostgres]:
    """The same on PostgreSQL."""
    del postgres  # it needs the same programs: where they are missing it says so
    address = own_server.server.new_database()
    migrate(address)
    try:
        with OnPostgres(team(tmp_path), asterisk, network, tmp_path, address) as made:
            made.server = own_server
            yield made
    finally:
        own_server.end()


def leaves_a_message(caller: Telephone) -> None:
    caller.hears(TONES[BEEP])
    time.sleep(0.6)
    caller.speak()
    time.sleep(1.2)
    caller.press("#")
    time.sleep(0.2)
    caller.hang_up()


def waits_and_is_sent_to_the_fallback(served: Served, outage: Outage) -> None:
    """The carrier's own thread lives. What they leave there is brought in once, as soon as the line is awake again."""
    caller, staff = served.rings()
    with outage(served):
        began = time.monotonic()
        caller.press("1")
        caller.hears(TONES[FALLBACK])
        assert time.monotonic() - began < SAFE_WITHIN
        leaves_a_message(caller)
    served.eventually(lambda: served.value("SELECT count(*) FROM recording") == 1)
    served.eventually(lambda: served.value("SELECT phase FROM call") == "ended")
    served.eventually(lambda: not staff.ringing)
    assert served.value("SELECT count(*) FROM task WHERE owner IS NOT NULL AND closed_at IS NULL") > 0
    assert served.value("SELECT count(*) FROM contact") == 1


def talks_on(served: Served, outage: Outage) -> None:
    """Its end is written later."""
    caller, staff = served.talk()
    with outage(served):
        caller.press("5")
        time.sleep(LEASE + SAFE_WITHIN)
        caller.hears(staff.hertz)
        staff.hears(caller.hertz)
        caller.hang_up()
    served.eventually(lambda: served.value("SELECT phase FROM call") == "ended")


@pytest.mark.parametrize("outage", [stuck, pytest.param(locked, marks=long)])
def test_a_caller_who_waits_is_sent_to_the_fallback(served: Served, outage: Outage) -> None:
    waits_and_is_sent_to_the_fallback(served, outage)


@pytest.mark.parametrize("outage", [gone, pytest.param(silent, marks=long)])
def test_a_caller_who_waits_on_postgresql_is_sent_to_the_fallback(on_postgres: OnPostgres, outage: Outage) -> None:
    waits_and_is_sent_to_the_fallback(on_postgres, outage)


def test_a_caller_who_asks_for_nothing_is_not_forgotten(served: Served) -> None:
    """Nobody presses anything: the line is asked all the same whether it is awake."""
    caller, _ = served.rings()
    with locked(served):
        began = time.monotonic()
        caller.hears(TONES[FALLBACK])
        assert time.monotonic() - began < SAFE_WITHIN + 1


@pytest.mark.parametrize("outage", [locked, pytest.param(stuck, marks=long)])
def test_a_new_caller_hears_the_safety_words_and_rings_nobody_later(served: Served, outage: Outage) -> None:
    caller, staff = served.phone("JS"), served.phone("Ames")
    with outage(served):
        began = time.monotonic()
        caller.call(served.number("coaching"))
        caller.hears(TONES[FALLBACK])
        assert time.monotonic() - began < SAFE_WITHIN
    served.eventually(lambda: served.value("SELECT phase FROM call") == "ended")
    time.sleep(0.3)
    assert not staff.ringing
    leaves_a_message(caller)
    served.eventually(lambda: served.value("SELECT count(*) FROM recording") == 1)
    assert served.value("SELECT count(*) FROM contact") == 1


@pytest.mark.parametrize("outage", [locked, pytest.param(stuck, marks=long)])
def test_a_talk_goes_on(served: Served, outage: Outage) -> None:
    talks_on(served, outage)


@long
@pytest.mark.parametrize("outage", [gone, silent])
def test_a_talk_goes_on_while_postgresql_is_away(on_postgres: OnPostgres, outage: Outage) -> None:
    talks_on(on_postgres, outage)


def test_who_pressed_1_while_it_hung_hears_that_the_caller_is_gone(served: Served) -> None:
    """Nobody is joined with somebody who is elsewhere by then."""
    caller, staff = served.rings()
    staff.pick_up()
    served.eventually(lambda: staff.heard(list(served.voices.spoken.values())))
    with stuck(served):
        staff.press("1")
        caller.hears(TONES[FALLBACK])
        since = time.monotonic()
    gone = next(hertz for text, hertz in said(served, "The caller is gone") if text)
    served.eventually(lambda: staff.heard_between(since, time.monotonic(), (gone,)))
    assert not staff.heard_between(since, time.monotonic(), (caller.hertz, TONES[FALLBACK]))
    assert caller.up


def said(served: Served, words: str) -> list[tuple[str, int]]:
    """Sentences with these words, and their tones, once they were made."""
    served.eventually(lambda: any(words in text for text in served.voices.spoken))
    return [(text, hertz) for text, hertz in served.voices.spoken.items() if words in text]


def test_a_line_that_is_slow_keeps_its_callers(served: Served) -> None:
    """Two seconds are no outage."""
    caller, staff = served.rings()
    with stuck(served):
        staff.pick_up()
        time.sleep(2)
    served.eventually(lambda: staff.heard(list(served.voices.spoken.values())))
    staff.press("1")
    caller.speak()
    staff.hears(caller.hertz)
    assert not caller.heard((TONES[FALLBACK],), 5)
