"""`intersession doctor`: looks at everything that has to be so, changes nothing, and says what to do."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from intersession.corridor.clock import SystemClock


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("doctor", help="look at everything that the line needs, and say what to mend")
    add_where(parser)
    parser.set_defaults(run=run)


def add_where(parser: Any) -> None:
    """Where the practice's rows and key are."""
    parser.add_argument("--database", default=os.environ.get("INTERSESSION_DATABASE", "intersession.sqlite3"),
                        help="a SQLite file, or postgresql://user@host/name")  # fmt: skip
    parser.add_argument("--key", type=Path, default=Path(os.environ.get("INTERSESSION_KEY", "intersession.key")),
                        help="the file of the practice's key")  # fmt: skip


def run(options: Namespace) -> int:
    """1 where anything needs mending."""
    os.environ["INTERSESSION_DATABASE"] = options.database
    os.environ["DJANGO_SETTINGS_MODULE"] = "intersession.web.settings"
    import django

    django.setup()
    from intersession.connect.doctor import Doctor
    from intersession.connect.findings import State

    worst = 0
    for finding in Doctor(database=options.database, key=options.key, now=SystemClock().now).findings():
        print(finding, flush=True)
        worst = worst or int(finding.state is State.MEND)
    print("\nSomething needs mending." if worst else "\nAll is well.")
    return worst
