"""`intersession account`: who may sign in to the screens. On the server only; there is no sign-up and no mail."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from intersession.corridor.db import Db
from intersession.records.sealing import keyring_from

LASTS, LONGEST = 24, 72
"""Hours that a code may wait."""
LAST = 50
"""Of the things that happened."""


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("account", help="who may sign in to the screens: add, reset, list, close; who did")
    doing = parser.add_subparsers(dest="doing", required=True, metavar="add | reset | list | close | sign-ins")
    for name, does, says in (
        ("add", _add, "print a code with which a staff member sets up their account"),
        ("reset", _reset, "end every session, password and second factor, and print a new code"),
        ("list", _list, "show every account"),
        ("close", _close, "end every session, and let nobody sign in with it"),
        ("sign-ins", _sign_ins, "show what happened last, and whether the record of it is whole"),
    ):
        _one(doing.add_parser(name, help=says), name, does)


def _one(parser: Any, name: str, does: Callable[[Namespace, Db], int]) -> None:
    if name == "sign-ins":
        parser.add_argument("--key", type=Path, default=Path(os.environ.get("INTERSESSION_KEY", "intersession.key")),
                            help="the file of the practice's key")  # fmt: skip
    elif name != "list":
        parser.add_argument("staff", help="the staff member's id, as in the practice's file")
    if name in ("add", "reset"):
        parser.add_argument("--hours", type=int, default=LASTS, choices=range(1, LONGEST + 1), metavar="N",
                            help=f"how long the code may wait: {LASTS}, or up to {LONGEST}")  # fmt: skip
        parser.add_argument("--screens-url", default=os.environ.get("INTERSESSION_SCREENS_URL", ""),
                            help="the public address of the screens, for the link")  # fmt: skip
    parser.add_argument("--database", default=os.environ.get("INTERSESSION_DATABASE", "intersession.sqlite3"),
                        help="a SQLite file, or postgresql://user@host/name")  # fmt: skip
    parser.set_defaults(run=run, does=does)


def run(options: Namespace) -> int:
    """0 where it was done; else the reason, and what to do."""
    if "://" not in options.database and not Path(options.database).exists():
        return _cannot(f"there is no database {options.database}: `intersession serve --setup FILE` makes one")
    os.environ["INTERSESSION_DATABASE"] = options.database
    os.environ["DJANGO_SETTINGS_MODULE"] = "intersession.web.settings"
    import django

    django.setup()
    from intersession.web.accounts.apart import make_tables
    from intersession.web.accounts.keeping import CannotKeep

    make_tables()
    try:
        return int(options.does(options, Db(options.database)))
    except CannotKeep as error:
        return _cannot(str(error))


def _add(options: Namespace, db: Db) -> int:
    from intersession.web.accounts.keeping import add

    return _invited(options, db, add)


def _reset(options: Namespace, db: Db) -> int:
    from intersession.web.accounts.keeping import reset

    return _invited(options, db, reset)


def _invited(options: Namespace, db: Db, does: Callable[[str, str, timedelta], str]) -> int:
    practice, said_as = _staff(options, db)
    code = does(practice, options.staff, timedelta(hours=options.hours))
    address = options.screens_url.rstrip("/") or "http://localhost:8000"
    print(f"For {said_as}, sign-in name {options.staff.lower()}. It works once, within {options.hours} hours:\n")
    print(f"    {address}/account/begin/#{code}\n")
    print("Or open the address without what stands behind the #, and type that. Hand it over yourself, in person or")
    print("by a phone call: whoever has it can set up this account.")
    return 0


def _list(options: Namespace, db: Db) -> int:
    from intersession.web.accounts.keeping import listing

    rows = [
        (one.staff, one.state, f"last signed in {one.last_signed_in:%Y-%m-%d %H:%M} UTC" if one.last_signed_in else "")
        for row in db.rows("SELECT id FROM practice ORDER BY id")
        for one in listing(row[0])
    ]
    for staff, state, last in rows:
        print(f"{staff:<16} {state:<36} {last}".rstrip())
    if not rows:
        print("There is no account yet: `intersession account add STAFF` makes one.")
    return 0


def _close(options: Namespace, db: Db) -> int:
    from intersession.web.accounts.keeping import close

    practice, said_as = _staff(options, db)
    close(practice, options.staff)
    print(f"The account of {said_as} is closed, and its sessions have ended.")
    return 0


def _sign_ins(options: Namespace, db: Db) -> int:
    from intersession.web.accounts.journal import seal_new, unbroken
    from intersession.web.accounts.keeping import CannotKeep
    from intersession.web.accounts.models import SignIn

    if not options.key.exists():
        raise CannotKeep(f"there is no key file {options.key}: give --key FILE")
    keyring, whole = keyring_from(options.key), True
    for (practice,) in db.rows("SELECT id FROM practice ORDER BY id"):
        whole = whole and unbroken(keyring, practice)
        seal_new(keyring, practice)
        for row in reversed(SignIn.objects.filter(practice=practice).order_by("-id")[:LAST]):
            what = f"{row.what.replace('_', ' ')}{', ' if row.means else ''}{row.means.replace('_', ' ')}"
            print(f"{row.at:%Y-%m-%d %H:%M} UTC  {row.staff or 'nobody known':<16} {what:<32} {row.browser}".rstrip())
    print("The record is whole." if whole else "The record is broken: rows were changed or taken out.")
    return 0 if whole else 1


def _staff(options: Namespace, db: Db) -> tuple[str, str]:
    """The practice of a staff member, and what they are called."""
    from intersession.web.accounts.keeping import CannotKeep

    found = db.row("SELECT practice_id, said_as FROM staff WHERE id = ?", (options.staff,))
    if found is None:
        ids = ", ".join(row[0] for row in db.rows("SELECT id FROM staff ORDER BY id"))
        raise CannotKeep(f"nobody of the staff has the id {options.staff}. There are: {ids}")
    return str(found[0]), str(found[1])


def _cannot(says: str) -> int:
    print(f"intersession account: {says}", file=sys.stderr)
    return 2
