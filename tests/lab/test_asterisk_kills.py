"""`intersession serve` is killed, or frozen, before, during and after calls; another server takes over (DESIGN §4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from intersession.carriers.asterisk.pbx import BEEP, FALLBACK
from intersession.carriers.asterisk.waiting import LEASE
from intersession.corridor.db import Db
from intersession.corridor.lease import HELD_FOR
from intersession.records.schema import fresh, migrate
from tests.corridor.conftest import team
from tests.lab.asterisk import TONES, Switch
from tests.lab.postgres import Postgres
from tests.lab.serving import STARTS_WITHIN, Practice
from tests.lab.telephones import Network, Telephone

SAFE_WITHIN = 5.0
TAKES_OVER_WITHIN = HELD_FOR.total_seconds() + 7
VOICE = tuple(range(150, 900, 25))
"""Hertz: something of a voice lies in any of these; silence in none."""


class Killed:
    """What the tests do with it."""

    def __init__(self, practice: Practice, network: Network) -> None:
        self.practice, self.network, self.db = practice, network, Db(practice.address)

    def phone(self, who: str) -> Telephone:
        return self.network.phone(self.practice.cast.phones[who])

    def number(self, line: str = "coaching") -> str:
        return self.practice.cast.lines[line]

    def eventually(self, so: Callable[[], object], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not so():
            logs = [one.log.read_text()[-2000:] for one in self.practice.servers]
            assert time.monotonic() < end, "\n".join(logs)
            time.sleep(0.05)

    def count(self, what: str) -> int:
        return int(self.db.value(f"SELECT count(*) FROM {what}"))

    def serves(self) -> None:
        """A server, with Asterisk's events."""
        server = self.practice.serve()
        self.eventually(server.connected, STARTS_WITHIN)

    def rings(self) -> tuple[Telephone, Telephone]:
        caller, staff = self.phone("JS"), self.phone("Ames")
        caller.call(self.number())
        self.eventually(lambda: staff.ringing)
        return caller, staff

    def talk(self) -> tuple[Telephone, Telephone]:
        caller, staff = self.rings()
        staff.pick_up()
        self.eventually(lambda: staff.heard(VOICE))
        staff.press("1")
        caller.speak()
        staff.hears(caller.hertz)
        staff.speak()
        caller.hears(staff.hertz)
        return caller, staff


@contextmanager
def killed_on(address: str, switch: Switch, network: Network, folder: Path) -> Iterator[Killed]:
    switch.forget()
    practice = Practice(team(folder), switch, folder, address)
    made = Killed(practice, network)
    try:
        yield made
    finally:
        practice.end()
        network.clear()
        switch.ask("channel request hangup all")
        made.eventually(lambda: switch.channels() == 0)
        switch.forget()
        made.db.close()


@pytest.fixture
def alone(asterisk: Switch, network: Network, espeak: Path, tmp_path: Path) -> Iterator[Killed]:
    """One server on SQLite."""
    with killed_on(fresh(tmp_path / "line.sqlite3"), asterisk, network, tmp_path) as made:
        yield made


@pytest.fixture
def two(asterisk: Switch, network: Network, espeak: Path, postgres: Postgres, tmp_path: Path) -> Iterator[Killed]:
    """Two servers on PostgreSQL: the first has Asterisk's events, the second waits."""
    address = postgres.new_database()
    migrate(address)
    with killed_on(address, asterisk, network, tmp_path) as made:
        made.serves()
        second = made.practice.serve()
        made.eventually(second.up, STARTS_WITHIN)
        yield made


def leaves_a_message(caller: Telephone) -> None:
    caller.hears(TONES[BEEP])
    time.sleep(0.6)
    caller.speak()
    time.sleep(1.2)
    caller.press("#")
    time.sleep(0.2)
    caller.hang_up()


def test_killed_before_a_call_and_during_one(alone: Killed) -> None:
    """Callers who wait, or come while it is dead, hear the safety words; a text is kept; all of it is brought in."""
    alone.serves()
    waiting, _ = alone.rings()
    began = time.monotonic()
    alone.practice.servers[0].kill()
    waiting.hears(TONES[FALLBACK])
    assert time.monotonic() - began < SAFE_WITHIN
    leaves_a_message(waiting)
    new, began = alone.phone("TK"), time.monotonic()
    new.call(alone.number())
    new.hears(TONES[FALLBACK])
    assert time.monotonic() - began < SAFE_WITHIN
    leaves_a_message(new)
    alone.phone("MR").text(alone.number(), "Are you there? :) I waited: long")
    alone.serves()
    alone.eventually(lambda: alone.count("recording") == 2)
    alone.eventually(lambda: alone.count("message WHERE direction = 'in'") == 1)
    alone.eventually(lambda: alone.count("contact WHERE closed_at IS NULL") == 3)
    assert alone.count("call WHERE phase <> 'ended'") == 0
    assert alone.count("task WHERE closed_at IS NULL AND owner IS NOT NULL") >= 3
    alone.eventually(lambda: "intersession-texts" not in alone.practice.switch.ask("database show intersession-texts"))


@pytest.mark.soak
def test_killed_in_a_talk(alone: Killed) -> None:
    """Both go on talking; the next server finds them, and is told when they end."""
    alone.serves()
    caller, staff = alone.talk()
    alone.practice.servers[0].kill()
    time.sleep(LEASE + 0.5)
    alone.serves()
    caller.hears(staff.hertz)
    staff.hears(caller.hertz)
    caller.hang_up()
    alone.eventually(lambda: alone.count("call WHERE phase = 'ended'") == 1)
    staff.hang_up()
    alone.eventually(lambda: alone.practice.switch.channels() == 0)


@pytest.mark.soak
def test_killed_after_a_talk_before_its_end_was_written(alone: Killed) -> None:
    alone.serves()
    caller, staff = alone.talk()
    alone.practice.servers[0].kill()
    caller.hang_up()
    staff.hang_up()
    alone.serves()
    alone.eventually(lambda: alone.count("call WHERE phase = 'ended'") == 1)


@pytest.mark.soak
def test_two_servers_that_start_at_once_share_the_tables_and_one_has_asterisk(
    asterisk: Switch, network: Network, espeak: Path, postgres: Postgres, tmp_path: Path
) -> None:
    address = postgres.new_database()
    migrate(address)
    with killed_on(address, asterisk, network, tmp_path) as made:
        both = made.practice.serve(), made.practice.serve()
        made.eventually(lambda: all(server.up() for server in both), STARTS_WITHIN)
        made.eventually(made.practice.connected)
        time.sleep(3)
        assert sum(server.connected() for server in both) == 1


def test_another_server_takes_over_and_a_talk_goes_on(two: Killed) -> None:
    """The first is killed without a goodbye: the second has the events within the lease's time, and takes calls."""
    caller, staff = two.talk()
    holder = two.db.value("SELECT holder FROM lease")
    two.practice.servers[0].kill()
    began = time.monotonic()
    two.eventually(lambda: two.db.value("SELECT holder FROM lease") != holder, TAKES_OVER_WITHIN)
    two.eventually(two.practice.servers[1].connected, TAKES_OVER_WITHIN)
    assert time.monotonic() - began < TAKES_OVER_WITHIN
    caller.hears(staff.hertz)
    staff.hears(caller.hertz)
    other = two.phone("TK")
    other.call(two.number())
    two.eventually(lambda: other.up and other.heard(VOICE))
    assert not other.heard((TONES[FALLBACK],))
    other.hang_up()
    caller.hang_up()
    two.eventually(lambda: two.count("call WHERE phase = 'ended'") == 2)
    staff.hang_up()
    two.eventually(lambda: two.practice.switch.channels() == 0)


@pytest.mark.soak
def test_a_server_that_was_frozen_stands_back(two: Killed) -> None:
    """It wakes up and believes that it holds the line still; the other one goes on, and no call is told twice."""
    caller, staff = two.talk()
    first, holder = two.practice.servers[0], two.db.value("SELECT holder FROM lease")
    first.freeze()
    two.eventually(lambda: two.db.value("SELECT holder FROM lease") != holder, TAKES_OVER_WITHIN)
    taken_by = two.db.value("SELECT holder FROM lease")
    first.thaw()
    two.eventually(lambda: "lease_let_go" in first.log.read_text(), TAKES_OVER_WITHIN)
    time.sleep(3)
    assert two.db.value("SELECT holder FROM lease") == taken_by
    caller.hears(staff.hertz)
    caller.hang_up()
    two.eventually(lambda: two.count("call WHERE phase = 'ended'") == 1)
    staff.hang_up()
    two.eventually(lambda: two.practice.switch.channels() == 0)
    assert two.count("contact") == 1
    first.kill()
    other = two.phone("TK")
    other.call(two.number())
    two.eventually(lambda: other.up and other.heard(VOICE))
