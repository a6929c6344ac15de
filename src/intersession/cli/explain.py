"""`intersession explain CONTACT`: the stored decisions about a contact, as they were made (INV-17)."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from typing import Any
from zoneinfo import ZoneInfo

from intersession.corridor.db import Db
from intersession.records.fields import from_micros


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("explain", help="why a contact was handled as it was, from the journal")
    parser.add_argument("contact", help="the contact's id, as in the address of its “Why?” screen")
    parser.add_argument("--database", required=True, help="a SQLite file, or postgresql://user@host/name")
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Print every decision, oldest first."""
    db = Db(options.database)
    zone = db.value(
        "SELECT zone FROM practice WHERE id = (SELECT practice_id FROM contact WHERE id = ?)", (options.contact,)
    )
    rows = db.rows("SELECT at, kind, entry FROM journal WHERE contact = ? ORDER BY id", (options.contact,))
    if zone is None or not rows:
        print(f"there is no contact {options.contact} in this database", file=sys.stderr)
        return 1
    for at, kind, entry in rows:
        _print(from_micros(at).astimezone(ZoneInfo(zone)), kind, json.loads(entry))
    return 0


def _print(at: Any, kind: str, entry: dict[str, Any]) -> None:
    more = f" with {', '.join(entry['modifiers'])}" if entry["modifiers"] else ""
    print(f"{at:%a %Y-%m-%d %H:%M:%S}  {kind}: rule {entry['rule']}{more}; layer {entry['layer']}")
    for rule, says in entry["reasons"]:
        print(f"    [{rule}] {says}")
    if entry["inputs"]:
        print("    known: " + ", ".join(f"{name}={value}" for name, value in entry["inputs"].items()))
    if entry["commands"]:
        print("    then:  " + ", ".join(entry["commands"]))
    print(f"    policy {entry['policy']}, code {entry['code']}")
