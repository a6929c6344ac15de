"""The practice that is measured: the team of the stories, with as many clients as there are texts to come."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from intersession.core.ids import LineId, PracticeId
from intersession.corridor.db import Db
from intersession.corridor.setup import install
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from intersession.records.setup import ClientSetup
from intersession.stories.cast import Cast
from intersession.stories.play import load

STORY = Path(__file__).parents[1] / "scenarios" / "00-textbook-coaching-call.toml"
PRACTICE = PracticeId("p")
LINE = LineId("coaching")
KINDS = ("JS", "MR", "TK")
"""Whose texts: of a client who coaches by text, of one without an agreement, of one for appointments only; and
every fourth text is a stranger's."""
BODIES = (
    "tonight is hard. opposite action did not work, what else can I try",
    "i do not know how to get through this evening",
    "can we move thursday",
    "is this the right number for Harbor?",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A database with the practice in it, to be copied; and what is needed to open it and to text it."""

    path: Path
    key: bytes = field(repr=False)
    token: str = field(repr=False)
    start: datetime
    zone: str
    number: str
    """Of the line that is texted."""
    public_url: str = "https://line.example.org"

    def copy(self, path: Path) -> Path:
        """A database of its own."""
        shutil.copyfile(self.path, path)
        return path


def outside_number(text: int) -> str:
    """Every text is somebody else's, so each begins a contact. Nobody's number: there is no area code 000."""
    return f"+1000{text:07d}"


def body(text: int) -> str:
    """What it says."""
    return BODIES[text % len(BODIES)]


def seed(folder: Path, texts: int) -> Seed:
    """The practice, with the clients who will text."""
    cast = load(STORY).cast
    path, key = folder / "seed.sqlite3", os.urandom(32)
    db = Db(fresh(path))
    install(db, Keyring(key), replace(cast.setup, clients=_clients(cast, texts)))
    db.close()
    return Seed(
        path=path, key=key, token=secrets.token_hex(16), start=cast.start, zone=cast.zone, number=cast.lines[LINE]
    )


def _clients(cast: Cast, texts: int) -> tuple[ClientSetup, ...]:
    known = {client.id: client for client in cast.setup.clients}
    return tuple(
        replace(known[KINDS[text % 4]], id=f"client{text}", handle=f"C-{text}", numbers=(outside_number(text),))
        for text in range(texts)
        if text % 4 < len(KINDS)
    )
