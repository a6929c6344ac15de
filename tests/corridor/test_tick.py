"""The turn: once only, all or nothing, nothing lost, nothing unowned (INV-02, INV-03)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intersession.carriers.port import Envelope
from intersession.core.events import CallArrived, Event, LegEnded, TextArrived
from intersession.core.facts import Facts
from intersession.core.ids import ContactId, EventId, LineId, MessageId, NumberKey, PracticeId, caller_leg
from intersession.corridor.db import DatabaseGone
from intersession.stories.world import World

PRACTICE = PracticeId("p")
COACHING = LineId("coaching")


def text(world: World, name: str, body: str = "hello", who: str = "JS") -> Envelope:
    """A text of somebody's, as a carrier hands it in."""
    key = NumberKey(world.key_of(who))
    event = TextArrived(
        id=EventId(f"{name}:arrived"), practice=PRACTICE, at=world.now(), message=MessageId(name), line=COACHING,
        sender=key, body=body,
    )  # fmt: skip
    return Envelope(event=event, numbers={key: world.cast.phones[who]})


def count(world: World, table: str) -> int:
    """Rows of a table."""
    return int(world.db.value(f"SELECT count(*) FROM {table}"))


def test_INV_02_the_same_event_twice_is_one_text_in_one_contact(world: World) -> None:
    first, second = (world.corridor.now_do(text(world, "m1")) for _ in range(2))
    assert not first.replayed
    assert second.replayed
    assert count(world, "message WHERE direction = 'in'") == 1
    assert count(world, "contact") == 1


def test_INV_02_reordered_and_repeated_texts_are_all_kept_once(world: World) -> None:
    names = [f"m{n}" for n in (3, 1, 2, 3, 1)]
    done = world.corridor.tick.turn([text(world, name) for name in names], world.now())
    assert [one.replayed for one in done] == [False, False, False, True, True]
    assert count(world, "message WHERE direction = 'in'") == 3
    assert count(world, "contact") == 1


def test_INV_11_a_bad_event_is_set_aside_and_the_others_of_its_batch_are_kept(world: World) -> None:
    tick = world.corridor.tick
    decide = tick._decide

    def fails_on_the_second(event: Event, facts: Facts, now: object) -> object:
        if event.id == "m2:arrived":
            raise RuntimeError("a rule broke")
        return decide(event, facts, now)  # type: ignore[arg-type]

    tick._decide = fails_on_the_second  # type: ignore[assignment]
    done = tick.turn([text(world, f"m{n}") for n in (1, 2, 3)], world.now())
    assert [one.set_aside for one in done] == [False, True, False]
    assert count(world, "message WHERE direction = 'in'") == 2
    assert count(world, "set_aside") == 1
    owner, red = world.db.row("SELECT owner, red FROM task WHERE kind = 'machine'") or (None, None)
    assert owner == "Gil"
    assert red


def test_INV_02_a_set_aside_event_is_kept_whole_and_sealed(world: World) -> None:
    def never(event: Event, facts: Facts, now: object) -> object:
        raise RuntimeError("a rule broke")

    world.corridor.tick._decide = never  # type: ignore[assignment]
    world.corridor.now_do(text(world, "m1", body="a very private sentence"))
    sealed = bytes(world.db.value("SELECT sealed_event FROM set_aside"))
    assert b"private" not in sealed
    assert "a very private sentence" in world.keyring.unseal(sealed, "set_aside:m1:arrived")


def test_INV_03_every_open_contact_has_an_owner_and_a_due(world: World) -> None:
    for number, who in enumerate(("JS", "MR", "TK", "Stranger")):
        world.corridor.now_do(text(world, f"m{number}", who=who))
    rows = world.db.rows("SELECT contact, owner, due_at FROM task WHERE closed_at IS NULL")
    assert len(rows) == 4
    assert all(owner and due for _, owner, due in rows)


def test_a_wake_is_claimed_once_however_often_it_is_seen(world: World) -> None:
    world.corridor.now_do(text(world, "m1", body="cant do this anymore", who="MR"))
    from intersession.corridor.dispatch import due_wakes

    world.clock.advance(timedelta(seconds=1))
    seen_by_two = [due_wakes(world.db, world.now()), due_wakes(world.db, world.now())]
    done = [world.corridor.now_do(wakes[0]) for wakes in seen_by_two]
    assert [one.replayed for one in done] == [False, True]


def test_a_call_keeps_its_words_and_its_state_sealed(world: World) -> None:
    world.exchange.call(world.cast.phones["JS"], world.cast.lines["coaching"])
    world.settle()
    state = bytes(world.db.value("SELECT sealed_state FROM call"))
    assert b"Connecting" not in state
    assert count(world, "message WHERE state = 'said'") == 1


def test_a_phone_that_rings_for_one_contact_is_engaged_for_the_others(world: World) -> None:
    world.exchange.call(world.cast.phones["JS"], world.cast.lines["coaching"])
    world.go_to(world.now() + timedelta(seconds=10))
    world.exchange.call(world.cast.phones["MR"], world.cast.lines["coaching"])
    world.go_to(world.now() + timedelta(seconds=9))
    rows = world.db.rows("SELECT endpoint, contact FROM occupied ORDER BY endpoint")
    assert len({contact for _, contact in rows}) == 2
    assert len(rows) == len({endpoint for endpoint, _ in rows})


@pytest.mark.parametrize("who", ["JS", "Stranger"])
def test_the_record_holds_no_number_name_or_body_in_the_clear(world: World, who: str) -> None:
    world.corridor.now_do(text(world, "m1", body="a very private sentence", who=who))
    world.settle()
    number = world.cast.phones[who]
    for (table,) in _tables(world):
        for row in world.db.rows(f'SELECT * FROM "{table}"'):
            shown = " ".join(str(bytes(one) if isinstance(one, memoryview | bytes) else one) for one in row)
            assert "private sentence" not in shown, table
            assert number[-10:] not in shown, table


def _tables(world: World) -> list[tuple[str]]:
    if world.db.postgres:
        rows = world.db.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    else:
        rows = world.db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [(row[0],) for row in rows]


def test_a_call_on_a_line_that_nobody_knows_is_kept_and_owned(world: World) -> None:
    event = CallArrived(
        id=EventId("c1:arrived"), practice=PRACTICE, at=world.now(), contact=ContactId("c1"), line=LineId("nowhere"),
        caller=None,
    )  # fmt: skip
    world.corridor.now_do(Envelope(event=event))
    world.settle()
    assert count(world, "contact WHERE id = 'c1'") == 1
    world.corridor.now_do(
        Envelope(
            event=LegEnded(
                id=EventId("c1:ended"), practice=PRACTICE, at=world.now(), contact=ContactId("c1"),
                leg=caller_leg(ContactId("c1")),
            )
        )
    )
    owners = world.db.rows("SELECT owner, due_at FROM task WHERE contact = 'c1'")
    assert owners
    assert all(owner and due for owner, due in owners)


def test_a_database_that_is_gone_says_so_and_takes_the_same_event_later(world: World) -> None:
    if world.db.postgres:
        pytest.skip("shown on a locked SQLite file")
    import sqlite3

    other = sqlite3.connect(world.address, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    world.db.run("PRAGMA busy_timeout=10")
    with pytest.raises(DatabaseGone):
        world.corridor.now_do(text(world, "m1"))
    other.execute("ROLLBACK")
    other.close()
    assert not world.corridor.now_do(text(world, "m1")).replayed
    assert count(world, "message WHERE direction = 'in'") == 1


def test_a_hang_up_that_comes_before_its_call_rings_nobody_and_is_listed(world: World) -> None:
    contact, key = ContactId("c9"), NumberKey(world.key_of("JS"))
    ended = LegEnded(
        id=EventId("c9:ended"), practice=PRACTICE, at=world.now(), contact=contact, leg=caller_leg(contact)
    )
    arrived = CallArrived(
        id=EventId("c9:arrived"), practice=PRACTICE, at=world.now(), contact=contact, line=COACHING, caller=key
    )
    for event in (ended, arrived):
        world.corridor.now_do(Envelope(event=event, numbers={key: world.cast.phones["JS"]}))
    world.settle()
    assert count(world, "occupied") == 0
    assert world.db.value("SELECT flags FROM contact WHERE id = 'c9'") == "abandoned"
    assert count(world, "task WHERE contact = 'c9' AND closed_at IS NULL") == 1
