"""What carriers keep for us comes home: fetched, verified, sealed here, and only then deleted there (S08, X10, INV-02).

It goes from `wanted` to `held` to `cleared`. Each step is done first and noted after it, and may be done twice: whoever
is stopped in between does it again. Nothing is deleted at the carrier before what lies here was read back, opened and
found whole. What does not succeed is tried again, soon and then slowly, for as long as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from intersession.carriers.port import Carrier, Envelope
from intersession.core.events import ErrandFailed
from intersession.core.ids import ContactId, EventId, PracticeId
from intersession.records.fields import from_micros, to_micros
from intersession.records.sealing import Keyring, SealError, seal_bytes, unseal_bytes

from .contact_keys import ContactKeys
from .db import DatabaseGone, Db
from .dispatch import TOLD_WITHIN, Report, Waits
from .greetings import adopt
from .kept import Found, Kind, NotThere, Owed
from .pictures import PICTURES
from .recordings import RECORDINGS

log = structlog.get_logger(__name__)

KINDS: tuple[Kind, ...] = (RECORDINGS, PICTURES)
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 60, 180))
"""After the first tries that fail; with the last of them a person is told."""
SLOWLY = timedelta(minutes=15)
CLAIM_FOR = timedelta(minutes=2)
"""Longer than any sound or picture takes to come."""
BATCH = 8

Changed = Callable[[frozenset[str]], None]


class Care:
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
        """Take every step that is due; how many there were."""
        owed = [one for kind in KINDS for one in self._claim(kind)]
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
        return min((due for kind in KINDS if (due := self._next(kind)) is not None), default=None)

    def _next(self, kind: Kind) -> datetime | None:
        due = self.db.value(f"SELECT min(care_next) FROM {kind.table}")
        return None if due is None else from_micros(due)

    def _claim(self, kind: Kind) -> list[Owed]:
        """Whoever comes second finds them due later; so does whoever comes after one that was stopped."""
        now = self._clock()
        soonest = self._next(kind)
        if soonest is None or soonest > now:
            return []  # looked first: a write transaction for nothing would hold up the writer
        later, skip = to_micros(now + CLAIM_FOR), " FOR UPDATE SKIP LOCKED" if self.db.postgres else ""
        with self.db.transaction():
            ids = self.db.rows(
                f"UPDATE {kind.table} SET care_next = ? WHERE id IN (SELECT id FROM {kind.table} WHERE care_next <= ?"
                f" ORDER BY care_next LIMIT {BATCH}{skip}) RETURNING id",
                (later, to_micros(now)),
            )
        return [self._owed(kind, row[0]) for row in ids]

    def _owed(self, kind: Kind, id_: str) -> Owed:
        table = kind.table
        columns = ", ".join(("contact", "care", "care_tries", *kind.also))
        row = self.db.row(
            f"SELECT {table}.id, {table}.practice_id, line.carrier, {columns} FROM {table}"
            f" LEFT JOIN contact ON contact.id = {table}.contact LEFT JOIN line ON line.id = contact.line"
            f" WHERE {table}.id = ?",
            (id_,),
        )
        known, practice, carrier, contact, care, tries, *more = row or ()
        return Owed(
            kind=kind, id=known, practice=PracticeId(practice), contact=ContactId(contact), care=care, tries=tries,
            carrier=carrier, row=dict(zip(kind.also, more, strict=True)),
        )  # fmt: skip

    def _step(self, one: Owed) -> None:
        if one.care == "wanted":
            self._fetch(one)
        elif one.care == "held":
            self._clear(one)

    # ------------------------------------------------------------ wanted: fetch, verify, seal

    def _fetch(self, one: Owed) -> None:
        carriers = self._keepers(one)
        found = one.kind.fetch(one, carriers, self._key(one)) if carriers else None
        if found is not None:
            self._seal(one, found)
            if found.fault is not None:
                raise found.fault
        elif not carriers or (not one.kind.expected(one) and one.tries >= len(PAUSES)):
            self._note(one, "none", None)
        else:
            raise NotThere

    def _seal(self, one: Owed, found: Found) -> None:
        sealed = seal_bytes(self._key(one), found.content, _bound(one))
        care, tries = ("held", 0) if found.fault is None else ("wanted", one.tries)
        beside = "".join(f"{column} = ?, " for column in found.columns)
        with self.db.transaction():
            self.db.run(
                f"UPDATE {one.kind.table} SET {beside}sealed_{one.kind.sealed} = ?, care = ?, care_next = ?,"
                " care_tries = ? WHERE id = ? AND care = 'wanted'",
                (*found.columns.values(), sealed, care, to_micros(self._clock()), tries, one.id),
            )
            if one.kind is RECORDINGS and found.fault is None:  # a sentence that is cut off is never anybody's greeting
                adopt(self.db, self._keyring, one.id, str(found.columns["media_type"]), found.content)
        self._changed(frozenset({one.contact}))

    # ------------------------------------------------------------ held: look once more, delete there

    def _clear(self, one: Owed) -> None:
        try:
            self._look(one)
        except (LookupError, SealError, ValueError) as error:
            # what was written cannot be relied on: the carrier's copy is still there, so it is fetched again
            log.error("kept_not_safe", kind=one.kind.table, error=type(error).__name__)
            if self._told(one):
                self._note(one, "wanted", self._clock())
            return
        for carrier in self._keepers(one):
            one.kind.forget(one, carrier, self._key(one))
        self._note(one, "cleared", None)

    def _look(self, one: Owed) -> None:
        sealed = self.db.value(f"SELECT sealed_{one.kind.sealed} FROM {one.kind.table} WHERE id = ?", (one.id,))
        if sealed is None:
            raise NotThere
        one.kind.look(one, unseal_bytes(self._key(one), bytes(sealed), _bound(one)))

    def _key(self, one: Owed) -> bytes:
        return ContactKeys(self._keyring).key(self.db, one.contact)

    def _note(self, one: Owed, care: str, due: datetime | None) -> None:
        cleared = to_micros(self._clock()) if care == "cleared" else None
        with self.db.transaction():
            self.db.run(
                f"UPDATE {one.kind.table} SET care = ?, care_next = ?, care_tries = 0, cleared_at = ?"
                " WHERE id = ? AND care = ?",
                (care, None if due is None else to_micros(due), cleared, one.id, one.care),
            )
        self._changed(frozenset({one.contact}))

    def _keepers(self, one: Owed) -> Sequence[Carrier]:
        """The carrier of its line, where it keeps such things. Of a number that is no line of ours: whichever does.
        LookupError where that carrier is not connected."""
        if one.carrier is not None and one.carrier not in self._carriers:
            raise LookupError("the carrier of this line is not connected")
        carriers = list(self._carriers.values()) if one.carrier is None else [self._carriers[one.carrier]]
        return [carrier for carrier in carriers if one.kind.kept_by(carrier)]

    # ------------------------------------------------------------ what does not succeed

    def _failed(self, one: Owed, error: Exception) -> None:
        """It is tried again. A person is told before that is noted: were we to die in between, the same event again."""
        tries = one.tries + 1
        log.warning("not_cared_for", kind=one.kind.steps[one.care], count=tries, error=type(error).__name__)
        nothing = isinstance(error, NotThere) and not one.kind.expected(one)
        if tries == len(PAUSES) and not nothing and not self._told(one):
            return
        pause = PAUSES[tries - 1] if tries <= len(PAUSES) else SLOWLY
        with self.db.transaction():
            self.db.run(
                f"UPDATE {one.kind.table} SET care_tries = ?, care_next = ? WHERE id = ? AND care = ?",
                (tries, to_micros(self._clock() + pause), one.id, one.care),
            )

    def _told(self, one: Owed) -> bool:
        event = ErrandFailed(
            id=EventId(f"{one.kind.table}:{one.id}:{one.care}"), practice=one.practice, at=self._clock(),
            contact=one.contact, what=one.kind.steps[one.care],
        )  # fmt: skip
        ticket = self._report(Envelope(event=event))
        return not isinstance(ticket, Waits) or ticket.wait(TOLD_WITHIN) is not None


def _bound(one: Owed) -> str:
    return f"{one.kind.table}:{one.kind.sealed}:{one.id}"
