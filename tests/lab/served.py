"""A line with all its threads, on a real Asterisk, with words that are tones; what decides can be made to hang."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from intersession.carriers.asterisk.carrier import Asterisk
from intersession.carriers.asterisk.parse import Reader
from intersession.core.decide import decide
from intersession.core.decision import Decision
from intersession.core.events import Event
from intersession.core.facts import Facts
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import Db
from intersession.corridor.running import Running
from intersession.corridor.setup import install
from intersession.records.sealing import Keyring
from intersession.stories.cast import Cast
from tests.lab.asterisk import Switch
from tests.lab.on_asterisk import Voices
from tests.lab.telephones import Network, Telephone

PATIENCE = 20.0


class Served:
    """All of it, for one test. `address` is a database with its tables and nothing in it."""

    def __init__(self, cast: Cast, switch: Switch, network: Network, folder: Path, address: str) -> None:
        lines = tuple(replace(one, carrier="asterisk") for one in cast.setup.lines)
        self.cast, self.switch, self.network = cast, switch, network
        self.keyring, self.voices, self.awake = Keyring(os.urandom(32)), Voices(folder), threading.Event()
        self.awake.set()
        self.db = Db(address)
        install(self.db, self.keyring, replace(cast.setup, lines=lines))
        self.clock = MovableClock(cast.start, running=True)
        self.running, self.carrier = self._made(address)

    def _made(self, address: str) -> tuple[Running, Asterisk]:
        running = Running(address, self.keyring, self.clock, self._decide)
        reader = Reader(pbx=self.switch.pbx, key_of=self.keyring.number_key, digest=self.keyring.digest)
        carrier = Asterisk(reader, running.submit, self.clock.now, self.voices, behind=running.look_back)
        running.carriers["asterisk"] = carrier
        return running, carrier

    def _decide(self, event: Event, facts: Facts, now: datetime) -> Decision:
        self.awake.wait()
        return decide(event, facts, now)

    def __enter__(self) -> Served:
        self.switch.forget()
        self.running.start()
        self.carrier.start()
        assert self.carrier.wait_connected()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.awake.set()
        self.carrier.stop()
        self.running.stop()
        self.running.tick.db.close()
        self.network.clear()
        self.switch.ask("channel request hangup all")
        self.eventually(lambda: self.switch.channels() == 0)
        self.switch.forget()
        self.db.close()

    def phone(self, who: str) -> Telephone:
        """Somebody's telephone."""
        return self.network.phone(self.cast.phones[who])

    def number(self, line: str) -> str:
        """A line's number."""
        return self.cast.lines[line]

    def eventually(self, so: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, f"waited {seconds} s in vain"
            time.sleep(0.02)

    def value(self, sql: str) -> Any:
        """One value of the records."""
        return self.db.value(sql)

    def rings(self, who: str = "JS", at: str = "Ames") -> tuple[Telephone, Telephone]:
        """Somebody has called, and a phone rings for it."""
        outside, staff = self.phone(who), self.phone(at)
        outside.call(self.number("coaching"))
        self.eventually(lambda: staff.ringing)
        return outside, staff

    def talk(self, who: str = "JS", at: str = "Ames") -> tuple[Telephone, Telephone]:
        """They have called, the clinician pressed 1, and both hear each other."""
        outside, staff = self.rings(who, at)
        staff.pick_up()
        self.eventually(lambda: staff.heard(list(self.voices.spoken.values())))
        staff.press("1")
        outside.speak()
        staff.speak()
        outside.hears(staff.hertz)
        staff.hears(outside.hertz)
        return outside, staff
