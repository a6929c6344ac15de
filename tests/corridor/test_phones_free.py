"""A staff phone is never held for a leg that is not there: whatever dies or is lost, it rings for the next call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intersession.carriers.port import Dial, Envelope, Failed, Notice, Order, Outcome
from intersession.core.events import CallBackAsked, LegEnded
from intersession.core.ids import ClientId, ContactId, EventId, LineId, NumberKey, PracticeId, StaffId
from intersession.corridor.leaks import Leak
from intersession.corridor.orders import Orders
from intersession.corridor.reconcile import reconcile
from intersession.stories.world import World

from .test_errands import Stands, states, worker
from .test_tick import count, text

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def occupied(world: World) -> list[str]:
    return [leg for (leg,) in world.db.rows("SELECT leg FROM occupied ORDER BY leg")]


def to_a_page(world: World) -> None:
    """A text of the evening, until its first page call is ordered and has not gone out."""
    world.corridor.now_do(text(world, "m1", who="MR"))
    world.settle()
    for _ in range(50):
        due = world.corridor.next_due()
        assert due is not None
        world.clock.at_least(due)
        while world.corridor._wake():
            pass
        if occupied(world):
            return
        world.settle()
    raise AssertionError("no page call was ordered")


def reconciled(world: World) -> None:
    reconcile(world.db, world.corridor.carriers, world.corridor.submit, world.now())
    world.settle()


# ---------------------------------------------------------------- a page that was never rung


def test_a_page_whose_worker_died_frees_its_phone(world: World) -> None:
    to_a_page(world)
    assert worker(world, "dead")._claim(world.now(), ("pages",))
    world.clock.advance(61 * SECOND)
    worker(world, "new").expire(("pages",))
    world.corridor.pump()
    assert not occupied(world)
    assert count(world, "page_leg WHERE NOT over") == 0


def test_a_page_on_a_line_without_a_carrier_frees_its_phone(world: World) -> None:
    to_a_page(world)
    away = world.corridor.carriers.pop("simulated")
    world.corridor.pump()
    world.corridor.carriers["simulated"] = away
    assert not occupied(world)


@pytest.mark.parametrize("error", [LookupError("gone"), Leak("no"), ValueError("spoilt")])
def test_a_page_that_cannot_be_ordered_frees_its_phone(
    world: World, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> tuple[Order, ...]:
        raise error

    to_a_page(world)
    with monkeypatch.context() as patched:
        patched.setattr(Orders, "of", refuses)
        world.corridor.pump()
    assert not occupied(world)


def test_the_line_beside_a_page_that_fails_is_told_to_a_person_and_the_call_rings_on(world: World) -> None:
    run = world.exchange.run

    def no_texts(order: Order) -> Outcome:
        return Failed("no") if isinstance(order, Notice) else run(order)

    to_a_page(world)
    world.corridor.carriers["simulated"] = Stands(world.exchange, no_texts)
    world.corridor.pump()
    assert occupied(world)
    assert count(world, "task WHERE kind = 'machine'") == 1


def test_a_call_that_cannot_ring_leaves_the_line_beside_it(world: World) -> None:
    noticed: list[Order] = []

    def no_calls(order: Order) -> Outcome:
        noticed.extend([order] if isinstance(order, Notice) else [])
        return Failed("no") if isinstance(order, Dial) else world.exchange.run(order)

    to_a_page(world)
    world.corridor.carriers["simulated"] = Stands(world.exchange, no_calls)
    world.corridor.pump()
    assert len(noticed) == 1
    assert not occupied(world)


# ---------------------------------------------------------------- a page whose end was lost


def deaf_to_ends(world: World) -> None:
    """The carrier's word that a leg ended does not come through."""
    report = world.exchange.report

    def loses(envelope: Envelope) -> None:
        if not isinstance(envelope.event, LegEnded):
            report(envelope)

    world.exchange.report = loses


def test_a_page_whose_end_was_lost_is_over_by_itself(world: World) -> None:
    to_a_page(world)
    deaf_to_ends(world)
    (leg,) = occupied(world)
    world.go_to(world.now() + 61 * SECOND)
    assert leg not in occupied(world)


def test_a_voicemail_that_picks_up_a_page_is_hung_up_on(world: World) -> None:
    to_a_page(world)
    world.settle()
    (leg,) = occupied(world)
    (endpoint,) = (row[0] for row in world.db.rows("SELECT endpoint FROM occupied"))
    phone = world.cast.phones[endpoint.partition("-")[0]]
    world.go_to(world.now() + 20 * SECOND)
    world.exchange.pick_up(phone)
    world.go_to(world.now() + 3 * MINUTE)
    assert leg not in occupied(world)
    assert count(world, "page_leg WHERE leg = '" + leg + "' AND over") == 1


def test_a_page_that_is_heard_is_not_cut_off(world: World) -> None:
    """Whoever has taken it may listen for minutes."""
    to_a_page(world)
    world.settle()
    (endpoint, leg) = world.db.rows("SELECT endpoint, leg FROM occupied")[0]
    phone = world.cast.phones[endpoint.partition("-")[0]]
    world.exchange.pick_up(phone)
    world.go_to(world.now() + 5 * SECOND)
    world.exchange.press(phone, "1")
    world.go_to(world.now() + 5 * MINUTE)
    assert not world.exchange.handset(phone).free
    assert leg in occupied(world)


def test_a_page_that_nobody_would_end_is_freed_at_the_start(world: World) -> None:
    to_a_page(world)
    world.settle()
    deaf_to_ends(world)
    world.db.run("DELETE FROM errand WHERE subject LIKE 'leg:%'")
    reconciled(world)
    assert not occupied(world)
    assert count(world, "page_leg WHERE NOT over") == 0


# ---------------------------------------------------------------- a call back whose end was lost


def called_back(world: World) -> None:
    """Ames talks with TK."""
    asked = CallBackAsked(
        id=EventId("e1"), practice=PracticeId(world.cast.setup.id), at=world.now(), by=StaffId("Ames"),
        contact=ContactId("c1"), line=LineId("coaching"), client=ClientId("TK"), number=NumberKey(world.key_of("TK")),
        override="an emergency",
    )  # fmt: skip
    world.do(asked)
    ames, client = world.cast.phones["Ames"], world.cast.phones["TK"]
    world.exchange.pick_up(ames)
    world.settle()
    world.exchange.press(ames, "1")
    world.settle()
    world.exchange.pick_up(client)
    world.go_to(world.now() + 30 * SECOND)


def test_a_phone_whose_call_was_over_long_ago_is_freed_at_the_start(world: World) -> None:
    called_back(world)
    assert world.db.value("SELECT phase FROM call WHERE contact = 'c1'") == "talking"
    deaf_to_ends(world)
    world.exchange.hang_up(world.cast.phones["Ames"])
    world.go_to(world.now() + timedelta(hours=3))
    reconciled(world)
    assert "c1.1" in occupied(world), "a talk of three hours is a talk"
    world.go_to(world.now() + timedelta(hours=1))
    reconciled(world)
    assert "c1.1" not in occupied(world)
    assert world.db.value("SELECT phase FROM call WHERE contact = 'c1'") == "ended", "through the tick, not behind it"


def test_a_phone_that_rings_is_not_freed(world: World) -> None:
    world.exchange.call(world.cast.phones["JS"], world.cast.lines["coaching"])
    world.settle()
    world.exchange.press(world.cast.phones["JS"], "1")
    world.settle()
    held = occupied(world)
    assert held
    reconciled(world)
    assert occupied(world) == held


def test_a_page_is_one_call_and_one_line_beside_it(world: World) -> None:
    to_a_page(world)
    assert states(world, "PageStaff")[-2:] == ["due", "due"]
