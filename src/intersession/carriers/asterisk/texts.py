"""Texts that come in. The dialplan keeps each until we have told of it: what comes while we are away is not lost."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from intersession.core.events import TextArrived
from intersession.core.ids import LineId

from ..port import Envelope
from .client import Event, log
from .dialplan import TEXT_OF, TEXTS, TEXTS_OUT, TEXTS_READ
from .legs import Board
from .notes import Notes
from .parse import SipText, text_of
from .told import Ticket

LOOKED_EVERY = 0.25
LOOKED_FOR = timedelta(minutes=5)
"""So long it is waited for that a text is written; after that `missed` tells it again."""


class Texts:
    """Tells them, finds those that nobody was told of, and has them struck out once they are told."""

    def __init__(self, board: Board, notes: Notes) -> None:
        self._board, self._notes = board, notes
        self._told: dict[str, tuple[datetime, object]] = {}
        """When first, and the ticket of it; None where whoever asked hands it in."""

    def came(self, event: Event) -> None:
        """A text, as it comes."""
        text = text_of(event)
        self._tell(self._board.reader.text(text, self._board.now()), kept_as(text.name))

    async def catch_up(self) -> None:
        """After a connect: tell those that came while nobody listened, with their true times."""
        for key in await self._notes.keys(TEXTS):
            if key not in self._told and (kept := await self._kept(key)) is not None:
                self._tell(kept, key)

    def _tell(self, envelope: Envelope, key: str) -> object:
        """Its copy at Asterisk goes as soon as ours is on disk. The ticket, where there is one."""
        board = self._board
        ticket = board.report(envelope)
        at, _ = self._told.get(key, (board.now(), None))
        self._told[key] = (at, ticket)
        if isinstance(ticket, Ticket):
            board.begin(self._written(ticket, key))
        return ticket

    async def _written(self, ticket: Ticket, key: str) -> None:
        until = self._board.now() + LOOKED_FOR
        while not ticket.written:
            if self._board.now() > until:
                return
            await asyncio.sleep(LOOKED_EVERY)
        await self._strike_out(key)

    async def missed(self, line: LineId, since: datetime) -> Sequence[Envelope]:
        """Those that the dialplan keeps still, of this line: told again, in case that the line had not taken them."""
        found = []
        for key in await self._notes.keys(TEXTS):
            told = self._told.get(key)
            if told is not None and told[0] < since:
                await self._settle(key, told[1])
                continue
            envelope = await self._kept(key)
            if envelope is not None and self._is_of(line, envelope):
                found.append(envelope)
                self._told.setdefault(key, (self._board.now(), None))
        return sorted(found, key=lambda one: one.event.at)

    async def _settle(self, key: str, ticket: object) -> None:
        """Told long ago, and yet it may wait in the memory of a line that cannot write it: where tickets are given, one
        has to say that it is on disk. A line that has it knows it by its id, and says so at once."""
        if ticket is None and (kept := await self._kept(key)) is not None:
            ticket = self._tell(kept, key)
        if not isinstance(ticket, Ticket) or ticket.written:
            await self._strike_out(key)

    def _is_of(self, line: LineId, envelope: Envelope) -> bool:
        event = envelope.event
        return isinstance(event, TextArrived) and self._board.reader.asked_for_with(event.line) == line

    async def _kept(self, key: str) -> Envelope | None:
        """None where it is still being written down."""
        kept = await self._notes.read(TEXTS_READ, key, [f"TEXT_{part}" for part in TEXT_OF])
        *text, at = kept.values()
        if not at.isdigit():
            log.warning("text_not_yet_whole")
            return None
        return self._board.reader.text(SipText(*text), datetime.fromtimestamp(int(at), UTC))

    async def _strike_out(self, key: str) -> None:
        self._told.pop(key, None)
        await self._notes.strike_out(TEXTS_OUT, key)


def kept_as(name: str) -> str:
    """Under which key the dialplan keeps a text of that name."""
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
