"""The turn: gather, decide, write, one event after another inside one transaction; only the commit is shared.

Synchronous; it knows no thread, no carrier and no clock of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from intersession.carriers.port import Envelope
from intersession.core.decision import Decision
from intersession.core.events import Event, TimeCame
from intersession.core.facts import Facts
from intersession.core.ids import LineId, NumberKey, PracticeId
from intersession.records.fields import to_micros
from intersession.records.sealing import Keyring

from .aside import set_aside
from .cleaning import clean
from .commit import Commit
from .contact_keys import ContactKeys
from .db import DatabaseGone, Db
from .gather import Gather
from .legs import refer

log = structlog.get_logger(__name__)

Decide = Callable[[Event, Facts, datetime], Decision]

MOST_FOLLOWING = 64
"""Events that follow from one event at once; more would be a loop."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What became of one envelope."""

    event: Event
    decision: Decision | None = None
    replayed: bool = False
    set_aside: bool = False
    changed: frozenset[str] = frozenset()
    lanes: frozenset[str] = frozenset()
    """Lanes of errands that have something new."""
    follows: tuple[Turned, ...] = ()
    """What followed from it at once, in the same transaction."""


class Tick:
    """Turns batches of envelopes into rows. One connection, one thread at a time."""

    def __init__(self, db: Db, keyring: Keyring, decide: Decide) -> None:
        self.db, self.keyring, self._decide = db, keyring, decide
        self._keys = ContactKeys(keyring)
        self._gather = Gather(keyring, self._keys)
        self._commit = Commit(db=db, keys=self._keys)

    def pulls(self, lines: frozenset[LineId]) -> None:
        """Lines whose legs fetch what they hear."""
        self._commit.pulls = lines

    def turn(self, envelopes: Sequence[Envelope], now: datetime) -> list[Turned]:
        """All of them in one transaction. An error takes the batch back, and each is tried alone."""
        try:
            with self.db.transaction():
                return [self._walk(clean(envelope), now) for envelope in envelopes]
        except DatabaseGone:
            self._keys.forget()
            raise
        except Exception as error:
            self._keys.forget()
            log.warning("batch_taken_back", size=len(envelopes), error=type(error).__name__)
        return [self._alone(clean(envelope), now) for envelope in envelopes]

    def beat(self, now: datetime) -> None:
        """A tick without an event: the database takes a row and keeps it. DatabaseGone where it does not."""
        with self.db.transaction():
            self.db.run(
                "INSERT INTO heartbeat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
                (to_micros(now),),
            )

    def _alone(self, envelope: Envelope, now: datetime) -> Turned:
        """The bad one is set aside with its error, and a person is told (INV-11)."""
        try:
            with self.db.transaction():
                return self._walk(envelope, now)
        except DatabaseGone:
            self._keys.forget()
            raise
        except Exception as error:
            self._keys.forget()
            log.exception("event_set_aside", kind=type(envelope.event).__name__)
            with self.db.transaction():
                changed = set_aside(self.db, self._keys, envelope, error, now)
                if isinstance(envelope.event, TimeCame):
                    self._claim_wake(envelope.event)  # else it would be due again at once, without end
            return Turned(event=envelope.event, set_aside=True, changed=changed, lanes=frozenset({"wake"}))

    def _walk(self, envelope: Envelope, now: datetime) -> Turned:
        event = envelope.event
        if isinstance(event, TimeCame):
            if not self._claim_wake(event):
                return Turned(event, replayed=True)
        elif not self._is_new(event, now):
            return Turned(event, replayed=True)
        for key, number in envelope.numbers.items():
            self._keep_number(event.practice, key, number)
        turned = self._decide_and_write(envelope, now)
        for leg, reference in envelope.references.items():
            refer(self.db, self.keyring, event.practice, leg, reference)
        return turned

    def _decide_and_write(self, envelope: Envelope, now: datetime) -> Turned:
        """The event, and what follows from it at once (a phone that fell free, a key that asks for a call)."""
        waiting: list[Envelope] = [envelope]
        done: list[Turned] = []
        while waiting:
            if len(done) == MOST_FOLLOWING:
                raise RuntimeError(f"more than {MOST_FOLLOWING} events follow from one: something triggers itself")
            one = waiting.pop(0)
            facts = self._gather.facts(self.db, one.event, now)
            decision = self._decide(one.event, facts, now)
            written = self._commit.write(one.event, facts, decision, now, dict(one.sounds), one.answers, one.pictures)
            waiting += [Envelope(event=event) for event in written.follow if self._is_new(event, now)]
            done.append(
                Turned(
                    one.event, decision, changed=frozenset(written.changed), lanes=frozenset(written.lanes)
                )
            )
        changed = frozenset().union(*(one.changed for one in done))
        lanes = frozenset().union(*(one.lanes for one in done))
        return replace(done[0], changed=changed, lanes=lanes, follows=tuple(done[1:]))

    # ------------------------------------------------------------ once only

    def _claim_wake(self, event: TimeCame) -> bool:
        """The wake's row goes in the transaction that acts on it: exactly once, whoever else saw it due."""
        subject = f"{event.kind}:{event.subject}"
        due = to_micros(event.at)
        return self.db.run("DELETE FROM errand WHERE subject = ? AND not_before <= ?", (subject, due)) == 1

    def _is_new(self, event: Event, now: datetime) -> bool:
        done = self.db.run(
            "INSERT INTO seen_event (id, practice_id, at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (event.id, event.practice, to_micros(now)),
        )
        return done == 1

    def _keep_number(self, practice: PracticeId, key: NumberKey, number: str) -> None:
        self.db.run(
            "INSERT INTO number (key, practice_id, sealed) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING",
            (key, practice, self.keyring.seal(number, f"number:{key}")),
        )
