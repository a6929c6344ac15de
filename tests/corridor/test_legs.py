"""Legs that fetch what they hear: what is kept for them, who is made to look again, and what never leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from intersession.carriers.port import (
    Capabilities,
    Dial,
    Done,
    Drop,
    Envelope,
    LookAgain,
    Order,
    Outcome,
)
from intersession.core.commands import ConnectLeg, SayPrompt
from intersession.core.events import CallArrived, KeyPressed, LegAnswered, PromptEnded
from intersession.core.ids import ContactId, EventId, LegId, LineId, NumberKey, PracticeId, caller_leg
from intersession.corridor.codec import dump_kind
from intersession.corridor.leaks import Leak
from intersession.corridor.legs import Legs
from intersession.corridor.running import fallen_back
from intersession.corridor.tick import Turned
from intersession.records.sealing import seal
from intersession.stories.world import World

CALL = ContactId("pulled-1")
CALLER = caller_leg(CALL)


@dataclass
class Fetching:
    """A carrier whose legs fetch: it notes what it is told."""

    name: str = "simulated"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(pulls=True))
    orders: list[Order] = field(default_factory=list)

    def run(self, order: Order) -> Outcome:
        self.orders.append(order)
        return Done(f"ref-{order.leg}" if isinstance(order, Dial) else "")

    def told(self, kind: type[Order]) -> list[LegId]:
        """Legs of the orders of one kind."""
        return [order.leg for order in self.orders if isinstance(order, kind)]


@dataclass
class Pulled:
    """A call on a line whose legs fetch."""

    world: World
    carrier: Fetching
    legs: Legs
    count: int = 0

    def say(self, kind: type, leg: LegId = CALLER, *, answers: bool = True, **facts: object) -> Turned:
        self.count += 1
        event = kind(
            id=EventId(f"p{self.count}"), practice=PracticeId(self.world.cast.setup.id), at=self.world.now(),
            contact=CALL, **({"leg": leg} if kind is not CallArrived else {}), **facts,
        )  # fmt: skip
        envelope = Envelope(event=event, answers=leg if answers else None)
        if kind is CallArrived:
            numbers = {NumberKey(self.world.key_of("JS")): self.world.cast.phones["JS"]}
            envelope = replace(envelope, numbers=numbers, references={leg: "ref-caller"})
        turned = self.world.corridor.now_do(envelope)
        self.world.corridor.pump()
        return turned

    def arrives(self) -> None:
        line = LineId(next(line.id for line in self.world.cast.setup.lines if line.id == "coaching"))
        self.say(CallArrived, line=line, caller=NumberKey(self.world.key_of("JS")))


@pytest.fixture
def pulled(world: World) -> Iterator[Pulled]:
    carrier = Fetching()
    world.corridor.carriers["simulated"] = carrier  # type: ignore[assignment]
    world.corridor.tick.pulls(frozenset(LineId(line.id) for line in world.cast.setup.lines))
    legs = Legs(world.address, world.keyring)
    yield Pulled(world, carrier, legs)
    legs.close()


def test_the_answer_to_an_arrival_is_what_its_leg_hears_and_no_order(pulled: Pulled) -> None:
    pulled.arrives()
    heard = pulled.legs.heard(CALLER)
    assert heard is not None
    assert isinstance(heard.standing, SayPrompt)
    assert heard.standing.hearing.said
    assert heard.version == 1
    assert not pulled.carrier.orders
    assert pulled.legs.reference(CALLER) == "ref-caller"


def test_a_leg_that_did_not_ask_is_made_to_look_again(pulled: Pulled) -> None:
    pulled.arrives()
    pulled.say(PromptEnded)
    (rung,) = pulled.carrier.told(Dial)
    assert pulled.legs.reference(rung) == f"ref-{rung}", "its name is known at once, for it may have to be ended"
    pulled.say(LegAnswered, rung)
    pulled.say(KeyPressed, rung, key="1")
    assert pulled.carrier.told(LookAgain) == [CALLER], "the staff leg had its answer"
    for leg in (rung, CALLER):
        heard = pulled.legs.heard(leg)
        assert heard is not None
        assert isinstance(heard.standing, ConnectLeg)


def test_INV_11_whoever_gave_up_waiting_is_made_to_look_again(pulled: Pulled) -> None:
    pulled.arrives()
    pulled.say(KeyPressed, key="9", answers=False)
    assert pulled.carrier.told(LookAgain) == [CALLER]


def test_a_ticket_that_was_given_up_waits_for_no_answer() -> None:
    pressed = KeyPressed(
        id=EventId("k"), practice=PracticeId("p"), at=datetime.now(UTC), contact=CALL,
        leg=CALLER, key="1",
    )  # fmt: skip
    assert fallen_back(Envelope(event=pressed, answers=CALLER)).answers is None


def test_the_same_words_said_again_are_known_to_be_new(pulled: Pulled) -> None:
    pulled.arrives()
    pulled.say(KeyPressed, key="9")
    first = pulled.legs.heard(CALLER)
    pulled.say(KeyPressed, key="9")
    again = pulled.legs.heard(CALLER)
    assert first is not None
    assert again is not None
    assert first.standing == again.standing
    assert again.version > first.version


def test_a_leg_is_ended_by_an_order_wherever_it_is(pulled: Pulled) -> None:
    pulled.arrives()
    pulled.say(PromptEnded)
    (rung,) = pulled.carrier.told(Dial)
    pulled.world.clock.advance(timedelta(seconds=30))
    pulled.world.corridor.pump()
    assert rung in pulled.carrier.told(Drop)


def test_INV_04_a_staff_number_never_reaches_the_callers_leg(pulled: Pulled) -> None:
    pulled.arrives()
    before = pulled.legs.heard(CALLER)
    assert before is not None
    assert isinstance(before.standing, SayPrompt)
    number = pulled.world.cast.phones["Ames"]
    said = replace(before.standing.hearing.said[0], text=f"Please call {number[2:5]} {number[5:8]} {number[8:]}")
    leaky = replace(before.standing, hearing=replace(before.standing.hearing, said=(said,)))
    _stands(pulled, leaky)
    with pytest.raises(Leak):
        pulled.legs.heard(CALLER)


def _stands(pulled: Pulled, command: SayPrompt) -> None:
    wrapped = pulled.world.db.value("SELECT wrapped_key FROM contact WHERE id = ?", (CALL,))
    key = pulled.world.keyring.unwrap(bytes(wrapped), f"contact:{CALL}")
    pulled.world.db.run(
        "UPDATE carrier_leg SET sealed_standing = ? WHERE id = ?",
        (seal(key, dump_kind(command), f"leg:standing:{CALLER}"), CALLER),
    )
