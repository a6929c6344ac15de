"""What each simulated telephone shows, as values: what its holder could see and hear, and nothing else.

A client's screen is made from the client's handset alone, a staff member's from theirs: no number of the other
side can get in (INV-04).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zlib import crc32
from zoneinfo import ZoneInfo

from ...carriers.simulated.handset import Handset, Leg, LegNow, Logged, Side, TextSeen
from ...core.wording.pack import load_pack
from ...core.wording.spoken import voices
from .demo import Demo, Phone
from .keypad import Key, keypad, menu

TEXTS_SHOWN = 30
LOG_SHOWN = 8
NOTICES_SHOWN = 3


class Kind(StrEnum):
    """What fills the screen."""

    REST = "rest"
    RINGING = "ringing"
    CALL = "call"
    RECORDING = "recording"
    TALKING = "talking"
    CRISIS = "crisis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A piece of what is heard, in one voice."""

    text: str
    lang: str
    clip: str = ""
    """The recording that says it; without one, the browser does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """A text in the thread."""

    body: str
    at: str
    mine: bool
    media: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the call log."""

    name: str
    number: str
    at: str
    icon: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One handset, now."""

    index: int
    title: str
    holder: str
    number: str
    is_client: bool
    time: str
    kind: Kind
    name: str = ""
    """The saved contact that the other number belongs to, else that number."""
    shows: str = ""
    urgent: bool = False
    seconds: int = 0
    """Since it began to ring, since the pick-up, or since the tone."""
    words: tuple[Words, ...] = ()
    said_id: str = ""
    """Changes with every new words."""
    said_until: str = ""
    """Set while they are being said."""
    waits: bool = False
    """Connected to the line, and it rings somewhere."""
    menu: tuple[Key, ...] = ()
    keys: tuple[Key, ...] = ()
    digits: bool = False
    plays: bool = False
    spoken: str = ""
    has_sound: bool = False
    contact: str = ""
    texts: tuple[Bubble, ...] = ()
    log: tuple[Entry, ...] = ()
    notices: tuple[tuple[str, str], ...] = ()

    @property
    def busy(self) -> bool:
        """Anything but a phone at rest."""
        return self.kind is not Kind.REST

    @property
    def short(self) -> str:
        """The holder's first name, where there is little room."""
        return self.holder if self.is_client else self.holder.partition(" ")[0]

    @property
    def badge(self) -> str:
        """One word for the switch."""
        match self.kind:
            case Kind.RINGING:
                return "rings"
            case Kind.REST:
                return ""
            case Kind.RECORDING:
                return "records"
            case Kind.CALL | Kind.TALKING | Kind.CRISIS:
                return "on a call"

    @property
    def badge_icon(self) -> str:
        """Beside that word."""
        return "in" if self.kind is Kind.RINGING else "phone"


def screens(demo: Demo, names: Mapping[str, str], zone: str) -> tuple[Screen, ...]:
    """All handsets in their order. `names` are the contacts that staff saved: the numbers of the practice."""
    return tuple(screen(demo, index, names, zone) for index in range(len(demo.phones)))


def screen(demo: Demo, index: int, names: Mapping[str, str], zone: str) -> Screen:
    """One handset."""
    phone = demo.phones[index]
    handset = demo.exchange.handset(phone.number)
    saved = names if phone.staff else {demo.line_number: demo.line_name}
    return _Show(phone, handset, index, saved, ZoneInfo(zone), demo.clock.now()).screen()


def readable(number: str) -> str:
    """(303) 555-0142 where it is a North American number, else as it is."""
    figures = number.removeprefix("+1")
    if number.startswith("+1") and len(figures) == 10:
        return f"({figures[:3]}) {figures[3:6]}-{figures[6:]}"
    return number


@dataclass(frozen=True, slots=True)
class _Show:
    phone: Phone
    handset: Handset
    index: int
    names: Mapping[str, str]
    zone: ZoneInfo
    now: datetime

    def screen(self) -> Screen:
        leg = self.handset.leg
        on = leg is not None and leg.state is not LegNow.OVER
        return self._call(leg) if leg is not None and on else self._rest()

    def _rest(self) -> Screen:
        return Screen(
            **self._phone(),  # type: ignore[arg-type]
            kind=Kind.REST,
            texts=tuple(map(self._bubble, self.handset.texts[-TEXTS_SHOWN:])),
            log=tuple(map(self._entry, reversed(self.handset.log[-LOG_SHOWN:]))),
            notices=tuple((self._time(at), body) for at, body in reversed(self.handset.notices[-NOTICES_SHOWN:])),
        )

    def _call(self, leg: Leg) -> Screen:
        hearing, kind = leg.hearing, _kind(leg)
        said = " ".join(one.text for one in hearing.said)
        chosen = menu(hearing)
        return Screen(
            **self._phone(),  # type: ignore[arg-type]
            kind=kind,
            name="988" if kind is Kind.CRISIS else self._name(leg.shows),
            shows="" if kind is Kind.CRISIS else readable(leg.shows),
            urgent="urgent" in self.names.get(leg.shows, ""),
            seconds=max(0, int((self.now - (leg.recording_since or leg.since)).total_seconds())),
            words=_words(leg),
            said_id=f"{leg.id}-{crc32(said.encode()):x}" if said else "",
            said_until=f"{leg.said_until.timestamp():.3f}" if leg.said_until else "",
            waits=kind is Kind.CALL and not leg.said_until and self.phone.staff is None,
            menu=chosen,
            keys=() if chosen else keypad(hearing, staff=self.phone.staff is not None),
            digits=hearing.digits,
            plays=hearing.plays is not None,
            spoken=" ".join(leg.spoken),
            has_sound=leg.sound is not None,
            contact=leg.contact,
        )

    def _phone(self) -> dict[str, object]:
        return {
            "index": self.index,
            "title": self.phone.title,
            "holder": self.phone.holder,
            "number": readable(self.phone.number),
            "is_client": self.phone.staff is None,
            "time": self._time(self.now),
        }

    def _name(self, number: str) -> str:
        return self.names.get(number) or readable(number) or "Number withheld"

    def _bubble(self, text: TextSeen) -> Bubble:
        return Bubble(body=text.body, at=self._when(text.at), mine=text.mine, media=text.media)

    def _entry(self, one: Logged) -> Entry:
        icon, how = _logged(one)
        return Entry(name=self._name(one.shows), number=readable(one.shows), at=self._when(one.at), icon=icon, how=how)

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M}"

    def _when(self, at: datetime) -> str:
        there = at.astimezone(self.zone)
        same = there.date() == self.now.astimezone(self.zone).date()
        return f"{there:%H:%M}" if same else f"{there:%a %H:%M}"


def _kind(leg: Leg) -> Kind:
    if leg.state is LegNow.RINGING:
        return Kind.RINGING
    if leg.recording_since is not None:
        return Kind.RECORDING
    if leg.state is LegNow.TALKING:
        return Kind.CRISIS if leg.other is Side.CRISIS else Kind.TALKING
    return Kind.CALL


def _words(leg: Leg) -> tuple[Words, ...]:
    return tuple(
        Words(text=text, lang=locale, clip=said.clip or "")
        for said in leg.hearing.said
        for locale, text in voices(said.text, load_pack(said.locale))
        if text.strip()
    )


def _logged(one: Logged) -> tuple[str, str]:
    if one.outgoing:
        return "out", "called"
    return ("in", "answered") if one.answered else ("missed", "missed")


def busy(shown: Iterable[Screen], kind: Kind, *, client: bool) -> Screen | None:
    """The first such phone in that state."""
    return next((one for one in shown if one.kind is kind and one.is_client is client), None)
