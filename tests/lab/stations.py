"""An Asterisk with staff phones of its own and a trunk that asks for a password, and the telephones for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests

from intersession.carriers.asterisk.pbx import Pbx, Station
from tests.corridor.conftest import team
from tests.lab.asterisk import Switch, private_asterisk
from tests.lab.telephones import Network

AMES, EVAN = "+12025550110", "+12025550115"
DESK = Station(name="phone-7c1d2e", password="desk-secret")
OTHER = Station(name="phone-9a0b3f", password="other-secret")


def with_desks(pbx: Pbx) -> Pbx:
    """Ames and Evan have telephones on their desks."""
    return replace(pbx, stations={AMES: DESK, EVAN: OTHER})


def with_account(pbx: Pbx) -> Pbx:
    """The provider wants a user and a password."""
    return replace(with_desks(pbx), trunk=replace(pbx.trunk, user="clinic", password="trunk;secret"))


@contextmanager
def team_asterisk(network: Network, folder: Path, otherwise: Callable[[Pbx], Pbx]) -> Iterator[Switch]:
    """An Asterisk whose trunk is that network, for the DBT team's lines."""
    setup = team(folder).setup
    lines = {line.number: line.id for line in setup.lines}
    lines |= {line.urgent_number: line.id for line in setup.lines if line.urgent_number}
    with private_asterisk(lines, setup.id, network.here[1], otherwise) as switch:
        network.switch = ("127.0.0.1", switch.pbx.sip_port)
        yield switch


def state_of(switch: Switch, name: str) -> dict[str, Any]:
    """An endpoint, as ARI tells it."""
    pbx = switch.pbx
    answer = requests.get(f"{pbx.url}/endpoints/PJSIP/{name}", auth=(pbx.user, pbx.password), timeout=5)
    found: dict[str, Any] = answer.json()
    return found
