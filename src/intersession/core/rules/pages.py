"""Pages and what people do about what is owed (P01, VM02, D36, D37): take, pass on, hand over, hear, close.

A page says how many items, until when, and which tier; never who, what or why (INV-12).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from ..call import Call, Hearing, Leg, Said, Then
from ..caller import lead_client
from ..commands import (
    AddReviewItem,
    AskCallBack,
    CloseContact,
    Command,
    FlagContact,
    KeepPageLeg,
    NoteMessageHeard,
    OpenTask,
    PageStaff,
    PageWay,
    SayPrompt,
    SetShift,
    SetStatus,
    TellStaff,
    WaitUntil,
)
from ..decision import Decision, Reason
from ..disposition import DISPOSITIONS
from ..escalation import (
    Page,
    acknowledge,
    alarm_to,
    due_pages,
    hand_over,
    heard,
    next_wake,
    pass_on,
    unheard,
)
from ..events import (
    CallEvent,
    ContactClosed,
    DigitsEntered,
    ErrandFailed,
    Event,
    ItemHeard,
    KeyPressed,
    LegAnswered,
    LegEnded,
    PromptEnded,
    ShiftSet,
    StatusSet,
    TaskHandedOver,
    TaskTaken,
    TimeCame,
    WakeKind,
)
from ..facts import Facts
from ..hours import TimeClass, time_class
from ..ids import LegId, StaffId
from ..owing import keep, owe
from ..pin import closes, counted
from ..promise import listen_in_hours, within
from ..rota import Rota, Shift
from ..seats import endpoint_of, on_duty
from ..spans import Span
from ..tasks import PageLeg, PageState, Task, TaskKind, task_id
from ..wording.compose import At, Handle, Phrase, phrase, show
from ..words import Voice

PIN_TRIES = 3


def decide_page(event: Event, facts: Facts, now: datetime) -> Decision:
    """What follows from a due task, a page call, or an act of a staff member."""
    match event:
        case TimeCame(kind=WakeKind.SHIFT):
            return _decided("D36", "A shift began or ended.", facts, _shift_changed(facts, now))
        case TimeCame(kind=WakeKind.LEG):
            return _decided("P01", "A page call has had its time: its phone is free for others.", facts, ())
        case TimeCame():
            return _due(facts, now)
        case TaskTaken() if facts.task is not None:
            return _taken(facts.task, event.by, facts, now)
        case TaskHandedOver() if facts.task is not None:
            return _handed_over(facts.task, event.to, facts, now)
        case ItemHeard():
            return _heard(event, facts, now)
        case ContactClosed():
            return _closed(event, facts, now)
        case ErrandFailed():
            return _errand_failed(event, facts, now)
        case ShiftSet():
            return _decided("S43", "The rota was changed.", facts, _set_shift(event, facts, now))
        case StatusSet():
            says = "Do not disturb, until a stated end; callers hear who covers."
            return _decided("D15", says, facts, (SetStatus(staff=event.staff, until=event.until),))
        case TaskTaken() | TaskHandedOver():
            return _decided("P01", "It was done already: nothing is owed on it any more.", facts, ())
        case CallEvent() if facts.page is not None:
            return _page_call(event, facts.page, facts, now)
        case _:
            return _decided("P01", "Nothing follows from this.", facts, ())


def _decided(rule: str, says: str, facts: Facts, commands: Iterable[Command], **inputs: str) -> Decision:
    return Decision(
        rule=rule, inputs=inputs, reasons=(Reason(rule=rule, says=says),), commands=tuple(commands),
        policy_version=facts.practice.version,
    )  # fmt: skip


# ---------------------------------------------------------------- a due time


def _due(facts: Facts, now: datetime) -> Decision:
    if facts.task is None:
        return _decided("P01", "It was closed before it fell due.", facts, ())
    task, pages = due_pages(facts.task, facts.practice, now)
    commands = list(_pages(task, pages, facts, now))
    task = replace(task, pages=task.pages + len(pages))
    missed = task.alarmed_for != facts.task.alarmed_for
    commands += [*keep(task), *(_tell_missed(facts.task, task, facts) if missed else ())]
    if facts.task.nudge_at is not None and task.nudge_at is None and task.owner is not None and not task.attempts:
        commands.append(TellStaff(staff=task.owner, contact=task.contact, what="session_end"))
    rule = "D37" if missed else "P01"
    inputs = {"paged": str(len(pages)), "missed": str(missed).lower()}
    return _decided(rule, _says(task, pages, missed), facts, commands, **inputs)


def _says(task: Task, pages: tuple[Page, ...], missed: bool) -> str:
    if missed:
        return "What was due is overdue: the owner and on-call are paged, and the alarm goes up."
    if task.ladder is not None and task.ladder.red:
        return "Nobody has taken it: everybody is paged, and the board is red."
    return "Paged: it waits for somebody to take it." if pages else "Nothing is due yet."


def _tell_missed(before: Task, task: Task, facts: Facts) -> Iterator[Command]:
    """Whoever owes it, and who hears the alarm. A call that was promised and not made is for the next session (S41)."""
    client = lead_client(facts.caller, facts.line)
    if client is not None and before.call_by is not None and before.due() == before.call_by:
        yield AddReviewItem(contact=task.contact, client=client.id, what="promise_missed")
    people = (*((task.owner,) if task.owner is not None else ()), *alarm_to(task, facts.practice))
    for staff in dict.fromkeys(people):
        yield TellStaff(staff=staff, contact=task.contact, what="overdue")


# ---------------------------------------------------------------- the page itself


def _pages(task: Task, pages: Iterable[Page], facts: Facts, now: datetime) -> Iterator[Command]:
    for number, page in enumerate(pages, start=task.pages + 1):
        yield _page(LegId(f"{task.id}.p{number}"), task, page, facts, now)


def _page(leg: LegId, task: Task, page: Page, facts: Facts, now: datetime) -> PageStaff:
    voice = _voice(facts, now)
    words = phrase(_wording(page), **_facts_of(task, page, facts))
    notice = phrase("PG-PUSH", **{**_facts_of(task, page, facts), "tier": page.tier})
    phone = endpoint_of(facts.practice, page.staff)
    context = voice.context(facts.practice.locale)
    return PageStaff(
        task=task.id,
        contact=task.contact,
        staff=page.staff,
        tier=page.tier,
        ways=_ways(page, facts, now),
        leg=leg,
        endpoint=phone.id if phone is not None else None,
        line=facts.line.id if facts.line is not None else None,
        call=Hearing(said=voice.staff_said(page.staff, (words,)), keys="123"),
        notice=Said(id="PG-PUSH", text=show(notice, context), locale=facts.practice.locale),
    )


def _wording(page: Page) -> str:
    if page.everyone:
        return "PG-ALL"
    return "PG-AGAIN" if page.again else "PG-1"


def _ways(page: Page, facts: Facts, now: datetime) -> tuple[PageWay, ...]:
    """In hours first beside the phone, the repeat as a call; at any other time a call at once (D14, D54)."""
    quiet = (PageWay.PUSH, PageWay.TEXT, PageWay.EMAIL)
    person = facts.practice.staff[page.staff]
    by_day = time_class(person.schedule, now) is TimeClass.IN_HOURS
    first = not (page.again or page.everyone)
    return quiet if page.quiet or (by_day and first) else (PageWay.CALL, *quiet)


def _facts_of(task: Task, page: Page, facts: Facts) -> dict[str, int | At | Handle | None]:
    due = task.due()
    known = {"n": 1, "due": At(due) if due is not None else None, "handle": _handle(facts)}
    return known if page.everyone else {**known, "tier": page.tier}


def _handle(facts: Facts) -> Handle | None:
    """Initials only where the practice switched them on (D7), and never of one client among several (V09)."""
    client = lead_client(facts.caller, facts.line)
    shown = facts.practice.policy.spell_handles and len(facts.caller.clients) == 1
    return Handle(client.handle) if client is not None and shown else None


def _voice(facts: Facts, now: datetime) -> Voice:
    practice = facts.practice
    return Voice(practice=practice, locale=practice.locale, client_zone=practice.zone, now=now)


def unanswered(leg: Leg, call: Call, facts: Facts, now: datetime) -> tuple[Command, ...]:
    """V23: a private voicemail picked up. Its owner learns of it on another phone, in one content-free line, and what
    was missed is for the next session (S41, S45)."""
    phones = [one for one in facts.practice.staff[leg.staff].endpoints if one.reachable and one.id != leg.endpoint]
    context = _voice(facts, now).context(facts.practice.locale)
    notice = phrase("PG-PUSH", n=1, due=At(now), tier=1)
    told: list[Command] = [TellStaff(staff=leg.staff, contact=call.contact, what="private_voicemail")]
    if phones:
        page = PageStaff(
            task=task_id(call.contact, TaskKind.LOOK), contact=call.contact, staff=leg.staff, tier=1,
            ways=(PageWay.PUSH, PageWay.TEXT, PageWay.EMAIL), leg=LegId(f"{leg.id}.v23"), endpoint=phones[0].id,
            line=call.line, call=Hearing(),
            notice=Said(id="PG-PUSH", text=show(notice, context), locale=facts.practice.locale),
        )  # fmt: skip
        told.append(page)
    client = lead_client(facts.caller, facts.line)
    if client is not None and client.primary == leg.staff:
        told.append(AddReviewItem(contact=call.contact, client=client.id, what="repair"))
    return tuple(told)


# ---------------------------------------------------------------- a page call


def _page_call(event: CallEvent, page: PageLeg, facts: Facts, now: datetime) -> Decision:
    match event:
        case LegAnswered():
            commands = _picked_up(page, facts, now)
        case KeyPressed():
            commands = _page_key(page, event.key, facts, now)
        case DigitsEntered():
            commands = _pin(page, facts, now)
        case LegEnded():
            commands = _page_over(page, facts)
        case PromptEnded():
            commands = ()
        case _:
            commands = ()
    return _decided("P01", "A page call: a key press takes it or passes it on.", facts, commands, state=page.state)


def _page_over(page: PageLeg, facts: Facts) -> tuple[Command, ...]:
    """The phone is free again: now it can ring for the call back that was asked for."""
    over = KeepPageLeg(page=page, over=True)
    if page.state is PageState.CALLING_BACK and facts.task is not None:
        return (over, AskCallBack(contact=facts.task.contact, by=page.staff))
    return (over,)


def _picked_up(page: PageLeg, facts: Facts, now: datetime) -> tuple[Command, ...]:
    task = facts.task
    if task is None or _taken_by_another(task, page.staff):
        return (_tell(page, facts, now, phrase("PG-TAKEN"), then=Then.HANG_UP),)
    asked = replace(page, state=PageState.ASKED)
    words = phrase("PG-1", **_facts_of(task, Page(staff=page.staff, tier=_tier(page.staff, facts, now)), facts))
    return (KeepPageLeg(page=asked), _tell(page, facts, now, words, keys="123"))


def _taken_by_another(task: Task, staff: StaffId) -> bool:
    ladder = task.ladder
    done = task.attempted_at is not None if task.call_by is not None else task.heard_at is not None
    return done or (ladder is not None and ladder.acked_by is not None and ladder.acked_by != staff)


def _tier(staff: StaffId, facts: Facts, now: datetime) -> int:
    tiers = (tier for tier in (1, 2) if on_duty(facts.practice, tier, now) == staff)
    return next(tiers, 3 if staff == facts.practice.director else 1)


def _page_key(page: PageLeg, key: str, facts: Facts, now: datetime) -> tuple[Command, ...]:
    task = facts.task
    if page.state is PageState.RINGING or task is None:
        return ()
    if page.state is PageState.TAKEN and key == "1":
        calls = KeepPageLeg(page=replace(page, state=PageState.CALLING_BACK))
        return (calls, _tell(page, facts, now, then=Then.HANG_UP))
    if key == "2":
        passed = pass_on(task, page.staff, facts.practice, now)
        return (*keep(passed), _tell(page, facts, now, phrase("PG-PASS"), then=Then.HANG_UP))
    if page.state is PageState.ASKED and key == "1":
        return _take_by_key(page, task, facts, now)
    if page.state is PageState.ASKED and key == "3":
        return _picked_up(page, facts, now)
    return ()


def _take_by_key(page: PageLeg, task: Task, facts: Facts, now: datetime) -> tuple[Command, ...]:
    if _taken_by_another(task, page.staff):
        return (_tell(page, facts, now, phrase("PG-TAKEN"), then=Then.HANG_UP),)
    taken = acknowledge(task, page.staff, facts.practice, now)
    words = [phrase("PG-ACK")]
    recorded = facts.contact is not None and bool(facts.contact.recordings)
    if recorded:
        words.append(phrase("PG-ACK-CALL"))
    leg = KeepPageLeg(page=replace(page, state=PageState.TAKEN))
    return (*keep(taken), leg, _tell(page, facts, now, *words, keys="12", digits=recorded))


def _pin(page: PageLeg, facts: Facts, now: datetime) -> tuple[Command, ...]:
    """The message is played after the PIN alone."""
    contact, task = facts.contact, facts.task
    if page.state is not PageState.TAKEN or contact is None or not contact.recordings or task is None:
        return ()
    count = counted(page.staff, contact.id, facts, now)
    if not facts.pin_ok:
        return (*_wrong_pin(page, facts, now), *count)
    played = Hearing(plays=contact.recordings[-1], keys="12")
    noted = NoteMessageHeard(contact=contact.id, by=page.staff, at=now)
    return (SayPrompt(contact=task.contact, leg=page.leg, hearing=played), noted, *keep(heard(task, now)), *count)


def _wrong_pin(page: PageLeg, facts: Facts, now: datetime) -> tuple[Command, ...]:
    tries = replace(page, tries=page.tries + 1)
    if tries.tries >= PIN_TRIES or closes(facts):
        said = _tell(page, facts, now, phrase("IN-BAD", "locked"), then=Then.HANG_UP)
    else:
        said = _tell(page, facts, now, phrase("IN-BAD"), phrase("PG-ACK-CALL"), keys="12", digits=True)
    return (KeepPageLeg(page=tries), said)


def _tell(
    page: PageLeg, facts: Facts, now: datetime, *words: Phrase, keys: str = "", then: Then = Then.WAIT,
    digits: bool = False,
) -> SayPrompt:  # fmt: skip
    said = _voice(facts, now).staff_said(page.staff, words)
    task = facts.task
    contact = task.contact if task is not None else page.task.rsplit(":", 1)[0]
    return SayPrompt(
        contact=contact,  # type: ignore[arg-type]
        leg=page.leg,
        hearing=Hearing(said=said, keys=keys, then=then, digits=digits),
    )


# ---------------------------------------------------------------- what people do on a screen


def _taken(task: Task, by: StaffId, facts: Facts, now: datetime) -> Decision:
    taken = acknowledge(task, by, facts.practice, now)
    says = "Taken by a named person; without an attempt that counts for 15 minutes."
    return _decided("D36", says, facts, keep(taken))


def _handed_over(task: Task, to: StaffId, facts: Facts, now: datetime) -> Decision:
    if to not in facts.practice.staff:
        return _decided("INV-03", "There is nobody of that name to hand it to: it stays where it is.", facts, ())
    says = "Handed over: it belongs to somebody else now."
    return _decided("D36", says, facts, _given(task, to, facts, now))


def _given(task: Task, to: StaffId, facts: Facts, now: datetime) -> Iterator[Command]:
    """Whoever gets an item on which pages run is paged at once; others see it in their list."""
    given = hand_over(task, to)
    if given.ladder is not None and next_wake(given) is not None and given.ladder.next_at is not None:
        page = Page(staff=to, tier=_tier(to, facts, now))
        yield from _pages(given, (page,), facts, now)
        given = replace(given, pages=given.pages + 1)
    yield from keep(given)
    yield TellStaff(staff=to, contact=task.contact, what="handed_over")


def _heard(event: ItemHeard, facts: Facts, now: datetime) -> Decision:
    """VM02: played is not done. D42: what nobody could understand counts as unheard."""
    if facts.contact is None:
        return _decided("VM02", "There is no such contact.", facts, ())
    tasks = facts.contact.tasks
    noted = NoteMessageHeard(contact=event.contact, by=event.by, at=event.at, picture=event.picture)
    if event.understood:
        changed = (command for task in tasks for command in keep(heard(task, now)))
        which = {"picture": event.picture} if event.picture is not None else {}
        says = "Heard or read. It stays open until a person closes it."
        return _decided("VM02", says, facts, (noted, *changed), **which)
    says = "The first listener could not understand it: it counts as unheard, and an interpreter is needed."
    return _decided("V27", says, facts, (noted, *_not_understood(event, facts, now)))


def _not_understood(event: ItemHeard, facts: Facts, now: datetime) -> Iterator[Command]:
    by = within(now, timedelta(minutes=facts.practice.policy.listen_foreign_minutes))
    yield FlagContact(contact=event.contact, flag="unheard")
    for task in facts.contact.tasks if facts.contact is not None else ():
        if task.kind is TaskKind.ANSWER:
            yield from keep(unheard(task, by, facts.practice, now))
    kind = TaskKind.INTERPRETER
    task = Task(
        id=task_id(event.contact, kind), contact=event.contact, kind=kind, owner=event.by, opened_at=now, finish_by=by
    )
    yield OpenTask(task=task)
    yield WaitUntil(kind=WakeKind.TASK, subject=task.id, at=next_wake(task))


def _closed(event: ContactClosed, facts: Facts, now: datetime) -> Decision:
    """INV-10: only a person closes a contact, saying how it ended."""
    if facts.contact is None or facts.contact.closed:
        return _decided("INV-10", "It is closed already.", facts, ())
    if event.disposition not in DISPOSITIONS:
        return _decided("INV-10", "Say how it ended, with one of the dispositions; it stays open.", facts, ())
    close = CloseContact(contact=event.contact, by=event.by, disposition=event.disposition, at=now)
    return _decided("INV-10", "Closed by a person, who said how it ended.", facts, (close,))


# ---------------------------------------------------------------- the machine, the rota


def _errand_failed(event: ErrandFailed, facts: Facts, now: datetime) -> Decision:
    """INV-11: what the machine could not do, a person looks at."""
    practice = facts.practice
    client = lead_client(facts.caller, facts.line)
    listen_by = listen_in_hours(
        practice.calendar, now, minutes=practice.policy.listen_in_hours_minutes, morning=practice.policy.morning,
        after_opening_minutes=practice.policy.morning_after_opening_minutes,
    )  # fmt: skip
    _, owing = owe(
        facts, contact=event.contact, kind=TaskKind.MACHINE, owner=client.primary if client is not None else None,
        listen_by=listen_by, call_by=None, urgent=False, ladder=None, now=now,
    )  # fmt: skip
    says = "Something that the line should have done could not be done: a person looks."
    flag = FlagContact(contact=event.contact, flag="errand_failed")
    return _decided("INV-11", says, facts, (flag, *owing), what=event.what)


def _set_shift(event: ShiftSet, facts: Facts, now: datetime) -> Iterator[Command]:
    yield SetShift(staff=event.staff, tier=event.tier, start=event.start, end=event.end, remove=event.remove)
    shifts = facts.practice.rota.shifts
    if not event.remove:
        shift = Shift(staff=event.staff, tier=event.tier, span=Span(event.start, event.end))
        shifts = (*shifts, shift)
    change = Rota(shifts).next_change(now)
    yield WaitUntil(kind=WakeKind.SHIFT, subject=facts.practice.id, at=change)


def _shift_changed(facts: Facts, now: datetime) -> Iterator[Command]:
    """Running items pass to the new on-call 1, in a gap to the next to come (D36, D41)."""
    practice = facts.practice
    duty_1 = practice.rota.on_from(now, 1)
    coming = practice.rota.next_on_call(now)
    to = duty_1 or (coming.staff if coming is not None else practice.director)
    for task in facts.paging:
        if to is not None and task.owner != to and _was_on_call(task, facts, now):
            yield from _given(task, to, facts, now)
    yield WaitUntil(kind=WakeKind.SHIFT, subject=practice.id, at=practice.rota.next_change(now))


def _was_on_call(task: Task, facts: Facts, now: datetime) -> bool:
    """Only what on-call owned by duty passes on; a clinician keeps her own clients' items."""
    before = now - timedelta(microseconds=1)
    return any(facts.practice.rota.on_from(before, tier) == task.owner for tier in (1, 2))
