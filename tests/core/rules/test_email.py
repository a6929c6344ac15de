"""E-mail and the web form (E01-E03, S15, D38, D40, D56, INV-03, INV-13, INV-22)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.agreement import IdentifyAs, SafeContact
from intersession.core.caller import CallerClass
from intersession.core.commands import (
    AddReviewItem,
    ChangeTask,
    FlagContact,
    KeepText,
    OpenContact,
    OpenTask,
    PageStaff,
    SendEmail,
    SendText,
    TellStaff,
)
from intersession.core.decision import Decision
from intersession.core.events import CallbackRequested, EmailArrived
from intersession.core.facts import Block, Caller, Client, ClientStatus, Facts
from intersession.core.hours import Weekly, Window
from intersession.core.ids import ClientId, ContactId, EventId, MessageId, PracticeId
from intersession.core.promise import safe_window
from intersession.core.rules.email import decide_email, open_hours
from intersession.core.rules.mail_dues import call_window
from intersession.core.tasks import Task, TaskKind, task_id
from intersession.core.wording.compose import OpenHours

from .. import cast
from ..cast import AMES, AMES_LINE, BO, COLE, DESK, EVAN, GIL, MAIN, NUMBER, js, mr, ny, tk

NOON, NIGHT = ny("2027-02-17 12:00"), ny("2027-02-17 23:10")
BODY = "Words that no decision may hold"
MAIL, ASKED = ContactId("mail-m1"), ContactId("web-1")
SAFETY = "If a life is in danger, call 911. For crisis support day or night, call or text 988."
C = TypeVar("C")


def email(at: datetime, **changes: Any) -> EmailArrived:
    given: dict[str, Any] = {
        "id": EventId("e1"), "practice": PracticeId("oak"), "at": at, "message": MessageId("m1"),
        "line": AMES_LINE, "sender": NUMBER, "conversation": "talk", "body": BODY,
    }  # fmt: skip
    return EmailArrived(**given | changes)


def asked(at: datetime, start: datetime, end: datetime) -> CallbackRequested:
    return CallbackRequested(
        id=EventId("e2"), practice=PracticeId("oak"), at=at, contact=ASKED, line=MAIN, number=NUMBER,
        safe_from=start, safe_to=end,
    )  # fmt: skip


def mailed(at: datetime, facts: Facts, **changes: Any) -> Decision:
    return decide_email(email(at, **changes), facts, at)


def all_of(decision: Decision, kind: type[C]) -> list[C]:
    return [command for command in decision.commands if isinstance(command, kind)]


def none_of(decision: Decision, *kinds: type) -> bool:
    return not any(isinstance(command, kinds) for command in decision.commands)


def only(decision: Decision, kind: type[C]) -> C:
    (found,) = all_of(decision, kind)
    return found


def blocked(hard: bool = False, *clients: Client) -> Caller:
    return Caller(number=NUMBER, clients=clients, block=Block(hard=hard, author=COLE, review_on=date(2027, 3, 6)))


# ---------------------------------------------------------------- E01: kept, owned, answered once


def test_E01_a_mail_at_23_10_makes_one_contact_one_task_and_one_reply() -> None:
    decision = mailed(NIGHT, cast.facts(tk()))
    opened = only(decision, OpenContact)
    assert decision.rule == "E01"
    assert (opened.contact, opened.channel, opened.direction, opened.client) == (MAIL, "email", "in", ClientId("tk"))
    assert (only(decision, KeepText).contact, only(decision, KeepText).body) == (MAIL, BODY)
    task = only(decision, OpenTask).task
    assert (task.kind, task.owner, task.call_by) == (TaskKind.ANSWER, AMES, None)
    assert (task.listen_by, task.finish_by) == (ny("2027-02-18 09:30"), ny("2027-02-18 12:00"))
    assert only(decision, TellStaff) == TellStaff(staff=AMES, contact=MAIL, what="email")
    assert none_of(decision, PageStaff)


def test_E01_the_reply_has_the_safety_words_the_hours_and_when_we_answer() -> None:
    reply = only(mailed(NIGHT, cast.facts(tk())), SendEmail)
    assert (reply.message, reply.contact, reply.number) == (MessageId("m1:reply"), MAIL, NUMBER)
    assert (reply.said.id, reply.subject) == ("A-MAIL", "We got your e-mail")
    assert SAFETY in reply.said.text
    assert "We will answer by noon" in reply.said.text
    assert "Monday to Friday" in reply.said.text
    assert "212" in reply.said.text
    assert BODY not in reply.said.text
    assert "Ames" not in reply.said.text


def test_E01_kept_and_owned_before_anything_goes_back() -> None:
    kinds = [type(command) for command in mailed(NIGHT, cast.facts(tk())).commands]
    assert kinds.index(OpenContact) < kinds.index(KeepText) < kinds.index(OpenTask) < kinds.index(SendEmail)


@pytest.mark.parametrize(("ago", "goes"), [(timedelta(hours=24), True), (timedelta(hours=23, minutes=59), False)])
def test_E01_one_reply_a_thread_in_24_hours(ago: timedelta, goes: bool) -> None:
    facts = cast.facts(tk(), thread=cast.thread(last_mail_reply_at=NIGHT - ago))
    decision = mailed(NIGHT, facts)
    assert bool(all_of(decision, SendEmail)) is goes
    assert only(decision, KeepText).body == BODY


def test_E01_the_reply_is_in_the_client_s_language() -> None:
    reply = only(mailed(NIGHT, cast.facts(tk(language="es-US"))), SendEmail)
    assert (reply.said.locale, reply.subject) == ("es-US", "Recibimos su correo")


def test_E01_in_hours_it_is_read_within_the_hour() -> None:
    task = only(mailed(NOON, cast.facts(tk())), OpenTask).task
    assert (task.listen_by, task.finish_by) == (ny("2027-02-17 13:00"), ny("2027-02-18 12:00"))


def test_INV15_whoever_is_on_call_on_saturday_does_not_answer_mail() -> None:
    decision = mailed(ny("2027-02-19 15:00"), cast.facts(tk()))
    assert only(decision, OpenTask).task.finish_by == ny("2027-02-22 12:00")
    assert "We will answer by noon Monday" in only(decision, SendEmail).said.text


def test_INV15_what_is_said_to_the_minute_is_due_at_that_minute() -> None:
    finish_by = only(mailed(NOON + timedelta(seconds=42), cast.facts(tk())), OpenTask).task.finish_by
    assert finish_by == ny("2027-02-18 12:00")


def test_D4_without_on_call_the_reply_does_not_speak_of_key_1() -> None:
    nobody = cast.practice(rota=cast.rota(), policy=replace(cast.practice().policy, on_call=False))
    text = only(mailed(NIGHT, cast.facts(tk(), practice=nobody)), SendEmail).said.text
    assert "press 1" not in text
    assert "No one is on call here after hours." in text


def test_D56_a_further_mail_joins_the_open_item() -> None:
    first = ContactId("mail-m0")
    task = Task(
        id=task_id(first, TaskKind.ANSWER), contact=first, kind=TaskKind.ANSWER, owner=DESK, opened_at=NOON,
        listen_by=ny("2027-02-17 13:00"), heard_at=NOON, finish_by=ny("2027-02-18 12:00"),
    )  # fmt: skip
    decision = mailed(NIGHT, cast.facts(tk(), thread=cast.thread(open_tasks=(task,))))
    assert none_of(decision, OpenContact, OpenTask, TellStaff)
    assert only(decision, KeepText).contact == first
    changed = only(decision, ChangeTask).task
    assert (changed.id, changed.owner, changed.heard_at) == (task.id, DESK, None)
    assert (changed.listen_by, changed.finish_by) == (ny("2027-02-18 09:30"), ny("2027-02-18 12:00"))


# ---------------------------------------------------------------- who gets no reply, or the plain one


def test_INV22_a_machine_is_never_answered_but_a_person_looks() -> None:
    decision = mailed(NOON, cast.facts(tk()), automatic=True)
    assert none_of(decision, SendEmail)
    assert only(decision, OpenContact).flags == ("automatic",)
    assert only(decision, OpenTask).task.listen_by == ny("2027-02-18 09:30")
    assert "INV-22" in decision.modifiers


def test_INV13_no_mail_goes_where_mail_is_not_safe() -> None:
    decision = mailed(NOON, cast.facts(tk(safe=SafeContact(email_ok=False))))
    assert none_of(decision, SendEmail)
    assert only(decision, OpenContact).flags == ("do_not_email",)
    assert only(decision, OpenTask).task.owner == AMES


def test_INV13_on_a_shared_address_one_client_for_whom_it_is_unsafe_is_enough() -> None:
    facts = cast.facts(tk(), mr(safe=SafeContact(email_ok=False)))
    assert all_of(mailed(NOON, facts), SendEmail) == []


@pytest.mark.parametrize(
    "facts",
    [
        cast.facts(),
        cast.facts(caller=cast.caller(guardian=True)),
        cast.facts(tk(status=ClientStatus.DISCHARGED)),
        cast.facts(tk(safe=SafeContact(identify_as=IdentifyAs.NEUTRAL))),
        cast.facts(caller=blocked()),
    ],
    ids=["unknown", "guardian", "discharged", "neutral", "blocked"],
)
def test_INV14_the_plain_reply_tells_nobody_anything(facts: Facts) -> None:
    reply = only(mailed(NOON, facts), SendEmail)
    assert reply.said.id == "A-MAIL-UNKNOWN"
    assert SAFETY in reply.said.text
    assert "212" not in reply.said.text


def test_D52_the_reply_of_an_old_number_does_not_say_that_it_can_be_called() -> None:
    practice = cast.practice()
    line = replace(practice.lines[AMES_LINE], retired=True)
    facts = replace(cast.facts(tk()), line=line)
    assert only(mailed(NOON, facts), SendEmail).said.id == "A-MAIL-UNKNOWN"


@pytest.mark.parametrize("who", [cast.caller(staff=EVAN), cast.caller(partner=True)], ids=["staff", "partner"])
def test_D45_staff_and_partners_get_no_reply(who: Caller) -> None:
    decision = mailed(NOON, cast.facts(caller=who))
    assert none_of(decision, SendEmail)
    assert only(decision, OpenTask).task.owner == DESK


# ---------------------------------------------------------------- who owns it


def test_E02_an_unknown_sender_is_the_desk_s() -> None:
    decision = mailed(NOON, cast.facts())
    assert (decision.rule, only(decision, OpenTask).task.owner) == ("E02", DESK)
    assert only(decision, OpenContact).client is None


def test_E02_without_a_desk_it_is_whose_line_it_is_and_then_the_director_s() -> None:
    solo = cast.practice(desk=())
    assert only(mailed(NOON, cast.facts(practice=solo)), OpenTask).task.owner == AMES
    assert only(mailed(NOON, cast.facts(practice=solo, line=MAIN)), OpenTask).task.owner == GIL


def test_V09_a_shared_address_is_read_by_one_person_and_names_nobody() -> None:
    decision = mailed(NOON, cast.facts(tk(), js(primary=BO)))
    opened = only(decision, OpenContact)
    assert (opened.client, opened.flags) == (None, ("shared",))
    assert only(decision, OpenTask).task.owner == EVAN
    triage = cast.facts(tk(), js(), practice=cast.practice(triage=COLE))
    assert only(mailed(NOON, triage), OpenTask).task.owner == COLE


def test_V02_a_blocked_sender_is_kept_apart_for_whoever_blocked_it() -> None:
    decision = mailed(NOON, cast.facts(caller=blocked(False, tk())))
    assert only(decision, OpenContact).flags == ("quarantine",)
    task = only(decision, OpenTask).task
    assert (task.owner, task.listen_by) == (COLE, ny("2027-02-18 10:00"))


def test_INV03_an_author_who_is_gone_owns_nothing() -> None:
    everybody = {staff: one for staff, one in cast.staff().items() if staff != COLE}
    facts = cast.facts(caller=blocked(), practice=cast.practice(staff=everybody))
    assert only(mailed(NOON, facts), OpenTask).task.owner == DESK


def test_D40_a_refused_sender_waits_without_a_word_for_the_review() -> None:
    decision = mailed(NOON, cast.facts(caller=blocked(True)))
    assert none_of(decision, SendEmail, TellStaff)
    task = only(decision, OpenTask).task
    assert (task.kind, task.owner) == (TaskKind.LOOK, COLE)
    assert task.listen_by == ny("2027-03-08 09:00")  # 6 March is a Saturday


# ---------------------------------------------------------------- E03: the web form


def web(at: datetime, start: str, end: str, *clients: Client, **changes: Any) -> Decision:
    return decide_email(asked(at, ny(start), ny(end)), cast.facts(*clients, line=MAIN, **changes), at)


def test_E03_a_request_is_a_contact_that_the_desk_owns() -> None:
    decision = web(NOON, "2027-02-17 13:00", "2027-02-17 17:00")
    opened = only(decision, OpenContact)
    assert (decision.rule, opened.contact, opened.channel) == ("E03", ASKED, "web_callback")
    task = only(decision, OpenTask).task
    assert (task.contact, task.owner, task.kind) == (ASKED, DESK, TaskKind.ANSWER)
    assert only(decision, TellStaff).what == "web_callback"
    assert none_of(decision, SendEmail, SendText, AddReviewItem)


def test_E03_a_client_s_request_is_the_primary_s_and_comes_up_in_the_next_session() -> None:
    decision = web(NOON, "2027-02-17 13:00", "2027-02-17 17:00", tk())
    assert only(decision, OpenTask).task.owner == AMES
    assert only(decision, AddReviewItem).client == ClientId("tk")


def test_D38_due_is_the_window_s_end_where_that_comes_before_the_promise() -> None:
    task = only(web(NOON, "2027-02-17 13:00", "2027-02-17 17:00"), OpenTask).task
    assert task.call_by == ny("2027-02-17 17:00")
    assert task.listen_by == ny("2027-02-17 13:00")


def test_D38_due_is_the_promise_where_that_comes_before_the_window_s_end() -> None:
    task = only(web(NOON, "2027-02-17 11:00", "2027-02-19 17:00"), OpenTask).task
    assert task.call_by == ny("2027-02-18 12:00")


def test_D32_a_coaching_client_is_called_within_the_hour_of_the_window() -> None:
    task = only(web(NOON, "2027-02-17 11:00", "2027-02-17 17:00", js()), OpenTask).task
    assert task.call_by == ny("2027-02-17 13:00")
    later = only(web(NOON, "2027-02-17 15:00", "2027-02-17 17:00", js()), OpenTask).task
    assert later.call_by == ny("2027-02-17 16:00")


def test_INV13_the_window_on_record_binds_what_the_form_says() -> None:
    client = tk(safe=SafeContact(window=(time(15), time(16))))
    task = only(web(NOON, "2027-02-17 13:00", "2027-02-17 17:00", client), OpenTask).task
    assert task.call_by == ny("2027-02-17 16:00")


@pytest.mark.parametrize(
    ("safe", "end"),
    [
        (SafeContact(call_ok=False), "2027-02-17 17:00"),
        (SafeContact(window=(time(20), time(21))), "2027-02-17 17:00"),
        (SafeContact(), "2027-02-17 12:00"),
    ],
    ids=["no call is safe", "the windows do not meet", "the window is over"],
)
def test_INV13_where_no_call_is_known_to_be_safe_a_person_decides(safe: SafeContact, end: str) -> None:
    decision = web(NOON, "2027-02-17 11:00", end, tk(safe=safe))
    task = only(decision, OpenTask).task
    assert (task.call_by, task.owner, task.listen_by) == (None, AMES, ny("2027-02-17 13:00"))
    assert only(decision, OpenContact).flags == ("no_safe_call",)


def test_V02_a_blocked_number_is_promised_no_call() -> None:
    decision = web(NOON, "2027-02-17 13:00", "2027-02-17 17:00", caller=blocked())
    task = only(decision, OpenTask).task
    assert (task.owner, task.call_by, task.listen_by) == (COLE, None, ny("2027-02-18 10:00"))


def test_D56_a_request_joins_what_is_open_with_that_number() -> None:
    voice = ContactId("voice")
    open_task = Task(
        id=task_id(voice, TaskKind.ANSWER), contact=voice, kind=TaskKind.ANSWER, owner=EVAN, opened_at=NOON,
        call_by=ny("2027-02-18 12:00"),
    )  # fmt: skip
    thread = cast.thread(open_tasks=(open_task,))
    decision = web(NOON, "2027-02-17 13:00", "2027-02-17 17:00", tk(), thread=thread)
    changed = only(decision, ChangeTask)
    assert (changed.task.id, changed.joined) == (open_task.id, ASKED)
    assert changed.task.call_by == ny("2027-02-17 17:00")
    assert only(decision, OpenContact).contact == ASKED
    assert none_of(decision, TellStaff)


# ---------------------------------------------------------------- the hours that are told


def test_E01_days_with_the_same_hours_are_told_together() -> None:
    short_friday = Weekly(
        cast.ZONE, (*(Window(day, time(9), time(18)) for day in range(4)), Window(4, time(9), time(13)))
    )
    hours = open_hours(replace(cast.practice().calendar, hours=short_friday))
    assert hours is not None
    assert hours.spans == (OpenHours((0, 1, 2, 3), time(9), time(18)), OpenHours((4,), time(9), time(13)))


def test_E01_a_practice_without_hours_leaves_the_sentence_out() -> None:
    calendar = replace(cast.practice().calendar, hours=Weekly(cast.ZONE))
    assert open_hours(calendar) is None
    reply = only(mailed(NOON, cast.facts(tk(), practice=cast.practice(calendar=calendar))), SendEmail)
    assert "reads this mailbox" not in reply.said.text
    assert SAFETY in reply.said.text


# ---------------------------------------------------------------- properties


clocks = st.timedeltas(timedelta(0), timedelta(days=340)).map(lambda passed: ny("2027-01-10 00:00") + passed)
safes = st.builds(
    SafeContact,
    call_ok=st.booleans(),
    email_ok=st.booleans(),
    window=st.none() | st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1]),
)
one_client = st.builds(
    lambda make, safe, zone, status: make(safe=safe, zone=zone, status=status),
    st.sampled_from((js, mr, tk)),
    safes,
    st.sampled_from((None, "America/Los_Angeles", "Asia/Kolkata")),
    st.sampled_from((ClientStatus.ACTIVE, ClientStatus.ACTIVE, ClientStatus.DISCHARGED)),
)
blocks = st.none() | st.builds(
    Block, hard=st.booleans(), author=st.just(COLE), review_on=st.dates(date(2027, 1, 1), date(2027, 12, 31))
)
callers = st.builds(
    lambda clients, block, staff, partner, guardian: cast.caller(
        *clients, block=block, staff=staff, partner=partner, guardian=guardian
    ),
    st.lists(one_client, max_size=2),
    blocks | st.none(),
    st.sampled_from((None, None, EVAN)),
    st.sampled_from((False, False, True)),
    st.booleans(),
)
practices = st.sampled_from(
    (
        cast.practice(),
        cast.practice(desk=(), director=None, rota=cast.rota()),
        cast.practice(calendar=replace(cast.practice().calendar, hours=Weekly(cast.ZONE))),
    )
)


def owned(decision: Decision, at: datetime) -> Task:
    """INV-03: one task, with an owner and a due time that lies ahead."""
    task = only(decision, OpenTask).task
    assert task.owner is not None
    assert task.listen_by is not None
    assert task.finish_by is not None
    assert at <= task.listen_by <= task.finish_by
    return task


@given(
    caller=callers,
    practice=practices,
    at=clocks,
    automatic=st.booleans(),
    since=st.none() | st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_INV22_and_INV13_hold_for_every_mail(
    caller: Caller, practice: Any, at: datetime, automatic: bool, since: timedelta | None
) -> None:
    thread = cast.thread(last_mail_reply_at=at - since if since is not None else None)
    decision = mailed(at, cast.facts(caller=caller, practice=practice, thread=thread), automatic=automatic)
    replies = all_of(decision, SendEmail)
    assert len(replies) <= 1
    unsafe = any(not client.safe.email_ok for client in caller.clients)
    if automatic or unsafe or (since is not None and since < timedelta(hours=24)):
        assert replies == []
    assert only(decision, KeepText).contact == owned(decision, at).contact == MAIL
    shown = " ".join((*decision.inputs.values(), *(reason.says for reason in decision.reasons)))
    assert BODY not in shown
    assert all(SAFETY in reply.said.text and BODY not in reply.said.text for reply in replies)


@given(
    caller=callers,
    practice=practices,
    at=clocks,
    start=st.timedeltas(timedelta(days=-1), timedelta(days=2)),
    length=st.timedeltas(timedelta(minutes=15), timedelta(days=2)),
)
def test_D38_and_INV13_a_call_is_due_within_every_safe_window_or_not_at_all(
    caller: Caller, practice: Any, at: datetime, start: timedelta, length: timedelta
) -> None:
    event = asked(at, at + start, at + start + length)
    facts = cast.facts(caller=caller, practice=practice, line=MAIN)
    task = owned(decide_email(event, facts, at), at - timedelta(minutes=1))
    if task.call_by is None:
        return
    window = call_window(event, facts)
    assert window is not None
    assert max(at, event.safe_from) - timedelta(minutes=1) < task.call_by <= event.safe_to
    assert window.start - timedelta(minutes=1) < task.call_by <= window.end
    for client in caller.clients:
        assert all(_is_safe(client, then) for then in (window.start, window.end - timedelta.resolution))


def _is_safe(client: Client, at: datetime) -> bool:
    window, zone = client.safe.window, client.zone or cast.ZONE
    return client.safe.call_ok and (window is None or safe_window(at, window, zone).contains(at))


def test_E03_the_classes_that_are_known_are_all_the_classes_there_are() -> None:
    """Every class of sender gets a decision that is owned, by mail and by form."""
    seen = set()
    for who in (
        cast.caller(tk()), cast.caller(tk(), mr()), cast.caller(tk(status=ClientStatus.DISCHARGED)),
        cast.caller(guardian=True), cast.caller(staff=EVAN), cast.caller(partner=True), cast.caller(),
        Caller(number=None), blocked(), blocked(True),
    ):  # fmt: skip
        facts = cast.facts(caller=who)
        seen.add(mailed(NOON, facts).inputs["caller"])
        owned(mailed(NOON, facts), NOON)
        owned(decide_email(asked(NOON, NOON, NOON + timedelta(hours=2)), facts, NOON), NOON)
    assert seen == set(CallerClass)


def test_V09_flags_are_added_to_an_item_that_is_open() -> None:
    task = Task(
        id=task_id(ContactId("mail-m0"), TaskKind.ANSWER), contact=ContactId("mail-m0"), kind=TaskKind.ANSWER,
        owner=DESK, opened_at=NOON,
    )  # fmt: skip
    decision = mailed(NOON, cast.facts(tk(), mr(), thread=cast.thread(open_tasks=(task,))), automatic=True)
    assert [flag.flag for flag in all_of(decision, FlagContact)] == ["shared", "automatic"]
