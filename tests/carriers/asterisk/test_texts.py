"""Asterisk's copy of a text goes when ours is on disk, and not before (INV-02)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from intersession.carriers.asterisk import texts
from intersession.carriers.asterisk.dialplan import TEXTS_OUT
from intersession.carriers.asterisk.legs import Board
from intersession.carriers.asterisk.parse import Reader
from intersession.carriers.asterisk.pbx import Pbx
from intersession.carriers.asterisk.texts import Texts, kept_as
from intersession.carriers.asterisk.told import Told
from intersession.carriers.port import Envelope
from intersession.core.ids import LineId
from intersession.corridor.running import Ticket

AT = datetime(2027, 2, 9, 20, 12, tzinfo=UTC)
LATER, LINE = AT + timedelta(minutes=20), LineId("coaching")
NAME = "call-id:1"
EVENT = {
    "timestamp": "2027-02-09T20:12:00", "message": {
        "from": "sip:+12025550123@provider", "to": "sip:+12025550100@us", "body": "Hello?",
        "variables": {"Call-ID": "call-id", "CSeq": "1"},
    },
}  # fmt: skip


class Notes:
    """One text lies in Asterisk's own database."""

    def __init__(self) -> None:
        self.kept = [kept_as(NAME)]

    async def keys(self, family: str) -> Sequence[str]:
        return tuple(self.kept)

    async def read(self, context: str, key: str, variables: Sequence[str]) -> Mapping[str, str]:
        said = EVENT["message"]
        assert isinstance(said, dict)
        values = (said["from"], said["to"], NAME, said["body"], "6", str(int(AT.timestamp())))
        return dict(zip(variables, values, strict=True))

    async def strike_out(self, context: str, key: str) -> None:
        assert context == TEXTS_OUT
        self.kept.remove(key)


class World:
    """The texts of one Asterisk, and a line that writes what it is told when it is said to."""

    def __init__(self, pbx: Pbx, reader: Reader, give: Callable[[Envelope], object]) -> None:
        self.notes, self.now, self.tickets = Notes(), AT, list[Ticket]()
        self._give = give
        self.board = Board(pbx, cast(Any, None), reader, Told(self._told), lambda: self.now)
        self.texts = Texts(self.board, cast(Any, self.notes))

    def _told(self, envelope: Envelope) -> object:
        ticket = self._give(envelope)
        self.tickets += [ticket] if isinstance(ticket, Ticket) else []
        return ticket

    def writes(self, at: int) -> None:
        self.tickets[at].settle(object())  # type: ignore[arg-type]

    async def waits_in_vain(self) -> None:
        """Five minutes pass, and nobody looks every quarter of a second any more."""
        await asyncio.sleep(0)
        self.now = LATER
        await asyncio.gather(*self.board.tasks)

    async def missed(self, since: datetime) -> int:
        return len(await self.texts.missed(LINE, since))


@pytest.fixture
def world(pbx: Pbx, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(texts, "LOOKED_EVERY", 0.001)
    return World(pbx, reader, Ticket)


def test_its_copy_goes_as_soon_as_it_is_written(world: World) -> None:
    async def plays() -> None:
        world.texts.came(EVENT)
        await asyncio.sleep(0.01)
        assert world.notes.kept
        world.writes(0)
        await asyncio.gather(*world.board.tasks)
        assert world.notes.kept == []

    asyncio.run(plays())


def test_what_waits_in_memory_is_kept_however_long_ago_it_was_told(world: World) -> None:
    """A restart would lose it, were it not at Asterisk still."""

    async def plays() -> None:
        world.texts.came(EVENT)
        await world.waits_in_vain()
        assert await world.missed(LATER) == 0
        assert world.notes.kept
        world.writes(0)
        assert await world.missed(LATER) == 0
        assert world.notes.kept == []

    asyncio.run(plays())


def test_what_whoever_asked_handed_in_is_told_once_more_before_its_copy_goes(world: World) -> None:
    """That it was handed in does not say that it is on disk: the line's own ticket does."""

    async def plays() -> None:
        assert await world.missed(AT - timedelta(minutes=10)) == 1
        assert await world.missed(LATER) == 0
        assert world.notes.kept
        world.writes(0)
        await asyncio.gather(*world.board.tasks)
        assert world.notes.kept == []

    asyncio.run(plays())


def test_where_no_tickets_are_given_it_goes_once_it_was_asked_for(pbx: Pbx, reader: Reader) -> None:
    async def plays() -> None:
        world = World(pbx, reader, lambda envelope: None)
        assert await world.missed(AT - timedelta(minutes=10)) == 1
        assert await world.missed(AT - timedelta(minutes=10)) == 1
        assert await world.missed(LATER) == 0
        assert world.notes.kept == []

    asyncio.run(plays())
