"""Opening what a person owes, or joining the item that is open already: one a thread (D56, INV-03)."""

from __future__ import annotations

from datetime import datetime

from .caller import lead_client
from .change import changed
from .commands import ChangeTask, Command, OpenTask, TellStaff, WaitUntil
from .escalation import begin, news, next_wake
from .events import WakeKind
from .facts import Facts
from .ids import ContactId, StaffId
from .seats import director
from .tasks import Ladder, LadderFirst, Task, TaskKind, task_id


def owe(
    facts: Facts,
    *,
    contact: ContactId,
    kind: TaskKind,
    owner: StaffId | None,
    listen_by: datetime | None,
    call_by: datetime | None,
    urgent: bool,
    ladder: LadderFirst | None,
    now: datetime,
    finish_by: datetime | None = None,
    nudge_at: datetime | None = None,
    restart: bool = False,
) -> tuple[Task, tuple[Command, ...]]:
    """The task as it stands after this debt, and the commands that make it so.

    An open task of the same kind on the thread takes the debt in: of every due the shorter counts. `restart`
    begins the page ladder again even where one has come to rest: for calls; texts wait out the quiet time (D49).
    """
    client = lead_client(facts.caller, facts.line)
    primary = client.primary if client is not None else None
    fresh = begin(ladder, primary, facts.practice, now) if ladder is not None else None
    open_task = _open(facts, kind)
    if open_task is None:
        task = Task(
            id=task_id(contact, kind), contact=contact, kind=kind, owner=owner or director(facts.practice),
            opened_at=now, listen_by=listen_by, call_by=call_by, finish_by=finish_by, nudge_at=nudge_at,
            urgent=urgent, ladder=fresh,
        )  # fmt: skip
        return task, (*opened(task), *_in_a_gap(fresh, facts, contact, now))
    task = _take_in(open_task, listen_by, call_by, finish_by, urgent)
    task = changed(task, nudge_at=task.nudge_at or nudge_at)
    if fresh is not None:
        task = _page(task, fresh, owner, restart, facts, now)
    return task, keep(task, joined=contact)


def opened(task: Task) -> tuple[Command, Command]:
    """Open a task that joins nothing."""
    return OpenTask(task=task), _wake(task)


def keep(task: Task, joined: ContactId | None = None) -> tuple[Command, Command]:
    """Store a changed task, with the next instant at which it must be looked at."""
    return ChangeTask(task=task, joined=joined if joined != task.contact else None), _wake(task)


def _open(facts: Facts, kind: TaskKind) -> Task | None:
    tasks = facts.thread.open_tasks if facts.thread is not None else ()
    return next((task for task in tasks if task.kind is kind), None)


def _take_in(
    task: Task, listen_by: datetime | None, call_by: datetime | None, finish_by: datetime | None, urgent: bool
) -> Task:
    """What was done about earlier contacts says nothing about this one: it must be heard and called for itself."""
    if listen_by is not None:
        earlier = task.listen_by if task.heard_at is None else None
        task = changed(task, listen_by=_shorter(earlier, listen_by), heard_at=None)
    if call_by is not None:
        earlier = task.call_by if task.attempted_at is None else None
        task = changed(task, call_by=_shorter(earlier, call_by), attempted_at=None)
    return changed(task, finish_by=_shorter(task.finish_by, finish_by), urgent=task.urgent or urgent)


def _page(task: Task, fresh: Ladder, owner: StaffId | None, restart: bool, facts: Facts, now: datetime) -> Task:
    running = task.ladder is not None and task.ladder.acked_by is None and task.ladder.next_at is not None
    if task.ladder is None or (restart and not running):
        return changed(task, ladder=fresh, owner=owner or task.owner)
    return task if restart else news(task, facts.practice, now)


def _in_a_gap(ladder: Ladder | None, facts: Facts, contact: ContactId, now: datetime) -> tuple[Command, ...]:
    """Nobody is on call now: the director sees it at once (D41)."""
    director_id = director(facts.practice)
    if ladder is None or ladder.started_at <= now or director_id is None:
        return ()
    return (TellStaff(staff=director_id, contact=contact, what="rota_gap"),)


def _wake(task: Task) -> WaitUntil:
    return WaitUntil(kind=WakeKind.TASK, subject=task.id, at=next_wake(task))


def _shorter(a: datetime | None, b: datetime | None) -> datetime | None:
    return min((at for at in (a, b) if at is not None), default=None)
