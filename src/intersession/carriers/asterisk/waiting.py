"""Where callers wait: a holding bridge of their contact alone, and a time-out that sends them on should we be gone.

Where we are here and the line behind us decides nothing, they are sent on by us.
"""

from __future__ import annotations

import asyncio

from intersession.core.ids import ContactId

from .client import log
from .dialplan import SPEAKS
from .legs import WAITING, Board, Leg

LEASE, RENEWED_EVERY = 4, 1.0
"""Seconds. A caller whose lease is not renewed leaves for the dialplan's fallback: our death is not theirs."""


def waiting_room(contact: ContactId) -> str:
    """The contact's own; it is never used for another."""
    return f"{WAITING}{contact}"


class Waiting:
    """Picks up, keeps callers, and keeps their lease.

    In the bridge their own channel does nothing, so that whatever is asked of it is done at once: a channel that
    plays or records holds up every request on the whole socket until that is over.
    """

    def __init__(self, board: Board) -> None:
        self._board = board

    async def receive(self, leg: Leg) -> None:
        """The leg is alone with us: a caller in the waiting room, anybody else out of the bridge."""
        if leg.waits:
            return
        ari = self._board.ari
        before, leg.room = leg.room, None
        if before is not None:
            await ari.tried("POST", f"bridges/{before}/removeChannel", channel=leg.channel)
        if not leg.came_in:
            return
        if not leg.up:
            await ari.ask("POST", f"channels/{leg.channel}/answer")
            leg.up = True
        room = waiting_room(leg.contact)
        await self.lease(leg, LEASE)
        await self.quiet(leg)
        await ari.ask("POST", f"bridges/{room}", type="holding", name=room)
        await ari.ask("POST", f"bridges/{room}/addChannel", channel=leg.channel, role="participant")
        leg.room = room

    async def quiet(self, leg: Leg) -> None:
        """Silence, sent as sound: some providers end a call in which nothing is sent."""
        if not leg.waits:
            await self._board.ari.tried("POST", f"channels/{leg.channel}/silence")

    async def lease(self, leg: Leg, seconds: int) -> None:
        """For so long the caller stays with us if we say nothing more; 0 for as long as they like."""
        if leg.came_in:
            path = f"channels/{leg.channel}/variable"
            await self._board.ari.tried("POST", path, variable="TIMEOUT(absolute)", value=seconds)

    # ------------------------------------------------------------ while they wait

    async def watch(self) -> None:
        """Until cancelled: keep everybody who waits with us, or let them go where nobody decides about them."""
        while True:
            await asyncio.sleep(RENEWED_EVERY)
            self._board.report.keep({leg.contact for leg in self._board.legs})
            for leg in self._board.legs:
                try:
                    self._look_after(leg)
                except Exception:
                    log.exception("caller_not_looked_after")  # the others are kept all the same

    def _look_after(self, leg: Leg) -> None:
        told = self._board.report
        if not leg.came_in or leg.leaving:
            return
        if _is_alone(leg) and told.late(leg.contact):
            self._board.begin(self._let_go(leg))
            return
        if leg.waits:
            self._board.begin(self._renewed(leg))
        if leg.waits and leg.arrived is not None and told.is_quiet(leg.contact):
            told(leg.arrived)  # known by its id, it changes nothing: that it is taken says that the line is awake

    async def _renewed(self, leg: Leg) -> None:
        """Whoever was joined in between has no lease any more."""
        if leg.waits:
            await self.lease(leg, LEASE)

    async def _let_go(self, leg: Leg) -> None:
        """Asterisk itself speaks to them now. What was told of them is kept, and decided about when the line can."""
        board = self._board
        if not board.report.give_up(leg.contact):
            return
        log.error("caller_sent_to_fallback")
        leg.leaving = leg.fell_back = True
        if leg.task is not None:
            leg.task.cancel()
        await board.ari.tried(
            "POST", f"channels/{leg.channel}/continue", context=SPEAKS, extension="s", priority=1
        )


def _is_alone(leg: Leg) -> bool:
    """Nobody is with them, or on the way; and no message of theirs is cut off."""
    connected = leg.room is not None and not leg.waits
    return not (connected or leg.joins or leg.transfers or leg.recording)
