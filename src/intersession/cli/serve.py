"""`intersession serve`: the line itself, on a practice's own database."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from intersession.server.screens import add_options


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("serve", help="run the line on a practice's own database")
    parser.add_argument("--database", default=os.environ.get("INTERSESSION_DATABASE", "intersession.sqlite3"),
                        help="a SQLite file, or postgresql://user@host/name")  # fmt: skip
    parser.add_argument("--key", type=Path, default=Path(os.environ.get("INTERSESSION_KEY", "intersession.key")),
                        help="the file of the practice's key; it is made where there is none")  # fmt: skip
    parser.add_argument("--setup", type=Path, help="a cast file: who the practice is; read into an empty database")
    add_options(parser)
    parser.add_argument("--hooks-port", type=int, default=8001, help="the carriers' webhooks; the one public door")
    parser.add_argument("--hooks-host", default="127.0.0.1")
    parser.add_argument("--heartbeat-file", type=Path, metavar="FILE",
                        help="touched every 20 seconds as long as the line can write")  # fmt: skip
    parser.add_argument("--heartbeat-url", default=os.environ.get("INTERSESSION_HEARTBEAT_URL", ""), metavar="URL",
                        help="asked for as often; for a service that raises the alarm when it is not")  # fmt: skip
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Serve until Ctrl-C. Refuses, saying why, what it cannot do safely."""
    os.environ["INTERSESSION_DATABASE"] = options.database
    os.environ["DJANGO_SETTINGS_MODULE"] = "intersession.web.settings"
    from intersession.server.serve import CannotServe, serve

    try:
        return serve(options)
    except CannotServe as error:
        print(f"intersession serve: {error}", file=sys.stderr)
        return 2
