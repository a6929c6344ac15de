"""Texts that staff write, texts that are held, and calls back (O02, O05, S14-S18, D17, D40, D50, D57)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.agreement import Agreement, SafeContact, TextScope
from intersession.core.commands import (
    AddReviewItem,
    MarkText,
    OpenContact,
    OpenTask,
    SendText,
    TellStaff,
    WaitUntil,
)
from intersession.core.decision import Decision
from intersession.core.events import TextWritten, TimeCame, WakeKind
from intersession.core.facts import Client, ClientStatus, Facts, Message, Thread
from intersession.core.hours import Reading, wall_span, zone_named
from intersession.core.ids import ClientId, ContactId, EventId, MessageId, PracticeId, StaffId
from intersession.core.rules.outbound import (
    ComposeState,
    Refusal,
    call_back_check,
    compose_state,
    decide_outbound,
)
from intersession.core.tasks import TaskKind

from .. import cast
from ..cast import AMES, AMES_LINE, DEE, GIL, NUMBER, js, mr, ny, tk

LA = "America/Los_Angeles"
NOON, NIGHT = ny("2027-02-17 12:00"), ny("2027-02-17 23:40")
BODY = "Words that no decision may hold"
WHY = "A reason that no decision may hold"
MESSAGE, NEW = MessageId("m1"), ContactId("written-m1")
C = TypeVar("C")


def written(client: Client, at: datetime, **changes: Any) -> TextWritten:
    given: dict[str, Any] = {
        "id": EventId("e1"), "practice": PracticeId("oak"), "at": at, "by": AMES, "message": MESSAGE,
        "contact": NEW, "line": AMES_LINE, "client": client.id, "number": NUMBER, "body": BODY,
    }  # fmt: skip
    return TextWritten(**given | changes)


def decided(client: Client, at: datetime, facts: Facts | None = None, **changes: Any) -> Decision:
    return decide_outbound(written(client, at, **changes), facts or cast.facts(client), at)


def its_time(client: Client, at: datetime, due: datetime | None = None, **changes: Any) -> Decision:
    given: dict[str, Any] = {
        "id": MESSAGE, "contact": NEW, "client": client.id, "number": NUMBER, "line": AMES_LINE,
        "written_by": AMES, "held": True,
    }  # fmt: skip
    event = TimeCame(id=EventId("wake"), practice=PracticeId("oak"), at=due or at, kind=WakeKind.TEXT, subject=MESSAGE)
    return decide_outbound(event, cast.facts(client, message=Message(**given | changes)), at)


def all_of(decision: Decision, kind: type[C]) -> list[C]:
    return [command for command in decision.commands if isinstance(command, kind)]


def none_of(decision: Decision, *kinds: type) -> bool:
    return not any(isinstance(command, kinds) for command in decision.commands)


def only(decision: Decision, kind: type[C]) -> C:
    (found,) = all_of(decision, kind)
    return found


# ---------------------------------------------------------------- whether a text may go at all


REFUSED: list[tuple[str, Client, Refusal]] = [
    ("never discussed", js(agreement=Agreement()), Refusal.NOT_DISCUSSED),
    ("no texting agreed", mr(), Refusal.NO_TEXTS),
    ("stopped", js(agreement=cast.agreement(TextScope.COACHING, texts_stopped=True)), Refusal.STOPPED),
    ("run out", js(agreement=cast.agreement(TextScope.COACHING, expires_at=NOON)), Refusal.EXPIRED),
    ("taken back", js(agreement=cast.agreement(TextScope.COACHING, revoked_at=NOON)), Refusal.REVOKED),
    ("not safe", js(safe=SafeContact(text_ok=False)), Refusal.UNSAFE),
    ("not a client now", js(status=ClientStatus.DISCHARGED), Refusal.DISCHARGED),
]


@pytest.mark.parametrize(("client", "refusal"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_O05_a_text_that_is_not_agreed_or_not_safe_never_leaves(client: Client, refusal: Refusal) -> None:
    thread = cast.thread(last_text_at=NOON)
    decision = decided(client, NOON, cast.facts(client, thread=thread), now=True, reason=WHY)
    assert decision.rule == "O05"
    assert decision.commands == ()
    assert decision.inputs["refused"] == refusal
    assert [reason.says for reason in decision.reasons] == [
        compose_state(client, thread, cast.practice(), NOON, by=AMES).why_not
    ]


def test_O05_nobody_else_s_number_is_texted() -> None:
    decision = decided(js(), NOON, cast.facts(mr()))
    assert (decision.commands, decision.inputs["refused"]) == ((), Refusal.UNKNOWN)


def test_D53_an_agreement_holds_to_its_last_instant() -> None:
    terms = cast.agreement(TextScope.COACHING, expires_at=NOON)
    assert compose_state(js(agreement=terms), None, cast.practice(), NOON - timedelta(seconds=1), by=AMES).allowed
    assert not compose_state(js(agreement=terms), None, cast.practice(), NOON, by=AMES).allowed


# ---------------------------------------------------------------- when it goes


def test_O05_in_the_stated_hours_it_goes_at_once() -> None:
    sent = only(decided(js(), NOON), SendText)
    assert (sent.message, sent.number, sent.client, sent.written_by) == (MESSAGE, NUMBER, ClientId("js"), AMES)
    assert (sent.said.text, sent.not_before) == (BODY, None)


def test_S16_a_text_written_at_23_40_waits_for_the_morning() -> None:
    decision = decided(tk(), NIGHT)
    assert only(decision, SendText).not_before == ny("2027-02-18 09:00")
    waits = only(decision, WaitUntil)
    assert (waits.kind, waits.subject, waits.at) == (WakeKind.TEXT, MESSAGE, ny("2027-02-18 09:00"))
    assert any("Held until Thursday 09:00" in reason.says for reason in decision.reasons)
    assert "D50" in decision.modifiers


def test_D50_it_waits_for_the_client_s_own_eight_o_clock() -> None:
    decision = decided(tk(zone=LA), ny("2027-02-17 09:30"))
    assert only(decision, SendText).not_before == ny("2027-02-17 11:00")
    assert any("08:00 (America/Los_Angeles)" in reason.says for reason in decision.reasons)


def test_D50_hours_that_never_meet_leave_the_client_s_eight_o_clock() -> None:
    nights = cast.person(AMES, schedule=cast.schedule(hours=cast.weekly(time(22), time(6))))
    practice = cast.practice(staff=cast.staff(ames=nights))
    decision = decided(tk(), NIGHT, cast.facts(tk(), practice=practice))
    assert only(decision, SendText).not_before == ny("2027-02-18 08:00")


def test_D50_the_hours_are_those_of_whoever_writes() -> None:
    late = cast.person(DEE, schedule=cast.schedule(hours=cast.weekly(time(12), time(20))))
    facts = cast.facts(js(), practice=cast.practice(staff=cast.staff(dee=late)))
    evening = ny("2027-02-17 19:00")
    assert only(decided(js(), evening, facts, by=DEE), SendText).not_before is None
    assert only(decided(js(), evening, facts, by=AMES), SendText).not_before == ny("2027-02-18 09:00")


@pytest.mark.parametrize(
    ("ago", "goes"),
    [(timedelta(minutes=60), True), (timedelta(minutes=60, microseconds=1), False)],
    ids=["60:00", "a moment more"],
)
def test_D57_a_reply_goes_by_one_tap_to_60_00_from_their_text_to_the_press(ago: timedelta, goes: bool) -> None:
    facts = cast.facts(js(), thread=cast.thread(last_text_at=NIGHT - ago))
    decision = decide_outbound(written(js(), NIGHT, now=True), facts, NIGHT + timedelta(minutes=5))
    assert (only(decision, SendText).not_before is None) is goes
    assert ("D17" in decision.modifiers) is goes


def test_D17_without_the_tap_a_reply_is_held_all_the_same() -> None:
    facts = cast.facts(js(), thread=cast.thread(last_text_at=NIGHT))
    assert only(decided(js(), NIGHT, facts), SendText).not_before is not None


def test_D17_a_text_about_a_visit_that_is_near_goes_by_one_tap() -> None:
    decision = decided(tk(), NIGHT, now=True, about_visit_within_hours=True)
    assert only(decision, SendText).not_before is None
    assert "D17" in decision.modifiers


def test_D17_the_one_tap_is_offered_only_where_the_text_would_be_held() -> None:
    near: dict[str, Any] = {"by": AMES, "about_visit": True}
    assert compose_state(tk(), None, cast.practice(), NIGHT, **near).may_send_now
    assert not compose_state(tk(), None, cast.practice(), NOON, **near).may_send_now


def test_S16_a_reason_overrides_the_hours_and_stays_out_of_the_decision() -> None:
    decision = decided(tk(), NIGHT, now=True, reason=WHY)
    assert only(decision, SendText).not_before is None
    assert "S16" in decision.modifiers
    assert decision.inputs["reason_given"] == "true"


@pytest.mark.parametrize("reason", ["", "   "])
def test_S16_pressed_now_without_right_or_reason_it_is_held_and_says_so(reason: str) -> None:
    decision = decided(tk(), NIGHT, now=True, reason=reason)
    assert only(decision, SendText).not_before == ny("2027-02-18 09:00")
    assert any(one.rule == "S16" for one in decision.reasons)


# ---------------------------------------------------------------- which contact it belongs to


def test_D40_a_text_about_times_outside_any_contact_is_born_closed() -> None:
    decision = decided(tk(), NOON)
    opened = only(decision, OpenContact)
    assert (opened.contact, opened.direction, opened.born_closed) == (NEW, "out", "admin_resolved")
    assert (opened.caller_class, opened.client) == ("client_active", ClientId("tk"))
    assert none_of(decision, OpenTask, AddReviewItem)


def test_D40_so_is_one_about_a_visit_to_a_coaching_client() -> None:
    assert only(decided(js(), NOON, about_visit_within_hours=True), OpenContact).born_closed == "admin_resolved"


def test_INV03_a_coaching_text_outside_any_contact_is_the_writer_s_to_finish() -> None:
    decision = decided(js(), NOON, by=DEE)
    assert only(decision, OpenContact).born_closed == ""
    task = only(decision, OpenTask).task
    assert (task.contact, task.kind, task.owner) == (NEW, TaskKind.FINISH, DEE)
    assert task.finish_by == ny("2027-02-18 09:30")
    assert only(decision, AddReviewItem).client == ClientId("js")


@pytest.mark.parametrize("client", [js(), tk()], ids=["coaching", "times"])
def test_O05_a_reply_joins_the_open_contact_and_changes_no_due(client: Client) -> None:
    theirs = ContactId("text-theirs")
    decision = decided(client, NOON, cast.facts(client, thread=cast.thread(open_text=theirs)))
    assert only(decision, SendText).contact == theirs
    assert len(decision.commands) == 1
    assert decision.modifiers == ()


# ---------------------------------------------------------------- a held text's time comes


def test_O05_a_held_text_goes_when_its_time_comes() -> None:
    decision = its_time(js(), ny("2027-02-18 09:00"))
    sent = only(decision, SendText)
    assert (sent.message, sent.contact, sent.written_by, sent.not_before) == (MESSAGE, NEW, AMES, None)
    assert sent.said.text == ""
    assert len(decision.commands) == 1


@pytest.mark.parametrize(("client", "refusal"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_INV13_a_held_text_that_may_not_go_any_more_is_cancelled_and_a_person_knows(
    client: Client, refusal: Refusal
) -> None:
    decision = its_time(client, NOON)
    assert none_of(decision, SendText)
    assert only(decision, MarkText) == MarkText(message=MESSAGE, state="cancelled")
    task = only(decision, OpenTask).task
    assert (task.kind, task.owner, task.contact) == (TaskKind.OTHER_WAY, AMES, NEW)
    assert task.listen_by is not None
    assert task.listen_by > NOON
    told = only(decision, TellStaff)
    assert (told.staff, told.what) == (AMES, "held_stop" if refusal is Refusal.STOPPED else "held_not_sent")


def test_O02_where_no_call_is_safe_none_is_owed_for_a_held_text() -> None:
    client = js(safe=SafeContact(text_ok=False, call_ok=False))
    assert only(its_time(client, NOON), OpenTask).task.call_by is None
    assert only(its_time(js(safe=SafeContact(text_ok=False)), NOON), OpenTask).task.call_by is not None


def test_INV03_the_writer_is_gone_so_the_primary_and_then_the_director_owns_it() -> None:
    stopped, gone = cast.agreement(texts_stopped=True), StaffId("gone")
    assert only(its_time(js(agreement=stopped), NOON, written_by=gone), OpenTask).task.owner == AMES
    orphan = js(agreement=stopped, primary=None)
    assert only(its_time(orphan, NOON, written_by=gone), OpenTask).task.owner == GIL


def test_O05_what_is_no_longer_held_is_left_alone() -> None:
    assert its_time(js(), NOON, held=False).commands == ()
    event = TimeCame(id=EventId("w"), practice=PracticeId("oak"), at=NOON, kind=WakeKind.TEXT, subject="gone")
    assert decide_outbound(event, cast.facts(), NOON).commands == ()


def test_O05_noticed_late_at_night_a_held_text_waits_for_the_next_day() -> None:
    decision = its_time(js(), NIGHT, due=ny("2027-02-17 09:00"))
    assert only(decision, SendText).not_before == only(decision, WaitUntil).at == ny("2027-02-18 09:00")


def test_D50_a_time_that_was_said_is_kept_though_the_hours_never_meet() -> None:
    moment = ny("2027-02-18 08:00") + timedelta(milliseconds=300)
    assert only(its_time(js(), moment), SendText).not_before is None


# ---------------------------------------------------------------- properties


clocks = st.timedeltas(timedelta(0), timedelta(days=340)).map(lambda passed: ny("2027-01-10 00:00") + passed)
maybe_clocks = st.none() | clocks
terms_of_any_kind = st.builds(
    Agreement,
    discussed_at=st.sampled_from((None, ny("2027-01-04 10:00"))),
    expires_at=maybe_clocks,
    revoked_at=st.none() | st.none() | clocks,
    text_scope=st.sampled_from(TextScope),
    texts_stopped=st.booleans(),
)
agreements = terms_of_any_kind | st.sampled_from(
    (cast.agreement(TextScope.COACHING), cast.agreement(TextScope.SCHEDULING_ONLY))
)
windows = st.none() | st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1])
mostly = st.sampled_from((True, True, True, False))
safes = st.builds(SafeContact, text_ok=mostly, call_ok=st.booleans(), window=windows)
clients = st.builds(
    js,
    agreement=agreements,
    safe=safes,
    status=mostly.map(lambda active: ClientStatus.ACTIVE if active else ClientStatus.DISCHARGED),
    zone=st.sampled_from((None, LA, "Asia/Kolkata", "Australia/Lord_Howe")),
)
threads = st.none() | st.builds(
    lambda last, joins: cast.thread(last_text_at=last, open_text=ContactId("open") if joins else None),
    maybe_clocks,
    st.booleans(),
)


@given(
    client=clients, thread=threads, at=clocks, visit=st.booleans(), now=st.booleans(), why=st.sampled_from(("", WHY))
)
def test_O05_the_screen_says_what_the_rule_then_does(
    client: Client, thread: Thread | None, at: datetime, visit: bool, now: bool, why: str
) -> None:
    facts = cast.facts(client, thread=thread)
    said = compose_state(client, thread, facts.practice, at, by=AMES, about_visit=visit)
    decision = decided(client, at, facts, about_visit_within_hours=visit, now=now, reason=why)
    sent = all_of(decision, SendText)
    assert bool(sent) is said.allowed
    assert said.allowed is not bool(said.why_not)
    assert said.held_until is not None or not said.may_send_now
    if sent:
        assert sent[0].not_before == _expected(said, now, why)


def _expected(said: ComposeState, now: bool, why: str) -> datetime | None:
    return None if now and (said.may_send_now or why) else said.held_until


@given(client=clients, thread=threads, at=clocks, late=st.timedeltas(timedelta(0), timedelta(days=300)))
def test_INV05a_and_INV13_bind_every_text_whenever_it_is_decided(
    client: Client, thread: Thread | None, at: datetime, late: timedelta
) -> None:
    facts, now = cast.facts(client, thread=thread), at + late
    fits = client.agreement.texting(now) is not TextScope.NONE and client.safe.text_ok
    fits = fits and client.status is ClientStatus.ACTIVE
    event = written(client, at, now=True, reason=WHY)
    assert bool(all_of(decide_outbound(event, facts, now), SendText)) is fits
    held = its_time(client, now)
    assert bool(all_of(held, SendText)) is fits
    assert bool(all_of(held, MarkText)) is not fits
    assert bool(all_of(held, OpenTask)) is not fits


@given(client=clients, at=clocks)
def test_D50_a_held_text_leaves_by_day_where_the_client_is(client: Client, at: datetime) -> None:
    client = replace(client, agreement=cast.agreement(TextScope.COACHING, expires_at=None), status=ClientStatus.ACTIVE)
    said = compose_state(client, None, cast.practice(), at, by=AMES)
    leaves = said.held_until or at
    assert leaves >= at
    if said.allowed:
        zone = client.zone or cast.ZONE
        day = leaves.astimezone(zone_named(zone)).date()
        span = wall_span(day, time(8), time(21), zone, Reading.AVAILABLE)
        assert span is not None
        assert span.contains(leaves)


@given(client=clients, at=clocks, now=st.booleans())
def test_INV17_no_content_in_a_decision(client: Client, at: datetime, now: bool) -> None:
    decision = decided(client, at, now=now, reason=WHY)
    shown = " ".join((*decision.inputs.values(), *(reason.says for reason in decision.reasons)))
    assert decision.reasons
    assert BODY not in shown
    assert WHY not in shown


# ---------------------------------------------------------------- calls back


def test_O02_a_call_that_is_not_safe_is_not_dialled_unless_the_glass_is_broken() -> None:
    client, practice = js(safe=SafeContact(call_ok=False)), cast.practice()
    assert "not safe" in (call_back_check(client, practice, NOON, "") or "")
    assert call_back_check(client, practice, NOON, "  ") is not None
    assert call_back_check(client, practice, NOON, WHY) is None


def test_O02_outside_the_safe_window_the_times_are_told_in_the_client_s_zone() -> None:
    client = js(safe=SafeContact(window=(time(10), time(14))), zone=LA)
    assert call_back_check(client, cast.practice(), ny("2027-02-17 13:00"), "") is None
    says = call_back_check(client, cast.practice(), ny("2027-02-17 12:20"), "") or ""
    assert "from 10:00 to 14:00" in says
    assert "America/Los_Angeles" in says
    assert "it is 09:20" in says


def test_D38_nothing_is_dialled_at_the_window_s_end() -> None:
    client = js(safe=SafeContact(window=(time(10), time(14))))
    last = ny("2027-02-17 14:00")
    assert call_back_check(client, cast.practice(), last - timedelta(seconds=1), "") is None
    assert call_back_check(client, cast.practice(), last, "") is not None


def test_O02_somebody_we_know_nothing_of_may_be_called() -> None:
    assert call_back_check(None, cast.practice(), NIGHT, "") is None


@given(safe=safes, at=clocks)
def test_O02_a_call_may_go_just_where_it_is_safe(safe: SafeContact, at: datetime) -> None:
    wall = at.astimezone(zone_named(LA)).time()
    start, end = safe.window or (time(0), time(0))
    inside = start <= wall < end if start < end else wall >= start or wall < end
    refused = call_back_check(js(safe=safe, zone=LA), cast.practice(), at, "")
    if not _clocks_change(at):
        assert (refused is None) is (safe.call_ok and (safe.window is None or inside))


def _clocks_change(at: datetime) -> bool:
    zone = zone_named(LA)
    around = {(at + timedelta(days=days)).astimezone(zone).utcoffset() for days in (-1, 1)}
    return len(around) > 1
