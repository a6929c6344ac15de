"""The practice as a decision sees it, for screens that show what would be decided: hours, rota, policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing

from ..core.facts import Client, Practice
from ..core.ids import ClientId
from ..corridor.clients import Clients
from ..corridor.db import Db
from ..corridor.directory import Directories
from ..records.sealing import Keyring
from . import line

_directories = Directories()
_clients: dict[Keyring, Clients] = {}


def practice() -> Practice:
    """Read anew when its version has changed; one short query otherwise."""
    to = line.connected()
    with closing(Db(to.database)) as db:
        return _directories.of(db, to.practice, to.clock.now()).practice


def client(wanted: str) -> Client | None:
    """A client with the opened profile: agreement, safe-contact, limits. No name."""
    return clients_by_id((wanted,)).get(wanted)


def clients_by_id(wanted: Iterable[str]) -> Mapping[str, Client]:
    """Several clients at once; a profile is opened once per version."""
    to = line.connected()
    kept = _clients.setdefault(to.keyring, Clients(to.keyring))
    with closing(Db(to.database)) as db:
        found = {one: kept.one(db, ClientId(one)) for one in set(wanted)}
    return {one: client for one, client in found.items() if client is not None}
