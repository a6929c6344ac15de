"""Twilio keeps the contract of carriers: by its documents, and by its double."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from intersession.stories.world import World
from tests.carriers.contract import CarrierContract, OutboundContract, Side, Staff
from tests.carriers.handsets import Handsets
from tests.carriers.twilio.cloud import Leg, sid
from tests.carriers.twilio.conftest import Line
from tests.carriers.twilio.played import OnTwilio
from tests.corridor.conftest import team


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


class TestTwilioOutbound(OutboundContract):
    @pytest.fixture
    def staff(self, tmp_path: Path) -> Iterator[Staff]:
        with OnTwilio(team(tmp_path)) as world:
            yield Handsets(world)
