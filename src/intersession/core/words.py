"""The voice of one call: phrases to words, in the caller's language, with the facts of this instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from .call import Call, Declared, Said
from .facts import Facts, Practice
from .ids import StaffId
from .route import Route
from .seats import duty
from .wording.compose import At, Context, Phrase, phrase, speak, spoken_id
from .wording.compose import seconds as spoken_seconds
from .wording.own_voice import in_own_voice
from .wording.pack import load_pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How words are filled for one call."""

    practice: Practice
    locale: str
    client_zone: str
    now: datetime
    own: StaffId | None = None
    """Whose greeting it is: their own voice says what they have recorded."""

    @property
    def transfers(self) -> bool:
        """Key 9 connects (D2)."""
        return self.practice.policy.crisis_commissioned

    @property
    def on_call(self) -> bool:
        """Somebody is on call now (D4)."""
        return bool(duty(self.practice, self.now))

    def said(self, phrases: Iterable[Phrase]) -> tuple[Said, ...]:
        """What the caller hears."""
        own = self.own
        if own is None:
            return self._said(phrases, self.locale)
        said = self._said(phrases, self.locale)
        return tuple(replace(one, voice=own) if in_own_voice(one.id) else one for one in said)

    def words(self, one: Phrase) -> str:
        """Words that are a fact in other words."""
        return speak(one, self.context(self.locale))

    def staff_said(self, staff: StaffId, phrases: Iterable[Phrase]) -> tuple[Said, ...]:
        """What a staff member hears, in their own language where there is a pack for it."""
        wanted = self.practice.staff[staff].language
        return self._said(phrases, wanted if wanted in self.practice.languages else self.practice.locale)

    def _said(self, phrases: Iterable[Phrase], locale: str) -> tuple[Said, ...]:
        context = self.context(locale)
        said = (Said(id=spoken_id(one, context), text=speak(one, context), locale=locale) for one in phrases)
        return tuple(one for one in said if one.text)

    def context(self, locale: str) -> Context:
        """The facts that the composer needs beside the phrase's own."""
        return Context(
            pack=load_pack(locale),
            practice_zone=self.practice.zone,
            client_zone=self.client_zone,
            now=self.now,
            crisis_commissioned=self.transfers,
            on_call=self.on_call,
        )

    def seconds(self, said: Iterable[Said]) -> float:
        """How long words take, at 150 a minute."""
        return sum(spoken_seconds(one.text) for one in said)

    def minute(self, at: datetime) -> datetime:
        """A promise is never rounded up: the minute that is spoken (D37)."""
        return at.replace(second=0, microsecond=0)

    # ------------------------------------------------------------ single phrases

    def crisis_words(self, wording: str) -> tuple[Phrase, ...]:
        """CR-SAY or CR-2, said twice (D2, D64)."""
        return self.twice(wording)

    def twice(self, wording: str) -> tuple[Phrase, ...]:
        """The same words two times."""
        return (phrase(wording), phrase(wording))

    def still_two(self) -> Phrase:
        """A later wait; the safety segment has been heard already."""
        return phrase("STILL-2")

    def plain_whisper(self) -> tuple[Phrase, ...]:
        """For a phone whose owner the present route no longer names (D48)."""
        return (phrase("W-UNKNOWN-AFTER"),)

    def connecting(self, facts: Facts, staff: StaffId) -> tuple[Phrase, ...]:
        """"Connecting you now", and by whom where a cover or coach may be named (S32)."""
        person = self.practice.staff[staff]
        primaries = {client.primary for client in facts.caller.clients}
        stands_in = bool(primaries) and staff not in primaries and person.named_as_cover
        return (phrase("CON-COVER", cover=person.said_as),) if stands_in else (phrase("CON-OK"),)

    def paged(self, call: Call, by: datetime) -> Phrase:
        """Key 2: who is paged and when the call comes (D19)."""
        del call
        return phrase("PM-OK", who=None, call_by=At(by))

    def told_staff(self, by: datetime) -> Phrase:
        """After key 3: what the caller was told."""
        return phrase("MENU-3-OK", call_by=At(by))

    def private(self, staff: StaffId, by: datetime, route: Route) -> Phrase:
        """Somebody cannot talk now and will call at a stated time (S25)."""
        del route
        return phrase("CON-PRIVATE", who=self.practice.staff[staff].said_as, call_by=At(by))

    def gone(self, call: Call) -> Phrase:
        """The caller hung up before the bridge; a call back is in the list."""
        due = call.told_call_by
        return phrase("GONE", due=At(due) if due else None)

    def cut(self, route: Route) -> Phrase:
        """The staff side ended while the caller is still there."""
        del route
        return phrase("CUT-STAFF")

    def crisis_back(self, route: Route) -> Phrase:
        """The crisis line's side ended; the caller is still here."""
        del route
        return phrase("CR-BACK")

    def saved(self, call: Call, route: Route, ended: datetime) -> Phrase:
        """The message is safe, and when a person hears it."""
        hear_by = At(call.told_hear_by) if call.told_hear_by else None
        call_by = call.callback_by or call.told_call_by
        del ended
        if call.declared is Declared.URGENT or route.owed.ladder is not None:
            return phrase("VM-SAVED-URG", hear_by=hear_by)
        return phrase("VM-SAVED", hear_by=hear_by, call_by=At(call_by) if call_by else None)

    def lost(self, call: Call, route: Route, now: datetime) -> Phrase:
        """The message could not be kept; the call was noted."""
        del route, now
        return phrase("VM-FAIL", hear_by=At(call.told_hear_by) if call.told_hear_by else None)
