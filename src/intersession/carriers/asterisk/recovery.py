"""After a lost socket, a restart or an outage: what is still up, what is gone, and what was missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from intersession.core.events import EndCause
from intersession.core.ids import ContactId, LegId, LineId, RecordingId, caller_leg

from ..port import Envelope
from .client import Event, Refused
from .dialplan import DUTY, ENDED, FAMILY, RECORDED, SPEAKS
from .legs import Board, Leg
from .notes import Notes
from .recording import Recordings, measured
from .rooms import Rooms
from .waiting import waiting_room

LOOKED_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Noted:
    """What the dialplan noted of a call when it came in."""

    key: str
    channel: str
    since: datetime
    dialled: str
    number: str


def note(key: str) -> Noted:
    """A note, from the key under which it stands."""
    channel, since, dialled, number = key.split(":")
    return Noted(key, channel, _instant(since), dialled, number)


class Recovery:
    """Compares what we know with what Asterisk says."""

    def __init__(
        self, board: Board, recordings: Recordings, rooms: Rooms, notes: Notes, behind: Callable[[], None]
    ) -> None:
        self._board, self._recordings, self._rooms, self._notes = board, recordings, rooms, notes
        self._behind = behind
        self._told: dict[str, datetime] = {}

    # ------------------------------------------------------------ legs

    def caller(self, channel: Event) -> Leg:
        """The leg of a channel that came in."""
        reader = self._board.reader
        contact = reader.contact(channel["id"])
        number = reader.e164(channel["caller"]["number"])
        return Leg(caller_leg(contact), contact, channel["id"], number, up=channel["state"] == "Up")

    def over(self, leg: Leg, cause: EndCause) -> None:
        """A leg is gone; whatever was being done for it stops."""
        board = self._board
        fell_back = leg.fell_back or not leg.leaving  # a lease that lapsed: the dialplan took them without a word to us
        board.legs.remove(leg)
        leg.leaving = True
        if leg.task is not None:
            leg.task.cancel()
        if leg.pause is not None:
            leg.pause.cancel()
        if leg.came_in:
            board.begin(board.ari.tried("DELETE", f"bridges/{waiting_room(leg.contact)}"))
            if fell_back:
                board.begin(self._until_gone(leg.channel))
        board.report(board.reader.ended(leg.contact, leg.id, cause, board.now()))

    async def _until_gone(self, channel: str) -> None:
        """They are with the fallback: what they leave there is asked for as soon as they have hung up."""
        while await self._board.ari.tried("GET", f"channels/{channel}"):  # noqa: ASYNC110 - no event tells of its end
            await asyncio.sleep(LOOKED_EVERY)
        self._behind()

    # ------------------------------------------------------------ after a connect

    async def rebuild(self) -> None:
        """Asterisk's own lists are the truth: events were lost while nobody listened."""
        board, ari = self._board, self._board.ari
        known, awaited = tuple(board.legs), board.awaited("gone")  # what begins while we ask is not judged by it
        channels = {one["id"]: one for one in await ari.ask("GET", "channels")}
        bridges = await ari.ask("GET", "bridges")
        self._gone(known, awaited, channels)
        for channel in channels.values():
            await self._found(channel)
        for bridge in bridges:
            await self._room(bridge, channels)
        await self._over_meanwhile()
        self._behind()

    def _gone(self, known: Sequence[Leg], awaited: Sequence[str], channels: Mapping[str, Event]) -> None:
        for name in awaited:
            if name not in channels:
                self._board.happened("gone", name, {})
        for leg in known:
            channel = channels.get(leg.channel)
            if self._board.legs.get(leg.id) is leg and (channel is None or (leg.came_in and not _ours(channel))):
                self.over(leg, EndCause.HUNG_UP)

    async def _found(self, channel: Event) -> None:
        """A channel of ours that we do not know: a new caller, or from before a restart."""
        board, name = self._board, channel["id"]
        if channel["dialplan"]["context"] == SPEAKS:
            board.begin(self._until_gone(name))
        if not _ours(channel) or board.legs.at(name) is not None:
            return
        args = channel["dialplan"]["app_data"].split(",")[1:]
        match args:
            case ["inbound", dialled]:
                leg = board.legs.add(self.caller(channel))
                number = channel["caller"]["number"]
                leg.arrived = board.reader.arrived(leg.channel, dialled, number, board.now())
                board.report(leg.arrived)
            case ["leg", contact]:
                board.legs.add(Leg(LegId(name), ContactId(contact), name, up=channel["state"] == "Up"))
            case ["crisis", contact] if name not in board.awaited("gone"):
                board.begin(self._rooms.watch_crisis(ContactId(contact), name))
            case ["beside"] if name not in board.awaited("here"):
                await board.ari.tried("DELETE", f"channels/{name}")

    async def _room(self, bridge: Event, channels: Mapping[str, Event]) -> None:
        """Who is in it; and whose other side went while nobody listened."""
        board = self._board
        if not bridge["channels"]:
            await board.ari.tried("DELETE", f"bridges/{bridge['id']}")
        for name in bridge["channels"]:
            leg = board.legs.at(name)
            if leg is None:
                continue
            leg.room = bridge["id"]
            other = await self._joined_with(leg)
            if other is not None and other not in channels:
                id_ = LegId(other)
                board.report(board.reader.ended(leg.contact, id_, EndCause.HUNG_UP, board.now()))

    async def _joined_with(self, leg: Leg) -> str | None:
        """The staff leg with which a leg was joined, as noted at Asterisk."""
        try:
            noted = await self._board.ari.ask("GET", f"channels/{leg.channel}/variable", variable="JOINED")
        except Refused:
            return None
        return noted["value"] or None

    async def _over_meanwhile(self) -> None:
        """Words that ended and recordings that stopped while nobody listened."""
        board = self._board
        for mark in board.awaited("played"):
            if not await board.ari.tried("GET", f"playbacks/{mark}"):
                board.happened("played", mark, {})
        for name in list(board.recordings):
            if not await board.ari.tried("GET", f"recordings/live/{name}"):
                board.begin(self._recordings.keep(RecordingId(name)))

    # ------------------------------------------------------------ what was missed

    async def missed(self, line: LineId, since: datetime) -> Sequence[Envelope]:
        """Every call that the dialplan noted and that is over, of this line; with the recordings that lie there."""
        ari = self._board.ari
        # the notes first: a call that comes in between has no note here yet, and is never taken for one that is over
        notes = await self._noted()
        up = {channel["id"] for channel in await ari.ask("GET", "channels")}
        lying = [one["name"] for one in await ari.ask("GET", "recordings/stored")]
        found: list[Envelope] = []
        for noted in notes:
            reader = self._board.reader
            if reader.asked_for_with(reader.line(noted.dialled)) != line or noted.channel in up:
                continue
            recordings = [name for name in lying if self._of(name, noted)]
            if not recordings and self._known(noted, since):
                await self._strike_out(noted)
                continue
            found += await self._call(noted, recordings)
            self._told.setdefault(noted.channel, self._board.now())
        return found

    def _known(self, noted: Noted, since: datetime) -> bool:
        """Told before `since`: then whoever asks has it, for `since` only moves on when all was taken in."""
        told = self._told.get(noted.channel)
        return told is not None and told < since

    async def _noted(self) -> list[Noted]:
        """The dialplan's notes, oldest first."""
        return sorted((note(key) for key in await self._notes.keys(FAMILY)), key=lambda one: one.since)

    def _of(self, recording: str, noted: Noted) -> bool:
        contact = self._board.reader.contact(noted.channel)
        return recording == f"fallback-{noted.channel}" or recording.startswith(f"{contact}-r")

    async def _call(self, noted: Noted, recordings: Sequence[str]) -> list[Envelope]:
        reader, contact = self._board.reader, self._board.reader.contact(noted.channel)
        ended = await self._variable(f"{ENDED}{noted.channel}")
        over = _instant(ended) if ended.isdigit() else self._board.now()
        recorded = await self._variable(f"{RECORDED}{noted.channel}")
        duty = await self._variable(f"{DUTY}{noted.channel}") == "ANSWER"
        found = [reader.fell_back(noted.channel, noted.dialled, noted.number, noted.since, by_duty=duty)]
        for name in recordings:
            at = _instant(recorded) if recorded.isdigit() and name.startswith("fallback-") else over
            found.append(await self._left(contact, name, at))
        return [*found, reader.ended(contact, caller_leg(contact), EndCause.HUNG_UP, over)]

    async def _left(self, contact: ContactId, name: str, at: datetime) -> Envelope:
        sound = await self._board.ari.fetch(f"recordings/stored/{name}/file")
        seconds, silent = measured(sound)
        return self._board.reader.left(contact, RecordingId(name), seconds, at, silent=silent)

    async def _variable(self, name: str) -> str:
        """A global variable of Asterisk's own; empty where it has none."""
        try:
            found = await self._board.ari.ask("GET", "asterisk/variable", variable=name)
        except Refused:
            return ""
        return str(found["value"] or "")

    async def _strike_out(self, noted: Noted) -> None:
        """The note goes, with the number in it."""
        ari = self._board.ari
        self._told.pop(noted.channel, None)
        await self._notes.strike_out("strike-out", noted.key)
        for name in (ENDED, RECORDED, DUTY):
            await ari.tried("POST", "asterisk/variable", variable=f"{name}{noted.channel}", value="")


def _ours(channel: Event) -> bool:
    """Whether it is with our server, and not with the fallback."""
    return bool(channel["dialplan"]["app_name"] == "Stasis")


def _instant(epoch: str) -> datetime:
    return datetime.fromtimestamp(int(epoch), UTC)
