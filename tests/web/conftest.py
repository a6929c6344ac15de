"""A small practice on one thread, and browsers that look at it: every screen test begins here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from intersession.carriers.port import Envelope
from intersession.carriers.simulated.exchange import Exchange, Here
from intersession.core.decide import decide
from intersession.core.ids import LineId, PracticeId
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import Db
from intersession.corridor.running import Corridor
from intersession.corridor.setup import install
from intersession.corridor.tick import Turned
from intersession.records import models
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from intersession.records.setup import (
    ClientSetup,
    LineSetup,
    PhoneSetup,
    PracticeSetup,
    ShiftSetup,
    StaffSetup,
    WindowSetup,
)
from intersession.web import line
from tests.core.cast import ny

AMES_LINE, MAIN = "+12125550101", "+12125550100"
JS, TK, MR, WP = "+12125550142", "+12125550143", "+13105550144", "+12125550145"
STRANGER = "+12125550199"
WEDNESDAY = ny("2027-02-17 14:10")
SUNDAY = ny("2027-02-21 19:30")


def practice_setup() -> PracticeSetup:
    """Ames and her clients, a trainee under Cole, Evan and Fay on call, Gil directs, and a desk."""
    weekdays = tuple(WindowSetup(weekday=day, start=time(9), end=time(18)) for day in range(5))
    year = (ny("2027-01-01 00:00"), ny("2028-01-01 00:00"))
    terms = {"discussed_at": ny("2027-01-04 10:00"), "expires_at": ny("2028-01-04 10:00")}
    return PracticeSetup(
        id="oak", name="Oak Street", zone="America/New_York", policy={"dbt": True}, hours=weekdays,
        lines=(
            LineSetup(id="main", number=MAIN, kind="central", said_as="Oak Street"),
            LineSetup(id="ames_line", number=AMES_LINE, said_as="Ames's line", staff="ames"),
        ),
        staff=(
            _staff("ames", "clinician", hours=weekdays),
            _staff("bo", "trainee", hours=weekdays, supervisor="cole"),
            _staff("cole", "supervisor", hours=weekdays),
            _staff("dee", "coach", hours=weekdays, coach_until=date(2027, 12, 31)),
            _staff("evan", "clinician"),
            _staff("fay", "clinician"),
            _staff("gil", "director"),
            _staff("hal", "desk", hours=weekdays),
        ),
        clients=(
            ClientSetup(
                id="c-js", name="Jo Sample", handle="J-S", numbers=(JS,), primary="ames", access="coaching",
                agreement={**terms, "text_scope": "coaching"},
            ),
            ClientSetup(
                id="c-tk", name="Tam Knoll", handle="T-K", numbers=(TK,), primary="ames",
                agreement={**terms, "text_scope": "scheduling_only"},
            ),
            ClientSetup(
                id="c-mr", name="Mo Rill", handle="M-R", numbers=(MR,), primary="ames", zone="America/Los_Angeles",
                agreement=terms, safe={
                    "window": ("08:00", "09:00"), "voicemail_ok": False, "text_ok": False, "code_word": True,
                    "safe_way": "Through the front desk of the school.",
                },
            ),
            ClientSetup(id="c-wp", name="Wil Post", handle="W-P", numbers=(WP,), primary="bo", agreement=terms),
        ),
        shifts=tuple(
            ShiftSetup(staff=staff, tier=tier, start=year[0], end=year[1]) for tier, staff in ((1, "evan"), (2, "fay"))
        ),
        desk=("hal",), pool=("dee",), director="gil",
    )  # fmt: skip


def _staff(name: str, role: str, **more: Any) -> StaffSetup:
    phone = f"+1212555{160 + ord(name[0]) - ord('a'):04d}"
    return StaffSetup(
        id=name, name=f"{name.title()} Private", said_as=name.title(), initials=name[:2].upper(), roles=(role,),
        phones=(PhoneSetup(id=f"{name}-cell", number=phone),), **more,
    )  # fmt: skip


class Settled:
    """The answer to a submit, on one thread."""

    def __init__(self, turned: Turned) -> None:
        self.turned = turned

    def wait(self, seconds: float) -> Turned:
        """It is there already."""
        del seconds
        return self.turned


class World:
    """The whole line on one thread, on a clock that only tests move."""

    def __init__(self, folder: Path, start: datetime) -> None:
        self.clock = MovableClock(start.astimezone(UTC))
        self.keyring = Keyring(os.urandom(32))
        self.address = fresh(folder / "line.sqlite3")
        install(Db(self.address), self.keyring, practice_setup())
        self.corridor = Corridor(self.address, self.keyring, self.clock, decide)
        oak = PracticeId("oak")
        self.exchange = Exchange(
            lines={
                MAIN: Here(practice=oak, line=LineId("main")),
                AMES_LINE: Here(practice=oak, line=LineId("ames_line")),
            },
            now=self.clock.now, key_of=self.keyring.number_key, report=self.corridor.submit,
        )  # fmt: skip
        self.corridor.carriers["simulated"] = self.exchange
        self.handed_in: list[Envelope] = []

    def submit(self, envelope: Envelope) -> Settled:
        """One event of a screen."""
        self.handed_in.append(envelope)
        turned = self.corridor.now_do(envelope)
        self.settle()
        return Settled(turned)

    def settle(self) -> None:
        """Everything that is due by now."""
        self.corridor.pump()
        while self.exchange.advance():
            self.corridor.pump()

    def on(self, seconds: float) -> None:
        """So many seconds later; whatever falls due on the way happens at its own time."""
        at = self.clock.now() + timedelta(seconds=seconds)
        self.settle()
        while (due := self._next()) is not None and due <= at:
            self.clock.set(max(due, self.clock.now()))
            self.settle()
        self.clock.set(max(at, self.clock.now()))
        self.settle()

    def go_to(self, at: datetime) -> None:
        """To that instant."""
        self.on((at - self.clock.now()).total_seconds())

    def voicemail(self, number: str, words: str, to: str = AMES_LINE) -> str:
        """They call, nobody answers, they speak after the tone and hang up; the contact."""
        contact = self.exchange.call(number, to)
        self.settle()
        self.until(lambda: self.exchange.say(number, words))
        self.on(6)
        self.exchange.hang_up(number)
        self.settle()
        return contact

    def until(self, done: Callable[[], bool]) -> None:
        """Second by second, until it is so."""
        for _ in range(400):
            if done():
                return
            self.on(1)
        raise AssertionError("it never came to that")

    def text(self, number: str, words: str, to: str = AMES_LINE) -> None:
        """They text."""
        self.exchange.text(number, to, words)
        self.settle()

    def task(self, **which: Any) -> models.Task:
        """The one open task."""
        return models.Task.objects.get(closed_at=None, **which)

    def _next(self) -> datetime | None:
        times = [at for at in (self.corridor.next_due(), self.exchange.next_due()) if at is not None]
        return min(times, default=None)


@pytest.fixture
def world(tmp_path: Path, settings: Any) -> Iterator[World]:
    """Wednesday, 14:10; Ames looks."""
    settings.INTERSESSION_VIEWER = "ames"
    database = connections["records"].settings_dict
    before = database["NAME"]
    made = World(tmp_path, WEDNESDAY)
    connections["records"].close()
    database["NAME"] = made.address
    line.connect(
        line.Connected(
            corridor=made, clock=made.clock, practice=PracticeId("oak"), keyring=made.keyring, database=made.address
        )
    )
    yield made
    line.disconnect()
    connections["records"].close()
    database["NAME"] = before
    made.corridor.db.close()


@pytest.fixture
def page() -> Client:
    """A browser on this machine, without scripts."""
    return Client(HTTP_HOST="localhost")


@pytest.fixture
def htmx() -> Client:
    """The same, as htmx asks for the open part of Now."""
    return Client(HTTP_HOST="localhost", headers={"HX-Request": "true", "HX-Target": "open"})


@pytest.fixture
def looks(settings: Any) -> Callable[[str], None]:
    """Somebody else looks from now on."""

    def switch(staff: str) -> None:
        settings.INTERSESSION_VIEWER = staff

    return switch
