"""The page ladder (§3.8, D36, D37, D41, D49): who is paged about a task, when, and what stops it.

A ladder is data on its task. Its steps keep their instants; people are looked up when a step comes, so that
whoever is on duty then is paged. All that moves a ladder is in this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .change import changed
from .facts import Practice, Role
from .hours import TimeClass, time_class
from .ids import StaffId
from .promise import within
from .seats import cover_of, director, duty, on_duty, pool_staff, ringable
from .tasks import Ladder, LadderFirst, Task, TaskKind

LAST = 4
"""The step that pages everybody and turns the board red."""

URGED = frozenset({TaskKind.ANSWER, TaskKind.CHECK_MEANING, TaskKind.OTHER_WAY, TaskKind.INTERPRETER})
"""A missed due of these pages; of the others it is only told."""

LADDER_TIERS = {0: 1, 1: 1, 2: 2, 3: 3, 4: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One person to be paged now."""

    staff: StaffId
    tier: int
    again: bool = False
    everyone: bool = False
    quiet: bool = False
    """No telephone call: a reminder, or the alarm of a missed promise to a supervisor or director (S30)."""


# ---------------------------------------------------------------- beginning


def begin(first: LadderFirst, primary: StaffId | None, practice: Practice, now: datetime) -> Ladder | None:
    """A ladder whose first page is due at once; in a gap of the rota, when the next shift starts (D41).

    None where the practice has no on-call to page (D4).
    """
    if first is LadderFirst.PRIMARY:
        return Ladder(started_at=now, first=first, primary=primary, next_at=now)
    if not practice.policy.on_call or not practice.rota.exists:
        return None
    start = now if _somebody(practice, now) else _next_shift(practice, now)
    return Ladder(started_at=start, first=first, primary=primary, next_at=start)


def _somebody(practice: Practice, now: datetime) -> bool:
    return any(on_duty(practice, tier, now) for tier in (1, 2))


def _next_shift(practice: Practice, now: datetime) -> datetime:
    """Where no further shift is known, the director is paged now."""
    shift = practice.rota.next_on_call(now)
    return shift.span.start if shift is not None else now


def news(task: Task, practice: Practice, now: datetime) -> Task:
    """Another text joins an item that has a ladder: no ladder of its own (D49)."""
    ladder = task.ladder
    if ladder is None or (ladder.acked_by is None and ladder.next_at is not None):
        return task
    if ladder.acked_by is None:
        return changed(task, ladder=begin(ladder.first, ladder.primary, practice, now))
    if ladder.quiet_until is not None and now < ladder.quiet_until:
        wake = _earliest(ladder.next_at, ladder.quiet_until)
        return changed(task, ladder=changed(ladder, news_waiting=True, next_at=wake))
    return changed(task, ladder=changed(ladder, news_waiting=True, quiet_until=now, next_at=now))


# ---------------------------------------------------------------- what is due


def next_wake(task: Task) -> datetime | None:
    """The next instant at which this task must be looked at."""
    due = task.due()
    alarm = due if due is not None and due != task.alarmed_for else None
    return _earliest(_earliest(task.ladder.next_at if task.ladder else None, alarm), task.nudge_at)


def due_pages(task: Task, practice: Practice, now: datetime) -> tuple[Task, tuple[Page, ...]]:
    """Everybody who must be paged by now, each once, and the task as it stands after."""
    pages: list[Page] = []
    while task.ladder is not None and task.ladder.next_at is not None and task.ladder.next_at <= now:
        task, found = _step(task, task.ladder, practice, now)
        pages += found
    task, alarms = _alarm(task, practice, now)
    task, nudges = _nudge(task, practice, now)
    once: dict[StaffId, Page] = {}
    for page in (*pages, *alarms, *nudges):
        once.setdefault(page.staff, page)
    return task, tuple(once.values())


def _step(task: Task, ladder: Ladder, practice: Practice, now: datetime) -> tuple[Task, list[Page]]:
    if ladder.news_waiting and ladder.quiet_until is not None and ladder.quiet_until <= now:
        return _tell_news(task, ladder, practice, now)
    if ladder.acked_by is not None or ladder.after_ack:
        return _ack_expired(task, ladder, practice, now)
    pages = _fallen_through(task, ladder, practice, ladder.step, now)
    following = ladder.step + 1
    return changed(
        task,
        ladder=changed(
            ladder,
            step=following,
            next_at=_instant(ladder, practice, following),
            red=ladder.red or ladder.step >= LAST,
        ),
    ), pages


def _instant(ladder: Ladder, practice: Practice, step: int) -> datetime | None:
    minutes = practice.policy.page_minutes
    return within(ladder.started_at, timedelta(minutes=minutes[step])) if step <= LAST else None


def _fallen_through(task: Task, ladder: Ladder, practice: Practice, step: int, now: datetime) -> list[Page]:
    """A step with nobody on it pages the next one's people: never a silent step (INV-11)."""
    for at in range(step, LAST + 1):
        people = tuple(_people(task, ladder, practice, at, now))
        if people:
            again = step == 1
            return [
                Page(staff=one, tier=LADDER_TIERS[at], again=again, everyone=at == LAST)
                for one in dict.fromkeys(people)
            ]
    return []


def _people(
    task: Task, ladder: Ladder, practice: Practice, step: int, now: datetime
) -> Iterator[StaffId]:
    by_primary = ladder.first is LadderFirst.PRIMARY
    match step:
        case 0 if ladder.first is LadderFirst.BOTH:
            yield from duty(practice, now)[:2]
        case 0 | 1 if by_primary:
            yield from first_people(practice, ladder.primary, now)
        case 0 | 1:
            yield from duty(practice, now)[:1]
        case 2:
            tiers = (1, 2) if by_primary else (2,)
            yield from (staff for tier in tiers if (staff := on_duty(practice, tier, now)) is not None)
        case 3:
            yield from _if_ringable(practice, director(practice))
        case _:
            yield from duty(practice, now)
            yield from _if_ringable(practice, director(practice))
            yield from _if_ringable(practice, task.owner)


def _if_ringable(practice: Practice, staff: StaffId | None) -> Iterator[StaffId]:
    if staff is not None and ringable(practice, staff):
        yield staff


def first_people(practice: Practice, primary: StaffId | None, now: datetime) -> tuple[StaffId, ...]:
    """As V15 to V17 would choose: the primary, or her cover; else the pool; else on-call (D49)."""
    staff = practice.staff.get(primary) if primary is not None else None
    if staff is not None:
        here = time_class(staff.schedule, now)
        if here in (TimeClass.IN_HOURS, TimeClass.AFTER_HOURS) and ringable(practice, staff.id):
            return (staff.id,)
        cover = cover_of(staff, practice, now) if here is TimeClass.TIME_OFF else None
        if cover is not None:
            return (cover.id,)
    return pool_staff(practice, now, leave_out=primary) or duty(practice, now)[:1]


def _tell_news(task: Task, ladder: Ladder, practice: Practice, now: datetime) -> tuple[Task, list[Page]]:
    """One page for all that came in the quiet time, to whoever took it (D49)."""
    quiet = within(now, timedelta(minutes=practice.policy.ack_minutes))
    waits = ladder.ack_until if task.attempted_at is None else None
    told = changed(ladder, news_waiting=False, quiet_until=quiet, next_at=waits)
    staff = ladder.acked_by
    return changed(task, ladder=told), [Page(staff=staff, tier=1)] if staff is not None else []


def _ack_expired(task: Task, ladder: Ladder, practice: Practice, now: datetime) -> tuple[Task, list[Page]]:
    """Whoever took it and the next tier at once, then one tier every 5 min (D36)."""
    rest = _tiers_after(ladder, practice, now)
    count = ladder.after_ack
    pages = [Page(staff=ladder.acked_by, tier=1, again=True)] if ladder.acked_by is not None else []
    last = count >= len(rest)
    if last:
        pages += [Page(staff=staff, tier=3, everyone=True) for staff in _people(task, ladder, practice, LAST, now)]
    else:
        pages.append(Page(staff=rest[count], tier=min(count + 2, 3)))
    following = within(now, timedelta(minutes=practice.policy.after_ack_minutes))
    ladder = changed(
        ladder, acked_by=None, ack_until=None, expired=ladder.acked_by or ladder.expired, after_ack=count + 1,
        next_at=None if last else following, red=ladder.red or last,
    )  # fmt: skip
    return changed(task, ladder=ladder), pages


def _tiers_after(ladder: Ladder, practice: Practice, now: datetime) -> tuple[StaffId, ...]:
    people = (*duty(practice, now), *_if_ringable(practice, director(practice)))
    return tuple(dict.fromkeys(staff for staff in people if staff not in (ladder.acked_by, ladder.expired)))


# ---------------------------------------------------------------- reminders, and a missed due


def _nudge(task: Task, practice: Practice, now: datetime) -> tuple[Task, list[Page]]:
    """The session is over: a quiet line for its clinician, unless the call has been made (V16, S31)."""
    if task.nudge_at is None or task.nudge_at > now:
        return task, []
    pages = [] if task.attempts else [Page(staff=one, tier=1, quiet=True) for one in _if_ringable(practice, task.owner)]
    return changed(task, nudge_at=None), pages


def _alarm(task: Task, practice: Practice, now: datetime) -> tuple[Task, list[Page]]:
    """The owner and on-call 1 are paged; the alarm goes to a trainee's supervisor, else to the director (D37)."""
    due = task.due()
    if due is None or due > now or due == task.alarmed_for:
        return task, []
    task = changed(task, alarmed_for=due)
    if task.kind not in URGED:
        return task, []
    people = (*_if_ringable(practice, task.owner), *duty(practice, now)[:1])
    pages = [Page(staff=staff, tier=1, again=True) for staff in dict.fromkeys(people)]
    return task, [*pages, *(Page(staff=staff, tier=3, quiet=True) for staff in alarm_to(task, practice))]


def alarm_to(task: Task, practice: Practice) -> tuple[StaffId, ...]:
    """Who hears of a missed promise beside those who owe it (S30, D37)."""
    owner = practice.staff.get(task.owner) if task.owner is not None else None
    trainee = owner is not None and Role.TRAINEE in owner.roles
    supervisor = owner.supervisor if owner is not None and trainee else None
    found = supervisor or director(practice)
    return (found,) if found is not None else ()


# ---------------------------------------------------------------- what people do


def acknowledge(task: Task, staff: StaffId, practice: Practice, now: datetime) -> Task:
    """A named person took it. Without an attempt it counts for 15 min (D36)."""
    taken = changed(task, owner=staff)
    if task.ladder is None or not _waits(task):
        return taken
    until = within(now, timedelta(minutes=practice.policy.ack_minutes))
    ladder = changed(
        task.ladder, acked_by=staff, ack_until=until, quiet_until=until, next_at=until, after_ack=0, red=False
    )
    return changed(taken, ladder=ladder)


def _waits(task: Task) -> bool:
    """An attempt is still owed, or, on an item that asks for no call, that somebody hears or reads it (D36)."""
    if task.call_by is None:
        return task.heard_at is None
    return task.attempted_at is None


def pass_on(task: Task, staff: StaffId, practice: Practice, now: datetime) -> Task:
    """Key 2: the next person at once; the later steps keep their instants."""
    ladder = task.ladder
    if ladder is None or not _waits(task):
        return task
    if ladder.acked_by is not None and ladder.acked_by != staff:
        return task
    if ladder.acked_by == staff or ladder.after_ack:
        given = changed(ladder, acked_by=None, ack_until=None, expired=staff, after_ack=1, next_at=now)
        return changed(task, ladder=given)
    step = max(ladder.step, 2)
    return changed(task, ladder=changed(ladder, step=step, next_at=now)) if step <= LAST else task


def hand_over(task: Task, to: StaffId) -> Task:
    """The item is somebody else's now, an acknowledgement without an attempt with it, its end unchanged (D36)."""
    ladder = task.ladder
    if ladder is not None and ladder.acked_by is not None and _waits(task):
        ladder = changed(ladder, acked_by=to)
    return changed(task, owner=to, ladder=ladder)


def attempted(task: Task, now: datetime) -> Task:
    """The client's leg was dialled, or a call of the thread was bridged: the ladder rests (D36)."""
    done = changed(task, attempted_at=now, attempts=task.attempts + 1)
    if task.kind is TaskKind.CHECK_MEANING:  # what was meant is asked by phone; there is nothing to read
        done = changed(done, heard_at=task.heard_at or now)
    return changed(done, ladder=_at_rest(done.ladder))


def not_reached(task: Task, practice: Practice, now: datetime) -> Task:
    """Nobody was there: due again in 2 h, then on the next day; after the third try a person decides (§3.7)."""
    policy = practice.policy
    hours = {1: policy.second_attempt_hours, 2: 24}.get(task.attempts)
    if hours is None or task.attempts >= policy.attempts:
        return task
    return changed(task, attempted_at=None, call_by=within(now, timedelta(hours=hours)))


def heard(task: Task, now: datetime) -> Task:
    """It was played or read; where no call is owed, that is the attempt (D36). It closes nothing (VM02)."""
    done = changed(task, heard_at=task.heard_at or now)
    return done if task.call_by is not None else changed(done, ladder=_at_rest(done.ladder))


def unheard(task: Task, listen_by: datetime, practice: Practice, now: datetime) -> Task:
    """The first listener could not understand it: nobody has heard it yet (V27, D42)."""
    ladder = begin(LadderFirst.ON_CALL, None, practice, now)
    return changed(task, heard_at=None, listen_by=listen_by, ladder=ladder or task.ladder)


def _at_rest(ladder: Ladder | None) -> Ladder | None:
    """What came meanwhile is still told when the quiet time ends (D49)."""
    if ladder is None:
        return None
    wake = ladder.quiet_until if ladder.news_waiting else None
    return changed(ladder, next_at=wake, ack_until=None, after_ack=0, red=False)


def _earliest(a: datetime | None, b: datetime | None) -> datetime | None:
    return min((at for at in (a, b) if at is not None), default=None)
