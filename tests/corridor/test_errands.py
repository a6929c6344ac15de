"""Errands: written with the decision, run after the commit, claimed once, never sent again blindly (§4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from intersession.carriers.port import Order, Outcome, Text, Unknown
from intersession.carriers.simulated.exchange import Exchange
from intersession.corridor.dispatch import Dispatch
from intersession.stories.world import World

from .test_tick import count, text


class Stands:
    """A carrier that stands in for another, order by order."""

    def __init__(self, behind: Exchange, run: Callable[[Order], Outcome]) -> None:
        self.name, self.capabilities, self.missed, self.run = behind.name, behind.capabilities, behind.missed, run


def states(world: World, kind: str) -> list[str]:
    """States of the errands of one kind."""
    return [row[0] for row in world.db.rows("SELECT state FROM errand WHERE kind = ? ORDER BY id", (kind,))]


def test_an_errand_is_written_with_its_decision_and_runs_after_it(world: World) -> None:
    world.corridor.now_do(text(world, "m1", who="MR"))
    assert states(world, "SendText") == ["due"]
    world.settle()
    assert states(world, "SendText") == ["done"]
    assert [one.body for one in world.exchange.handset(world.cast.phones["MR"]).texts]


def test_two_workers_run_an_errand_once(world: World) -> None:
    world.corridor.now_do(text(world, "m1", who="MR"))
    first = Dispatch(world.db, world.keyring, world.corridor.carriers, world.corridor.submit, name="one")
    second = Dispatch(world.db, world.keyring, world.corridor.carriers, world.corridor.submit, name="two")
    ran = [worker.run_due(world.now(), ("texts",)) for worker in (first, second)]
    assert ran == [1, 0]


def test_an_unknown_outcome_is_never_sent_again_and_a_person_is_told(world: World) -> None:
    sent: list[Order] = []
    run = world.exchange.run

    def lost(order: Order) -> Outcome:
        if isinstance(order, Text):
            sent.append(order)
            return Unknown("the connection broke")
        return run(order)

    world.corridor.carriers["simulated"] = Stands(world.exchange, lost)
    world.corridor.now_do(text(world, "m1", who="MR"))
    world.go_to(world.now() + timedelta(minutes=3))
    assert len(sent) == 1
    assert count(world, "message WHERE state = 'maybe'") == 1


def test_a_claim_whose_worker_died_counts_as_unknown(world: World) -> None:
    world.corridor.now_do(text(world, "m1", who="MR"))
    world.db.run("UPDATE errand SET state = 'claimed', claimed_until = 1 WHERE kind = 'SendText'")
    dispatch = Dispatch(world.db, world.keyring, world.corridor.carriers, world.corridor.submit)
    for envelope in dispatch.expired(world.now()):
        world.corridor.submit(envelope)
    world.settle()
    assert states(world, "SendText") == ["unknown"]
    assert count(world, "message WHERE state = 'maybe'") == 1


def test_a_phone_is_not_rung_when_its_time_has_passed(world: World) -> None:
    world.exchange.call(world.cast.phones["JS"], world.cast.lines["coaching"])
    world.settle()
    world.db.run("UPDATE errand SET state = 'due', not_after = 1 WHERE kind = 'SayPrompt'")
    world.clock.advance(timedelta(minutes=5))
    dispatch = Dispatch(world.db, world.keyring, world.corridor.carriers, world.corridor.submit)
    for (sealed,) in world.db.rows("SELECT sealed FROM errand WHERE kind = 'SayPrompt'"):
        assert sealed is None or sealed  # a settled errand holds no content any more
    dispatch.run_due(world.now(), ("pages",))
    assert states(world, "SayPrompt") == ["due"]
