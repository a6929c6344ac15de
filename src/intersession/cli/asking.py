"""Questions on the terminal, and whose practice they are about."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intersession.connect.twilio import Practice


def practice_of(options: Namespace) -> Practice:
    """The one of this database. Raises CannotConnect, saying what is wrong with the key or the database."""
    from intersession.connect.findings import CannotConnect, State
    from intersession.connect.records import check_database, check_fit, check_key
    from intersession.connect.twilio import Practice
    from intersession.core.ids import PracticeId
    from intersession.corridor.db import Db

    key, keyring = check_key(options.key)
    database = check_database(options.database)
    if keyring is None or database.state is not State.OK:
        raise CannotConnect((key if keyring is None else database).says)
    db = Db(options.database)
    id_ = db.value("SELECT id FROM practice ORDER BY id LIMIT 1")
    if id_ is None:
        raise CannotConnect("this database is empty: intersession serve --setup FILE reads a practice in")
    fit = check_fit(db, keyring, PracticeId(id_))
    if fit.state is not State.OK:
        raise CannotConnect(fit.says)
    return Practice(db=db, keyring=keyring, id=PracticeId(id_))


def ask(what: str, default: str = "") -> str:
    """One line; the default where it is empty."""
    return input(f"{what} [{default}]: " if default else f"{what}: ").strip() or default


def yes(question: str) -> bool:
    """No, unless somebody says yes."""
    return input(f"{question} (y/N) ").strip().lower() in ("y", "yes")


def ask_duty(carrier: str, known: str) -> str:
    """The number that the carrier itself rings, for whoever calls: it cannot know who is on call. Empty for none."""
    from intersession.carriers.numbers import e164

    while True:
        given = ask(f"A number that {carrier} rings by itself when this line is down; - for none", known or "-")
        number = "" if given == "-" else e164(given, "US")
        if number is not None:
            return number
        print("  That is no telephone number. Write it as +12025550100.")
