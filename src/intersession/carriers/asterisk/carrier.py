"""Asterisk as a carrier. One thread owns the event socket; orders come from any thread and are run there."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, assert_never

import structlog

from intersession.core.call import Said
from intersession.core.ids import LineId, RecordingId

from ..port import (
    Announce,
    Capabilities,
    CrisisTransfer,
    Dial,
    Done,
    Drop,
    Envelope,
    Failed,
    Join,
    LookAgain,
    Mail,
    Notice,
    Order,
    Outcome,
    Refuse,
    Report,
    Say,
    Text,
    Tone,
    Unknown,
)
from .client import Ari, Away, Event, Lost, Refused
from .legs import Board
from .notes import Notes
from .parse import Reader, cause_of
from .pbx import TONE, TRUNK, Pbx
from .recording import Recordings
from .recovery import Recovery
from .rooms import Rooms
from .texts import Texts
from .told import Told
from .waiting import Waiting
from .words import Words

log = structlog.get_logger(__name__)

Speaker = Callable[[Said], Path]
"""Words to a sound file that Asterisk reads: mono, `.wav` or `.sln` with 8 kHz, `.wav16` or `.sln16` with 16."""
Playable = Callable[[RecordingId], Path | None]
"""A recording that lies with us, as such a file; None for one that lies at Asterisk still."""

Act = Coroutine[Any, Any, Outcome]
T = TypeVar("T")

WITHIN = 12.0
"""Seconds that an order may take; nearly all take a few milliseconds."""
REJECTED = 21
"""Q.850: the caller hears what their network says of a call that was refused."""


class Asterisk:
    """One Asterisk of one practice. Use it as a context, or `start` and `stop` it."""

    name = "asterisk"

    def __init__(
        self, reader: Reader, report: Report, now: Callable[[], datetime], speaker: Speaker,
        playable: Playable = lambda _: None, behind: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """`behind` is told when something may have passed us by that `missed` knows."""
        self._reader, self._report, self._now = reader, report, now
        self._speaker, self._playable, self._behind = speaker, playable, behind
        self._begun = threading.Event()

    @property
    def pbx(self) -> Pbx:
        """Which one."""
        return self._reader.pbx

    @property
    def capabilities(self) -> Capabilities:
        """What it and its trunk can do."""
        return self.pbx.capabilities

    # ------------------------------------------------------------ its thread

    def start(self) -> Asterisk:
        """Connect; from now on events are reported. What was stopped may be started again; it remembers nothing."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="asterisk", daemon=True)
        self._thread.start()
        self._begun.wait(WITHIN)
        return self

    def stop(self) -> None:
        """Let go. Calls that are connected go on; whoever waits leaves for the fallback."""
        if not self._begun.is_set():
            return
        self._begun.clear()
        self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join(5)

    def __enter__(self) -> Asterisk:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def replaced(self) -> bool:
        """Whether another process has taken this Asterisk over. Then we stand back until we are started again."""
        return self._begun.is_set() and self._ari.replaced

    def wait_connected(self, seconds: float = WITHIN) -> bool:
        """Whether the connection stands, within so many seconds."""
        waiting = asyncio.run_coroutine_threadsafe(self._ari.ready(seconds), self._loop)
        try:
            waiting.result(seconds + 1)
        except (Away, concurrent.futures.TimeoutError):
            return False
        return True

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._main = self._loop.create_task(self._keep())
        with contextlib.closing(self._loop):
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._main)
            self._loop.run_until_complete(_ended(asyncio.all_tasks(self._loop)))  # orders that came in that moment

    async def _keep(self) -> None:
        self._ari = Ari(self.pbx, self._heard, self._connected)
        self._board = board = Board(self.pbx, self._ari, self._reader, Told(self._report), self._now)
        waiting, self._recordings = Waiting(board), Recordings(board)
        self._words = Words(board, waiting, self._recordings)
        self._rooms = Rooms(board, waiting, self._words)
        notes = Notes(board)
        self._recovery = Recovery(board, self._recordings, self._rooms, notes, self._behind)
        self._texts = Texts(board, notes)
        watching = board.begin(waiting.watch())
        self._begun.set()
        try:
            await self._ari.keep()
        finally:
            board.closing = True
            await _ended({watching, *board.tasks})

    async def _connected(self) -> None:
        if self.pbx.trunk.texts:
            source = f"endpoint:PJSIP/{TRUNK}"
            await self._ari.ask("POST", f"applications/{self.pbx.app}/subscription", eventSource=source)
        await self._recovery.rebuild()
        if self.pbx.trunk.texts:
            await self._texts.catch_up()

    # ------------------------------------------------------------ orders

    def run(self, order: Order) -> Outcome:
        """Carry out one order. From any thread."""
        if not self._begun.is_set():
            return Failed("another process is connected with this Asterisk")
        try:
            act = self._act(order)
        except Exception as error:
            log.error("words_without_sound", error=type(error).__name__)
            return Failed("the words could not be made into sound")
        try:
            return self._done(act)
        except (Away, Refused) as error:
            act.close()
            return Failed(str(error))
        except (Lost, concurrent.futures.TimeoutError, concurrent.futures.CancelledError) as error:
            return Unknown(str(error) or "Asterisk did not answer")

    def _act(self, order: Order) -> Act:
        """What is to be done on the carrier's own thread; words are made into sound before."""
        match order:
            case Say():
                return self._say(order, self._heard_in(order))
            case Join():
                return self._rooms.join(order, self._media(order.staff_said), self._media(order.outside_said))
            case CrisisTransfer():
                return self._rooms.transfer(order, self._media(order.said))
            case Dial():
                return self._rooms.dial(order)
            case Drop():
                return self._drop(order)
            case Refuse():
                return self._refuse(order)
            case Tone():
                return self._tone(order)
            case Text() | Notice():
                return self._send(order.to, order.show, order.body, beside=isinstance(order, Notice))
            case Mail():
                return _failed("this carrier has no e-mail")
            case LookAgain() | Announce():
                return _failed("this carrier tells its legs what they hear")
            case _:
                assert_never(order)

    def _done(self, act: Act) -> Outcome:
        try:
            running = asyncio.run_coroutine_threadsafe(act, self._loop)
        except RuntimeError as error:  # stopped in this very moment
            raise Away("the connection with Asterisk was just given up") from error
        try:
            return running.result(WITHIN)
        except concurrent.futures.TimeoutError:
            running.cancel()
            raise

    def _media(self, said: Sequence[Said]) -> tuple[str, ...]:
        """Words as ARI names their sound."""
        return tuple(_sound(self._speaker(one)) for one in said)

    def _heard_in(self, order: Say) -> tuple[str, ...]:
        recording = order.hearing.plays
        if recording is None:
            return self._media(order.hearing.said)
        path = self._playable(recording)
        return (*self._media(order.hearing.said), f"recording:{recording}" if path is None else _sound(path))

    async def _say(self, order: Say, media: Sequence[str]) -> Outcome:
        leg = self._board.legs.get(order.leg)
        if leg is None:
            return Done()  # the person is gone already: that is an event of its own
        async with self._board.legs.lock(order.contact):
            try:
                await self._words.say(leg, order.hearing, media)
            except Refused as error:
                if error.status not in GONE:
                    raise
        return Done()

    async def _drop(self, order: Drop) -> Outcome:
        leg = self._board.legs.get(order.leg)
        if leg is not None:
            await self._rooms.drop(leg)
        return Done()

    async def _refuse(self, order: Refuse) -> Outcome:
        leg = self._board.legs.get(order.leg)
        if leg is not None:
            await self._board.ari.tried("DELETE", f"channels/{leg.channel}", reason_code=REJECTED)
        return Done()

    async def _tone(self, order: Tone) -> Outcome:
        leg = self._board.legs.get(order.leg)
        if leg is not None:
            self._board.begin(self._words.beside(leg, (self.pbx.sound(TONE),)))
        return Done()

    async def _send(self, to: str, show: str, body: str, *, beside: bool = False) -> Outcome:
        """Taken by Asterisk, and no more is ever known. What is only `beside` a page call may be left out: the trunk
        says in its capabilities that it has no texts, and no person has to be told each time."""
        mailbox = self.pbx.mailbox(to)
        if mailbox is None:
            return Done() if beside else Failed("this trunk carries no texts")
        sender = f"sip:{show}@{self.pbx.domain}"
        await self._board.ari.ask("PUT", "endpoints/sendMessage", to=mailbox, **{"from": sender, "body": body})
        return Done()

    # ------------------------------------------------------------ recordings, and what was missed

    def sound(self, recording: RecordingId) -> tuple[str, bytes] | None:
        """A recording that lies at Asterisk; None where there is none. Raises Refused where it cannot give it."""
        try:
            return "audio/wav", self._soon(lambda: self._ari.fetch(f"recordings/stored/{recording}/file"))
        except Refused as error:
            if error.status != NOT_FOUND:
                raise
            return None

    def forget(self, recording: RecordingId) -> None:
        """It is safe with us: Asterisk deletes it. Nothing happens where it is gone already; raises Refused where it
        cannot be deleted, for what is not deleted is not forgotten."""
        try:
            self._soon(lambda: self._ari.ask("DELETE", f"recordings/stored/{recording}"))
        except Refused as error:
            if error.status != NOT_FOUND:
                raise

    def length(self, recording: RecordingId) -> float | None:
        """Measured before it was told: never asked for."""

    def picture(self, reference: str) -> tuple[str, bytes] | None:
        """Its texts carry none."""

    def forget_picture(self, reference: str) -> None:
        """There is nothing to delete."""

    def missed(self, line: LineId, since: datetime) -> Iterable[Envelope]:
        """Calls that the fallback took or that ended unheard, recordings that lie at Asterisk still, and texts that
        came while nobody listened.

        Events that were told live have the same ids and are known already. Raises where Asterisk cannot be asked.
        """
        calls = self._soon(lambda: self._recovery.missed(line, since))
        return [*calls, *self._soon(lambda: self._texts.missed(line, since))]

    def _soon(self, act: Callable[[], Coroutine[Any, Any, T]]) -> T:
        if not self._begun.is_set():
            raise Away("there is no connection with Asterisk yet")
        return asyncio.run_coroutine_threadsafe(act(), self._loop).result(WITHIN)

    # ------------------------------------------------------------ events

    def _heard(self, event: Event) -> None:
        """Every event of the socket, in order, on the carrier's own thread."""
        match event["type"]:
            case "StasisStart":
                self._started(event)
            case "ChannelDtmfReceived":
                if leg := self._board.legs.at(event["channel"]["id"]):
                    self._words.pressed(leg, event["digit"], event["timestamp"])
            case "PlaybackFinished":
                self._board.happened("played", event["playback"]["id"], event)
            case "RecordingFinished" | "RecordingFailed":
                self._board.begin(self._recordings.keep(RecordingId(event["recording"]["name"])))
            case "ChannelEnteredBridge":
                self._board.happened("entered", event["channel"]["id"], event)
            case "ChannelLeftBridge":
                if not event["bridge"]["channels"]:
                    self._board.begin(self._ari.tried("DELETE", f"bridges/{event['bridge']['id']}"))
            case "ChannelHangupRequest":
                if leg := self._board.legs.at(event["channel"]["id"]):
                    leg.leaving = True
            case "StasisEnd" | "ChannelDestroyed":
                self._gone(event)
            case "TextMessageReceived":
                self._texts.came(event)

    def _started(self, event: Event) -> None:
        channel = event["channel"]["id"]
        match event["args"]:
            case ["inbound", dialled]:
                self._arrived(event["channel"], dialled)
            case ["leg", _]:
                self._answered(channel)
            case _:
                self._board.happened("here", channel, event)

    def _arrived(self, channel: Event, dialled: str) -> None:
        if self._board.legs.at(channel["id"]) is not None:
            return  # told twice: by the call's own subscription and by its trunk's
        leg = self._board.legs.add(self._recovery.caller(channel))
        number = channel["caller"]["number"]
        leg.arrived = self._reader.arrived(leg.channel, dialled, number, self._now())
        self._board.report(leg.arrived)

    def _answered(self, channel: str) -> None:
        leg = self._board.legs.at(channel)
        if leg is None:
            self._board.begin(self._ari.tried("DELETE", f"channels/{channel}"))
            return
        leg.up = True
        self._board.report(self._reader.answered(leg.contact, leg.id, self._now()))

    def _gone(self, event: Event) -> None:
        channel = event["channel"]["id"]
        self._board.happened("gone", channel, event)
        leg = self._board.legs.at(channel)
        if leg is not None:
            cause = cause_of(event.get("cause", 0), answered=leg.up or leg.dropped)
            self._recovery.over(leg, cause)


NOT_FOUND = 404
GONE = (NOT_FOUND, 409, 412)
"""How Asterisk answers of a channel that is no longer there, or no longer ours."""


async def _ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _sound(path: Path) -> str:
    return f"sound:{path.with_suffix('')}"


async def _failed(reason: str) -> Outcome:
    return Failed(reason)
