"""A line on a real Asterisk: the corridor on its movable clock, the carrier on its own thread, words that are tones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from intersession.carriers.asterisk.carrier import Asterisk
from intersession.carriers.asterisk.parse import Reader
from intersession.carriers.port import Envelope
from intersession.core.call import Said
from intersession.core.events import CallArrived, Event, KeyPressed, LegAnswered, LegsJoined, PromptEnded
from intersession.stories.cast import Cast
from intersession.stories.world import World
from tests.lab.asterisk import Switch, tone
from tests.lab.telephones import Network, Telephone

E = TypeVar("E", bound=Event)

SECONDS = 0.3
"""How long any words take here."""
PATIENCE = 10.0
LOWEST, APART = 1000, 70
"""Hertz. The telephones' own tones lie below, the beep and its like above."""


@dataclass
class Voices:
    """A local voice whose every sentence is a tone of its own, so that a telephone can tell what it hears."""

    folder: Path
    spoken: dict[str, int] = field(default_factory=dict)

    def __call__(self, said: Said) -> Path:
        path = self.folder / f"{self.hertz(said.text)}.wav"
        return path if path.exists() else tone(path, self.hertz(said.text), SECONDS)

    def hertz(self, text: str) -> int:
        """The tone of a sentence."""
        return self.spoken.setdefault(text, LOWEST + APART * len(self.spoken))

    def text(self, hertz: float) -> str:
        """The sentence of a tone."""
        return next(text for text, tone_of in self.spoken.items() if tone_of == hertz)


class OnAsterisk:
    """All of it, for one test. Use it as a context."""

    def __init__(self, cast: Cast, switch: Switch, network: Network, folder: Path) -> None:
        lines = tuple(replace(one, carrier="asterisk") for one in cast.setup.lines)
        self.world = World(replace(cast, setup=replace(cast.setup, lines=lines)))
        self.switch, self.network, self.voices = switch, network, Voices(folder)
        self.told: list[Envelope] = []
        self.carrier = self.connect()

    def connect(self) -> Asterisk:
        """A carrier that knows nothing yet, as after a restart."""
        keyring = self.world.keyring
        reader = Reader(pbx=self.switch.pbx, key_of=keyring.number_key, digest=keyring.digest)
        carrier = Asterisk(reader, self._take, self.world.now, self.voices)
        self.world.corridor.carriers["asterisk"] = carrier
        return carrier

    def restart(self) -> None:
        """A new process, that remembers nothing, takes over."""
        self.carrier = self.connect().start()
        assert self.carrier.wait_connected()

    def cut(self) -> None:
        """The socket is lost; the carrier connects again by itself."""
        socket = self.carrier._ari._socket
        assert socket is not None
        asyncio.run_coroutine_threadsafe(socket.close(), self.carrier._loop).result(PATIENCE)

    def _take(self, envelope: Envelope) -> None:
        self.world.corridor.submit(envelope)
        self.told.append(envelope)  # whoever waits for it finds it in the queue

    def __enter__(self) -> OnAsterisk:
        self.carrier.start()
        assert self.carrier.wait_connected()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.carrier.stop()
        self.switch.ask("channel request hangup all")
        self.until(lambda: self.switch.channels() == 0)
        self.switch.forget()
        self.network.clear()
        self.world.__exit__(kind, error, trace)

    # ------------------------------------------------------------ who there is

    def phone(self, who: str) -> Telephone:
        """Somebody's telephone."""
        return self.network.phone(self.world.cast.phones[who])

    def number(self, line: str) -> str:
        """A line's number."""
        return self.world.cast.lines[line]

    # ------------------------------------------------------------ what happens

    def until(self, so: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something is so; the corridor does meanwhile what is due."""
        end = time.monotonic() + seconds
        while not so():
            if time.monotonic() > end:
                told = [type(one.event).__name__ for one in self.told]
                raise AssertionError(f"waited {seconds} s in vain; told so far: {told}")
            time.sleep(0.005)

    def happens(self, kind: type[E], act: Callable[[], object] = lambda: None, since: int | None = None) -> E:
        """Do it, and wait for the event that it brings; then let the line act on it."""
        before = len(self.told) if since is None else since
        act()
        self.until(lambda: any(isinstance(one.event, kind) for one in self.told[before:]))
        self.world.settle()
        return next(one.event for one in self.told[before:] if isinstance(one.event, kind))

    def goes_on(self, so: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Let the line act on whatever comes, until something is so."""

        def settled() -> bool:
            self.world.settle()
            return so()

        self.until(settled, seconds)

    # ------------------------------------------------------------ what most stories begin with

    def rings(self, who: str = "JS", at: str = "Ames", number: str = "coaching") -> tuple[Telephone, Telephone]:
        """Somebody has called, has heard the words, and a phone rings for it."""
        outside, staff = self.phone(who), self.phone(at)
        before = len(self.told)
        self.happens(CallArrived, lambda: outside.call(self.number(number)))
        self.happens(PromptEnded, since=before)
        self.goes_on(lambda: staff.ringing)
        return outside, staff

    def talk(self) -> tuple[Telephone, Telephone]:
        """J-S called, Ames pressed 1, and they talk."""
        outside, staff = self.rings()
        self.happens(LegAnswered, staff.pick_up)
        before = len(self.told)
        self.happens(KeyPressed, lambda: staff.press("1"))
        self.happens(LegsJoined, since=before)
        outside.speak()
        staff.speak()
        outside.hears(staff.hertz)
        staff.hears(outside.hertz)
        return outside, staff

    # ------------------------------------------------------------ what is heard

    def words(self, phone: Telephone, since: float) -> str:
        """What a telephone has heard from an instant on, listened to until it is quiet."""
        self.until(lambda: bool(phone.heard_between(since, time.monotonic(), self._tones())))
        self.until(lambda: not phone.heard(self._tones(), 0.25))
        return " ".join(self.voices.text(hertz) for hertz in self._sequence(phone, since))

    def _tones(self) -> list[float]:
        return list(self.voices.spoken.values())

    def _sequence(self, phone: Telephone, since: float) -> list[float]:
        found: list[float] = []
        at, now = since, time.monotonic()
        while at < now:
            found += [one for one in sorted(phone.heard_between(at, at + 0.1, self._tones())) if one not in found[-1:]]
            at += 0.1
        return found
