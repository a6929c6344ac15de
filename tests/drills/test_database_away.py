"""The database is locked, full, or gone: events wait and are written; a caller who waits is let go in time (§4)."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from intersession.carriers.port import Dial, Done, Envelope, Order, Outcome, Text
from intersession.carriers.simulated.exchange import CAPABILITIES
from intersession.core.decide import decide
from intersession.core.events import CallArrived, TextArrived
from intersession.core.ids import ContactId, EventId, LineId, MessageId, NumberKey, PracticeId
from intersession.corridor import db as database
from intersession.corridor.clock import SystemClock
from intersession.corridor.db import Db
from intersession.corridor.running import Running
from intersession.corridor.setup import install
from intersession.records.schema import fresh, migrate
from intersession.records.sealing import Keyring
from tests.corridor.conftest import team
from tests.lab import postgres as lab
from tests.lab.components import find_postgresql

from .books import unowned

PRACTICE, COACHING = PracticeId("p"), LineId("coaching")
PATIENCE = 20.0
IN_TIME = 0.5


class Carrier:
    """Takes everything, and remembers it."""

    name, capabilities = "simulated", CAPABILITIES

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def run(self, order: Order) -> Outcome:
        """Taken."""
        self.orders.append(order)
        return Done()

    def missed(self, line: LineId, since: object) -> list[Envelope]:
        """Nothing."""
        del line, since
        return []

    def of(self, kind: type[Order]) -> list[Order]:
        """Orders of one kind."""
        return [order for order in self.orders if isinstance(order, kind)]


class Served:
    """The production shell, its threads running."""

    def __init__(self, folder: Path, address: str) -> None:
        self.address, self.keyring = address, Keyring(os.urandom(32))
        self.db, self.carrier = Db(address), Carrier()
        cast = team(folder)
        install(self.db, self.keyring, cast.setup)
        self.phones = cast.phones
        self.running = Running(address, self.keyring, SystemClock(), decide)
        self.running.carriers["simulated"] = self.carrier

    def text(self, name: str, body: str = "hello", who: str = "MR") -> Envelope:
        """A text of a client who gets an automatic answer."""
        key = self.keyring.number_key(self.phones[who])
        event = TextArrived(
            id=EventId(f"{name}:arrived"), practice=PRACTICE, at=SystemClock().now(), message=MessageId(name),
            line=COACHING, sender=key, body=body,
        )  # fmt: skip
        return Envelope(event=event, numbers={key: self.phones[who]})

    def call(self, name: str) -> Envelope:
        """JS calls."""
        key = NumberKey(self.keyring.number_key(self.phones["JS"]))
        event = CallArrived(
            id=EventId(f"{name}:arrived"), practice=PRACTICE, at=SystemClock().now(), contact=ContactId(name),
            line=COACHING, caller=key,
        )  # fmt: skip
        return Envelope(event=event, numbers={key: self.phones["JS"]})

    def settles(self, envelope: Envelope, within: float = PATIENCE) -> bool:
        """Whether it was written in time."""
        return self.running.submit(envelope).wait(within) is not None

    def stored(self, *names: str) -> bool:
        """Whether these texts are in the record, once each."""
        marks = ", ".join("?" for _ in names)
        return int(self.db.value(f"SELECT count(*) FROM message WHERE id IN ({marks})", names)) == len(names)


def until(so: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait until something is so."""
    end = time.monotonic() + within
    while not so():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.05)


@pytest.fixture
def on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """On a file; what is locked is noticed in a tenth of a second instead of five."""
    opened = database._open_sqlite

    def opens(path: str) -> sqlite3.Connection:
        connection = opened(path)
        connection.execute("PRAGMA busy_timeout=100")
        return connection

    monkeypatch.setattr(database, "_open_sqlite", opens)
    yield from _served(tmp_path, fresh(tmp_path / "line.sqlite3"))


@pytest.fixture
def on_postgres(tmp_path: Path, postgres: lab.Postgres) -> Iterator[Served]:
    address = postgres.new_database()
    migrate(address)
    yield from _served(tmp_path, address)


@pytest.fixture(params=["on_sqlite", pytest.param("on_postgres", marks=pytest.mark.lab)])
def served(request: pytest.FixtureRequest) -> Served:
    """The shell on each of the two databases."""
    found: Served = request.getfixturevalue(request.param)
    return found


def _served(folder: Path, address: str) -> Iterator[Served]:
    served = Served(folder, address)
    with served.running:
        yield served
        assert list(unowned(served.db)) == []
    served.running.tick.db.close()
    served.db.close()


# ---------------------------------------------------------------- locked


@contextmanager
def locked(served: Served) -> Iterator[None]:
    """Another process holds what the writer needs."""
    if served.db.postgres:
        with psycopg.connect(served.address) as other:
            other.execute("LOCK TABLE contact IN ACCESS EXCLUSIVE MODE")
            yield
        return
    other = sqlite3.connect(served.address, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def test_while_it_is_locked_events_wait_and_callers_are_let_go_in_time(served: Served) -> None:
    assert served.settles(served.text("before"))
    with locked(served):
        began = time.monotonic()
        assert not served.settles(served.text("m1"), within=IN_TIME)
        assert not served.settles(served.text("m2"), within=IN_TIME)
        assert time.monotonic() - began < 4 * IN_TIME
        time.sleep(1.0)
    until(lambda: served.stored("before", "m1", "m2"))
    until(lambda: len(served.carrier.of(Text)) == 1)
    assert served.settles(served.text("after"))


def test_a_call_that_was_let_go_is_one_that_fell_back_and_rings_nobody(served: Served) -> None:
    with locked(served):
        assert not served.settles(served.call("c1"), within=IN_TIME)
        time.sleep(0.5)
    assert served.settles(served.text("after"))
    until(lambda: not list(unowned(served.db)), within=3.0)
    time.sleep(8.0)  # the words before the first phone rings would be over by then
    assert not [order for order in served.carrier.of(Dial) if order.leg.startswith("c1.")]  # type: ignore[union-attr]


# ---------------------------------------------------------------- full


def test_on_a_full_disk_events_wait_until_there_is_room(
    on_sqlite: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_sqlite.settles(on_sqlite.text("before"))
    time.sleep(0.3)  # errands and wakes of it are done
    full, opens = [True], database._open_sqlite

    def opens_full(path: str) -> sqlite3.Connection:
        connection = opens(path)
        if full[0]:
            connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")
        return connection

    monkeypatch.setattr(database, "_open_sqlite", opens_full)
    connection = on_sqlite.running.tick.db.connection
    connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")
    assert not on_sqlite.settles(on_sqlite.text("m1", body="wörter " * 50_000), within=1.5)
    assert not on_sqlite.stored("m1")
    full[0] = False
    on_sqlite.running.tick.db.connection.execute("PRAGMA max_page_count=1000000")
    until(lambda: on_sqlite.stored("before", "m1"))
    assert on_sqlite.settles(on_sqlite.text("after"))


# ---------------------------------------------------------------- gone


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Any]:
    """A server that may be stopped: nobody else's."""
    programs = find_postgresql()
    assert programs is not None
    with lab.private_server(programs) as server:
        yield OwnServer(programs, server)


class OwnServer:
    """Stops it, and starts it again at the same place."""

    def __init__(self, programs: Path, server: lab.Postgres) -> None:
        self.programs, self.server = programs, server
        self.process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """As an administrator does in a hurry: connections are cut."""
        pid_file = self.server.folder / "data" / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)
        until(lambda: not pid_file.exists())

    def start(self) -> None:
        """The same data, the same port."""
        with (self.server.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", *lab._options(self.server.folder, self.server.port)],
                stdout=log, stderr=log, cwd=self.server.folder, env={"LC_ALL": "C"}, **lab._owner(),
            )  # fmt: skip
        assert lab._answers(self.programs, self.process, self.server.port)

    def end(self) -> None:
        """Let nothing stay behind."""
        if self.process is not None:
            lab._stop(self.process)


def test_while_postgresql_is_stopped_events_wait_and_are_written_when_it_is_back(
    postgres: lab.Postgres, own_server: OwnServer, tmp_path: Path
) -> None:
    del postgres  # this test needs the same programs: where they are missing it says so
    address = own_server.server.new_database()
    migrate(address)
    served = Served(tmp_path, address)
    try:
        with served.running:
            assert served.settles(served.text("before"))
            until(lambda: len(served.carrier.of(Text)) == 1)
            own_server.stop()
            assert not served.settles(served.text("m1"), within=IN_TIME)
            assert not served.settles(served.text("m2", who="Stranger"), within=IN_TIME)
            own_server.start()
            served.db.close()
            assert served.settles(served.text("after"))
            assert served.stored("before", "m1", "m2", "after")
            until(lambda: len(served.carrier.of(Text)) == 2)  # all lanes are at work again
            assert list(unowned(served.db)) == []
        served.running.tick.db.close()
        served.db.close()
    finally:
        own_server.end()


# ---------------------------------------------------------------- the threads outlive what is thrown at them


POISON = {
    "an unknown practice": {"practice": PracticeId("nowhere")},
    "an id with NUL": {"id": EventId("a\x00b")},
    "a long id": {"id": EventId("x" * 500)},
    "half an emoji": {"body": "I am \ud83d"},
    "half an emoji in an id": {"id": EventId("\ud83d")},
}


@pytest.mark.parametrize("what", POISON.values(), ids=POISON.keys())
def test_the_writer_goes_on_whatever_it_is_given(served: Served, what: dict[str, Any]) -> None:
    good = served.text("good").event
    assert isinstance(good, TextArrived)
    event = TextArrived(
        **{
            "id": good.id, "practice": good.practice, "at": good.at, "message": MessageId("bad"), "line": good.line,
            "sender": good.sender, "body": "hi", **what,
        }
    )  # fmt: skip
    began = time.monotonic()
    served.settles(Envelope(event=event), within=1.0)
    assert time.monotonic() - began < 2.0
    assert served.settles(served.text("next"), within=10.0), "the writer is dead"


def test_a_screen_that_breaks_stops_nobody(served: Served) -> None:
    def breaks(_: frozenset[str]) -> None:
        raise RuntimeError("a screen broke")

    served.running.changed.append(breaks)
    assert served.settles(served.text("m1"), within=5.0)
    assert served.settles(served.text("m2"), within=5.0), "the writer is dead"


def test_a_lane_goes_on_after_an_errand_that_cannot_be_opened(served: Served) -> None:
    assert served.settles(served.text("m1"))
    until(lambda: len(served.carrier.of(Text)) == 1)
    served.db.run(
        "INSERT INTO errand (practice_id, lane, kind, contact, line, not_before, state, payload, outcome, sealed)"
        " SELECT practice_id, 'texts', 'SendText', id, line, 1, 'due', '', '', ? FROM contact LIMIT 1",
        (b"sealed with a key that was purged",),
    )
    served.running.nudge()
    until(lambda: not served.db.value("SELECT count(*) FROM errand WHERE not_before = 1 AND state = 'due'"))
    assert served.settles(served.text("m2", who="Stranger"))
    until(lambda: len(served.carrier.of(Text)) == 2, within=5.0)
