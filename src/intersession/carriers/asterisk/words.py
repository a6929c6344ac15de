"""What one leg hears, and which keys it presses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from intersession.core.call import Hearing, Then

from .client import Away, Lost, Refused, log
from .legs import Board, Leg
from .recording import Recordings
from .waiting import Waiting

DIGITS_PAUSE = 3.0
"""Seconds without a key after which digits are complete."""
PAUSES = (0.02, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before each further try. What plays right after something that was stopped may find Asterisk's announcer on
its way out, and that takes long where the machine is busy: words of crisis must not be lost to it."""


class Words:
    """Plays to legs and hears their keys."""

    def __init__(self, board: Board, waiting: Waiting, recordings: Recordings) -> None:
        self._board, self._waiting, self._recordings = board, waiting, recordings

    # ------------------------------------------------------------ hearing

    async def say(self, leg: Leg, hearing: Hearing, media: Sequence[str]) -> None:
        """The leg hears this now, instead of what it heard before."""
        await self.hush(leg)
        await self._waiting.receive(leg)
        leg.hearing = hearing
        leg.task = self._board.begin(self._hear(leg, hearing, media))

    async def _hear(self, leg: Leg, hearing: Hearing, media: Sequence[str]) -> None:
        if media:
            await self.heard(leg, media)
            if leg.leaving:
                return
            board = self._board
            board.report(board.reader.said(leg.contact, leg.id, hearing.said, board.mark(), board.now()))
        match hearing.then:
            case Then.WAIT:
                await self._waiting.quiet(leg)
            case Then.RECORD:
                await self.heard(leg, (self._recordings.beep,))
                await self._recordings.begin(leg)
            case Then.HANG_UP:
                leg.leaving = leg.dropped = True
                await self._board.ari.tried("DELETE", f"channels/{leg.channel}")

    async def heard(self, leg: Leg, media: Sequence[str]) -> None:
        """Play to a leg; returns when it is over. What cannot be played is over at once: the call goes on."""
        place = f"bridges/{leg.room}" if leg.waits else f"channels/{leg.channel}"
        for pause in (*PAUSES, None):
            leg.playing = self._board.mark()
            if await self._played(place, leg.playing, media):
                break
            if pause is None:
                log.error("sound_not_played")
            else:
                await asyncio.sleep(pause)
        leg.playing = None

    async def _played(self, place: str, mark: str, media: Sequence[str]) -> bool:
        over = self._board.expect("played", mark)
        try:
            await self._board.ari.ask("POST", f"{place}/play/{mark}", media=",".join(media))
            event = await over
        except (Away, Lost, Refused) as error:
            log.warning("sound_refused", error=type(error).__name__)
            return False
        finally:
            over.cancel()
        return bool(event.get("playback", {}).get("state") != "failed")

    async def hush(self, leg: Leg) -> None:
        """Stop whatever the leg hears. A channel that still plays would join a bridge only when that is over."""
        if leg.task is not None:
            leg.task.cancel()
            leg.task = None
        if leg.pause is not None:
            leg.pause.cancel()
            leg.pause = None
        leg.entered, leg.hearing = "", Hearing()
        playing, leg.playing = leg.playing, None
        if playing is not None:
            await self._board.ari.tried("DELETE", f"playbacks/{playing}")
        await self._recordings.end(leg)

    async def beside(self, leg: Leg, media: Sequence[str]) -> None:
        """This leg alone hears it, while it goes on talking; returns when it is over."""
        board, name = self._board, f"beside-{self._board.mark()}"
        here = board.expect("here", name)
        await board.ari.ask(
            "POST", f"channels/{leg.channel}/snoop/{name}", spy="none", whisper="out", app=board.pbx.app,
            appArgs="beside",
        )  # fmt: skip
        try:
            await asyncio.wait_for(here, 2)
            await self._played(f"channels/{name}", board.mark(), media)
        finally:
            if not board.closing:
                await board.ari.tried("DELETE", f"channels/{name}")

    # ------------------------------------------------------------ keys

    def pressed(self, leg: Leg, key: str, mark: str) -> None:
        """One key on this leg."""
        board = self._board
        if leg.with_crisis or leg.last_key == mark:
            return  # the crisis line hears it; or it was told before
        leg.last_key = mark
        if leg.recording is not None:
            self._pressed_in_recording(leg, key, mark)
        elif leg.hearing.digits:
            self._digit(leg, key, mark)
        else:
            board.report(board.reader.key(leg.contact, leg.id, key, mark, board.now()))

    def _pressed_in_recording(self, leg: Leg, key: str, mark: str) -> None:
        """1 and 9 end it and keep it (D62), pound ends it; the key comes first, as it was pressed first."""
        board = self._board
        if key not in leg.hearing.keys:
            return
        if key != "#":
            board.report(board.reader.key(leg.contact, leg.id, key, mark, board.now()))
        board.begin(self._recordings.end(leg))

    def _digit(self, leg: Leg, key: str, mark: str) -> None:
        if leg.pause is not None:
            leg.pause.cancel()
            leg.pause = None
        if key == "#":
            self._digits_over(leg, mark)
            return
        leg.entered += key
        leg.pause = asyncio.get_running_loop().call_later(DIGITS_PAUSE, self._digits_over, leg, mark)

    def _digits_over(self, leg: Leg, mark: str) -> None:
        """One digit alone was a key."""
        entered, leg.entered = leg.entered, ""
        board = self._board
        if len(entered) == 1:
            board.report(board.reader.key(leg.contact, leg.id, entered, mark, board.now()))
            return
        board.report(board.reader.digits(leg.contact, leg.id, entered, mark, board.now()))
