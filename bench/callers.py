"""Telephones on a real Asterisk: who calls the line, who calls past it, and the on-call phone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from intersession.stories.play import load
from tests.lab.asterisk import Switch, private_asterisk
from tests.lab.components import COMPONENTS
from tests.lab.sound import EXPANDED
from tests.lab.telephones import Network, Telephone, telephone_network

from .apart import Apart
from .practice import KINDS, PRACTICE, STORY, Seed, outside_number
from .served import Served, Wired

NEEDS = ("asterisk", "espeak")
BARE = outside_number(9_999_999)
"""No number of the line's: a dialplan alone picks up."""
LOUD = 400
"""Of 32,768: quieter than this is silence."""
ON_CALL = "Evan"
WITHIN = 10.0
LOOKS_EVERY = 0.0005


class NotHeard(RuntimeError):
    """Something that had to happen on a telephone did not."""


def missing() -> str:
    """What of this is not on this machine; empty where nothing is missing."""
    return ", ".join(one.name for one in COMPONENTS if one.fixture in NEEDS and one.find() is None)


@dataclass(slots=True)
class Callers:
    """Each call is somebody else's, at night, when nobody's phone rings by itself. Who just listens and hangs up is no
    coaching client: nobody is paged for that."""

    network: Network
    switch: Switch
    line: Apart
    number: str
    """Of the line."""
    on_call: str
    calls: int = 0
    """How many came in at the line."""
    _listening: Iterator[int] = field(default_factory=lambda: _clients("TK"))
    _urgent: Iterator[int] = field(default_factory=lambda: _clients("JS"))

    def bare(self) -> float:
        """Seconds from INVITE to first sound, of a dialplan that picks up and plays."""
        return self._first_sound(BARE)

    def answered(self) -> float:
        """Seconds from INVITE to first sound, of the line."""
        self.calls += 1
        waited = self._first_sound(self.number)
        self.line.ask("rest")
        return waited

    def answered_anew(self) -> float:
        """The same, where none of the words was ever spoken before."""
        self.line.ask("forget_words")
        return self.answered()

    def rings(self) -> float:
        """Seconds from the moment that a waiting caller touches key 1 until the on-call phone is told to ring."""
        caller, on_call = self._phone(self._urgent), self.network.phone(self.on_call)
        self.calls += 1
        caller.call(self.number)
        _until(lambda: _sounds(caller) is not None)
        began = time.monotonic()
        caller.press("1")
        _until(lambda: on_call.ringing)
        waited = time.monotonic() - began
        self._meet(caller, on_call)
        return waited

    def _meet(self, caller: Telephone, on_call: Telephone) -> None:
        """And part again: the caller first, for whoever is left alone has been cut off, and somebody is paged."""
        on_call.pick_up()
        _until(lambda: _sounds(on_call) is not None)
        on_call.press("1")
        _until(lambda: bool(self.line.ask("talking")))
        caller.hang_up()
        self.line.ask("rest")
        on_call.hang_up()

    def play_bare(self) -> None:
        """The dialplan of the bare number plays what the line said first, to the last who heard it anew."""
        sound = Path(self.line.ask("first_words")).with_suffix("")
        for step, what in enumerate(("Answer()", f"Playback({sound})"), 1):
            self.switch.ask(f"dialplan add extension {BARE},{step},{what} into from-trunk")

    def _first_sound(self, number: str) -> float:
        caller = self._phone(self._listening)
        began = time.monotonic()
        caller.call(number)
        _until(lambda: _sounds(caller) is not None)
        first = _sounds(caller)
        assert first is not None
        caller.hang_up()
        return first - began

    def _phone(self, of: Iterator[int]) -> Telephone:
        return self.network.phone(outside_number(next(of)))


@contextmanager
def callers(seed: Seed, path: Path) -> Iterator[Callers]:
    """All of it; `path` is the line's database. Nothing is up any more when it ends."""
    cast = load(STORY).cast
    lines = {number: line.id for line in cast.setup.lines for number in (line.number, line.urgent_number) if number}
    with telephone_network() as network, private_asterisk(lines, PRACTICE, network.here[1]) as switch:
        network.switch = (switch.pbx.sip_address, switch.pbx.sip_port)
        wired = Wired(path=str(path), settings=_settings(switch))
        with Apart(Served, seed, wired) as line:
            line.ask("rest")  # it is there
            yield Callers(network, switch, line, seed.number, cast.phones[ON_CALL])
            line.ask("rest")
            _until(lambda: _nobody_left(network, switch))


def _nobody_left(network: Network, switch: Switch) -> bool:
    """A page that rings for one of the callers is declined."""
    for phone in list(network.phones.values()):
        phone.hang_up()
    return switch.channels() == 0


def _settings(switch: Switch) -> dict[str, str]:
    pbx = switch.pbx
    return {
        "folder": str(switch.folder), "password": pbx.password, "http_port": str(pbx.http_port),
        "sip_port": str(pbx.sip_port), "trunk_host": pbx.trunk.host, "trunk_port": str(pbx.trunk.port),
    }  # fmt: skip


def _clients(kind: str) -> Iterator[int]:
    """Places of the clients of a kind."""
    at = KINDS.index(kind)
    while True:
        yield at
        at += len(KINDS) + 1


def _sounds(phone: Telephone) -> float | None:
    """When the first sound came in that is no silence."""
    packets = list(phone.line.packets) if phone.line is not None else []
    return next((at for at, sound in packets if any(abs(EXPANDED[code]) > LOUD for code in sound)), None)


def _until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + WITHIN
    while not so():
        if time.monotonic() > end:
            raise NotHeard(f"waited {WITHIN:.0f} s in vain")
        time.sleep(LOOKS_EVERY)
