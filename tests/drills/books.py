"""The books of a drill: what was answered and what the carrier took, against what is stored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from intersession.core.events import CallArrived, TextArrived, VoicemailLeft
from intersession.corridor.db import Db
from intersession.corridor.seal import Intact, seal_new, verify
from intersession.records.sealing import Keyring

from .drill import Drill
from .network import PRACTICE


def wrong(drill: Drill) -> list[str]:
    """Everything that does not balance, in plain words."""
    return [
        *_events(drill), *_kept(drill), *unowned(drill.db), *_texts(drill), *_aside(drill),
        *_sealed(drill.db, drill.keyring),
    ]  # fmt: skip


def _events(drill: Drill) -> Iterator[str]:
    """INV-02: an answered event was decided once, whatever was repeated, hurried ahead or sent again."""
    rows = drill.db.rows("SELECT entry FROM journal WHERE practice_id = ?", (PRACTICE,))
    decided = Counter(json.loads(entry)["event"] for (entry,) in rows)
    for sent in drill.network.answered.values():
        if decided[sent.event.id] != 1:
            yield f"{sent.event.id} was answered, and decided {decided[sent.event.id]} times"
    yield from (f"{event} was decided {times} times" for event, times in decided.items() if times > 1)


def _kept(drill: Drill) -> Iterator[str]:
    """INV-02: what it brought is stored once, in one contact."""
    contacts = {row[0] for row in drill.db.rows("SELECT id FROM contact")}
    texts = _by_id(drill.db, "SELECT id, contact FROM message WHERE direction = 'in'")
    recordings = _by_id(drill.db, "SELECT id, contact FROM recording WHERE sealed_sound IS NOT NULL")
    for event in (sent.event for sent in drill.network.answered.values()):
        match event:
            case TextArrived():
                found = texts.get(event.message, [])
            case VoicemailLeft():
                found = recordings.get(event.recording, [])
            case CallArrived():
                found = [event.contact]
            case _:
                continue
        if len(found) != 1 or found[0] not in contacts:
            yield f"{event.id} is stored {len(found)} times, in {found}"


def _by_id(db: Db, sql: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id_, contact in db.rows(sql):
        found.setdefault(id_, []).append(contact)
    return found


def unowned(db: Db) -> Iterator[str]:
    """INV-03: whatever is open has somebody who owes it, and a due time."""
    rows = db.rows("SELECT id, channel FROM contact WHERE closed_at IS NULL")
    owed = {
        contact
        for (contact,) in db.rows(
            "SELECT contact FROM task WHERE closed_at IS NULL AND owner IS NOT NULL AND due_at IS NOT NULL"
            " UNION SELECT task_contact.contact FROM task_contact JOIN task ON task.id = task_contact.task"
            " WHERE closed_at IS NULL AND owner IS NOT NULL AND due_at IS NOT NULL"
        )
    }
    yield from (f"{channel} contact {id_} is open and nobody's" for id_, channel in rows if id_ not in owed)


def _texts(drill: Drill) -> Iterator[str]:
    """Never sent twice; what the carrier may have taken is `sent` or `maybe`; what it may not is not `sent`."""
    taken = Counter(order["message"] for order in drill.orders() if order["order"] == "Text")
    rows = drill.db.rows("SELECT id, state, contact FROM message WHERE direction = 'out' AND line <> ''")
    known = {id_: (state, contact) for id_, state, contact in rows}
    for message, times in taken.items():
        if times > 1:
            yield f"text {message} was sent {times} times"
        if message not in known:
            yield f"text {message} was sent, and is not in the record"
    owed = set(known_owed(drill.db))
    for message, (state, contact) in known.items():
        if state in ("said", "reason", "held", "cancelled"):
            continue
        if state == "sending":
            yield f"text {message} is on its way for ever: nobody knows what became of it"
        if state == "sent" and not taken[message]:
            yield f"text {message} counts as sent, and the carrier never took it"
        if state == "failed" and taken[message]:
            yield f"text {message} counts as failed, and the carrier took it"
        if state in ("maybe", "failed") and contact not in owed:
            yield f"text {message} is {state}, and nobody owes a look at {contact}"


def known_owed(db: Db) -> Iterator[str]:
    """Contacts that somebody owes something on."""
    for (contact,) in db.rows(
        "SELECT contact FROM task WHERE closed_at IS NULL AND owner IS NOT NULL"
        " UNION SELECT task_contact.contact FROM task_contact JOIN task ON task.id = task_contact.task"
        " WHERE closed_at IS NULL AND owner IS NOT NULL"
    ):
        yield contact


def _aside(drill: Drill) -> Iterator[str]:
    yield from (f"{id_} was set aside: {error}" for id_, error in drill.db.rows("SELECT id, error FROM set_aside"))


def _sealed(db: Db, keyring: Keyring) -> Iterator[str]:
    """INV-17: the chain that the killed sealers left holds, and goes on."""
    before = verify(db, keyring, PRACTICE)
    if not isinstance(before, Intact) or not before.rows:
        yield f"the journal's chain does not hold: {before}"
    while seal_new(db, keyring, PRACTICE):
        pass
    after = verify(db, keyring, PRACTICE)
    if not isinstance(after, Intact) or after.unsealed:
        yield f"the journal's chain cannot be gone on with: {after}"
