"""Start the line: database, key, carriers, threads, then both doors; refuse what cannot be done safely."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import structlog
import uvicorn
from django.db import DatabaseError

from intersession.core.decide import decide
from intersession.core.ids import PracticeId
from intersession.corridor.clock import SystemClock
from intersession.corridor.db import Db
from intersession.corridor.running import Running
from intersession.corridor.setup import install, opens
from intersession.records.schema import migrate
from intersession.records.sealing import Keyring, SealError, keyring_from
from intersession.sound.speech import NoSpeech
from intersession.stories.cast import cast_of
from intersession.stories.source import read
from intersession.web.accounts.apart import make_tables

from .carriers import Attached, Lines, NotConnected, attach
from .heartbeat import Heartbeat
from .lock import AlreadyServed, FileLock, in_turn
from .screens import Screens, ScreensRefused, screens_of

log = structlog.get_logger(__name__)

LONGEST_MESSAGE = 65_536
"""Bytes that a browser may send at once over a web socket: one SIP message."""


EMPTY = "this database is empty: give --setup FILE, a cast file that says who the practice is"


class CannotServe(RuntimeError):
    """Says what stands against it, and what to do."""


def serve(options: Namespace) -> int:
    """Run until Ctrl-C."""
    screens = _screens(options)
    with ExitStack() as stack:
        if "://" not in options.database:
            try:
                stack.enter_context(FileLock(options.database))
            except AlreadyServed as error:
                raise CannotServe(f"{error}: stop that one first") from error
        keyring = _keyring(options)
        screens.tell_settings(secret=keyring.digest("screens"))
        _migrate(options.database)
        db = Db(options.database)
        practice = _practice(db, keyring, options)
        _fits(db, keyring, practice, options)
        running = Running(options.database, keyring, SystemClock(), decide)
        running.beats.append(Heartbeat(options.heartbeat_file, options.heartbeat_url).start().beat)
        attached = _attach(running, Lines(db, keyring, practice))
        stack.enter_context(running)
        for carrier in attached.held:
            stack.enter_context(carrier)
        _doors(options, running, keyring, practice, screens, attached)
    return 0


def _screens(options: Namespace) -> Screens:
    try:
        return screens_of(options)
    except ScreensRefused as error:
        raise CannotServe(str(error)) from error


def _keyring(options: Namespace) -> Keyring:
    """A new key is made for a new practice alone: under another one, nothing of an old practice can be opened."""
    if options.setup is None and not options.key.exists():
        if "://" not in options.database and not Path(options.database).exists():
            raise CannotServe(EMPTY)
        raise CannotServe(
            f"there is no key file {options.key}: give it with --key, or bring it back from its backup. Without it"
            " nothing in the database can be read; for a new practice give --setup FILE"
        )
    try:
        return keyring_from(options.key)
    except (SealError, OSError) as error:
        raise CannotServe(f"the key file {options.key} cannot be used: {error}") from error


def _migrate(database: str) -> None:
    if "://" not in database:
        Path(database).touch(mode=0o600)  # times and initials stand in it in the open
        Path(database).chmod(0o600)
    try:
        with in_turn(database):
            migrate(database)
            make_tables()
    except (DatabaseError, psycopg.Error) as error:
        raise CannotServe(f"the database {_without_password(database)} cannot be used: {error}") from error


def _without_password(database: str) -> str:
    parts = urlsplit(database)
    return database if not parts.password else database.replace(f":{parts.password}@", ":…@")


def _practice(db: Db, keyring: Keyring, options: Namespace) -> PracticeId:
    """The one practice of this database; from `--setup` where it is still empty."""
    practices = [str(id_) for (id_,) in db.rows("SELECT id FROM practice ORDER BY id")]
    if len(practices) > 1:
        raise CannotServe(
            f"this database holds {len(practices)} practices ({', '.join(practices)}), and a line serves one: give each"
            " practice a database of its own with --database, and set it up there with --setup"
        )
    found = practices[0] if practices else None
    if found is None and options.setup is None:
        raise CannotServe(EMPTY)
    if found is None:
        setup = cast_of(read(options.setup), start=SystemClock().now()).setup
        install(db, keyring, setup)
        return PracticeId(setup.id)
    if options.setup is not None:
        raise CannotServe("this database holds a practice already: leave --setup away")
    return PracticeId(found)


def _fits(db: Db, keyring: Keyring, practice: PracticeId, options: Namespace) -> None:
    if not opens(db, keyring, practice):
        raise CannotServe(f"{options.key} is not the key of this database: give the right one with --key")


def _attach(running: Running, lines: Lines) -> Attached:
    try:
        return attach(running, lines)
    except (NotConnected, NoSpeech) as error:
        raise CannotServe(str(error)) from error


def _doors(
    options: Namespace, running: Running, keyring: Keyring, practice: PracticeId, screens: Screens,
    attached: Attached,
) -> None:  # fmt: skip
    from intersession import asgi
    from intersession.web import line
    from intersession.web.live.hub import hub

    app = asgi.screens()
    running.changed.append(hub.publish)
    connected = line.Connected(
        corridor=running, clock=running.clock, practice=practice, keyring=keyring, database=options.database,
        browser_phones=attached.browser_phones,
    )  # fmt: skip
    line.connect(connected)
    _say_where(screens)
    inside = uvicorn.Config(
        app, **screens.uvicorn(), ws="websockets-sansio", ws_max_size=LONGEST_MESSAGE, log_level="warning",
        timeout_graceful_shutdown=2,
    )
    hooks = asgi.webhooks(attached.routes)
    outside = uvicorn.Config(hooks, host=options.hooks_host, port=options.hooks_port, ws="none", log_level="warning")
    asyncio.run(_both(uvicorn.Server(inside), uvicorn.Server(outside)))


def _say_where(screens: Screens) -> None:
    from intersession.web.accounts.models import Account

    print(f"Screens: {screens.address}", flush=True)
    if not Account.objects.exists():
        print("There is no account yet. This makes one: intersession account add STAFF", flush=True)


async def _both(*servers: uvicorn.Server) -> None:
    await asyncio.gather(*(server.serve() for server in servers))
