"""Start the line: database, key, carriers, threads, then both doors; refuse what cannot be done safely."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from contextlib import ExitStack
from urllib.parse import urlsplit

import structlog
import uvicorn
from django.db import DatabaseError

from intersession.core.decide import decide
from intersession.core.ids import PracticeId
from intersession.corridor.clock import SystemClock
from intersession.corridor.db import Db
from intersession.corridor.running import Running
from intersession.corridor.setup import install
from intersession.records.schema import migrate
from intersession.records.sealing import Keyring, SealError, keyring_from
from intersession.stories.cast import cast_of
from intersession.stories.source import read

from .lock import AlreadyServed, FileLock

log = structlog.get_logger(__name__)


class CannotServe(RuntimeError):
    """Says what stands against it, and what to do."""


def serve(options: Namespace) -> int:
    """Run until Ctrl-C."""
    with ExitStack() as stack:
        if "://" not in options.database:
            try:
                stack.enter_context(FileLock(options.database))
            except AlreadyServed as error:
                raise CannotServe(f"{error}: stop that one first") from error
        keyring = _keyring(options)
        _migrate(options.database)
        db = Db(options.database)
        practice = _practice(db, keyring, options)
        _refuse_live_lines(db)
        running = Running(options.database, keyring, SystemClock(), decide)
        stack.enter_context(running)
        _doors(options, running, keyring, practice)
    return 0


def _keyring(options: Namespace) -> Keyring:
    try:
        return keyring_from(options.key)
    except (SealError, OSError) as error:
        raise CannotServe(f"the key file {options.key} cannot be used: {error}") from error


def _migrate(database: str) -> None:
    try:
        migrate(database)
    except DatabaseError as error:
        raise CannotServe(f"the database {_without_password(database)} cannot be used: {error}") from error


def _without_password(database: str) -> str:
    parts = urlsplit(database)
    return database if not parts.password else database.replace(f":{parts.password}@", ":…@")


def _practice(db: Db, keyring: Keyring, options: Namespace) -> PracticeId:
    """The practice of this database; from `--setup` where it is still empty."""
    found = db.value("SELECT id FROM practice ORDER BY id LIMIT 1")
    if found is None and options.setup is None:
        raise CannotServe("this database is empty: give --setup FILE, a cast file that says who the practice is")
    if found is None:
        setup = cast_of(read(options.setup), start=SystemClock().now()).setup
        install(db, keyring, setup)
        return PracticeId(setup.id)
    if options.setup is not None:
        raise CannotServe("this database holds a practice already: leave --setup away")
    return PracticeId(found)


def _refuse_live_lines(db: Db) -> None:
    lines = [row[0] for row in db.rows("SELECT id FROM line WHERE carrier = 'twilio' ORDER BY id")]
    if lines:
        raise CannotServe(
            f"line {', '.join(lines)} is on Twilio. Of Twilio only the inbound half is here yet: callers would be "
            "greeted and recorded, but no phone of the staff could be rung, nobody could be paged, and no text could "
            "be sent. A line that cannot reach a person is not served. Use a simulated line until then."
        )


def _doors(options: Namespace, running: Running, keyring: Keyring, practice: PracticeId) -> None:
    from intersession.asgi import screens, webhooks
    from intersession.web import line
    from intersession.web.live.hub import hub

    app = screens()
    running.changed.append(hub.publish)
    line.connect(
        line.Connected(
            corridor=running, clock=running.clock, practice=practice, keyring=keyring, database=options.database
        )
    )
    inside = uvicorn.Config(app, host="127.0.0.1", port=options.port, log_level="warning", timeout_graceful_shutdown=2)
    outside = uvicorn.Config(webhooks(()), host=options.hooks_host, port=options.hooks_port, log_level="warning")
    asyncio.run(_both(uvicorn.Server(inside), uvicorn.Server(outside)))


async def _both(*servers: uvicorn.Server) -> None:
    await asyncio.gather(*(server.serve() for server in servers))
