"""A practice's Asterisk, on paper."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from intersession.carriers.asterisk.parse import Reader
from intersession.carriers.asterisk.pbx import Pbx, Station, Trunk
from intersession.core.ids import LineId, NumberKey, PracticeId


@pytest.fixture
def pbx() -> Pbx:
    return Pbx(
        practice=PracticeId("p"), lines={"+12025550100": LineId("coaching"), "+12025550101": LineId("coaching")},
        trunk=Trunk(host="sip.provider.example", user="us", password="trunk-secret", texts=True),
        password="ari-secret", sounds=Path("/sounds"),
        stations={"+12025550110": Station(name="desk", password="desk-secret")},
    )  # fmt: skip


@pytest.fixture
def reader(pbx: Pbx) -> Reader:
    return Reader(
        pbx=pbx, key_of=lambda number: NumberKey(f"key of {number}"),
        digest=lambda text: hashlib.sha256(text.encode()).hexdigest()[:16],
    )  # fmt: skip
