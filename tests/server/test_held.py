"""One process holds the carrier: what it does when it gets it, loses it, is pushed aside, or cannot ask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intersession.core.decide import decide
from intersession.core.ids import PracticeId
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import DatabaseGone, Db
from intersession.corridor.lease import HELD_FOR, Lease
from intersession.corridor.running import Running
from intersession.corridor.setup import install
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from intersession.server.held import Held
from tests.corridor.conftest import team


@dataclass
class Carrier:
    """Starts and stops."""

    name: str = "asterisk"
    replaced: bool = False
    acts: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.acts.append("start")
        self.replaced = False

    def stop(self) -> None:
        self.acts.append("stop")


@dataclass
class Process:
    """One of two that serve the same practice."""

    running: Running
    carrier: Carrier
    held: Held
    lease: Lease

    def looks(self) -> Process:
        self.held._look()
        return self

    @property
    def runs_its_errands(self) -> bool:
        here = self.running.carriers.get("asterisk") is self.carrier
        assert here is ("asterisk" not in self.running.elsewhere)
        return here


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2027, 2, 9, 20, 12, tzinfo=UTC))


@pytest.fixture
def processes(tmp_path: Path, clock: MovableClock) -> Iterator[tuple[Process, Process]]:
    address, keyring, setup = fresh(tmp_path / "line.sqlite3"), Keyring(os.urandom(32)), team(tmp_path).setup
    db = Db(address)
    install(db, keyring, setup)

    def process(holder: str) -> Process:
        running, carrier = Running(address, keyring, clock, decide), Carrier()
        lease = Lease(db=Db(address), practice=PracticeId(setup.id), what="asterisk", holder=holder)
        return Process(running, carrier, Held(running, carrier, lease), lease)  # type: ignore[arg-type]

    both = process("one"), process("other")
    yield both
    for one in both:
        one.lease.db.close()
    db.close()


def test_who_does_not_hold_it_does_not_connect_and_leaves_its_errands(processes: tuple[Process, Process]) -> None:
    one, other = (process.looks() for process in processes)
    assert one.runs_its_errands
    assert one.carrier.acts == ["start"]
    assert not other.runs_its_errands
    assert other.carrier.acts == []


def test_another_takes_over_when_it_lapses_and_the_first_stands_back(
    processes: tuple[Process, Process], clock: MovableClock
) -> None:
    one, other = (process.looks() for process in processes)
    clock.advance(HELD_FOR + timedelta(seconds=1))
    assert other.looks().runs_its_errands
    assert not one.looks().runs_its_errands
    assert one.carrier.acts == ["start", "stop"]
    clock.advance(HELD_FOR + timedelta(seconds=1))
    assert one.looks().runs_its_errands
    assert one.carrier.acts == ["start", "stop", "start"]


def test_whoever_was_pushed_aside_and_holds_it_still_connects_again(processes: tuple[Process, Process]) -> None:
    """Somebody else connected with Asterisk under our name, and is gone or has no lease."""
    one = processes[0].looks()
    one.carrier.replaced = True
    one.looks()
    assert one.carrier.acts == ["start", "stop", "start"]
    assert one.runs_its_errands


def test_a_database_that_is_gone_takes_nobodys_connection(
    processes: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(self: Lease, now: datetime) -> bool:
        raise DatabaseGone("away")

    one, other = processes[0].looks(), processes[1]
    monkeypatch.setattr(Lease, "claim", gone)
    assert one.looks().runs_its_errands
    assert not other.looks().runs_its_errands
    assert one.carrier.acts == ["start"]


def test_a_process_that_ends_gives_it_back(processes: tuple[Process, Process]) -> None:
    one, other = processes
    with one.held:
        assert one.runs_its_errands
        assert not other.looks().runs_its_errands
    assert not one.runs_its_errands
    assert one.carrier.acts == ["start", "stop"]
    assert other.looks().runs_its_errands
