"""The line's threads come to their end: nothing that was taken in is left, and nobody waits in vain (§4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from intersession.carriers.port import Order, Outcome, Text, Unknown
from intersession.core.decide import decide
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import DatabaseGone
from intersession.corridor.running import Running
from intersession.stories.world import World

from .conftest import team
from .test_errands import Stands, states
from .test_tick import count, text

AT_ONCE = 3.0
"""Seconds; who waits in vain takes five and more."""


@pytest.fixture
def still(tmp_path: Path) -> Iterator[World]:
    """A world on a file, which does nothing by itself."""
    with World(team(tmp_path)) as made:
        yield made


def line_of(world: World) -> Running:
    running = Running(world.address, world.keyring, MovableClock(world.now(), running=True), decide)
    running.carriers["simulated"] = world.exchange
    return running


def test_an_outcome_that_comes_while_the_line_ends_is_safe_on_disk_before_it_ends(still: World) -> None:
    asked, answers, run = threading.Event(), threading.Event(), still.exchange.run

    def slow(order: Order) -> Outcome:
        if not isinstance(order, Text):
            return run(order)
        asked.set()
        answers.wait(AT_ONCE)
        return Unknown("the connection broke")

    still.corridor.now_do(text(still, "m1", who="MR"))
    running = line_of(still)
    running.carriers["simulated"] = Stands(still.exchange, slow)
    still.clock.advance(timedelta(minutes=1))
    running.start()
    assert asked.wait(AT_ONCE)
    ends = threading.Thread(target=running.stop)
    ends.start()
    time.sleep(0.1)
    answers.set()
    began = time.monotonic()
    ends.join(AT_ONCE)
    assert time.monotonic() - began < AT_ONCE
    assert states(still, "SendText") == ["unknown"]
    assert count(still, "message WHERE state = 'maybe'") == 1


def test_what_comes_after_the_end_is_told_at_once_that_it_is_not_kept(still: World) -> None:
    running = line_of(still)
    with running:
        pass
    began = time.monotonic()
    assert running.submit(text(still, "m1")).wait(AT_ONCE) is None
    assert time.monotonic() - began < AT_ONCE / 2
    assert count(still, "message") == 0


def test_whoever_waits_while_the_database_is_gone_learns_at_the_end_that_it_is_not_kept(
    still: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = line_of(still)

    def gone(*_: object) -> NoReturn:
        raise DatabaseGone("away")

    monkeypatch.setattr(running.tick, "turn", gone)
    with running:
        ticket = running.submit(text(still, "m1"))
        time.sleep(0.1)
    began = time.monotonic()
    assert ticket.wait(AT_ONCE) is None
    assert time.monotonic() - began < AT_ONCE / 2
