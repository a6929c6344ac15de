"""`intersession connect asterisk`: the questions; what it does is in `intersession.connect.asterisk`."""

from __future__ import annotations

from argparse import Namespace
from getpass import getpass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intersession.corridor.clock import SystemClock

from .asking import ask, ask_duty, practice_of, yes
from .doctor import add_where

if TYPE_CHECKING:
    from intersession.connect.lines import Assigned
    from intersession.connect.stations import Way
    from intersession.connect.twilio import Practice

AFTERWARDS = """
Next:
  1. Install Asterisk, 22.4 or later (docs/asterisk.md says where from). It must run as the same user as this line, for
     both read and write the same sound files.
  2. Copy the files of {etc} to /etc/asterisk, and restart Asterisk.
  3. Start intersession serve anew, then intersession doctor.
  4. Phones on desks: type their settings in. Phones in browsers: their owners sign in, and open Phone.
  5. Call each number from a phone of your own, and have it ring a colleague's.
  6. These staff phones dial the practice's own numbers and nothing else, 911 neither: tell whoever uses them, and keep
     another phone in the room.
"""

PHONES = """
The phones of the staff. t: any telephone, rung over the trunk. d: a phone on a desk that registers at this Asterisk.
b: a phone in the browser of its owner, on these screens."""

DESK_PHONE = """
{owner}
  Server    the address of this machine in your network, port {port}, UDP
  User      {name}
  Password  {password}
"""


def register(carriers: Any) -> None:
    """Add the command."""
    parser = carriers.add_parser("asterisk", help="an Asterisk of your own: its configuration, and words of its own")
    add_where(parser)
    parser.add_argument("--folder", type=Path, default=Path("asterisk"), help="where its files go")
    parser.add_argument("--check", action="store_true", help="look, say what is wrong, and change nothing")
    parser.add_argument("--phones", action="store_true", help="show what to type into the phones on desks, and end")
    from .connect import run

    parser.set_defaults(run=run, connects=connect)


def connect(options: Namespace) -> int:
    """Ask, write, and look. 1 where something needs mending."""
    from intersession.connect import asterisk
    from intersession.connect.findings import CannotConnect, State
    from intersession.connect.stations import on_desks
    from intersession.corridor.carrier_accounts import account_of

    practice = practice_of(options)
    kept = account_of(practice.db, practice.keyring, practice.id, asterisk.CARRIER) or {}
    if (options.check or options.phones) and not kept:
        raise CannotConnect("this practice was never connected with an Asterisk")
    if options.phones:
        _show_desks(practice, kept)
        return 0
    if options.check:
        settings = kept
    else:
        settings = asterisk.settings_of(options.folder.absolute(), _trunk(kept), kept, _ways(practice, kept))
        assigned = _numbers(practice)
        if not assigned or not yes("Write this, and put these lines on Asterisk?"):
            raise CannotConnect("nothing was changed")
        written = asterisk.apply(practice, settings, assigned, SystemClock().now())
        print(f"Written: {len(written)} files in {written[0].parent}.")
        print(AFTERWARDS.format(etc=written[0].parent))
        if on_desks(settings) and yes("Show the settings of the phones on desks now, passwords too?"):
            _show_desks(practice, settings)
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
    trunk["trunk_addresses"] = _addresses(kept.get("trunk_addresses", ""))
    trunk |= _router(kept.get("public_address", ""))
    for name, question in (
        ("trunk_texts", "Does it carry texts, as SIP MESSAGE?"),
        ("trunk_presents_caller", "May a call through it show a number that is not yours? Key 9 needs that"),
        ("trunk_withholds_number", "May a call through it withhold your number?"),
    ):
        trunk[name] = "yes" if yes(question) else "no"
    trunk["duty"] = ask_duty("Asterisk", kept.get("duty", ""))
    return trunk


def _router(known: str) -> dict[str, str]:
    from intersession.connect.asterisk import local_address

    while True:
        given = ask("This machine's public address, where it stands behind a router; - where it does not", known or "-")
        try:
            public = "" if given == "-" else str(ip_address(given))
        except ValueError as error:
            print(f"  {error}")
            continue
        return {"public_address": public, "local_address": local_address() if public else ""}


def _addresses(known: str) -> str:
    while True:
        given = ask("Other addresses that its calls come from, with spaces between; - for none", known or "-")
        try:
            return "" if given == "-" else " ".join(str(ip_network(one)) for one in given.split())
        except ValueError as error:
            print(f"  {error}")


def _ways(practice: Practice, kept: dict[str, str]) -> dict[str, Way]:
    """Most stay as they are: all of them are shown, and one is changed at a time."""
    from intersession.connect.stations import Way, phones_of, ways_of

    phones, before = phones_of(practice), ways_of(kept)
    chosen = {phone.number: before.get(phone.number, Way.TRUNK) for phone in phones}
    letters = {way.value[0]: way for way in Way}
    print(PHONES)
    while True:
        for place, phone in enumerate(phones, start=1):
            print(f"  {place}  {phone}: {chosen[phone.number].said}")
        which, _, letter = ask("Change one, such as 2 d; Enter goes on", "").partition(" ")
        if not which:
            return chosen
        if which.isdigit() and 1 <= int(which) <= len(phones) and letter in letters:
            chosen[phones[int(which) - 1].number] = letters[letter]
        else:
            print("  That is a number of this list and a letter, with a space between.")


def _show_desks(practice: Practice, settings: dict[str, str]) -> None:
    from intersession.connect.stations import on_desks, phones_of

    stations = on_desks(settings)
    if not stations:
        print("No phone on a desk registers at this Asterisk.")
    for phone in phones_of(practice):
        station = stations.get(phone.number)
        if station is not None:
            port = settings.get("sip_port", "5060")
            print(DESK_PHONE.format(owner=phone, port=port, name=station.name, password=station.password), end="")


def _numbers(practice: Practice) -> list[Assigned]:
    from intersession.connect.lines import Assigned, lines_of

    assigned = []
    for line in lines_of(practice.db, practice.id):
        number = ask(f"Number of “{line.said_as}” on this trunk, such as +12025550100; - for none", line.number)
        urgent = ask("A second number for urgent calls; - for none", line.urgent or "-") if number != "-" else "-"
        if number != "-":
            assigned.append(Assigned(line=line.id, number=number, urgent=None if urgent == "-" else urgent))
    return assigned
