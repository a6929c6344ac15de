"""An event that could not be decided: kept whole and sealed, and a person owes a look at it (INV-02, INV-11)."""

from __future__ import annotations

import json
import traceback
from base64 import b64encode
from datetime import datetime, timedelta

from intersession.carriers.port import Envelope
from intersession.core.events import Event
from intersession.core.ids import ContactId
from intersession.core.tasks import Task, TaskKind, task_id
from intersession.records.fields import to_micros

from .codec import dump, dump_kind
from .contact_keys import ContactKeys
from .db import Db

LOOK_WITHIN = timedelta(minutes=15)


def set_aside(db: Db, keys: ContactKeys, envelope: Envelope, error: Exception, now: datetime) -> frozenset[str]:
    """Store the event with all that came with it, and open a task of the director's. A practice that does not exist
    cannot own anything: then it is the first one's. The contact is its own where none exists."""
    event = envelope.event
    practice = db.value("SELECT id FROM practice ORDER BY id = ? DESC, id LIMIT 1", (event.practice,))
    contact = _contact(db, keys, event, practice)
    kept = keys.keyring.seal(_whole(envelope), f"set_aside:{event.id}")
    db.run(
        "INSERT INTO set_aside (id, practice_id, at, error, sealed_event) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (event.id, practice, to_micros(now), _where(error), kept),
    )
    _owe(db, contact, practice, now)
    db.run(
        "INSERT INTO seen_event (id, practice_id, at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (event.id, practice, to_micros(now)),
    )
    return frozenset({contact})


def _whole(envelope: Envelope) -> str:
    sounds = {name: [kind, b64encode(sound).decode()] for name, (kind, sound) in envelope.sounds.items()}
    body = {
        "event": json.loads(dump_kind(envelope.event)), "numbers": dict(envelope.numbers), "sounds": sounds,
        "pictures": [[picture.reference, picture.media_type] for picture in envelope.pictures],
    }  # fmt: skip
    return json.dumps(body, separators=(",", ":"))


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].name}:{frames[-1].lineno}" if frames else type(error).__name__


def _contact(db: Db, keys: ContactKeys, event: Event, practice: str) -> ContactId:
    contact = ContactId(getattr(event, "contact", None) or f"aside-{event.id}"[:96])
    db.run(
        "INSERT INTO contact (id, practice_id, channel, direction, line, caller_class, at, flags, disposition,"
        " wrapped_key) VALUES (?, ?, 'voice', 'in', ?, 'unknown', ?, 'set_aside', '', ?)"
        " ON CONFLICT (id) DO UPDATE SET closed_at = NULL, disposition = ''",
        (contact, practice, getattr(event, "line", ""), to_micros(event.at), keys.make(contact)),
    )
    keys.forget()
    return contact


def _owe(db: Db, contact: ContactId, practice: str, now: datetime) -> None:
    """Due within the quarter hour; open again, where an earlier one was closed."""
    director = db.value("SELECT director FROM practice WHERE id = ?", (practice,))
    owner = director or db.value("SELECT id FROM staff WHERE practice_id = ? ORDER BY id LIMIT 1", (practice,))
    kind = TaskKind.MACHINE
    task = Task(
        id=task_id(contact, kind), contact=contact, kind=kind, owner=owner, opened_at=now,
        finish_by=now + LOOK_WITHIN, urgent=True,
    )  # fmt: skip
    due = to_micros(now + LOOK_WITHIN)
    db.run(
        "INSERT INTO task (id, practice_id, contact, kind, owner, due_at, opened_at, red, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET closed_at = NULL, due_at = excluded.due_at,"
        " state = excluded.state",
        (task.id, practice, contact, kind, owner, due, to_micros(now), True, dump(task)),
    )
    db.run(
        "INSERT INTO errand (practice_id, lane, kind, subject, not_before, state, payload, outcome)"
        " VALUES (?, 'wake', 'task', ?, ?, 'due', '', '') ON CONFLICT (subject) DO UPDATE SET"
        " not_before = excluded.not_before",
        (practice, f"task:{task.id}", due),
    )
