"""The practice as a decision sees it, for screens that show what would be decided: hours, rota, policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from ..core.facts import Client, Practice
from ..core.ids import ClientId
from ..corridor.clients import Clients
from ..corridor.db import Db
from ..corridor.directory import Directories
from . import line


@dataclass(slots=True)
class _Kept:
    """What was read and opened already, of one connected line: the demo's next week is another one."""

    of: line.Connected
    clients: Clients
    directories: Directories = field(default_factory=Directories)


_kept: _Kept | None = None


def practice() -> Practice:
    """Read anew when its version has changed; one short query otherwise."""
    to = line.connected()
    with closing(Db(to.database)) as db:
        return _of(to).directories.of(db, to.practice, to.clock.now()).practice


def client(wanted: str) -> Client | None:
    """A client with the opened profile: agreement, safe-contact, limits. No name."""
    return clients_by_id((wanted,)).get(wanted)


def clients_by_id(wanted: Iterable[str]) -> Mapping[str, Client]:
    """Several clients at once; a profile is opened once per version."""
    to = line.connected()
    kept = _of(to).clients
    with closing(Db(to.database)) as db:
        found = {one: kept.one(db, ClientId(one)) for one in set(wanted)}
    return {one: client for one, client in found.items() if client is not None}


def _of(to: line.Connected) -> _Kept:
    global _kept
    kept = _kept
    if kept is None or kept.of is not to:
        kept = _kept = _Kept(of=to, clients=Clients(to.keyring))
    return kept
