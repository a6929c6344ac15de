"""Errands: written with the decision, run after the commit, claimed once, never sent again blindly (§4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from intersession.carriers.port import CrisisTransfer, Failed, Order, Outcome, Text, Unknown
from intersession.carriers.simulated.exchange import Exchange
from intersession.corridor.dispatch import Dispatch
from intersession.stories.world import World

from .test_tick import count, text


class Stands:
    """A carrier that stands in for another, order by order."""

    def __init__(self, behind: Exchange, run: Callable[[Order], Outcome]) -> None:
        self.name, self.capabilities, self.missed, self.run = behind.name, behind.capabilities, behind.missed, run


COMMISSIONED = json.dumps(
    [{"level": "practice", "name": "practice", "values": {"crisis_commissioned": True, "dbt": True}}]
)


def worker(world: World, name: str = "here") -> Dispatch:
    """A worker of some lanes."""
    return Dispatch(world.db, world.keyring, world.corridor.carriers, world.corridor.submit, world.now, name=name)


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
    ran = [worker(world, name).run_due(("texts",)) for name in ("one", "two")]
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
    world.db.run("UPDATE errand SET state = 'claimed', claimed_by = 'dead', claimed_until = 1 WHERE kind = 'SendText'")
    worker(world).expire()
    world.settle()
    assert states(world, "SendText") == ["unknown"]
    assert count(world, "message WHERE state = 'maybe'") == 1


def test_what_has_no_time_any_more_is_not_done(world: World) -> None:
    world.exchange.call(world.cast.phones["JS"], world.cast.lines["coaching"])
    world.corridor.pump()
    heard = len(world.seen)
    world.db.run("UPDATE errand SET state = 'due', not_after = 1 WHERE kind = 'SayPrompt'")
    world.db.run("UPDATE errand SET sealed = (SELECT sealed FROM errand WHERE sealed IS NOT NULL LIMIT 1)")
    world.db.run("UPDATE errand SET state = 'done' WHERE sealed IS NULL AND kind = 'SayPrompt'")
    worker(world).run_due(("voice",))
    assert len(world.seen) == heard


def test_an_errand_that_nobody_can_read_stops_no_other_and_is_told_to_a_person(world: World) -> None:
    world.corridor.now_do(text(world, "m1", who="MR"))
    world.db.run("UPDATE errand SET sealed = ? WHERE kind = 'SendText'", (b"spoilt",))
    world.corridor.now_do(text(world, "m2", who="Stranger"))
    world.settle()
    assert states(world, "SendText") == ["unknown", "done"]
    assert count(world, "task WHERE kind = 'machine'") == 1


def test_a_claim_that_ran_out_and_was_settled_elsewhere_is_not_run(world: World) -> None:
    world.corridor.now_do(text(world, "m1", who="MR"))
    slow = worker(world, "slow")
    claimed = slow._claim(world.now(), ("texts",))
    world.clock.advance(timedelta(minutes=2))
    worker(world, "other").expire(("texts",))
    assert [slow._run(errand) for errand in claimed] == [None]
    assert states(world, "SendText") == ["unknown"]
    assert not world.exchange.handset(world.cast.phones["MR"]).texts


def test_a_crisis_transfer_that_fails_is_said_and_on_call_is_rung(world: World) -> None:
    """No silence: the carrier could not do it, so the call goes on as if the crisis line had not answered."""
    run = world.exchange.run

    def refuses(order: Order) -> Outcome:
        return Failed("not today") if isinstance(order, CrisisTransfer) else run(order)

    world.db.run("UPDATE practice SET policy = ?, version = version + 1", (COMMISSIONED,))
    world.corridor.carriers["simulated"] = Stands(world.exchange, refuses)
    world.exchange.call(world.cast.phones["JS"], world.cast.lines["coaching"])
    world.settle()
    world.exchange.press(world.cast.phones["JS"], "9")
    world.settle()
    assert any(said.id == "CR-FAIL-OC" for seen in world.seen for said in seen.said)
    assert any(seen.what == "rings" and seen.number == world.cast.phones["Evan"] for seen in world.seen)
