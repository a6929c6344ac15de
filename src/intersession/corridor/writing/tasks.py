"""What people owe."""

from __future__ import annotations

from intersession.core.commands import (
    AskCall,
    AskCallBack,
)
from intersession.core.events import (
    CallBackAsked,
)
from intersession.core.ids import ContactId, EventId, LineId
from intersession.core.tasks import Task
from intersession.records.fields import to_micros

from ..codec import dump
from .turn import Turn


def open_task(turn: Turn, task: Task) -> None:
    """Something is owed anew. What a person had closed is open again: more came in (INV-03)."""
    put_task(turn, task)
    if turn.db.run("UPDATE task SET closed_at = NULL WHERE id = ? AND closed_at IS NOT NULL", (task.id,)):
        turn.db.run("UPDATE contact SET closed_at = NULL, disposition = '' WHERE id = ?", (task.contact,))


def put_task(turn: Turn, task: Task, joined: ContactId | None = None) -> None:
    ladder = task.ladder
    due = task.due()
    thread = turn.thread_of(task.contact)
    turn.db.run(
        "INSERT INTO task (id, practice_id, contact, thread, kind, owner, due_at, opened_at, red, state)"
        " VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner,"
        " due_at = excluded.due_at, red = excluded.red, state = excluded.state",
        (
            task.id, turn.practice, task.contact, thread, task.kind, task.owner,
            to_micros(due) if due else None, to_micros(task.opened_at),
            bool(ladder and ladder.red), dump(task),
        ),
    )  # fmt: skip
    if joined is not None and joined != task.contact:
        turn.db.run(
            "INSERT INTO task_contact (practice_id, task, contact) VALUES (?,?,?) ON CONFLICT DO NOTHING",
            (turn.practice, task.id, joined),
        )
    turn.changed(task.contact)


def ask_call(turn: Turn, command: AskCall) -> None:
    """On the number and the line of the client's last contact; else on the first number that is known."""
    row = turn.db.row(
        "SELECT contact.line, thread.number_key FROM contact JOIN thread ON thread.id = contact.thread"
        " WHERE contact.client = ? ORDER BY contact.at DESC LIMIT 1",
        (command.client,),
    ) or turn.db.row(
        "SELECT ?, number_key FROM client_number WHERE client_id = ? ORDER BY position LIMIT 1",
        (command.line, command.client),
    )
    if row is None:
        return
    new = ContactId(f"coded-{command.after}")
    turn.written.follow.append(
        CallBackAsked(
            id=EventId(f"ask:{new}"), practice=turn.practice, at=turn.now, by=command.by, contact=new,
            line=LineId(row[0]), client=command.client, number=row[1],
        )
    )  # fmt: skip


def ask_call_back(turn: Turn, command: AskCallBack) -> None:
    row = turn.db.row(
        "SELECT contact.line, thread.number_key, contact.client FROM contact JOIN thread ON thread.id = contact.thread"
        " WHERE contact.id = ?",
        (command.contact,),
    )
    if row is None:
        return
    number = turn.db.value(
        "SELECT count(*) FROM contact WHERE thread = (SELECT thread FROM contact WHERE id = ?)", (command.contact,)
    )
    new = ContactId(f"back-{command.contact}-{number}")
    turn.written.follow.append(
        CallBackAsked(
            id=EventId(f"ask:{new}"), practice=turn.practice, at=turn.now, by=command.by, contact=new,
            line=LineId(row[0]), client=row[2], number=row[1], answers=command.contact,
        )
    )  # fmt: skip
