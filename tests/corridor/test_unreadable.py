"""One row that nobody can read makes no caller hear silence, and holds up no lane (INV-11)."""

from __future__ import annotations

import pytest

from intersession.core.call import Hearing, Said
from intersession.core.commands import SayPrompt
from intersession.core.ids import caller_leg
from intersession.corridor import legs
from intersession.corridor.codec import dump_kind
from intersession.corridor.contact_keys import ContactKeys
from intersession.corridor.legs import Legs
from intersession.corridor.orders import Orders
from intersession.records.sealing import SealError, seal
from intersession.stories.world import World

from .test_errands import states, worker
from .test_greetings import LOCALE, known, record
from .test_tick import count, text


def spoilt(world: World) -> SayPrompt:
    """A sentence in somebody's own voice whose row cannot be opened, and a prompt with it for a caller."""
    _, staff, (first, *_) = known(world)
    record(world, "c1", first)
    world.db.run("UPDATE greeting_clip SET sealed_text = ?", (b"x" * 40,))
    contact = world.exchange.call(world.cast.phones["JS"], world.cast.lines["coaching"])
    said = (Said(id="G-AFTER", text=first, locale=LOCALE, voice=staff),)
    return SayPrompt(contact=contact, leg=caller_leg(contact), hearing=Hearing(said=said))


def broken(*_: object) -> Hearing:
    raise SealError("it was sealed with another key")


def test_the_machine_says_what_was_recorded_and_cannot_be_opened(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = spoilt(world)
    monkeypatch.setattr(legs, "in_own_voice", broken)
    (order,) = Orders(world.db, world.keyring, ContactKeys(world.keyring)).of(prompt, None)
    assert order.hearing == prompt.hearing  # type: ignore[union-attr]


def test_it_does_so_for_legs_that_fetch_what_they_hear(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    prompt = spoilt(world)
    world.settle()
    monkeypatch.setattr(legs, "in_own_voice", broken)
    key = ContactKeys(world.keyring).key(world.db, prompt.contact)
    world.db.run(
        "INSERT INTO carrier_leg (id, practice_id, contact, version, sealed_standing) VALUES (?, ?, ?, 1, ?)"
        " ON CONFLICT (id) DO UPDATE SET sealed_standing = excluded.sealed_standing",
        (
            prompt.leg, world.cast.setup.id, prompt.contact,
            seal(key, dump_kind(prompt), f"leg:standing:{prompt.leg}"),
        ),
    )  # fmt: skip
    reader = Legs(world.address, world.keyring)
    found = reader.heard(prompt.leg)
    reader.close()
    assert found is not None
    assert found.standing == prompt


def test_a_caller_of_a_line_with_a_spoilt_greeting_hears_words(world: World) -> None:
    spoilt(world)
    world.settle()
    assert any(seen.said for seen in world.seen if seen.number == world.cast.phones["JS"])
    assert count(world, "errand WHERE state = 'claimed'") == 0


def test_an_errand_that_raises_holds_up_no_other_of_its_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    of = Orders.of

    def raises_once(orders: Orders, *what: object) -> object:
        monkeypatch.setattr(Orders, "of", of)
        raise SealError("it was sealed with another key")

    world.corridor.now_do(text(world, "m1", who="MR"))
    world.corridor.now_do(text(world, "m2", who="Stranger"))
    monkeypatch.setattr(Orders, "of", raises_once)
    assert worker(world).run_due(("texts",)) == 2
    assert states(world, "SendText") == ["failed", "done"]
