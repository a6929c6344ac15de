"""An event that could not be decided: kept whole and sealed, and a person owes a look at it (INV-02, INV-11)."""

from __future__ import annotations

import traceback
from datetime import datetime, timedelta

from intersession.core.events import Event
from intersession.core.ids import ContactId
from intersession.core.tasks import Task, TaskKind, task_id
from intersession.records.fields import to_micros

from .codec import dump, dump_kind
from .contact_keys import ContactKeys
from .db import Db

LOOK_WITHIN = timedelta(minutes=15)


def set_aside(db: Db, keys: ContactKeys, event: Event, error: Exception, now: datetime) -> frozenset[str]:
    """Store the event and open a task of the director's. The contact is its own where none exists."""
    at = to_micros(now)
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{type(error).__name__} at {frames[-1].name}:{frames[-1].lineno}" if frames else type(error).__name__
    db.run(
        "INSERT INTO set_aside (id, practice_id, at, error, sealed_event) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (event.id, event.practice, at, where, keys.keyring.seal(dump_kind(event), f"set_aside:{event.id}")),
    )
    contact = ContactId(getattr(event, "contact", None) or f"aside-{event.id}"[:96])
    db.run(
        "INSERT INTO contact (id, practice_id, channel, direction, line, caller_class, at, flags, disposition,"
        " wrapped_key) VALUES (?, ?, 'voice', 'in', ?, 'unknown', ?, 'set_aside', '', ?) ON CONFLICT (id) DO NOTHING",
        (contact, event.practice, getattr(event, "line", ""), to_micros(event.at), keys.make(contact)),
    )
    keys.forget()
    director = db.value("SELECT director FROM practice WHERE id = ?", (event.practice,))
    owner = director or db.value("SELECT id FROM staff WHERE practice_id = ? ORDER BY id LIMIT 1", (event.practice,))
    kind = TaskKind.MACHINE
    task = Task(
        id=task_id(contact, kind), contact=contact, kind=kind, owner=owner, opened_at=now,
        finish_by=now + LOOK_WITHIN, urgent=True,
    )  # fmt: skip
    db.run(
        "INSERT INTO task (id, practice_id, contact, kind, owner, due_at, opened_at, red, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (task.id, event.practice, contact, kind, owner, to_micros(now + LOOK_WITHIN), at, True, dump(task)),
    )
    db.run(
        "INSERT INTO errand (practice_id, lane, kind, subject, not_before, state, payload, outcome)"
        " VALUES (?, 'wake', 'task', ?, ?, 'due', '', '') ON CONFLICT (subject) DO NOTHING",
        (event.practice, f"task:{task.id}", to_micros(now + LOOK_WITHIN)),
    )
    db.run(
        "INSERT INTO seen_event (id, practice_id, at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (event.id, event.practice, at),
    )
    return frozenset({contact})
