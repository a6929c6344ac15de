"""The simulated telephone exchange: a carrier whose telephones are in this process.

People use their side (`call`, `pick_up`, `press`, `say`, `hang_up`, `text`); the corridor uses `run`. Nothing
happens by itself: `next_due` says when something is due (ringing that ends, words that are over), `advance`
does it. All of it is safe to use from several threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from intersession.core.call import Hearing, Said, Then
from intersession.core.events import (
    CallArrived,
    CrisisLegEnded,
    DigitsEntered,
    EndCause,
    Event,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegsJoined,
    PromptEnded,
    TextArrived,
    TextDelivered,
    TextFailed,
    VoicemailLeft,
)
from intersession.core.ids import (
    ContactId,
    EventId,
    LegId,
    LineId,
    MessageId,
    NumberKey,
    PracticeId,
    RecordingId,
    caller_leg,
)
from intersession.core.wording.compose import seconds

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
    Picture,
    Refuse,
    Report,
    Say,
    Text,
    Tone,
)
from .handset import Handset, Leg, LegNow, Logged, Side, TextSeen

CAPABILITIES = Capabilities(
    crisis_transfer=True, presents_caller=True, static_fallback=True, keeps_sounds=False
)

CRISIS_PICKS_UP = timedelta(seconds=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Something that a person could see or hear on a phone; for transcripts, tests and screens."""

    at: datetime
    number: str
    what: str
    """rings · hears · plays · connected · tone · silent · text · notice · mail · beep · crisis"""
    shows: str = ""
    said: tuple[Said, ...] = ()
    text: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A line that ends at this exchange."""

    practice: PracticeId
    line: LineId


@dataclass(slots=True)
class _Joined:
    contact: ContactId
    staff_leg: LegId
    at: datetime


@dataclass(slots=True)
class Exchange:
    """The exchange. `lines` maps the numbers that ring here to their lines."""

    lines: Mapping[str, Here]
    now: Callable[[], datetime]
    key_of: Callable[[str], NumberKey]
    report: Report
    prefix: str = "call"
    """Begins the contact ids of this exchange: after a restart, another one."""
    name: str = "simulated"
    capabilities: Capabilities = CAPABILITIES
    crisis_answers: bool = True
    handsets: dict[str, Handset] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """What came with texts and was not fetched yet: (media type, content)."""
    listeners: list[Callable[[Seen], None]] = field(default_factory=list)
    _legs: dict[LegId, tuple[Handset, Leg]] = field(default_factory=dict)
    _practices: dict[ContactId, PracticeId] = field(default_factory=dict)
    _joins: list[_Joined] = field(default_factory=list)
    _crisis: dict[ContactId, datetime] = field(default_factory=dict)
    _counted: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # ------------------------------------------------------------ what people do

    def handset(self, number: str) -> Handset:
        """The phone with that number; it exists from its first use."""
        return self.handsets.setdefault(number, Handset(number=number))

    def call(self, number: str, to: str, *, withheld: bool = False, relay: bool = False) -> ContactId:
        """Dial a line. LookupError where the number dialled is none of ours."""
        with self._lock:
            here = self._here(to)
            phone = self.handset(number)
            contact = ContactId(f"{self.prefix}-{self._count()}")
            self._practices[contact] = here.practice
            leg = Leg(id=caller_leg(contact), contact=contact, shows=to, state=LegNow.UP, since=self.now())
            phone.leg = leg
            phone.log.append(Logged(at=self.now(), shows=to, outgoing=True, answered=True))
            self._legs[leg.id] = (phone, leg)
            caller = None if withheld else self.key_of(number)
            event = CallArrived(
                id=self._id(contact, "arrived"), practice=here.practice, at=self.now(), contact=contact,
                line=here.line, caller=caller, relay=relay,
            )  # fmt: skip
            self._send(event, {} if caller is None else {caller: number})
            return contact

    def pick_up(self, number: str) -> bool:
        """Answer what rings. False where nothing does."""
        with self._lock:
            leg = self.handset(number).leg
            if leg is None or leg.state is not LegNow.RINGING:
                return False
            leg.state, leg.ring_until, leg.since = LegNow.UP, None, self.now()
            self._event(LegAnswered, leg)
            return True

    def press(self, number: str, key: str) -> bool:
        """Press one key."""
        with self._lock:
            leg = self._up(number)
            if leg is None:
                return False
            if leg.recording_since is not None:
                if key not in leg.hearing.keys:
                    return True
                if key == "#":
                    self._end_recording(leg)
                    return True
                self._key(leg, key)
                self._end_recording(leg)
                return True
            self._key(leg, key)
            return True

    def enter(self, number: str, digits: str) -> bool:
        """Several keys, ended by pound."""
        with self._lock:
            leg = self._up(number)
            if leg is None:
                return False
            figures = digits.rstrip("#")
            self._event(DigitsEntered, leg, digits=figures, number=self.key_of(figures) if len(figures) >= 10 else None)
            return True

    def say(self, number: str, words: str = "", sound: tuple[str, bytes] | None = None) -> bool:
        """Speak into a recording: typed words, or a sound from the microphone."""
        with self._lock:
            leg = self._up(number)
            if leg is None or leg.recording_since is None:
                return False
            if words:
                leg.spoken.append(words)
            leg.sound = sound or leg.sound
            return True

    def hang_up(self, number: str) -> bool:
        """Hang up, or decline what rings."""
        with self._lock:
            leg = self.handset(number).leg
            if leg is None or leg.state is LegNow.OVER:
                return False
            if leg.recording_since is not None:
                self._end_recording(leg)
            declined = leg.state is LegNow.RINGING
            self._over(leg, EndCause.BUSY if declined else EndCause.HUNG_UP)
            return True

    def text(self, number: str, to: str, body: str, pictures: Sequence[tuple[str, bytes]] = ()) -> MessageId:
        """Text a line, with pictures as (media type, content)."""
        with self._lock:
            here = self._here(to)
            seen = TextSeen(at=self.now(), mine=True, other=to, body=body, media=len(pictures))
            self.handset(number).texts.append(seen)
            message = MessageId(f"{self.prefix}-m{self._count()}")
            key = self.key_of(number)
            event = TextArrived(
                id=EventId(f"{message}:arrived"), practice=here.practice, at=self.now(), message=message,
                line=here.line, sender=key, body=body, media=len(pictures),
            )  # fmt: skip
            kept = {f"{message}/media/{place}": picture for place, picture in enumerate(pictures)}
            self.pictures |= kept
            came = tuple(Picture(reference=name, media_type=kind) for name, (kind, _) in kept.items())
            self.report(Envelope(event=event, numbers={key: number}, pictures=came))
            return message

    def crisis_hangs_up(self, contact: ContactId) -> None:
        """The crisis line's side ends."""
        with self._lock:
            _, leg = self._legs[caller_leg(contact)]
            if leg.other is Side.CRISIS:
                leg.other, leg.state = Side.LINE, LegNow.UP
                self._crisis_ended(leg, reached=True)

    # ------------------------------------------------------------ what the line orders

    def run(self, order: Order) -> Outcome:
        """Carry out one order at once."""
        with self._lock:
            match order:
                case Dial():
                    return self._dial(order)
                case Say():
                    return self._say(order)
                case Drop() | Refuse():
                    self._drop(order.leg)
                case Join():
                    return self._join(order)
                case CrisisTransfer():
                    return self._transfer(order)
                case Tone():
                    self._tone(order)
                case Text():
                    return self._deliver(order)
                case Notice():
                    phone = self.handset(order.to)
                    phone.notices.append((self.now(), order.body))
                    self._seen(phone, "notice", shows=order.show, text=order.body)
                case Mail():
                    self.mails.append(order)
                    self._seen(self.handset(order.to), "mail", text=order.body)
                case LookAgain() | Announce():
                    return Failed("the legs of this carrier are told what they hear")
                case _:
                    assert_never(order)
            return Done()

    def missed(self, line: LineId, since: datetime) -> Iterable[Envelope]:
        """Nothing is ever missed here: the exchange stops with the server."""
        return ()

    def sound(self, recording: RecordingId) -> tuple[str, bytes] | None:
        """Sounds come with their events; none is kept here."""

    def length(self, recording: RecordingId) -> float | None:
        """It came with the event."""

    def picture(self, reference: str) -> tuple[str, bytes] | None:
        """It is kept until it is fetched and deleted."""
        return self.pictures.get(reference)

    def forget(self, recording: RecordingId) -> None:
        """There is nothing to delete."""

    def forget_picture(self, reference: str) -> None:
        """Delete it."""
        self.pictures.pop(reference, None)

    # ------------------------------------------------------------ time

    def next_due(self) -> datetime | None:
        """When something happens next by itself."""
        with self._lock:
            times = [at for _, leg in self._legs.values() for at in _times(leg)]
            times += [phone_at for phone_at in (self._machine_at(*one) for one in self._legs.values()) if phone_at]
            times += [join.at for join in self._joins] + list(self._crisis.values())
            return min(times, default=None)

    def advance(self) -> bool:
        """Do what is due by now; whether there was anything."""
        with self._lock:
            now = self.now()
            did = False
            for phone, leg in list(self._legs.values()):
                did |= self._advance_leg(phone, leg, now)
            for join in [join for join in self._joins if join.at <= now]:
                self._joins.remove(join)
                did |= self._connected(join.contact, join.staff_leg)
            for contact in [contact for contact, at in self._crisis.items() if at <= now]:
                del self._crisis[contact]
                did |= self._crisis_up(contact)
            return did

    def _advance_leg(self, phone: Handset, leg: Leg, now: datetime) -> bool:
        machine = self._machine_at(phone, leg)
        if machine is not None and machine <= now:
            leg.state, leg.ring_until = LegNow.UP, None
            self._event(LegAnswered, leg)
            return True
        if leg.ring_until is not None and leg.ring_until <= now and leg.state is LegNow.RINGING:
            self._over(leg, EndCause.NO_ANSWER)
            return True
        if leg.said_until is not None and leg.said_until <= now:
            self._words_over(leg)
            return True
        return False

    def _machine_at(self, phone: Handset, leg: Leg) -> datetime | None:
        if phone.voicemail_after is None or leg.state is not LegNow.RINGING:
            return None
        return leg.since + timedelta(seconds=phone.voicemail_after)

    def _words_over(self, leg: Leg) -> None:
        leg.said_until = None
        if leg.state is LegNow.OVER:
            return
        if leg.hearing.then is Then.HANG_UP:
            self._over(leg, EndCause.HUNG_UP)
        else:
            self._event(PromptEnded, leg, said=tuple(one.id for one in leg.hearing.said))

    # ------------------------------------------------------------ orders, one by one

    def _dial(self, order: Dial) -> Outcome:
        phone = self.handset(order.to)
        practice = self._practices.get(order.contact) or next(iter(self.lines.values())).practice
        self._practices[order.contact] = practice
        if phone.off:
            return Failed("this phone is switched off")
        leg = Leg(
            id=order.leg, contact=order.contact, shows=order.show or "", state=LegNow.RINGING, since=self.now(),
            ring_until=self.now() + timedelta(seconds=order.seconds),
        )  # fmt: skip
        if not phone.free:
            self._legs[leg.id] = (Handset(number=order.to), leg)
            self._over(leg, EndCause.BUSY)
            return Done()
        phone.leg = leg
        phone.log.append(Logged(at=self.now(), shows=leg.shows, outgoing=False, answered=False))
        self._legs[leg.id] = (phone, leg)
        self._seen(phone, "rings", shows=leg.shows, contact=order.contact)
        return Done()

    def _say(self, order: Say) -> Outcome:
        phone, leg = self._legs.get(order.leg, (None, None))
        if phone is None or leg is None or leg.state is LegNow.OVER:
            return Done()  # the person is gone already: that is an event of its own
        leg.hearing, leg.state = order.hearing, LegNow.UP
        leg.other = Side.LINE
        leg.said_until = self._until(order.hearing.said) if order.hearing.said else None
        if order.hearing.then is Then.RECORD:
            leg.recording_since, leg.spoken, leg.sound = self.now(), [], None
            self._seen(phone, "beep", contact=leg.contact)
        elif order.hearing.said:
            self._seen(phone, "hears", said=order.hearing.said, contact=leg.contact)
        if order.hearing.plays is not None:
            self._seen(phone, "plays", text=order.hearing.plays, contact=leg.contact)
        if order.hearing.then is Then.HANG_UP and not order.hearing.said:
            self._over(leg, EndCause.HUNG_UP)
        return Done()

    def _drop(self, leg_id: LegId) -> None:
        _, leg = self._legs.get(leg_id, (None, None))
        if leg is not None and leg.state is not LegNow.OVER:
            self._over(leg, EndCause.HUNG_UP)

    def _join(self, order: Join) -> Outcome:
        staff, outside = self._legs.get(order.staff_leg), self._legs.get(order.outside_leg)
        if staff is None or outside is None or LegNow.OVER in (staff[1].state, outside[1].state):
            return Done()  # one of them hung up: that is an event of its own
        longest = self.now()
        for (phone, leg), said in ((staff, order.staff_said), (outside, order.outside_said)):
            leg.hearing, leg.said_until = Hearing(said=said), None
            if said:
                longest = max(longest, self._until(said))
                self._seen(phone, "hears", said=said, contact=leg.contact)
        self._joins.append(_Joined(order.contact, order.staff_leg, longest))
        return Done()

    def announce(self, leg_id: LegId, said: tuple[Said, ...]) -> None:
        """Words into a conversation that goes on."""
        with self._lock:
            phone, leg = self._legs[leg_id]
            self._seen(phone, "hears", said=said, contact=leg.contact)

    def _connected(self, contact: ContactId, staff_leg: LegId) -> bool:
        found = [self._legs.get(leg) for leg in (caller_leg(contact), staff_leg)]
        legs = [one for one in found if one is not None and one[1].state in (LegNow.UP, LegNow.TALKING)]
        if len(legs) < 2:
            return False  # one of them hung up: that is an event of its own
        for phone, leg in legs:
            leg.state, leg.other, leg.hearing = LegNow.TALKING, Side.PERSON, Hearing()
            self._seen(phone, "connected", shows=leg.shows, contact=contact)
        event = LegsJoined(
            id=self._id(contact, "joined"), practice=self._practices[contact], at=self.now(), contact=contact
        )
        self._send(event)
        return True

    def _transfer(self, order: CrisisTransfer) -> Outcome:
        phone, leg = self._legs[order.leg]
        leg.hearing, leg.said_until = Hearing(said=order.said), None
        self._seen(phone, "hears", said=order.said, contact=order.contact)
        wait = CRISIS_PICKS_UP if self.crisis_answers else timedelta(seconds=order.seconds)
        self._crisis[order.contact] = self._until(order.said) + wait
        return Done()

    def _crisis_up(self, contact: ContactId) -> bool:
        phone, leg = self._legs[caller_leg(contact)]
        if leg.state is LegNow.OVER:
            return False
        if not self.crisis_answers:
            self._crisis_ended(leg, reached=False)
            return True
        leg.state, leg.other = LegNow.TALKING, Side.CRISIS
        self._seen(phone, "crisis", text="988", contact=contact)
        return True

    def _crisis_ended(self, leg: Leg, *, reached: bool) -> None:
        event = CrisisLegEnded(
            id=self._id(leg.contact, "crisis"), practice=self._practices[leg.contact], at=self.now(),
            contact=leg.contact, reached=reached,
        )  # fmt: skip
        self._send(event)

    def _tone(self, order: Tone) -> None:
        phone, _ = self._legs.get(order.leg, (None, None))
        if phone is not None:
            self._seen(phone, "tone", contact=order.contact)

    def _deliver(self, order: Text) -> Outcome:
        phone = self.handset(order.to)
        practice = self._here(order.show).practice
        if phone.texts_fail:
            failed = TextFailed(
                id=EventId(f"{order.message}:failed"), practice=practice, at=self.now(), message=order.message,
                reason="not delivered",
            )  # fmt: skip
            self._send(failed)
            return Done()
        phone.texts.append(TextSeen(at=self.now(), mine=False, other=order.show, body=order.body))
        self._seen(phone, "text", shows=order.show, text=order.body)
        delivered = TextDelivered(
            id=EventId(f"{order.message}:delivered"), practice=practice, at=self.now(), message=order.message
        )
        self._send(delivered)
        return Done()

    # ------------------------------------------------------------ legs

    def _up(self, number: str) -> Leg | None:
        leg = self.handset(number).leg
        return leg if leg is not None and leg.state in (LegNow.UP, LegNow.TALKING) else None


    def _key(self, leg: Leg, key: str) -> None:
        self._event(KeyPressed, leg, key=key)

    def _end_recording(self, leg: Leg) -> None:
        since, leg.recording_since = leg.recording_since, None
        if since is None:
            return
        words = " ".join(leg.spoken)
        length = max((self.now() - since).total_seconds(), seconds(words) if words else 0.0)
        recording = RecordingId(f"{leg.contact}-r{self._count()}")
        sound = leg.sound or (("text/plain", words.encode()) if words else None)
        event = VoicemailLeft(
            id=EventId(f"{recording}:left"), practice=self._practices[leg.contact], at=self.now(),
            contact=leg.contact, recording=recording, seconds=length, silent=sound is None,
        )  # fmt: skip
        self.report(Envelope(event=event, sounds={recording: sound} if sound else {}))

    def _over(self, leg: Leg, cause: EndCause) -> None:
        phone = self._legs[leg.id][0]
        answered = leg.state in (LegNow.UP, LegNow.TALKING)
        if phone.log and answered:
            last = phone.log[-1]
            phone.log[-1] = Logged(at=last.at, shows=last.shows, outgoing=last.outgoing, answered=True)
        leg.state, leg.ring_until, leg.said_until, leg.recording_since = LegNow.OVER, None, None, None
        self._crisis.pop(leg.contact, None) if leg.id == caller_leg(leg.contact) else None
        self._seen(phone, "silent", contact=leg.contact)
        self._event(LegEnded, leg, cause=cause)
        del self._legs[leg.id]

    # ------------------------------------------------------------ events and sights

    def _event(self, kind: Callable[..., Event], leg: Leg, **facts: object) -> None:
        id_ = self._id(leg.id, getattr(kind, "__name__", "event"))
        practice = self._practices[leg.contact]
        self._send(kind(id=id_, practice=practice, at=self.now(), contact=leg.contact, leg=leg.id, **facts))

    def _send(self, event: Event, numbers: Mapping[NumberKey, str] | None = None) -> None:
        self.report(Envelope(event=event, numbers=numbers or {}))

    def _seen(
        self, phone: Handset, what: str, *, shows: str = "", said: tuple[Said, ...] = (), text: str = "",
        contact: str = "",
    ) -> None:  # fmt: skip
        seen = Seen(at=self.now(), number=phone.number, what=what, shows=shows, said=said, text=text, contact=contact)
        for listener in self.listeners:
            listener(seen)

    def _until(self, said: tuple[Said, ...]) -> datetime:
        return self.now() + timedelta(seconds=sum(seconds(one.text) for one in said))

    def _here(self, number: str) -> Here:
        here = self.lines.get(number)
        if here is None:
            raise LookupError(f"{number} is not a line of this practice")
        return here

    def _count(self) -> int:
        self._counted += 1
        return self._counted

    def _id(self, subject: str, what: str) -> EventId:
        return EventId(f"{subject}:{what}:{self._count()}")


def _times(leg: Leg) -> list[datetime]:
    return [at for at in (leg.ring_until, leg.said_until) if at is not None]
