"""Whatever comes in: no exception to whoever hands it in, nothing lost, and a person knows (INV-02, INV-03, INV-11)."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest

from intersession.carriers.port import Envelope
from intersession.core.events import (
    CallArrived,
    CallBackAsked,
    ContactClosed,
    CrisisLegEnded,
    DigitsEntered,
    ErrandFailed,
    Event,
    ItemHeard,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegsJoined,
    PhoneFreed,
    PromptEnded,
    SenderKind,
    ShiftSet,
    StatusSet,
    TaskHandedOver,
    TaskTaken,
    TextArrived,
    TextDelivered,
    TextFailed,
    TextWritten,
    TimeCame,
    VoicemailLeft,
    VoicemailLost,
    WakeKind,
)
from intersession.core.ids import (
    ClientId,
    ContactId,
    EventId,
    LegId,
    LineId,
    MessageId,
    NumberKey,
    PracticeId,
    RecordingId,
    StaffId,
    TaskId,
    caller_leg,
)
from intersession.corridor.contact_keys import ContactKeys
from intersession.corridor.seal import Intact
from intersession.records.sealing import unseal
from intersession.stories.world import World
from tests.corridor.test_tick import COACHING, PRACTICE, count, text

from .books import unowned

C1 = ContactId("c1")
LEG = caller_leg(C1)
STRANGER = "+12025550150"


@pytest.fixture(autouse=True)
def _nothing_is_nobodys(world: World) -> Any:
    """After whatever a test does: all that is open is somebody's, and the line still takes a text and answers it."""
    yield
    world.settle()
    assert list(unowned(world.db)) == []
    last = world.corridor.now_do(text(world, "the-last", who="TK"))
    assert not last.set_aside
    world.settle()
    assert isinstance(world.sealed(), Intact)


def base(world: World, what: str = "e") -> dict[str, Any]:
    """What all events have in common."""
    return {"id": EventId(f"{what}-{world.count()}"), "practice": PRACTICE, "at": world.now()}


def does(world: World, event: Event, **more: Any) -> Any:
    """Hand it in, and let everything happen that follows."""
    turned = world.corridor.now_do(Envelope(event=event, **more))
    world.settle()
    return turned


def kept_body(world: World, message: str) -> str:
    """The words as they are stored."""
    contact, sealed = world.db.row("SELECT contact, sealed_body FROM message WHERE id = ?", (message,)) or ("", b"")
    key = ContactKeys(world.keyring).key(world.db, contact)
    return unseal(key, bytes(sealed), f"message:body:{message}")


def owed(world: World, contact: str) -> int:
    """How much somebody owes on a contact."""
    return int(
        world.db.value(
            "SELECT count(*) FROM task WHERE contact = ? AND closed_at IS NULL AND owner IS NOT NULL", (contact,)
        )
    )


def is_kept_or_set_aside(world: World, event: Event, kept: str) -> None:
    """Stored; or set aside whole, with somebody who looks at it."""
    aside = count(world, f"set_aside WHERE id = '{event.id}'")
    if not aside:
        assert count(world, kept) == 1
    assert count(world, "task WHERE closed_at IS NULL AND owner IS NOT NULL") >= 1


# ---------------------------------------------------------------- texts

BODIES = {
    "very long": "x" * 10_000,
    "a megabyte": "wörter " * 150_000,
    "emoji": "😟🏳️‍🌈👩‍👩‍👧" * 20,
    "right to left": "אני לא יכולה להמשיך \u202e123\u202c مرحبا",
    "nothing": "",
    "blanks": " \t\r\n\u00a0\u200b",
    "NUL": "before\x00after\x00",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\ufffe\uffff",
    "quotes": "'; DROP TABLE contact; -- \" % %s ? {} \\",
    "separators of ours": "\x1e\x1f:#!.",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_text_is_kept_to_the_letter(world: World, body: str) -> None:
    does(world, text(world, "m1", body=body).event, numbers={NumberKey(world.key_of("JS")): world.cast.phones["JS"]})
    assert kept_body(world, "m1") in (body, body.replace("\x00", "\ufffd"))  # nobody can read a NUL
    assert world.tasks("JS")


def test_half_an_emoji_is_kept_or_set_aside(world: World) -> None:
    """A carrier that cuts texts by code units leaves half a pair: no UTF-8 can be made of it."""
    event = text(world, "m1", body="I am \ud83d").event
    does(world, event)
    is_kept_or_set_aside(world, event, "message WHERE id = 'm1'")


@pytest.mark.parametrize("number", ["", "+", "anonymous", "😟", "+1202555", "0" * 200, "a\x00b", "tel:+12025550150"])
def test_a_number_that_is_none(world: World, number: str) -> None:
    key = world.keyring.number_key(number)
    event = TextArrived(**base(world), message=MessageId("m1"), line=COACHING, sender=key, body="hello")
    does(world, event, numbers={key: number})
    is_kept_or_set_aside(world, event, "message WHERE id = 'm1'")
    call = CallArrived(**base(world), contact=C1, line=COACHING, caller=key)
    does(world, call, numbers={key: number})
    assert count(world, "contact WHERE id = 'c1'") == 1
    does(world, LegEnded(**base(world), contact=C1, leg=LEG))
    world.go_to(world.now() + timedelta(minutes=3))


@pytest.mark.parametrize("kind", list(SenderKind))
def test_whoever_sends_it_is_kept_and_never_answered_where_no_person_is(world: World, kind: SenderKind) -> None:
    key = world.keyring.number_key("20255")
    event = TextArrived(
        **base(world), message=MessageId("m1"), line=COACHING, sender=key, body="hello", sender_kind=kind
    )
    does(world, event, numbers={key: "20255"})
    is_kept_or_set_aside(world, event, "message WHERE id = 'm1'")
    if kind is not SenderKind.PHONE:
        assert world.exchange.handset("20255").texts == []


def test_a_number_that_came_without_its_figures_cannot_be_answered_and_a_person_sees_it(world: World) -> None:
    event = TextArrived(
        **base(world), message=MessageId("m1"), line=COACHING, sender=NumberKey("f" * 32), body="hello"
    )
    does(world, event)
    world.go_to(world.now() + timedelta(minutes=3))
    assert count(world, "message WHERE id = 'm1'") == 1
    assert count(world, "message WHERE state IN ('sending', 'sent')") == 0


# ---------------------------------------------------------------- lines, practices and ids that do not exist


def test_a_text_to_an_unknown_line_is_owned(world: World) -> None:
    event = TextArrived(
        **base(world), message=MessageId("m1"), line=LineId("nowhere"), sender=NumberKey(world.key_of("JS")), body="?"
    )
    does(world, event)
    is_kept_or_set_aside(world, event, "message WHERE id = 'm1'")


def test_a_call_to_an_unknown_line_is_owned(world: World) -> None:
    does(world, CallArrived(**base(world), contact=C1, line=LineId("nowhere"), caller=None))
    does(world, LegEnded(**base(world), contact=C1, leg=LEG))
    world.go_to(world.now() + timedelta(minutes=3))
    assert owed(world, C1) >= 1


def test_an_event_of_an_unknown_practice_is_refused_and_nothing_else_is_lost(world: World) -> None:
    stray = TextArrived(
        id=EventId("stray"), practice=PracticeId("nowhere"), at=world.now(), message=MessageId("m1"), line=COACHING,
        sender=NumberKey(world.key_of("JS")), body="hello",
    )  # fmt: skip
    batch = [text(world, "before"), Envelope(event=stray), text(world, "after", who="MR")]
    done = world.corridor.tick.turn(batch, world.now())
    assert len(done) == 3
    assert count(world, "message WHERE id IN ('before', 'after')") == 2
    assert count(world, "contact WHERE practice_id <> 'p'") == 0
    assert count(world, "task WHERE owner IS NULL") == 0


@pytest.mark.parametrize("id_", ["a\x00b", "x" * 500, "", "\ud83d", "a b:c;d'--"], ids=range(5))
def test_an_id_that_cannot_be_stored_stops_nobody_else(world: World, id_: str) -> None:
    key = NumberKey(world.key_of("JS"))
    strange = TextArrived(
        id=EventId(id_), practice=PRACTICE, at=world.now(), message=MessageId(id_), line=COACHING, sender=key, body="hi"
    )
    done = world.corridor.tick.turn([text(world, "before"), Envelope(event=strange), text(world, "after")], world.now())
    assert len(done) == 3
    assert count(world, "message WHERE id IN ('before', 'after')") == 2


def steps_of(world: World, contact: ContactId) -> list[Event]:
    """One of every step that a call can take."""
    leg, given = caller_leg(contact), {"contact": contact}
    keys = ("0", "1", "2", "8", "9", "*", "#", "", "A", "\x00")
    return [
        PromptEnded(**base(world), **given, leg=leg),
        *(KeyPressed(**base(world), **given, leg=leg, key=key) for key in keys),
        DigitsEntered(**base(world), **given, leg=leg, digits="4711"),
        DigitsEntered(**base(world), **given, leg=leg, digits="9" * 5_000),
        LegAnswered(**base(world), **given, leg=LegId(f"{contact}.7")),
        LegsJoined(**base(world), **given),
        CrisisLegEnded(**base(world), **given, reached=False),
        PhoneFreed(**base(world), **given),
        VoicemailLost(**base(world), **given),
        LegEnded(**base(world), **given, leg=LegId(f"{contact}.7")),
        LegEnded(**base(world), **given, leg=leg),
        ErrandFailed(**base(world), **given, what="SayPrompt"),
        TimeCame(**base(world), kind=WakeKind.CALL, subject=contact),
    ]  # fmt: skip


def test_steps_of_a_call_that_nobody_knows(world: World) -> None:
    for event in steps_of(world, ContactId("never")):
        assert not does(world, event).set_aside, event
    world.go_to(world.now() + timedelta(minutes=3))
    assert count(world, "occupied") == 0


def test_INV_02_a_message_of_a_call_that_nobody_knows_is_kept_and_somebody_hears_it(world: World) -> None:
    """Its call may have come while we were down: the recording's report arrives, the call's own never did."""
    left = VoicemailLeft(**base(world), contact=ContactId("never"), recording=RecordingId("r1"), seconds=7.0)
    does(world, left, sounds={"r1": ("audio/basic", b"please call")})
    recordings, aside = count(world, "recording WHERE sealed_sound IS NOT NULL"), count(world, "set_aside")
    assert recordings + aside == 1
    assert owed(world, "never") >= 1


def test_steps_of_a_call_that_is_over(world: World) -> None:
    call(world)
    does(world, LegEnded(**base(world), contact=C1, leg=LEG))
    world.go_to(world.now() + timedelta(minutes=3))
    world.seen.clear()
    for event in steps_of(world, C1):
        assert not does(world, event).set_aside, event
    world.go_to(world.now() + timedelta(seconds=20))
    assert [seen for seen in world.seen if seen.number == world.cast.phones["JS"]] == []
    assert count(world, f"occupied WHERE contact = '{C1}' AND leg NOT LIKE '%:%'") == 0


def call(world: World) -> None:
    """JS calls; nothing else yet."""
    key = NumberKey(world.key_of("JS"))
    event = CallArrived(**base(world), contact=C1, line=COACHING, caller=key)
    does(world, event, numbers={key: world.cast.phones["JS"]})


# ---------------------------------------------------------------- closed contacts


@pytest.fixture
def closed(world: World) -> World:
    """JS called and hung up; Ames has closed it."""
    call(world)
    does(world, LegEnded(**base(world), contact=C1, leg=LEG))
    world.go_to(world.now() + timedelta(minutes=2))
    does(world, ContactClosed(**base(world), by=StaffId("Ames"), contact=C1, disposition="coached"))
    assert world.db.value("SELECT closed_at FROM contact WHERE id = 'c1'")
    return world


def test_steps_of_a_call_whose_contact_is_closed(closed: World) -> None:
    for event in steps_of(closed, C1):
        assert not does(closed, event).set_aside, event


def test_a_message_that_comes_after_its_contact_was_closed_is_owed_again(closed: World) -> None:
    left = VoicemailLeft(**base(closed), contact=C1, recording=RecordingId("r1"), seconds=7.0)
    does(closed, left, sounds={"r1": ("audio/basic", b"please call")})
    assert count(closed, "recording WHERE sealed_sound IS NOT NULL") == 1
    assert owed(closed, C1) >= 1


@pytest.mark.parametrize("contact", ["c1", "never"])
def test_acts_on_a_contact_that_is_closed_or_unknown(closed: World, contact: str) -> None:
    one, task, who = ContactId(contact), TaskId(f"{contact}:answer"), StaffId("Ames")
    key = NumberKey(closed.key_of("JS"))
    for event in (
        ItemHeard(**base(closed), by=who, contact=one),
        ContactClosed(**base(closed), by=who, contact=one, disposition="coached"),
        ContactClosed(**base(closed), by=who, contact=one, disposition="no such word"),
        TaskTaken(**base(closed), by=who, task=task),
        TaskHandedOver(**base(closed), by=who, task=task, to=StaffId("Nobody")),
        CallBackAsked(
            **base(closed), by=who, contact=ContactId("out-1"), line=LineId("nowhere"), client=None, number=key,
            answers=one,
        ),
        CallBackAsked(
            **base(closed), by=StaffId("Nobody"), contact=ContactId("out-2"), line=COACHING, client=ClientId("none"),
            number=NumberKey("f" * 32),
        ),
        TextWritten(
            **base(closed), by=StaffId("Nobody"), message=MessageId("w1"), contact=ContactId("out-3"), line=COACHING,
            client=ClientId("none"), number=NumberKey("f" * 32), body="hello", now=True,
        ),
        ShiftSet(
            **base(closed), by=who, staff=StaffId("Nobody"), tier=9, start=closed.now(),
            end=closed.now() - timedelta(hours=1),
        ),
        StatusSet(**base(closed), by=who, staff=StaffId("Nobody"), until=closed.now()),
        TextDelivered(**base(closed), message=MessageId("never")),
        TextFailed(**base(closed), message=MessageId("never"), reason="x" * 5_000),
        TimeCame(**base(closed), kind=WakeKind.TASK, subject=task),
        TimeCame(**base(closed), kind=WakeKind.TEXT, subject="never"),
    ):  # fmt: skip
        does(closed, event)
    closed.go_to(closed.now() + timedelta(minutes=3))


def test_INV_11_a_second_event_that_is_set_aside_is_owed_again_after_the_first_was_closed(world: World) -> None:
    decide = world.corridor.tick._decide

    def never(event: Event, facts: Any, now: Any) -> Any:
        if isinstance(event, KeyPressed):
            raise RuntimeError("a rule broke")
        return decide(event, facts, now)

    world.corridor.tick._decide = never
    call(world)
    assert does(world, KeyPressed(**base(world), contact=C1, leg=LEG, key="1")).set_aside
    does(world, LegEnded(**base(world), contact=C1, leg=LEG))
    world.go_to(world.now() + timedelta(minutes=2))
    does(world, ContactClosed(**base(world), by=StaffId("Gil"), contact=C1, disposition="coached"))
    assert owed(world, C1) == 0
    assert does(world, KeyPressed(**base(world), contact=C1, leg=LEG, key="1")).set_aside
    assert owed(world, C1) == 1


def test_INV_02_a_message_that_is_set_aside_is_kept_with_its_sound_and_its_number(world: World) -> None:
    def never(event: Event, facts: Any, now: Any) -> Any:
        raise RuntimeError("a rule broke")

    decide, world.corridor.tick._decide = world.corridor.tick._decide, never
    key = NumberKey(world.key_of("Stranger"))
    left = VoicemailLeft(**base(world), contact=C1, recording=RecordingId("r1"), seconds=7.0)
    world.corridor.now_do(Envelope(event=left, numbers={key: STRANGER}, sounds={"r1": ("audio/basic", b"please call")}))
    world.corridor.tick._decide = decide
    sealed = bytes(world.db.value("SELECT sealed_event FROM set_aside"))
    kept = world.keyring.unseal(sealed, f"set_aside:{left.id}")
    assert b64encode(b"please call").decode() in kept
    assert STRANGER in kept


def test_an_errand_of_a_purged_contact_stops_no_other(world: World) -> None:
    world.corridor.now_do(text(world, "m1", who="MR"))
    world.db.run("UPDATE contact SET wrapped_key = ?", (b"purged",))
    world.corridor.dispatch._keys.forget()
    world.corridor.now_do(text(world, "m2", who="Stranger"))
    world.settle()
    assert world.exchange.handset(world.cast.phones["Stranger"]).texts
    assert count(world, "errand WHERE state IN ('due', 'claimed') AND lane <> 'wake'") == 0
