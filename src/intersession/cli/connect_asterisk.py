"""`intersession connect asterisk`: the questions; what it does is in `intersession.connect.asterisk`."""

from __future__ import annotations

from argparse import Namespace
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intersession.corridor.clock import SystemClock

from .asking import ask, practice_of, yes
from .doctor import add_where

if TYPE_CHECKING:
    from intersession.connect.lines import Assigned
    from intersession.connect.twilio import Practice

AFTERWARDS = """
Next:
  1. Install Asterisk, 20 or later, from your system's packages. It must run as the same user as this line, for both
     read and write the same sound files.
  2. Copy the files of {etc} to /etc/asterisk, and restart Asterisk.
  3. intersession serve, then intersession doctor.
  4. Call each number from a phone of your own, and have it ring a colleague's.
"""


def register(carriers: Any) -> None:
    """Add the command."""
    parser = carriers.add_parser("asterisk", help="an Asterisk of your own: its configuration, and words of its own")
    add_where(parser)
    parser.add_argument("--folder", type=Path, default=Path("asterisk"), help="where its files go")
    parser.add_argument("--check", action="store_true", help="look, say what is wrong, and change nothing")
    from .connect import run

    parser.set_defaults(run=run, connects=connect)


def connect(options: Namespace) -> int:
    """Ask, write, and look. 1 where something needs mending."""
    from intersession.connect import asterisk
    from intersession.connect.findings import CannotConnect, State
    from intersession.corridor.carrier_accounts import account_of

    practice = practice_of(options)
    kept = account_of(practice.db, practice.keyring, practice.id, asterisk.CARRIER) or {}
    if options.check:
        if not kept:
            raise CannotConnect("this practice was never connected with an Asterisk")
        settings = kept
    else:
        settings = asterisk.settings_of(options.folder.absolute(), _trunk(kept), kept)
        assigned = _numbers(practice)
        if not assigned or not yes("Write this, and put these lines on Asterisk?"):
            raise CannotConnect("nothing was changed")
        written = asterisk.apply(practice, settings, assigned, SystemClock().now())
        print(f"Written: {len(written)} files in {written[0].parent}.")
        print(AFTERWARDS.format(etc=written[0].parent))
    found = asterisk.check(practice, settings)
    for one in found:
        print(one)
    return int(any(one.state is State.MEND for one in found))


def _trunk(kept: dict[str, str]) -> dict[str, str]:
    print("The SIP trunk: your telephone company's, or a gateway's.")
    trunk = {
        "trunk_host": ask("Its host", kept.get("trunk_host", "")),
        "trunk_port": ask("Its port", kept.get("trunk_port", "5060")),
        "trunk_user": ask("User name; - where it knows you by your address alone", kept.get("trunk_user", "-")),
    }
    known = kept.get("trunk_password", "")
    if trunk["trunk_user"] == "-":
        trunk["trunk_user"] = ""
    else:
        hint = " (Enter keeps the one that is known)" if known else ""
        trunk["trunk_password"] = getpass(f"Password, not shown while you type{hint}: ").strip() or known
    for name, question in (
        ("trunk_texts", "Does it carry texts, as SIP MESSAGE?"),
        ("trunk_presents_caller", "May a call through it show a number that is not yours? Key 9 needs that"),
        ("trunk_withholds_number", "May a call through it withhold your number?"),
    ):
        trunk[name] = "yes" if yes(question) else "no"
    return trunk


def _numbers(practice: Practice) -> list[Assigned]:
    from intersession.connect.lines import Assigned, lines_of

    assigned = []
    for line in lines_of(practice.db, practice.id):
        number = ask(f"Number of “{line.said_as}” on this trunk, such as +12025550100; - for none", line.number)
        urgent = ask("A second number for urgent calls; - for none", line.urgent or "-") if number != "-" else "-"
        if number != "-":
            assigned.append(Assigned(line=line.id, number=number, urgent=None if urgent == "-" else urgent))
    return assigned
