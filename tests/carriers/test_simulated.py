"""The simulated exchange keeps the contract of carriers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from intersession.carriers.port import Envelope
from intersession.stories.world import World
from tests.carriers.contract import CarrierContract, Side
from tests.corridor.conftest import team


@dataclass
class Handset:
    """Somebody's simulated telephone."""

    world: World
    number: str = ""

    def call(self, who: str, line: str) -> None:
        self.number = self.world.cast.phones[who]
        self.world.exchange.call(self.number, self.world.cast.lines[line])
        self.world.settle()

    def hears(self) -> str:
        leg = self.world.exchange.handset(self.number).leg
        assert leg is not None
        return " ".join(one.text for one in leg.hearing.said)

    def listen(self) -> None:
        leg = self.world.exchange.handset(self.number).leg
        assert leg is not None
        assert leg.said_until is not None
        self.world.go_to(leg.said_until)

    def press(self, key: str) -> None:
        self.world.exchange.press(self.number, key)
        self.world.settle()

    def leave_message(self, seconds: int) -> None:
        assert self.world.exchange.say(self.number, "Hello")
        self.world.go_to(self.world.now() + timedelta(seconds=seconds))
        self.press("#")

    def hang_up(self) -> None:
        self.world.exchange.hang_up(self.number)
        self.world.settle()

    def text(self, who: str, line: str, body: str, times: int = 1) -> None:
        told: list[Envelope] = []
        self.world.exchange.report = told.append
        self.world.exchange.text(self.world.cast.phones[who], self.world.cast.lines[line], body)
        for envelope in told * times:
            self.world.corridor.submit(envelope)
        self.world.corridor.pump()


class TestSimulated(CarrierContract):
    @pytest.fixture
    def side(self, tmp_path: Path) -> Iterator[Side]:
        with World(team(tmp_path)) as world:
            yield Handset(world)
