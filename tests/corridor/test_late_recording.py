"""A recording that is told after its caller's hang-up, as Asterisk tells it: nothing is owed twice for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intersession.carriers.port import Envelope
from intersession.core.events import LegEnded, VoicemailLeft, VoicemailLost
from intersession.core.ids import EventId
from intersession.core.tasks import TaskKind
from intersession.stories.acts import ACTS
from intersession.stories.world import World

MINUTE = timedelta(minutes=1)


def does(world: World, sentence: str) -> None:
    """Somebody does what a story would say."""
    found, parts = ACTS.find(sentence)
    found.act(world, **parts)
    world.settle()


def hangs_up_first(world: World, words: str, *, lost: bool = False) -> None:
    """JS speaks after the tone; the carrier tells of the hang-up first, then of the recording, or that it is lost."""
    does(world, "JS calls coaching")
    world.go_to(world.now() + 5 * MINUTE)
    if words:
        does(world, f'JS says "{words}"')
    told: list[Envelope] = []
    world.exchange.report = told.append
    world.exchange.hang_up(world.cast.phones["JS"])
    world.exchange.report = world.corridor.submit
    for envelope in sorted(told, key=lambda one: not isinstance(one.event, LegEnded)):
        world.corridor.submit(_lost(envelope) if lost else envelope)
        world.settle()


def _lost(envelope: Envelope) -> Envelope:
    event = envelope.event
    if not isinstance(event, VoicemailLeft):
        return envelope
    gone = VoicemailLost(
        id=EventId(f"{event.contact}:lost"), practice=event.practice, at=event.at, contact=event.contact
    )
    return Envelope(event=gone)


def pages(world: World) -> int:
    """How often somebody's phone rang for it."""
    return sum(seen.what == "rings" for seen in world.seen)


@pytest.mark.parametrize(("words", "lost"), [("Please call me.", False), ("", False), ("Please call me.", True)])
def test_what_somebody_took_stays_taken(world: World, words: str, lost: bool) -> None:
    hangs_up_first(world, words, lost=lost)
    kinds = [task.kind for task in world.tasks("JS")]
    assert kinds
    does(world, "Evan takes the item of JS")
    world.go_to(world.now() + MINUTE / 2)
    before = pages(world)
    world.go_to(world.now() + 2 * MINUTE)
    assert pages(world) == before
    ladder = world.item("JS").ladder
    assert ladder is not None
    assert ladder.acked_by == "Evan"
    assert [task.kind for task in world.tasks("JS")] == kinds


def test_a_recording_that_never_comes_is_owed_all_the_same(world: World) -> None:
    """INV-11. The other side of it: a minute after the hang-up it is nobody's guess any more."""
    does(world, "JS calls coaching")
    world.go_to(world.now() + 5 * MINUTE)
    told: list[Envelope] = []
    world.exchange.report = told.append
    world.exchange.hang_up(world.cast.phones["JS"])
    for envelope in told:
        if isinstance(envelope.event, LegEnded):
            world.corridor.submit(envelope)
    world.settle()
    assert not world.tasks("JS")
    world.go_to(world.now() + MINUTE)
    assert [task.kind for task in world.tasks("JS")] == [TaskKind.ANSWER]
