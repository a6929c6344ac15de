"""Voicemail that a carrier keeps: fetched, verified, sealed here, and only then deleted there (S08, VM01).

A recording goes from `wanted` to `held` to `cleared`. Each step is done first and noted after it, and may be done
twice: whoever is stopped in between does it again. Nothing is deleted at the carrier before what lies here was read
back, opened and found whole. What does not succeed is tried again, soon and then slowly, for as long as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from intersession.carriers.port import Carrier, Envelope
from intersession.core.events import ErrandFailed
from intersession.core.ids import ContactId, EventId, PracticeId, RecordingId
from intersession.records.fields import from_micros, to_micros
from intersession.records.sealing import Keyring, SealError, seal_bytes, unseal_bytes
from intersession.sound.wav import NotWhole, read, verify

from .contact_keys import ContactKeys
from .db import DatabaseGone, Db, Row
from .dispatch import TOLD_WITHIN, Report, Waits

log = structlog.get_logger(__name__)

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 60, 180))
"""After the first tries that fail; with the last of them a person is told."""
SLOWLY = timedelta(minutes=15)
CLAIM_FOR = timedelta(minutes=2)
"""Longer than any sound takes to come."""
BATCH = 8
WHAT = {"wanted": "FetchSound", "held": "ClearSound"}

Changed = Callable[[frozenset[str]], None]


@dataclass(frozen=True, slots=True)
class Owed:
    """A recording whose next step is due."""

    id: RecordingId
    practice: PracticeId
    contact: ContactId
    seconds: float
    silent: bool
    care: str
    tries: int
    carrier: str | None
    """None where its line is not on file."""


class NotThere(LookupError):
    """The carrier has no such sound, or not yet."""


class Recordings:
    """Cares for what the carriers keep, on a connection of its own. Several may run at once."""

    def __init__(
        self,
        db: Db,
        keyring: Keyring,
        carriers: Mapping[str, Carrier],
        report: Report,
        clock: Callable[[], datetime],
        changed: Changed = lambda _: None,
    ) -> None:
        self.db, self._keyring, self._carriers, self._report = db, keyring, carriers, report
        self._clock, self._changed = clock, changed

    def run_due(self) -> int:
        """Take the next step of every recording for which it is due; how many there were."""
        owed = self._claim()
        for one in owed:
            try:
                self._step(one)
            except DatabaseGone:
                raise
            except Exception as error:
                self._failed(one, error)
        return len(owed)

    def next_due(self) -> datetime | None:
        """The next instant at which a step is due."""
        due = self.db.value("SELECT min(care_next) FROM recording")
        return None if due is None else from_micros(due)

    def _claim(self) -> list[Owed]:
        """Whoever comes second finds them due later; so does whoever comes after one that was stopped."""
        now = self._clock()
        soonest = self.next_due()
        if soonest is None or soonest > now:
            return []  # looked first: a write transaction for nothing would hold up the writer
        later, skip = to_micros(now + CLAIM_FOR), " FOR UPDATE SKIP LOCKED" if self.db.postgres else ""
        with self.db.transaction():
            ids = self.db.rows(
                "UPDATE recording SET care_next = ? WHERE id IN (SELECT id FROM recording WHERE care_next <= ?"
                f" ORDER BY care_next LIMIT {BATCH}{skip}) RETURNING id",
                (later, to_micros(now)),
            )
        return [self._owed(row[0]) for row in ids]

    def _owed(self, recording: str) -> Owed:
        row = self.db.row(
            "SELECT recording.id, recording.practice_id, recording.contact, seconds, silent, care, care_tries,"
            " line.carrier FROM recording LEFT JOIN contact ON contact.id = recording.contact LEFT JOIN line"
            " ON line.id = contact.line WHERE recording.id = ?",
            (recording,),
        )
        return _owed(row or ())

    def _step(self, one: Owed) -> None:
        if one.care == "wanted":
            self._fetch(one)
        elif one.care == "held":
            self._clear(one)

    # ------------------------------------------------------------ wanted: fetch, verify, seal

    def _fetch(self, one: Owed) -> None:
        carriers = self._keepers(one)
        if not carriers:
            self._note(one, "none", None)
            return
        found = next((sound for carrier in carriers if (sound := carrier.sound(one.id)) is not None), None)
        if found is None:
            if one.silent and one.tries >= len(PAUSES):
                self._note(one, "none", None)  # nothing was said, and so nothing was stored
                return
            raise NotThere
        read(found[1])
        try:
            verify(found[1], one.seconds)
        except NotWhole:
            self._seal(one, *found, care="wanted")  # it can be heard as it is; the carrier's copy stays
            raise
        self._seal(one, *found, care="held")

    def _seal(self, one: Owed, media_type: str, sound: bytes, care: str) -> None:
        sealed = seal_bytes(self._key(one), sound, f"recording:sound:{one.id}")
        tries = 0 if care == "held" else one.tries
        with self.db.transaction():
            self.db.run(
                "UPDATE recording SET sealed_sound = ?, media_type = ?, care = ?, care_next = ?, care_tries = ?"
                " WHERE id = ? AND care = 'wanted'",
                (sealed, media_type[:40], care, to_micros(self._clock()), tries, one.id),
            )
        self._changed(frozenset({one.contact}))

    # ------------------------------------------------------------ held: look once more, delete there

    def _clear(self, one: Owed) -> None:
        try:
            self._look(one)
        except (LookupError, SealError, NotWhole) as error:
            # what was written cannot be relied on: the carrier's copy is still there, so it is fetched again
            log.error("recording_not_safe", error=type(error).__name__)
            if self._told(one):
                self._note(one, "wanted", self._clock())
            return
        for carrier in self._keepers(one):
            carrier.forget(one.id)
        self._note(one, "cleared", None)

    def _look(self, one: Owed) -> None:
        sealed = self.db.value("SELECT sealed_sound FROM recording WHERE id = ?", (one.id,))
        if sealed is None:
            raise NotThere
        verify(unseal_bytes(self._key(one), bytes(sealed), f"recording:sound:{one.id}"), one.seconds)

    def _key(self, one: Owed) -> bytes:
        return ContactKeys(self._keyring).key(self.db, one.contact)

    def _note(self, one: Owed, care: str, due: datetime | None) -> None:
        cleared = to_micros(self._clock()) if care == "cleared" else None
        with self.db.transaction():
            self.db.run(
                "UPDATE recording SET care = ?, care_next = ?, care_tries = 0, cleared_at = ?"
                " WHERE id = ? AND care = ?",
                (care, None if due is None else to_micros(due), cleared, one.id, one.care),
            )
        self._changed(frozenset({one.contact}))

    def _keepers(self, one: Owed) -> list[Carrier]:
        """The carrier of its line, where it keeps sounds. Of a number that is no line of ours: whichever does.
        LookupError where that carrier is not connected."""
        if one.carrier is not None and one.carrier not in self._carriers:
            raise LookupError("the carrier of this line is not connected")
        carriers = list(self._carriers.values()) if one.carrier is None else [self._carriers[one.carrier]]
        return [carrier for carrier in carriers if carrier.capabilities.keeps_sounds]

    # ------------------------------------------------------------ what does not succeed

    def _failed(self, one: Owed, error: Exception) -> None:
        """It is tried again. A person is told before that is noted: were we to die in between, the same event again."""
        tries = one.tries + 1
        log.warning("recording_not_cared_for", kind=WHAT[one.care], count=tries, error=type(error).__name__)
        nothing_said = one.silent and isinstance(error, NotThere)
        if tries == len(PAUSES) and not nothing_said and not self._told(one):
            return
        pause = PAUSES[tries - 1] if tries <= len(PAUSES) else SLOWLY
        with self.db.transaction():
            self.db.run(
                "UPDATE recording SET care_tries = ?, care_next = ? WHERE id = ? AND care = ?",
                (tries, to_micros(self._clock() + pause), one.id, one.care),
            )

    def _told(self, one: Owed) -> bool:
        event = ErrandFailed(
            id=EventId(f"recording:{one.id}:{one.care}"), practice=one.practice, at=self._clock(),
            contact=one.contact, what=WHAT[one.care],
        )  # fmt: skip
        ticket = self._report(Envelope(event=event))
        return not isinstance(ticket, Waits) or ticket.wait(TOLD_WITHIN) is not None


def _owed(row: Row) -> Owed:
    id_, practice, contact, seconds, silent, care, tries, carrier = row
    return Owed(
        RecordingId(id_), PracticeId(practice), ContactId(contact), seconds, bool(silent), care, tries, carrier
    )
