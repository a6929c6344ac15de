"""A DBT team with a database and a key of its own, whose lines are connected with an account at Twilio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intersession.connect import twilio
from intersession.connect.doctor import Doctor
from intersession.connect.findings import Finding
from intersession.connect.lines import Assigned
from intersession.core.ids import LineId, PracticeId
from intersession.corridor.db import Db
from intersession.corridor.setup import install
from intersession.records.fields import to_micros
from intersession.records.schema import fresh
from intersession.records.sealing import keyring_from
from tests.carriers.twilio.cloud import ACCOUNT, PUBLIC, TOKEN
from tests.connect.api import Api, Web
from tests.corridor.conftest import team

NOW = datetime(2027, 2, 9, 20, tzinfo=UTC)
SETTINGS = {"account": ACCOUNT, "token": TOKEN, "public_url": PUBLIC}


@dataclass
class Office:
    """What an installer has before them."""

    folder: Path
    api: Api = field(default_factory=Api)
    web: Web = field(default_factory=Web)

    def __post_init__(self) -> None:
        self.database, self.key = fresh(self.folder / "line.sqlite3"), self.folder / "practice.key"
        self.cast = team(self.folder)
        self.db, self.keyring = Db(self.database), keyring_from(self.key)
        install(self.db, self.keyring, self.cast.setup)
        self.practice = twilio.Practice(db=self.db, keyring=self.keyring, id=PracticeId(self.cast.setup.id))
        for number in self.numbers:
            self.api.own(number)

    @property
    def numbers(self) -> list[str]:
        return [number for line in self.cast.setup.lines for number in (line.number, line.urgent_number) if number]

    @property
    def assigned(self) -> list[Assigned]:
        """Each line keeps the numbers that it has."""
        return [
            Assigned(line=LineId(line.id), number=line.number, urgent=line.urgent_number)
            for line in self.cast.setup.lines
        ]

    def connect(self, assigned: list[Assigned] | None = None, duty: str | None = None) -> list[str]:
        """As the command does it."""
        wanted = self.assigned if assigned is None else assigned
        settings = SETTINGS if duty is None else {**SETTINGS, "duty": duty}
        return twilio.apply(self.practice, self.api.client, settings, wanted, NOW)

    def doctor(self) -> list[Finding]:
        """All that it finds."""
        found = Doctor(
            database=self.database, key=self.key, now=lambda: NOW, web=self.web, client_of=lambda _: self.api.client
        )
        return list(found.findings())

    def mends(self) -> str:
        """What it finds wrong."""
        return "\n".join(str(one) for one in self.doctor() if one.state == "mend")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.db.close()


@pytest.fixture
def connected(office: Office) -> Office:
    """Set up, and well."""
    office.connect()
    office.api.asked.clear()
    office.db.run("INSERT INTO heartbeat (id, at) VALUES (1, ?)", (to_micros(NOW),))
    return office
