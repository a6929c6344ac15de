"""The practice that is measured: the team of the stories, with as many clients as there are texts to come."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from intersession.carriers.port import Envelope
from intersession.core.events import TextArrived
from intersession.core.ids import EventId, LineId, MessageId, PracticeId
from intersession.corridor.db import Db
from intersession.corridor.setup import install
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from intersession.records.setup import ClientSetup
from intersession.stories.cast import Cast
from intersession.stories.play import load

STORY = Path(__file__).parents[1] / "scenarios" / "00-textbook-coaching-call.toml"
LINE = LineId("coaching")
BODIES = (
    "tonight is hard. opposite action did not work, what else can I try",
    "can we move thursday",
    "thanks, the ice helped",
    "is this the right number for Harbor?",
)
"""Of a client who coaches by text, of one without an agreement, of one for appointments only, of a stranger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A database with the practice in it, to be copied; and what is needed to open it."""

    path: Path
    key: bytes
    start: datetime
    number: str
    """Of the line that is texted."""

    def copy(self, path: Path) -> Path:
        """A database of its own."""
        shutil.copyfile(self.path, path)
        return path


def outside_number(text: int) -> str:
    """Nobody's: there is no area code 000."""
    return f"+1000{text:07d}"


def seed(folder: Path, texts: int) -> Seed:
    """The practice, and three clients to every stranger among the senders."""
    cast = load(STORY).cast
    path, key = folder / "seed.sqlite3", os.urandom(32)
    db = Db(fresh(path))
    install(db, Keyring(key), replace(cast.setup, clients=_clients(cast, texts)))
    db.close()
    return Seed(path=path, key=key, start=cast.start, number=cast.lines[LINE])


def _clients(cast: Cast, texts: int) -> tuple[ClientSetup, ...]:
    kinds = {client.id: client for client in cast.setup.clients}
    order = (kinds["JS"], kinds["MR"], kinds["TK"])
    return tuple(
        replace(order[text % 4], id=f"client{text}", numbers=(outside_number(text),))
        for text in range(texts)
        if text % 4 < 3
    )


def arrived(text: int, keyring: Keyring, at: datetime) -> Envelope:
    """A text as a carrier hands it in. Every text is somebody else's, so each begins a contact."""
    number = outside_number(text)
    key = keyring.number_key(number)
    event = TextArrived(
        id=EventId(f"m{text}:arrived"), practice=PracticeId("p"), at=at, message=MessageId(f"m{text}"), line=LINE,
        sender=key, body=BODIES[text % 4],
    )  # fmt: skip
    return Envelope(event=event, numbers={key: number})

