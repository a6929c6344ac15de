"""The carriers that a practice's lines are on: built from what `connect` has kept, each with its routes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute
from twilio.rest import Client

from intersession.carriers.asterisk.pbx import Pbx
from intersession.carriers.twilio.account import Account
from intersession.carriers.twilio.carrier import Twilio
from intersession.carriers.twilio.http import PatientHttp
from intersession.carriers.twilio.media import Media
from intersession.carriers.twilio.parse import Reader
from intersession.carriers.twilio.steps import Steps
from intersession.core.ids import LineId, PracticeId
from intersession.corridor.carrier_accounts import account_of
from intersession.corridor.db import Db
from intersession.corridor.lease import Lease
from intersession.corridor.legs import Legs
from intersession.corridor.running import Running
from intersession.records.sealing import Keyring
from intersession.web.station.phones import BrowserPhones

from .asterisk import asterisk_of, pbx_of
from .held import Held
from .hooks import twilio as hooks_of


class NotConnected(LookupError):
    """A line is on a carrier that the practice is not connected with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a practice is, and what it speaks."""

    zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class Lines:
    """What the carriers have to know of a practice."""

    db: Db
    keyring: Keyring
    practice: PracticeId

    def carriers(self) -> set[str]:
        """Those that its lines are on."""
        rows = self.db.rows("SELECT DISTINCT carrier FROM line WHERE practice_id = ?", (self.practice,))
        return {row[0] for row in rows}

    def numbers(self, carrier: str) -> dict[str, LineId]:
        """The numbers there, in E.164, a line's urgent number too."""
        rows = self.db.rows(
            "SELECT id, digits, urgent_digits FROM line WHERE practice_id = ? AND carrier = ?", (self.practice, carrier)
        )
        return {number: LineId(id_) for id_, *both in rows for number in both if number}

    def account(self, carrier: str) -> dict[str, str]:
        """How it is reached. NotConnected says what to do."""
        found = account_of(self.db, self.keyring, self.practice, carrier)
        if found is None:
            raise NotConnected(f"a line is on {carrier}, which is not connected: run intersession connect {carrier}")
        return found

    def place(self) -> Place:
        """Where the practice is, and what it speaks."""
        row = self.db.row("SELECT zone, locale FROM practice WHERE id = ?", (self.practice,))
        assert row is not None
        return Place(zone=row[0], locale=row[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """What the carriers need beside the line: webhooks that they call, and connections to hold."""

    routes: tuple[BaseRoute, ...] = ()
    held: tuple[Held, ...] = ()
    browser_phones: BrowserPhones | None = None
    """Those that a practice's own Asterisk takes in."""


def attach(running: Running, lines: Lines) -> Attached:
    """Give the line its carriers. NotConnected, or NoSpeech, says what to do."""
    on = lines.carriers()
    routes = _twilio(running, lines) if "twilio" in on else []
    held = (_asterisk(running, lines),) if "asterisk" in on else ()
    phones = _browser_phones(lines) if "asterisk" in on else None
    return Attached(routes=tuple(routes), held=held, browser_phones=phones)


def _browser_phones(lines: Lines) -> BrowserPhones:
    """By the keyed hash of their owners' numbers: screens know no numbers."""
    pbx = _pbx(lines, lines.account("asterisk"))
    found = {lines.keyring.number_key(number): one for number, one in pbx.stations.items() if one.browser}
    return BrowserPhones(socket=pbx.socket, by_number=found)


def _pbx(lines: Lines, settings: Mapping[str, str]) -> Pbx:
    return pbx_of(lines.practice, lines.numbers("asterisk"), settings)


def _asterisk(running: Running, lines: Lines) -> Held:
    settings = lines.account("asterisk")
    pbx = _pbx(lines, settings)
    made = asterisk_of(running, lines.keyring, pbx, Path(settings["folder"]))
    running.pace.set(pbx.lines.values(), made.capabilities.legs_per_second)
    lease = Lease(db=Db(lines.db.address), practice=lines.practice, what=made.name, holder=_holder(lines.db))
    return Held(running, made, lease)


def _holder(db: Db) -> str:
    """A SQLite file has one server alone (`lock.py`): after a crash it need not wait for its own lease to lapse."""
    return secrets.token_hex(8) if db.postgres else "alone"


def _twilio(running: Running, lines: Lines) -> list[BaseRoute]:
    settings = lines.account("twilio")
    account = twilio_account(lines, settings)
    keyring, legs = lines.keyring, Legs(running.address, lines.keyring)
    made = Twilio(
        reader=Reader(account=account, key_of=keyring.number_key, digest=keyring.digest),
        client=twilio_client(settings), steps=Steps(keyring.digest), reference=legs.reference,
        fetch=Media(settings["account"], settings["token"]).fetch, now=running.clock.now,
    )  # fmt: skip
    running.carriers["twilio"] = made
    running.pace.set(account.lines.values(), made.capabilities.legs_per_second)
    return hooks_of(running, account, keyring, legs)


def twilio_account(lines: Lines, settings: dict[str, str]) -> Account:
    """The account as the webhooks know it."""
    place = lines.place()
    return Account(
        practice=lines.practice, public_url=settings["public_url"], tokens=(settings["token"],),
        lines=lines.numbers("twilio"), zone=place.zone, locale=place.locale,
    )  # fmt: skip


def twilio_client(settings: dict[str, str]) -> Any:
    """The official SDK, with time limits."""
    official: Any = Client  # the SDK is not typed
    return official(settings["account"], settings["token"], http_client=PatientHttp())
