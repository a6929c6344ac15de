"""Everything that passed between a person and the practice, in one line of time, the newest last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from ...core.call import Call, LegState
from ...permissions import Action
from ...records import models
from ..look import long_day, when
from ..now.listening import playable
from ..now.rows import ENDINGS
from ..now.who import staff_name
from .pictures import Covered, covered, kept_back, may_open
from .sealed import Sealed
from .showing import Shown

PAGE = 40
"""Contacts on one page; earlier ones are one tap away."""

STATES = {
    "sending": "on its way",
    "sent": "sent",
    "delivered": "arrived",
    "failed": "did not arrive",
    "maybe": "may not have arrived",
    "cancelled": "not sent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Words of the line to the caller, at one moment of a call."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened."""

    at: datetime
    icon: str
    machine: bool
    title: str
    lines: tuple[str, ...] = ()
    bubble: str = ""
    ours: bool = False
    chip: str = ""
    chip_tone: str = ""
    heard: tuple[Heard, ...] = ()
    listen_url: str = ""
    recording: str = ""
    seconds: float | None = None
    why_url: str = ""
    covered: tuple[Covered, ...] = ()
    """What came with a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day with its entries."""

    title: str
    entries: tuple[Entry, ...]


def timeline(contacts: Sequence[models.Contact], shown: Shown) -> list[Day]:
    """Days, oldest first; within a day by the instant at which it happened."""
    found = sorted(_entries(contacts, shown), key=lambda entry: entry.at)
    days: dict[str, list[Entry]] = defaultdict(list)
    for entry in found:
        days[long_day(entry.at, shown.viewer.zone)].append(entry)
    return [Day(title=title, entries=tuple(entries)) for title, entries in days.items()]


def _entries(contacts: Sequence[models.Contact], shown: Shown) -> Iterator[Entry]:
    sealed = Sealed().prepare(contacts)
    held = _Held(contacts, sealed)
    for contact in contacts:
        why = reverse("why", args=[contact.id]) if Action.SEE_WHY in shown.may else ""
        if contact.channel == "voice":
            yield from _call(contact, held, sealed, shown, why)
        elif contact.channel == "web_callback":
            title = f"{_cap(shown.handle)} asked for a call"
            yield Entry(at=contact.at, icon="clock", machine=False, title=title, why_url=why)
        for number, message in enumerate(held.messages[contact.id]):
            pictures = held.pictures[message.id]
            yield _message(message, contact, pictures, sealed, shown, why if number == 0 else "")
        for recording in held.recordings[contact.id]:
            yield _voicemail(recording, shown)
        if contact.closed_at is not None and contact.disposition and contact.closed_by:
            yield _closed(contact.closed_at, contact, shown)


def _closed(at: datetime, contact: models.Contact, shown: Shown) -> Entry:
    ended = {one.value: words for one, words in ENDINGS.items()}.get(contact.disposition, contact.disposition)
    by = _cap(staff_name(shown.practice, contact.closed_by, shown.viewer.id))
    return Entry(at=at, icon="check", machine=True, title="", lines=(f"{by} closed it: {ended}.",))


class _Held:
    """What these contacts hold, read in one go."""

    def __init__(self, contacts: Sequence[models.Contact], sealed: Sealed) -> None:
        ids = [contact.id for contact in contacts]
        self.messages: dict[str, list[models.Message]] = defaultdict(list)
        self.said: dict[str, list[models.Message]] = defaultdict(list)
        self.recordings: dict[str, list[models.Recording]] = defaultdict(list)
        self.pictures: dict[str, list[models.Picture]] = defaultdict(list)
        self.legs: dict[str, list[models.Leg]] = defaultdict(list)
        for message in models.Message.objects.filter(contact__in=ids).order_by("at", "id"):
            (self.said if message.state == "said" else self.messages)[message.contact].append(message)
        for recording in models.Recording.objects.filter(contact__in=ids).defer("sealed_sound").order_by("at"):
            self.recordings[recording.contact].append(recording)
        kept = models.Picture.objects.filter(contact__in=ids).defer("sealed_content", "sealed_reference")
        for picture in kept.order_by("message", "place"):
            self.pictures[picture.message].append(picture)
        for leg in models.Leg.objects.filter(contact__in=ids).order_by("started_at", "id"):
            self.legs[leg.contact].append(leg)
        rows = models.Call.objects.filter(contact__in=ids)
        self.calls = {row.contact: call for row in rows if (call := sealed.call(row)) is not None}


def heard_by(contact: models.Contact, sealed: Sealed) -> tuple[Heard, ...]:
    """What the caller of one contact heard, in order."""
    said = models.Message.objects.filter(contact=contact.id, state="said").order_by("at", "id")
    return tuple(_heard(said, sealed))


# ---------------------------------------------------------------- calls


def _call(contact: models.Contact, held: _Held, sealed: Sealed, shown: Shown, why: str) -> Iterator[Entry]:
    call = held.calls.get(contact.id)
    if contact.direction == "out":
        yield _called_back(contact, call, held, shown, why)
        return
    flags = contact.flags.split()
    words = Action.SEE_WORDS_OF_CLIENT in shown.may
    yield Entry(
        at=contact.at,
        icon="missed" if "abandoned" in flags else "in",
        machine=False,
        title=f"{_cap(shown.handle)} called",
        lines=tuple(_what_became(contact, call, flags, shown)),
        chip="pressed 1, urgent" if "urgent" in flags else "pressed 9" if "crisis" in flags else "",
        heard=tuple(_heard(held.said[contact.id], sealed)) if words else (),
    )
    rang = tuple(_rang(call, held.legs[contact.id], shown))
    if rang or why:
        yield Entry(at=contact.at, icon="path", machine=True, title="", lines=rang, why_url=why)


def _what_became(contact: models.Contact, call: Call | None, flags: list[str], shown: Shown) -> Iterator[str]:
    zone = shown.viewer.zone
    if "abandoned" in flags:
        yield "Hung up without a message."
    if "crisis_reached" in flags:
        yield "Was connected to the crisis line."
    if "crisis_failed" in flags:
        yield "The crisis line could not be reached."
    if "fell_back" in flags:
        yield "The line was down; the carrier's fallback took it."
    if call is None:
        return
    taken = call.leg(call.accepted_by) if call.accepted_by else None
    if taken is not None and call.joined_at is not None:
        yield f"{_cap(staff_name(shown.practice, taken.staff, shown.viewer.id))} answered."
    if call.told_call_by is not None:
        yield f"Told: called back by {when(call.told_call_by, contact.at, zone)}."
    elif call.told_hear_by is not None:
        yield f"Told: heard by {when(call.told_hear_by, contact.at, zone)}."


def _rang(call: Call | None, legs: Sequence[models.Leg], shown: Shown) -> Iterator[str]:
    """Whose phones rang; a phone that stayed dark is not in the rows."""
    taken = call.accepted_by if call is not None else None
    names = list(dict.fromkeys(leg.staff for leg in legs if leg.id != taken and leg.staff))
    if names:
        people = ", ".join(_cap(staff_name(shown.practice, staff, shown.viewer.id)) for staff in names)
        yield f"Rang without an answer: {people}."
    elif not legs:
        yield "No phone rang."


def _called_back(contact: models.Contact, call: Call | None, held: _Held, shown: Shown, why: str) -> Entry:
    by = _cap(staff_name(shown.practice, call.staff if call is not None else None, shown.viewer.id))
    flags = contact.flags.split()
    lines = []
    if "no_staff_phone" in flags:
        lines.append("No phone is on file for this person, so nothing rang.")
    elif "not_safe_now" in flags:
        lines.append("Not dialled: the safe hours had ended meanwhile.")
    elif any(flag.startswith("not_reached") for flag in flags):
        lines.append("Nobody answered there.")
    elif call is not None and call.client_answered and call.joined_at is not None:
        ended = max((leg.ended_at for leg in held.legs[contact.id] if leg.ended_at is not None), default=None)
        talked = round((ended - call.joined_at).total_seconds() / 60) if ended is not None else None
        lines.append("Talked." if talked is None else f"Talked for {max(talked, 1)} min.")
    elif call is not None and call.legs and all(leg.state is LegState.GONE for leg in call.legs):
        lines.append("Not dialled: the staff phone was not taken up.")
    return Entry(
        at=contact.at, icon="out", machine=False, title=f"{by} called back", lines=tuple(lines), why_url=why
    )


def _heard(said: Iterable[models.Message], sealed: Sealed) -> Iterator[Heard]:
    for message in said:
        text = sealed.body(message)
        if text:
            yield Heard(at=message.at, text=text)


# ---------------------------------------------------------------- voicemail, texts, mail


def _voicemail(recording: models.Recording, shown: Shown) -> Entry:
    zone = shown.viewer.zone
    title = "A message without words" if recording.silent else "Voicemail"
    if not playable(recording):
        return Entry(at=recording.at, icon="voicemail", machine=False, title=title)
    heard = "Not heard yet."
    if recording.heard_at is not None:
        by = staff_name(shown.practice, recording.heard_by, shown.viewer.id)
        heard = f"Heard by {by}, {when(recording.heard_at, shown.now, zone)}."
    url = reverse("now-listen", args=[recording.contact]) if Action.LISTEN in shown.may else ""
    vouched = ("The carrier never said how long it is: it is kept as it came.",) if recording.measured else ()
    return Entry(
        at=recording.at, icon="voicemail", machine=False, title=title, lines=(heard, *vouched), listen_url=url,
        recording=recording.id, seconds=recording.seconds,
    )  # fmt: skip


def _message(
    message: models.Message,
    contact: models.Contact,
    pictures: Sequence[models.Picture],
    sealed: Sealed,
    shown: Shown,
    why: str,
) -> Entry:
    words = Action.SEE_WORDS_OF_CLIENT in shown.may
    body = sealed.body(message) if words else None
    bubble = body if body is not None else "The words were removed." if words else "Words are not shown to your role."
    mail = contact.channel == "email"
    if message.direction == "in":
        opens = may_open(shown)
        return Entry(
            at=message.at, icon="mail" if mail else "text", machine=False, bubble=bubble, why_url=why,
            title=f"{_cap(shown.handle)} {'wrote an e-mail' if mail else 'texted'}",
            lines=(kept_back(message.media),) if message.media and not opens else (),
            covered=tuple(covered(one, sealed, shown) for one in pictures) if opens else (),
        )  # fmt: skip
    by = _cap(staff_name(shown.practice, message.written_by, shown.viewer.id)) if message.written_by else "The line"
    chip, tone = _state(message, shown)
    return Entry(
        at=message.at, icon="mail" if mail else "text", machine=message.written_by is None, bubble=bubble, ours=True,
        title=f"{by} {'wrote' if message.written_by else 'answered by itself'}", chip=chip, chip_tone=tone, why_url=why,
    )  # fmt: skip


def _state(message: models.Message, shown: Shown) -> tuple[str, str]:
    if message.state == "held" and message.held_until is not None:
        return f"held until {when(message.held_until, shown.now, shown.viewer.zone)}", "is-dusk"
    tone = {"delivered": "is-kept", "failed": "is-late", "maybe": "is-soon", "cancelled": "is-soon"}
    return STATES.get(message.state, message.state), tone.get(message.state, "is-plain")


def _cap(words: str) -> str:
    return words[:1].upper() + words[1:]
