"""Which staff phones register at the practice's own Asterisk: on a desk, or in a browser."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import requests

from intersession.carriers.asterisk.pbx import Pbx, Station

from .findings import Finding, mend, ok, wait
from .twilio import Practice

SECONDS = 5


class Way(StrEnum):
    """How a staff member's phone is reached."""

    TRUNK = "trunk"
    """It is a telephone like any other, out there."""
    DESK = "desk"
    BROWSER = "browser"

    @property
    def said(self) -> str:
        """For people."""
        match self:
            case Way.TRUNK:
                return "over the trunk"
            case Way.DESK:
                return "on a desk"
            case Way.BROWSER:
                return "in the browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A phone of somebody's, as the practice knows it."""

    number: str
    owner: str
    label: str

    def __str__(self) -> str:
        """Enough to tell it from the others: the number is private."""
        named = f", {self.label}" if self.label else ""
        return f"{self.owner}{named} (…{self.number[-4:]})"


def phones_of(practice: Practice) -> list[Phone]:
    """Everybody's, in their order, without those that were lost."""
    rows = practice.db.rows(
        "SELECT endpoint.id, sealed_number, staff.said_as, label FROM endpoint"
        " JOIN staff ON staff.id = endpoint.staff_id"
        " WHERE endpoint.practice_id = ? AND lost_at IS NULL ORDER BY staff.said_as, staff.id, position",
        (practice.id,),
    )
    return [
        Phone(
            number=practice.keyring.unseal(bytes(sealed), f"endpoint:number:{id_}"), owner=said_as, label=label or ""
        )
        for id_, sealed, said_as, label in rows
    ]


def ways_of(settings: Mapping[str, str]) -> dict[str, Way]:
    """What is kept, by number; whoever is not in it is rung over the trunk."""
    return {number: _way(Station(**one)) for number, one in _kept(settings).items()}


def stations_of(ways: Mapping[str, Way], settings: Mapping[str, str]) -> str:
    """For the settings. A phone that stays keeps its name and its password; a new one gets its own, at random."""
    kept = _kept(settings)
    chosen = {number: way for number, way in ways.items() if way is not Way.TRUNK}
    return json.dumps({
        number: kept[number] if number in kept and _way(Station(**kept[number])) is way else _new(way)
        for number, way in chosen.items()
    })


def on_desks(settings: Mapping[str, str]) -> dict[str, Station]:
    """Number to station, of those whose owner has to type name and password into a telephone."""
    stations = {number: Station(**one) for number, one in _kept(settings).items()}
    return {number: one for number, one in stations.items() if not one.browser}


def check_stations(practice: Practice, pbx: Pbx) -> list[Finding]:
    """Whether each is registered now, and what to do where it is not."""
    owners = {phone.number: str(phone) for phone in phones_of(practice)}
    return [_check(pbx, owners.get(number), station) for number, station in pbx.stations.items()]


def _kept(settings: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(settings.get("stations", "{}"))
    return found


def _way(station: Station) -> Way:
    return Way.BROWSER if station.browser else Way.DESK


def _new(way: Way) -> dict[str, Any]:
    name = f"phone-{secrets.token_hex(4)}"
    return {"name": name, "password": secrets.token_urlsafe(24), "browser": way is Way.BROWSER}


def _check(pbx: Pbx, owner: str | None, station: Station) -> Finding:
    if owner is None:
        return mend(f"phone {station.name}", "it is nobody's any more: run intersession connect asterisk")
    about = f"phone of {owner}"
    try:
        answer = requests.get(
            f"{pbx.url}/endpoints/PJSIP/{station.name}", auth=(pbx.user, pbx.password), timeout=SECONDS
        )
    except requests.RequestException:
        return mend(about, "Asterisk cannot be asked")
    if not answer.ok:
        return mend(about, "Asterisk does not know it yet: give it the files in its folder, and restart it")
    if answer.json()["state"] == "online":
        return ok(about, "registered, in a browser" if station.browser else "registered, on the desk")
    if station.browser:
        return wait(about, "not open in a browser now, so it does not ring: its owner opens Phone on the screens")
    return mend(
        about,
        "not registered, so it does not ring: type its settings into the telephone;"
        " intersession connect asterisk --phones shows them",
    )
