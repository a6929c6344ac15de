"""Many call at once: everybody is picked up and hears something, every call is kept, and nothing is left over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from intersession.carriers.asterisk.pbx import Pbx
from intersession.corridor.db import Db
from intersession.corridor.seal import Intact, verify
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from tests.corridor.conftest import team
from tests.lab.asterisk import Switch, private_asterisk
from tests.lab.crowd import crowd, ear
from tests.lab.serving import STARTS_WITHIN, Practice
from tests.lab.telephones import Network, Telephone, telephone_network

VOICE = tuple(range(150, 900, 25))
"""Hertz: something of a voice lies in any of these; silence in none."""
LISTENS = 12.0
"""Seconds: longer than it takes to call all of them, so that all are up at once."""
ROOM = 1200
"""Ports for sound; a call takes two."""


@dataclass
class Served:
    """`intersession serve`, its Asterisk and telephones."""

    practice: Practice
    network: Network
    db: Db

    @property
    def switch(self) -> Switch:
        return self.practice.switch

    def phone(self, who: str) -> Telephone:
        return self.network.phone(self.practice.cast.phones[who])

    def eventually(self, so: Callable[[], object], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, "\n".join(one.log.read_text()[-3000:] for one in self.practice.servers)
            time.sleep(0.05)

    def count(self, what: str) -> int:
        return int(self.db.value(f"SELECT count(*) FROM {what}"))


@pytest.fixture
def served(espeak: Path, tmp_path: Path) -> Iterator[Served]:
    """On an Asterisk of its own, with room for all of them."""
    cast = team(tmp_path)
    lines = {line.number: line.id for line in cast.setup.lines}
    lines |= {line.urgent_number: line.id for line in cast.setup.lines if line.urgent_number}
    address = fresh(tmp_path / "line.sqlite3")
    with telephone_network() as network, private_asterisk(lines, cast.setup.id, network.here[1], _roomy) as switch:
        network.switch = ("127.0.0.1", switch.pbx.sip_port)
        practice = Practice(cast, switch, tmp_path, address)
        made = Served(practice, network, Db(address))
        practice.serve()
        try:
            made.eventually(practice.connected, STARTS_WITHIN)
            yield made
        finally:
            practice.end()
            network.clear()
            made.db.close()


def _roomy(pbx: Pbx) -> Pbx:
    first = pbx.rtp_ports[0]
    return replace(pbx, rtp_ports=(first, first + ROOM - 1))


def test_ten_call_at_once(asterisk: Switch, served: Served, sipp: Path, tmp_path: Path) -> None:
    called(served, sipp, tmp_path, 10, LISTENS / 3)


@pytest.mark.soak
def test_two_hundred_call_at_once(asterisk: Switch, served: Served, sipp: Path, tmp_path: Path) -> None:
    called(served, sipp, tmp_path, 200, LISTENS)


def called(served: Served, sipp: Path, folder: Path, callers: int, seconds: float) -> None:
    to = served.practice.cast.lines["coaching"]
    sip_port, most = served.switch.pbx.sip_port, 0
    with ear() as listening, crowd(
        sipp, folder, sip_port, to, callers, ear_port=listening.port, seconds=seconds, a_second=callers
    ) as running:  # fmt: skip
        while running.process.poll() is None:
            most = max(most, served.switch.channels())
            time.sleep(0.2)
        assert running.over(120) == ""
    assert most >= callers, "not all of them were up at once"
    assert len(listening.heard) == callers, "not everybody heard something"
    served.eventually(lambda: served.switch.channels() == 0)
    everyone_is_kept(served, callers)
    nothing_is_left(served)
    the_next_one_is_put_through(served)


def everyone_is_kept(served: Served, callers: int) -> None:
    """INV-02, INV-03: one contact a call, known by its number; what is open has an owner and a due time."""
    served.eventually(lambda: served.count("contact") == callers, 60)
    served.eventually(lambda: served.count("call WHERE phase <> 'ended'") == 0)
    numbers = "SELECT count(DISTINCT thread.number_key) FROM contact JOIN thread ON thread.id = contact.thread"
    assert served.db.value(numbers) == callers
    assert served.count("set_aside") == 0
    assert served.count("task WHERE closed_at IS NULL AND (owner IS NULL OR due_at IS NULL)") == 0
    answered = served.count("journal WHERE kind = 'CallArrived'")
    assert answered + served.count("journal WHERE kind = 'CallFellBack'") == callers


def nothing_is_left(served: Served) -> None:
    served.eventually(lambda: not _bridges(served.switch))
    served.eventually(lambda: served.count("errand WHERE lane = 'voice' AND state IN ('due', 'claimed')") == 0)
    served.eventually(lambda: served.count("journal WHERE place IS NULL") == 0)
    sealed = verify(served.db, Keyring((served.practice.folder / "key").read_bytes()), served.practice.cast.setup.id)
    assert isinstance(sealed, Intact)
    assert sealed.rows > 0


def _bridges(switch: Switch) -> str:
    head, _, rest = switch.ask("bridge show all").partition("\n")
    assert "Bridge-ID" in head
    return rest.strip()


def the_next_one_is_put_through(served: Served) -> None:
    caller, ames = served.phone("JS"), served.phone("Ames")
    caller.call(served.practice.cast.lines["coaching"])
    served.eventually(lambda: ames.ringing)
    ames.pick_up()
    served.eventually(lambda: bool(ames.heard(VOICE)))
    ames.press("1")
    caller.speak()
    ames.hears(caller.hertz)
    caller.hang_up()
