"""Who talks with whom: the bridges. Each belongs to one contact and is never used for another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from intersession.core.ids import ContactId

from ..port import CrisisTransfer, Dial, Done, Failed, Join, Outcome
from .client import Away, Lost, Refused, log
from .legs import CRISIS, TALKING, Board, Leg
from .pbx import RING, TRUNK
from .waiting import Waiting
from .words import Words

ENTERS_WITHIN = 2.0


def room_of(contact: ContactId) -> str:
    """The contact's own bridge."""
    return f"{TALKING}{contact}"


class Rooms:
    """Dials, joins, and connects to the crisis line."""

    def __init__(self, board: Board, waiting: Waiting, words: Words) -> None:
        self._board, self._waiting, self._words = board, waiting, words

    # ------------------------------------------------------------ a leg of ours

    async def dial(self, order: Dial) -> Outcome:
        """No originator is named, and nothing of the caller goes along: the phone shows a number of the practice."""
        board = self._board
        leg = board.legs.add(Leg(order.leg, order.contact, order.leg))
        shows: dict[str, object] = {} if order.show is None else {"callerId": f"<{order.show}>"}
        try:
            await board.ari.ask(
                "POST", f"channels/{order.leg}", endpoint=board.pbx.endpoint(order.to), app=board.pbx.app,
                appArgs=f"leg,{order.contact}", timeout=order.seconds, **shows,
            )  # fmt: skip
        except Refused as error:
            board.legs.remove(leg)
            return Failed(str(error))
        return Done()

    async def drop(self, leg: Leg) -> None:
        """End a leg."""
        leg.leaving = leg.dropped = True
        await self._board.ari.tried("DELETE", f"channels/{leg.channel}")

    # ------------------------------------------------------------ joining two

    async def join(self, order: Join, staff_media: Sequence[str], outside_media: Sequence[str]) -> Outcome:
        """Begin with the last words; the two are joined when both are over."""
        legs = self._board.legs
        staff, outside = legs.get(order.staff_leg), legs.get(order.outside_leg)
        if staff is None or outside is None:
            return Done()  # one of them hung up: that is an event of its own
        await self._words.hush(staff)
        if outside.room == room_of(order.contact):
            staff.task = self._board.begin(self._join_third(staff, outside, staff_media, outside_media))
            return Done()
        await self._words.hush(outside)
        await self._waiting.receive(outside)
        staff.task = outside.task = self._board.begin(self._join_two(staff, outside, staff_media, outside_media))
        outside.joins = True
        outside.task.add_done_callback(lambda _: setattr(outside, "joins", False))
        return Done()

    async def _join_two(
        self, staff: Leg, outside: Leg, staff_media: Sequence[str], outside_media: Sequence[str]
    ) -> None:
        await asyncio.gather(self._last_words(staff, staff_media), self._last_words(outside, outside_media))
        room = room_of(staff.contact)
        try:
            await self._board.ari.ask("POST", f"bridges/{room}", type="mixing,dtmf_events", name=room)
            await self._enter(staff, room)
            await self._enter(outside, room)
        except (Refused, TimeoutError):
            # one of them has just hung up: that is an event of its own, and decides
            await self._waiting.receive(staff)
            await self._waiting.receive(outside)
            return
        await self._joined(staff, outside)

    async def _join_third(
        self, staff: Leg, outside: Leg, staff_media: Sequence[str], outside_media: Sequence[str]
    ) -> None:
        """The caller hears of it beside the talk, which is not cut."""
        if outside_media:
            await self._words.beside(outside, outside_media)
        await self._last_words(staff, staff_media)
        try:
            await self._enter(staff, room_of(staff.contact))
        except (Refused, TimeoutError):
            await self._waiting.receive(staff)
            return
        await self._joined(staff, outside)

    async def _last_words(self, leg: Leg, media: Sequence[str]) -> None:
        if media:
            await self._words.heard(leg, media)

    async def _joined(self, staff: Leg, outside: Leg) -> None:
        """Noted at Asterisk too: after a restart it tells us who was with whom."""
        board = self._board
        staff.task = outside.task = None
        board.report(board.reader.joined(staff.contact, staff.id, board.now()))
        for leg in (staff, outside):
            await board.ari.tried("POST", f"channels/{leg.channel}/variable", variable="JOINED", value=staff.id)

    async def _enter(self, leg: Leg, room: str, *, keys: bool = True) -> None:
        """Refused, or TimeoutError, where the leg is gone. Connected-line updates would tell the other's number."""
        board = self._board
        leg.room = room
        await self._waiting.lease(leg, 0)
        await board.ari.tried("DELETE", f"channels/{leg.channel}/silence")
        entered = board.expect("entered", leg.channel)
        try:
            await board.ari.ask(
                "POST", f"bridges/{room}/addChannel", channel=leg.channel, inhibitConnectedLineUpdates="true",
                absorbDTMF=str(keys).lower(),
            )  # fmt: skip
            await asyncio.wait_for(entered, ENTERS_WITHIN)
        finally:
            entered.cancel()

    # ------------------------------------------------------------ the crisis line

    async def transfer(self, order: CrisisTransfer, media: Sequence[str]) -> Outcome:
        """The words, then the crisis line, showing the caller's own number: the one leg that ever does (INV-18)."""
        caller = self._board.legs.get(order.leg)
        if not self._board.pbx.trunk.presents_caller:
            return Failed("this trunk shows no number but ours")
        if caller is None:
            return Done()  # hung up: that is an event of its own
        if caller.number is None:
            return Failed("the caller's number is withheld")
        if caller.task is not None and caller.transfers:
            return Done()  # pressed again on the way there
        await self._words.hush(caller)
        await self._waiting.receive(caller)
        caller.task = self._board.begin(self._crisis(caller, order, media))
        caller.transfers = True
        caller.task.add_done_callback(lambda _: setattr(caller, "transfers", False))
        return Done()

    async def _crisis(self, caller: Leg, order: CrisisTransfer, media: Sequence[str]) -> None:
        await self._last_words(caller, media)
        ringing = self._board.begin(self._ring(caller))
        try:
            left = order.seconds
            for place, number in enumerate(order.numbers):
                seconds = left // (len(order.numbers) - place)  # each an equal part of what is left
                left -= seconds
                channel = f"{order.contact}.crisis-{self._board.mark()}"
                if await self._crisis_leg(caller, channel, number, seconds, ringing):
                    return
        except (Away, Lost) as error:
            log.error("crisis_transfer_stumbled", error=type(error).__name__)
        finally:
            ringing.cancel()
        caller.task = None
        self._crisis_over(order.contact, self._board.mark(), reached=False)

    async def _ring(self, caller: Leg) -> None:
        """Nobody who pressed 9 waits in silence."""
        while True:
            await self._words.heard(caller, (self._board.pbx.sound(RING),))
            await asyncio.sleep(0.5)

    async def _crisis_leg(
        self, caller: Leg, channel: str, number: str, seconds: int, ringing: asyncio.Task[None]
    ) -> bool:
        """Whether the crisis line picked up; then it returns when that talk is over."""
        board = self._board
        here, gone = board.expect("here", channel), board.expect("gone", channel)
        try:
            await board.ari.ask(
                "POST", f"channels/{channel}", endpoint=f"PJSIP/{number}@{TRUNK}", app=board.pbx.app,
                appArgs=f"crisis,{caller.contact}", timeout=seconds, callerId=f"<{caller.number}>",
            )  # fmt: skip
            await asyncio.wait({here, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not here.done():
                return False
            ringing.cancel()
            await self._with_crisis(caller, channel)
            await gone
            self._crisis_over(caller.contact, channel, reached=True)
            return True
        except Refused:
            return False
        finally:
            here.cancel()
            gone.cancel()
            if not board.closing:
                await board.ari.tried("DELETE", f"channels/{channel}")

    async def _with_crisis(self, caller: Leg, channel: str) -> None:
        """A bridge without key events: the crisis line's own menu has to hear the keys."""
        ari, room = self._board.ari, f"{CRISIS}{caller.contact}"
        await ari.ask("POST", f"bridges/{room}", type="mixing", name=room)
        await ari.ask("POST", f"bridges/{room}/addChannel", channel=channel, inhibitConnectedLineUpdates="true")
        await self._enter(caller, room, keys=False)

    def _crisis_over(self, contact: ContactId, mark: str, *, reached: bool) -> None:
        board = self._board
        board.report(board.reader.crisis_over(contact, mark, reached=reached, at=board.now()))

    async def watch_crisis(self, contact: ContactId, channel: str) -> None:
        """After a restart: a talk with the crisis line that goes on. It is told when it ends."""
        await self._board.expect("gone", channel)
        self._crisis_over(contact, channel, reached=True)
