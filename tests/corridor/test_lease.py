"""What one process alone may hold: one has it, and another takes it when it lapses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from intersession.carriers.port import Dial, Done, Order, Outcome
from intersession.core.ids import PracticeId
from intersession.corridor.db import Db
from intersession.corridor.dispatch import Dispatch, next_due
from intersession.corridor.lease import HELD_FOR, Lease
from intersession.stories.world import World

from .test_errands import states
from .test_tick import text

SECOND = timedelta(seconds=1)


Claims = Callable[..., Lease]


@pytest.fixture
def lease(world: World) -> Iterator[Claims]:
    """A process's claim, on a connection of its own."""
    made: list[Lease] = []

    def claims(holder: str, what: str = "asterisk") -> Lease:
        practice = PracticeId(world.cast.setup.id)
        made.append(Lease(db=Db(world.db.address), practice=practice, what=what, holder=holder))
        return made[-1]

    yield claims
    for one in made:
        one.db.close()


def test_one_holds_it_and_renews_it(world: World, lease: Claims) -> None:
    one, other, now = lease("one"), lease("other"), world.now()
    assert one.claim(now)
    assert not other.claim(now)
    assert one.claim(now + HELD_FOR / 2)
    assert not other.claim(now + HELD_FOR + SECOND)


def test_who_does_not_renew_it_loses_it_for_good(world: World, lease: Claims) -> None:
    one, other, now = lease("one"), lease("other"), world.now()
    assert one.claim(now)
    assert not other.claim(now + HELD_FOR)
    assert other.claim(now + HELD_FOR + SECOND)
    assert not one.claim(now + HELD_FOR + SECOND)


def test_what_is_given_back_is_free_at_once_and_only_its_holder_gives_it_back(world: World, lease: Claims) -> None:
    one, other, now = lease("one"), lease("other"), world.now()
    assert one.claim(now)
    other.give_back()
    assert not other.claim(now)
    one.give_back()
    assert other.claim(now)


def test_two_things_are_held_apart(world: World, lease: Claims) -> None:
    assert lease("one").claim(world.now())
    assert lease("other", "modem").claim(world.now())


def test_of_many_at_once_one_gets_it(world: World, lease: Claims) -> None:
    now, got, together = world.now(), [], threading.Barrier(8)

    def claims(holder: str) -> None:
        together.wait(10)
        if lease(holder).claim(now):
            got.append(holder)

    threads = [threading.Thread(target=claims, args=(str(at),)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(got) == 1


@pytest.mark.parametrize("elsewhere", [{"simulated"}, {"another", "simulated"}])
def test_errands_of_a_carrier_that_another_process_holds_are_left_to_it(world: World, elsewhere: set[str]) -> None:
    ran: list[Order] = []

    class Carrier:
        name, capabilities, missed = "simulated", world.exchange.capabilities, world.exchange.missed

        def run(self, order: Order) -> Outcome:
            ran.append(order)
            return Done()

    def worker(elsewhere: set[str]) -> Dispatch:
        carriers = {} if elsewhere else {"simulated": Carrier()}
        return Dispatch(
            world.db, world.keyring, carriers, world.corridor.submit, world.now, elsewhere=elsewhere  # type: ignore[arg-type]
        )

    world.corridor.now_do(text(world, "m1", who="MR"))
    assert worker(elsewhere).run_due() == 0
    assert next_due(world.db, ("texts",), elsewhere) is None
    assert next_due(world.db, ("texts",), {"another"}) is not None
    assert states(world, "SendText") == ["due"]
    assert worker(set()).run_due() == 1
    assert states(world, "SendText") == ["done"]
    assert ran
    assert not any(isinstance(one, Dial) for one in ran)
