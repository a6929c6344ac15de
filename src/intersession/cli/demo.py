"""`intersession demo`: the line on simulated telephones, in the browser."""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any

import uvicorn


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("demo", help="try the line on simulated telephones in your browser")
    parser.add_argument("--port", type=int, default=8000)
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Serve until Ctrl-C. Nothing is kept: the week begins anew each time."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "intersession.web.settings"
    with tempfile.TemporaryDirectory(prefix="intersession-demo-") as folder:
        os.environ["INTERSESSION_DATABASE"] = str(Path(folder) / "demo.sqlite3")
        from intersession.asgi import screens

        app = screens()
        from intersession.demo.run import DemoWeek

        week = DemoWeek(Path(folder)).begin()
        try:
            uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", timeout_graceful_shutdown=1)
        finally:
            week.end()
    return 0
