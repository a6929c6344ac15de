"""Twilio's inbound half keeps the contract of carriers."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from intersession.stories.world import World
from tests.carriers.contract import CarrierContract, Side
from tests.carriers.twilio.cloud import Leg, sid
from tests.carriers.twilio.conftest import Line


@dataclass
class Phone:
    """Somebody's telephone, whose calls come in through Twilio."""

    line: Line
    leg: Leg | None = None

    @property
    def world(self) -> World:
        return self.line.world

    @property
    def up(self) -> Leg:
        assert self.leg is not None
        return self.leg

    def call(self, who: str, line: str) -> None:
        self.leg = self.line.cloud.call(self.line.number(who), self.line.listed(line))

    def hears(self) -> str:
        return self.up.words()

    def listen(self) -> None:
        self.up.listen()

    def press(self, key: str) -> None:
        self.up.press(key)

    def leave_message(self, seconds: int) -> None:
        self.up.record(seconds)

    def hang_up(self) -> None:
        assert self.up.hang_up().status_code == 204

    def text(self, who: str, line: str, body: str, times: int = 1) -> None:
        message = sid("SM")
        for _ in range(times):
            self.line.cloud.text(self.line.number(who), self.line.listed(line), body, message=message)


class TestTwilio(CarrierContract):
    @pytest.fixture
    def side(self, line: Line) -> Side:
        return Phone(line)
