"""A real Asterisk keeps the contract of carriers: real calls, and what is heard is told by its sound."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from intersession.carriers.asterisk.pbx import BEEP
from intersession.core.events import CallArrived, KeyPressed, LegEnded, PromptEnded, TextArrived, VoicemailLeft
from intersession.stories.world import World
from tests.carriers.contract import CarrierContract, Side
from tests.lab.asterisk import TONES
from tests.lab.on_asterisk import OnAsterisk
from tests.lab.telephones import Telephone


@dataclass
class Outside:
    """Somebody's telephone, out there behind the trunk."""

    line: OnAsterisk
    phone: Telephone | None = None
    since: float = 0.0
    before: int = 0

    @property
    def world(self) -> World:
        return self.line.world

    @property
    def own(self) -> Telephone:
        assert self.phone is not None
        return self.phone

    def _now(self) -> None:
        self.since, self.before = time.monotonic(), len(self.line.told)

    def call(self, who: str, line: str) -> None:
        self.phone = self.line.phone(who)
        self._now()
        self.line.happens(CallArrived, lambda: self.own.call(self.line.number(line)))

    def hears(self) -> str:
        return self.line.words(self.own, self.since)

    def listen(self) -> None:
        self.line.happens(PromptEnded, since=self.before)

    def press(self, key: str) -> None:
        self._now()
        self.line.happens(KeyPressed, lambda: self.own.press(key))

    def leave_message(self, seconds: int) -> None:
        beep = TONES[BEEP]
        self.own.hears(beep)
        self.own.wait(lambda: beep not in self.own.heard((beep,), 0.1))
        self.own.speak()
        time.sleep(seconds)
        self.own.speak(on=False)
        self._now()
        self.line.happens(VoicemailLeft, lambda: self.own.press("#"))

    def hang_up(self) -> None:
        self.line.happens(LegEnded, self.own.hang_up)

    def text(self, who: str, line: str, body: str, times: int = 1) -> None:
        phone = self.line.phone(who)
        self.line.happens(TextArrived, lambda: phone.text(self.line.number(line), body, times))
        time.sleep(0.1)
        self.line.world.settle()


class TestAsterisk(CarrierContract):
    @pytest.fixture
    def side(self, line: OnAsterisk) -> Side:
        return Outside(line)
