"""The simulated exchange keeps the contract of carriers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from intersession.stories.world import World
from tests.carriers.contract import CarrierContract, OutboundContract, Side, Staff
from tests.carriers.handsets import Handset, Handsets
from tests.corridor.conftest import team


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(team(tmp_path)) as made:
        yield made


class TestSimulated(CarrierContract):
    @pytest.fixture
    def side(self, world: World) -> Side:
        return Handset(world)


class TestSimulatedOutbound(OutboundContract):
    @pytest.fixture
    def staff(self, world: World) -> Staff:
        return Handsets(world)
