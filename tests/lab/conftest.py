"""The lab's telephones and its Asterisk: one of each for all tests, and a line of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corridor.conftest import team
from tests.lab.asterisk import Switch, private_asterisk
from tests.lab.on_asterisk import OnAsterisk
from tests.lab.telephones import Network, telephone_network


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """The provider behind the trunk, and everybody's telephone."""
    with telephone_network() as made:
        yield made


@pytest.fixture(scope="session")
def asterisk(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """An Asterisk of this run's own, whose trunk is that network."""
    setup = team(tmp_path_factory.mktemp("cast")).setup
    lines = {line.number: line.id for line in setup.lines}
    lines |= {line.urgent_number: line.id for line in setup.lines if line.urgent_number}
    with private_asterisk(lines, setup.id, network.here[1]) as switch:
        network.switch = ("127.0.0.1", switch.pbx.sip_port)
        yield switch


@pytest.fixture
def line(asterisk: Switch, network: Network, tmp_path: Path) -> Iterator[OnAsterisk]:
    """The DBT team on a Tuesday evening, on Asterisk."""
    with OnAsterisk(team(tmp_path), asterisk, network, tmp_path) as made:
        yield made
