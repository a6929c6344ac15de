"""A line as `serve` starts it, on a real Asterisk, with this machine's own voice: from one telephone to another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from intersession.carriers.port import Envelope
from intersession.core.decide import decide
from intersession.core.events import GreetingRecorded
from intersession.core.ids import ClipId, EventId, PracticeId, StaffId
from intersession.corridor.carrier_accounts import keep_account
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import Db
from intersession.corridor.running import Running
from intersession.corridor.setup import install
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from intersession.server.carriers import Lines, attach
from intersession.stories.cast import Cast
from tests.corridor.conftest import team
from tests.lab.asterisk import Switch
from tests.lab.telephones import Network, Telephone
from tests.sound.tones import tone

VOICE = tuple(range(150, 900, 25))
"""Hertz: something of a voice lies in any of these; silence in none."""
OWN_VOICE = 1270.0
"""Hertz: no telephone's tone, nor the beep's."""


@dataclass
class Served:
    """What runs."""

    cast: Cast
    running: Running
    network: Network

    def phone(self, who: str) -> Telephone:
        return self.network.phone(self.cast.phones[who])

    def eventually(self, so: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.fixture
def served(asterisk: Switch, network: Network, espeak: Path, tmp_path: Path) -> Iterator[Served]:
    cast = team(tmp_path)
    lines = tuple(replace(one, carrier="asterisk") for one in cast.setup.lines)
    setup = replace(cast.setup, lines=lines)
    keyring, address = Keyring(os.urandom(32)), fresh(tmp_path / "line.sqlite3")
    db, pbx, practice = Db(address), asterisk.pbx, PracticeId(setup.id)
    install(db, keyring, setup)
    settings = {
        "folder": str(asterisk.folder), "password": pbx.password, "http_port": str(pbx.http_port),
        "sip_port": str(pbx.sip_port), "trunk_host": pbx.trunk.host, "trunk_port": str(pbx.trunk.port),
    }  # fmt: skip
    keep_account(db, keyring, practice, "asterisk", settings)
    running = Running(address, keyring, MovableClock(cast.start, running=True), decide)
    with ExitStack() as stack:
        attached = attach(running, Lines(db, keyring, practice))
        stack.enter_context(running)
        for carrier in attached.held:
            stack.enter_context(carrier)
            assert carrier.wait_connected()
        yield Served(replace(cast, setup=setup), running, network)
        network.clear()
    asterisk.forget()
    db.close()


def test_a_caller_hears_a_voice_and_is_put_through(served: Served) -> None:
    caller, ames = served.phone("JS"), served.phone("Ames")
    db = Db(served.running.address)
    caller.call(served.cast.lines["coaching"])
    served.eventually(lambda: caller.up and bool(caller.heard(VOICE)))
    served.eventually(lambda: ames.ringing)
    assert ames.shows == served.cast.lines["coaching"]
    ames.pick_up()
    served.eventually(lambda: bool(ames.heard(VOICE)))
    ames.press("1")
    served.eventually(lambda: db.value("SELECT phase FROM call") == "talking")
    caller.speak()
    ames.hears(caller.hertz)
    caller.hang_up()
    served.eventually(lambda: db.value("SELECT phase FROM call") == "ended")
    db.close()


def test_S11_a_client_hears_the_clinicians_own_voice_and_then_the_machines(served: Served) -> None:
    hello = GreetingRecorded(
        id=EventId("g1"), practice=PracticeId(served.cast.setup.id), at=served.cast.start, by=StaffId("Bo"),
        clip=ClipId("hello"), locale="en-US", text="Hello. You have reached Harbor DBT.", seconds=2,
    )  # fmt: skip
    envelope = Envelope(event=hello, sounds={"hello": ("audio/wav", tone(2, 16000, hertz=OWN_VOICE))})
    served.running.submit(envelope).wait(10)
    caller = served.phone("TK")
    caller.call(served.cast.lines["main"])
    caller.hears(OWN_VOICE)
    served.eventually(lambda: not caller.heard((OWN_VOICE,)) and bool(caller.heard(VOICE)))
