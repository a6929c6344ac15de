"""A practice on Twilio: everything that `connect` sets up, and that `doctor` looks at again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intersession.carriers.twilio.account import Account
from intersession.core.ids import PracticeId
from intersession.corridor.db import Db
from intersession.records.sealing import Keyring
from intersession.server.carriers import Lines, twilio_account

from .account import SILENT, TRIAL, check_account, reason
from .fallback import check_fallback, ensure_fallback, ensure_flow, find_fallback
from .findings import CannotConnect, Finding, State
from .lines import Assigned, assign, lines_of
from .numbers import check_numbers, numbers_of, set_up, wanted
from .reach import Web, check_clock, check_reach
from .registration import check_registration

CARRIER = "twilio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """Whose line it is, and what opens it."""

    db: Db
    keyring: Keyring
    id: PracticeId

    def account(self, settings: dict[str, str]) -> Account:
        """With the lines as they are now."""
        return twilio_account(Lines(self.db, self.keyring, self.id), settings)


def apply(
    practice: Practice, client: Any, settings: dict[str, str], assigned: Sequence[Assigned], now: datetime
) -> list[str]:
    """Set all of it up, or set it right; the numbers that had to be changed at Twilio.

    The rows come first: a call to a number that leads here before its row is there would be nobody's. Run again after
    anything that went wrong in between.
    """
    try:
        there = {one.number: one for one in numbers_of(client)}
        _refuse_foreign(assigned, there)
        _refuse_own(practice, settings.get("duty", ""), there)
        assign(practice.db, practice.keyring, practice.id, CARRIER, settings, assigned)
        account = practice.account(settings)
        settings_there = wanted(account, ensure_flow(client, account, now))
        changed = [one for one in account.lines if one in there and set_up(client, there[one], settings_there)]
        # last: it takes longest, and what it may fail at keeps no call from being answered
        ensure_fallback(client, account, settings.get("duty", ""), now)
        return changed
    except SILENT as error:
        raise CannotConnect(reason(error)) from error


def check(practice: Practice, client: Any, settings: dict[str, str], web: Web, now: datetime) -> list[Finding]:
    """All of it, and nothing is changed."""
    account = practice.account(settings)
    first = check_account(client)
    reached = [check_clock(web, now), *check_reach(web, settings["public_url"], settings["token"], now)]
    if not usable(first):
        return [first, *reached]
    try:
        fallback = find_fallback(client, account)
    except SILENT:
        fallback = None  # the check of the fallback says why
    return [
        first, *check_numbers(client, account, fallback),
        check_fallback(client, account, settings.get("duty", ""), now), *reached,
        *check_registration(client, account.lines),
    ]  # fmt: skip


def usable(found: Finding) -> bool:
    """Whether anything more can be asked: of a trial account it can."""
    return found.state is State.OK or found.says == TRIAL


def _refuse_foreign(assigned: Iterable[Assigned], there: Any) -> None:
    for one in assigned:
        for number in (one.number, one.urgent):
            if number and number not in there:
                raise CannotConnect(f"{number} is no number of this account: choose one of its own, or buy one")
            if number and not there[number].voice:
                raise CannotConnect(f"{number} cannot take calls: choose another")


def _refuse_own(practice: Practice, duty: str, there: Any) -> None:
    """The line would ring itself."""
    own = {number for line in lines_of(practice.db, practice.id) for number in (line.number, line.urgent)}
    if duty and (duty in there or duty in own):
        raise CannotConnect(f"{duty} is a number of the line itself: the duty number has to be a person's phone")
