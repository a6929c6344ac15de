"""The practice as a decision sees it, for screens that show what would be decided: hours, rota, policy."""

from __future__ import annotations

from contextlib import closing

from ..core.facts import Client, Practice
from ..core.ids import ClientId
from ..corridor.clients import Clients
from ..corridor.db import Db
from ..corridor.directory import Directories
from . import line

_directories = Directories()


def practice() -> Practice:
    """Read anew when its version has changed; one short query otherwise."""
    to = line.connected()
    with closing(Db(to.database)) as db:
        return _directories.of(db, to.practice, to.clock.now()).practice


def client(wanted: str) -> Client | None:
    """A client with the opened profile: agreement, safe-contact, limits. No name."""
    to = line.connected()
    with closing(Db(to.database)) as db:
        return Clients(to.keyring).one(db, ClientId(wanted))
