"""`intersession connect`: asks, shows, confirms; what it does is in `intersession.connect`. Twilio's part is here."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from getpass import getpass
from typing import TYPE_CHECKING, Any

from intersession.corridor.clock import SystemClock

from . import connect_asterisk
from .asking import ask, ask_duty, practice_of, yes
from .doctor import add_where

if TYPE_CHECKING:
    from intersession.connect.findings import Finding
    from intersession.connect.lines import Assigned, Line
    from intersession.connect.numbers import Number
    from intersession.connect.twilio import Practice

KEEP = ""


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("connect", help="set the practice up with a carrier: Twilio, or its own Asterisk")
    carriers = parser.add_subparsers(dest="carrier", required=True, metavar="twilio | asterisk")
    twilio = carriers.add_parser("twilio", help="numbers, webhooks, and the fallback that speaks when we are down")
    add_where(twilio)
    twilio.add_argument("--check", action="store_true", help="look, say what is wrong, and change nothing")
    twilio.add_argument("--public-url", default=os.environ.get("INTERSESSION_HOOKS_URL", ""), metavar="https://…",
                        help="the public address of the webhooks")  # fmt: skip
    twilio.set_defaults(run=run, connects=_connect)
    connect_asterisk.register(carriers)


def run(options: Namespace) -> int:
    """0 where all is well, 1 where something needs mending, 2 where nothing was done."""
    os.environ["INTERSESSION_DATABASE"] = options.database
    os.environ["DJANGO_SETTINGS_MODULE"] = "intersession.web.settings"
    import django

    django.setup()
    from intersession.connect.account import SILENT, reason
    from intersession.connect.findings import CannotConnect

    try:
        result: int = options.connects(options)
        return result
    except SILENT as error:
        print(f"intersession connect: {reason(error)}", file=sys.stderr)
        return 2
    except CannotConnect as error:
        print(f"intersession connect: {error}", file=sys.stderr)
        return 2
    except EOFError:
        print("\nintersession connect: it asks questions, and nobody answers", file=sys.stderr)
        return 2


def _connect(options: Namespace) -> int:
    from intersession.connect.account import check_account
    from intersession.connect.findings import CannotConnect
    from intersession.connect.twilio import usable
    from intersession.server.carriers import twilio_client

    practice = practice_of(options)
    settings = _settings(options, practice)
    client = twilio_client(settings)
    account = check_account(client)
    print(account)
    if not usable(account):
        raise CannotConnect("nothing was changed")
    if not options.check:
        _set_up(practice, client, settings)
    found = _findings(practice, client, settings)
    if not options.check:
        _afterwards(practice, client, settings)
    return int(any(one.state == "mend" for one in found))


def _set_up(practice: Practice, client: Any, settings: dict[str, str]) -> None:
    from intersession.connect.findings import CannotConnect
    from intersession.connect.twilio import apply

    assigned = _choose(practice, client)
    print()
    settings["duty"] = ask_duty("Twilio", settings["duty"])
    print("\nThis will be set up:")
    for one in assigned:
        print(f"  {one.line}: {one.number}" + (f", urgent {one.urgent}" if one.urgent else ""))
    print("  Twilio leads their calls and texts to this line, and speaks the safety words when the line is down.")
    if settings["duty"]:
        print(f"  Then Twilio rings {settings['duty']}, and connects whoever presses 1 there. Made in about a minute.")
    if not yes("Go on?"):
        raise CannotConnect("nothing was changed")
    changed = apply(practice, client, settings, assigned, SystemClock().now())
    print(f"Set at Twilio: {', '.join(changed) if changed else 'nothing had to be changed'}.\n")


def _findings(practice: Practice, client: Any, settings: dict[str, str]) -> list[Finding]:
    from intersession.connect.reach import Internet
    from intersession.connect.twilio import check

    found = check(practice, client, settings, Internet(), SystemClock().now())
    for one in found:
        print(one)
    return found


# ------------------------------------------------------------ what is asked


def _settings(options: Namespace, practice: Practice) -> dict[str, str]:
    """As kept before, unless it is given anew."""
    from intersession.connect.account import checked_sid
    from intersession.connect.reach import checked_url
    from intersession.corridor.carrier_accounts import account_of

    kept = account_of(practice.db, practice.keyring, practice.id, "twilio") or {}
    account = checked_sid(os.environ.get("TWILIO_ACCOUNT_SID") or ask("Account SID", kept.get("account", KEEP)))
    token = os.environ.get("TWILIO_AUTH_TOKEN") or _secret(kept.get("token", KEEP))
    url = checked_url(options.public_url or ask("Public address of the webhooks", kept.get("public_url", KEEP)))
    return {"account": account, "token": token, "public_url": url, "duty": kept.get("duty", "")}


def _secret(kept: str) -> str:
    hint = " (Enter keeps the one that is known)" if kept else ""
    return getpass(f"Auth token, not shown while you type{hint}: ").strip() or kept


def _choose(practice: Practice, client: Any) -> list[Assigned]:
    from intersession.connect.lines import Assigned, lines_of
    from intersession.connect.numbers import numbers_of

    there = [one for one in numbers_of(client) if one.voice]
    assigned = []
    for line in lines_of(practice.db, practice.id):
        print(f"\nLine {line.id} (“{line.said_as}”), now {_now(line)}")
        number = _number(client, there, "Its number", line.number)
        urgent = None if number is None else _number(client, there, "A second number for urgent calls", line.urgent)
        if number is not None:
            assigned.append(Assigned(line=line.id, number=number, urgent=urgent))
    return assigned


def _now(line: Line) -> str:
    return f"{line.number} on {line.carrier}" + (f", urgent {line.urgent}" if line.urgent else "")


def _number(client: Any, there: list[Number], what: str, current: str | None) -> str | None:
    """One of the account's; None for none."""
    for place, one in enumerate(there, start=1):
        print(f"  {place}  {one.number}  {one.name}" + ("" if one.sms else "  (cannot text)"))
    print("  b  buy one\n  -  none")
    numbers = [one.number for one in there]
    default = str(numbers.index(current) + 1) if current in numbers else "-"
    while True:
        answer = ask(what, default)
        if answer == "-":
            return None
        if answer == "b":
            bought = _buy(client)
            if bought is not None:
                there.append(bought)
                return bought.number
        elif answer.isdigit() and 1 <= int(answer) <= len(there):
            return numbers[int(answer) - 1]


def _buy(client: Any) -> Number | None:
    from intersession.connect.account import SILENT, reason
    from intersession.connect.costs import number_price
    from intersession.connect.findings import CannotConnect
    from intersession.connect.numbers import buy, offers

    try:
        found = offers(client, "US", ask("Area code", KEEP))
        for place, one in enumerate(found, start=1):
            print(f"  {place}  {one.number}  {one.place}")
        answer = ask("Which one", "-") if found else "-"
        if not answer.isdigit() or not 1 <= int(answer) <= len(found):
            print("None was bought.")
            return None
        price = number_price(client, "US")
        costs = f"It costs {price[1]} {price[0]} a month" if price else "Twilio names no price for it"
        return buy(client, found[int(answer) - 1].number) if yes(f"{costs}. Buy it?") else None
    except SILENT as error:
        raise CannotConnect(reason(error)) from error


# ------------------------------------------------------------ afterwards


def _afterwards(practice: Practice, client: Any, settings: dict[str, str]) -> None:
    from intersession.connect.checklist import TWILIO

    numbers = list(practice.account(settings).lines)
    if numbers:
        _costs(client, numbers)
        _trials(practice, client, settings, numbers[0])
    print("\nWhat only you can do:")
    for one in TWILIO:
        print(f"  [ ] {one}")
    print("\nNow start `intersession serve` anew, and then run `intersession doctor`.")


def _costs(client: Any, numbers: list[str]) -> None:
    from intersession.connect.account import SILENT, reason
    from intersession.connect.costs import Usage, expected

    usage = Usage()
    try:
        found = expected(client, numbers, usage)
    except SILENT as error:
        print(f"\nCosts: {reason(error)}")
        return
    if found is None:
        print("\nCosts: Twilio names no prices for this country.")
        return
    print(f"\nBy Twilio's prices of today, a month with {usage} costs about {found.total:.2f} {found.unit}:")
    print(f"numbers {found.numbers:.2f}, calls {found.calls:.2f}, texts {found.texts:.2f}.")
    print("Carriers' fees on texts, the registration's own fees and taxes are not in it.")


def _trials(practice: Practice, client: Any, settings: dict[str, str], show: str) -> None:
    from intersession.connect import trials
    from intersession.connect.costs import country_of

    answer = ask("\nA phone for a test call and a test text (Enter: no test)", KEEP)
    if not answer:
        return
    phone = trials.checked_phone(answer, country_of(show))
    if yes(f"Call {phone} now?"):
        print(trials.call(client, practice.account(settings), phone, show))
    if yes(f"Text {phone} now?"):
        print(trials.text(client, phone, show))
