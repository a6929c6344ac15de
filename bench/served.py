"""A line as `serve` puts it together, on Asterisk: the writer, the lanes, SQLite, encryption, journal, seal."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType

import structlog

from intersession.core.call import Said
from intersession.core.decide import decide
from intersession.corridor.carrier_accounts import keep_account
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import Db
from intersession.corridor.running import Running
from intersession.records.sealing import Keyring
from intersession.server.carriers import Lines, attach
from intersession.sound.speech import Speech

from .practice import PRACTICE, Seed

INTO_THE_NIGHT = timedelta(hours=5)
"""From the evening of the stories: nobody's phone rings now unless somebody presses 1."""
RESTS_WITHIN = 60.0
BUSY = (
    "SELECT count(*) FROM call WHERE phase <> 'ended'",
    "SELECT count(*) FROM errand WHERE state IN ('due', 'claimed') AND lane = 'voice'",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """What it is wired to."""

    path: str
    settings: Mapping[str, str] = field(repr=False)
    """How its Asterisk is reached, as `connect` keeps it."""


class Served:
    """One running line, and what it can be asked."""

    def __init__(self, seed: Seed, wired: Wired) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        self._seed, self._wired, self._stack = seed, wired, ExitStack()
        self._keyring = Keyring(seed.key)
        self._db = Db(wired.path)
        self._spoken = _watched()

    def __enter__(self) -> Served:
        self._db.run("UPDATE line SET carrier = 'asterisk'")
        keep_account(self._db, self._keyring, PRACTICE, "asterisk", self._wired.settings)
        clock = MovableClock(self._seed.start + INTO_THE_NIGHT, running=True)
        running = Running(self._wired.path, self._keyring, clock, decide)
        attached = attach(running, Lines(self._db, self._keyring, PRACTICE))
        self._stack.enter_context(running)
        for carrier in attached.held:
            self._stack.enter_context(carrier)
            if not carrier.wait_connected():
                raise RuntimeError("Asterisk cannot be reached")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self._db.close()

    def rest(self) -> None:
        """Until no call is up, and nothing is left to be done for one."""
        until = time.monotonic() + RESTS_WITHIN
        while any(self._db.value(sql) for sql in BUSY):
            if time.monotonic() > until:
                raise RuntimeError("the line did not come to rest")
            time.sleep(0.01)

    def talking(self) -> bool:
        """Somebody is connected."""
        return bool(self._db.value("SELECT count(*) FROM call WHERE phase = 'talking'"))

    def forget_words(self) -> None:
        """Whatever was spoken has to be spoken anew."""
        self._spoken.clear()
        for path in (Path(self._wired.settings["folder"]) / "words").glob("*.wav"):
            path.unlink()

    def first_words(self) -> str:
        """The file of the first words since they were forgotten."""
        return str(self._spoken[0])


def _watched() -> list[Path]:
    """From now on, in this process: every file of words, as it is used."""
    found: list[Path] = []
    make = Speech.file

    def file(self: Speech, said: Said) -> Path:
        found.append(make(self, said))
        return found[-1]

    Speech.file = file  # type: ignore[method-assign]
    return found
