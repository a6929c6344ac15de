"""Voicemail: recorded beside the caller's channel, measured, and left at Asterisk until it is fetched."""

from __future__ import annotations

import array
import asyncio
import io
import sys
import wave

from intersession.core.ids import RecordingId

from .client import Away, Lost, Refused, log
from .legs import Board, Leg
from .pbx import BEEP

SILENCE_ENDS = 15
"""Seconds of silence after which a recording is over."""
QUIET = 250
"""A loudest sample, of 32767: below it nothing was said. A line's own noise stays below it."""


class Recordings:
    """Begins, ends and tells of recordings."""

    def __init__(self, board: Board) -> None:
        self._board = board

    @property
    def beep(self) -> str:
        """The tone before a recording."""
        return self._board.pbx.sound(BEEP)

    async def begin(self, leg: Leg) -> None:
        """From now on what the caller says is kept. Keys that end it are ours to handle: Asterisk knows but one."""
        board = self._board
        name = leg.recording = RecordingId(f"{leg.contact}-r{board.mark()}")
        recorder = board.recorders[name] = f"recorder-{name}"
        board.recordings[name] = leg
        here = board.expect("here", recorder)
        try:
            await board.ari.ask(
                "POST", f"channels/{leg.channel}/snoop/{recorder}", spy="in", whisper="none", app=board.pbx.app,
                appArgs="beside",
            )  # fmt: skip
            await asyncio.wait_for(here, 2)
            await board.ari.ask(
                "POST", f"channels/{recorder}/record", name=name, format="wav", terminateOn="none",
                maxDurationSeconds=board.pbx.longest_seconds, maxSilenceSeconds=SILENCE_ENDS, ifExists="fail",
            )  # fmt: skip
        except (Away, Lost, Refused, TimeoutError) as error:
            log.error("recording_not_begun", error=type(error).__name__)
            leg.recording = None
            if board.recordings.pop(name, None) is not None and not leg.leaving:
                board.report(board.reader.lost(leg.contact, name, board.now()))

    async def end(self, leg: Leg) -> None:
        """Stop what is recorded of this leg; its own event brings it in."""
        recording, leg.recording = leg.recording, None
        if recording is not None:
            await self._board.ari.tried("POST", f"recordings/live/{recording}/stop")

    async def keep(self, recording: RecordingId) -> None:
        """A recording is over: tell of it, how long it is, and whether anything was said."""
        board, at = self._board, self._board.now()
        leg = board.recordings.pop(recording, None)
        if leg is None:
            return
        if leg.recording == recording:
            leg.recording = None
        board.begin(board.ari.tried("DELETE", f"channels/{board.recorders.pop(recording)}"))
        try:
            sound = await board.ari.fetch(f"recordings/stored/{recording}/file")
            seconds, silent = await asyncio.to_thread(measured, sound)
        except (Refused, wave.Error, EOFError) as error:
            log.error("recording_lost", error=type(error).__name__)
            board.report(board.reader.lost(leg.contact, recording, at))
            return
        full = seconds >= board.pbx.longest_seconds - 1
        board.report(board.reader.left(leg.contact, recording, seconds, at, silent=silent, full=full))


def measured(sound: bytes) -> tuple[float, bool]:
    """Length in seconds, and whether nothing is heard on it (VM03). `sound` is a WAV file of 16-bit samples."""
    with wave.open(io.BytesIO(sound)) as file:
        frames, rate = file.readframes(file.getnframes()), file.getframerate()
    samples = array.array("h", frames[: len(frames) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    loudest = max(max(samples, default=0), -min(samples, default=0))
    return len(samples) / rate, loudest < QUIET
