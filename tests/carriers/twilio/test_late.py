"""The database is locked: callers are answered within 3 s, and nothing is lost (V00, INV-02)."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from intersession.asgi import webhooks
from intersession.carriers.port import Envelope
from intersession.core.decide import decide
from intersession.core.events import CallArrived, CallFellBack, TextArrived
from intersession.core.ids import ContactId, EventId, LineId, MessageId, NumberKey, PracticeId
from intersession.corridor.clock import MovableClock
from intersession.corridor.db import Db
from intersession.corridor.legs import Legs
from intersession.corridor.running import Running, fallen_back
from intersession.corridor.setup import install
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from intersession.server.hooks import twilio
from intersession.stories.cast import Cast
from tests.carriers.twilio.cloud import Cloud
from tests.carriers.twilio.conftest import account_of, on_twilio, staff_phones
from tests.corridor.conftest import team

LONGEST = 3.5
"""Seconds: the 3 that are promised, and what a slow machine adds."""


@dataclass
class Served:
    """A line with its threads, on a file that can be locked."""

    cloud: Cloud
    cast: Cast
    address: str
    running: Running

    def lock(self) -> Callable[[], None]:
        other = sqlite3.connect(self.address, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        def free() -> None:
            other.execute("ROLLBACK")
            other.close()

        return free

    def eventually(self, sql: str, wanted: object) -> None:
        db = Db(self.address)
        end = time.monotonic() + 10
        while (found := db.value(sql)) != wanted and time.monotonic() < end:
            time.sleep(0.02)
        db.close()
        assert found == wanted, sql


@pytest.fixture
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as made:
        yield made


@pytest.fixture
def served(tmp_path: Path, portal: BlockingPortal) -> Iterator[Served]:
    cast = on_twilio(team(tmp_path))
    keyring, address = Keyring(os.urandom(32)), fresh(tmp_path / "line.sqlite3")
    db = Db(address)
    install(db, keyring, cast.setup)
    db.close()
    account = account_of(cast)
    running = Running(address, keyring, MovableClock(cast.start, running=True), decide)
    legs = Legs(address, keyring)
    running.carriers["twilio"] = staff_phones(account, keyring, legs)
    app = webhooks(twilio(running, account, keyring, legs))
    with running:
        yield Served(Cloud(app, portal), cast, address, running)
    legs.close()


def test_a_line_with_threads_answers_a_call_to_its_end(served: Served) -> None:
    leg = served.cloud.call(served.cast.phones["Stranger"], served.cast.lines["main"])
    leg.listen()
    leg.record(6)
    assert "Your message is saved" in leg.words()
    assert leg.hang_up().status_code == 204
    served.eventually("SELECT count(*) FROM recording WHERE seconds = 6", 1)


def test_V00_a_locked_database_the_caller_is_answered_in_time_and_the_call_commits_as_fell_back(served: Served) -> None:
    free = served.lock()
    began = time.monotonic()
    leg = served.cloud.call(served.cast.phones["JS"], served.cast.lines["coaching"])
    assert time.monotonic() - began < LONGEST
    assert "9 8 8" in leg.words()
    assert leg.verbs() == ["Gather", "Record", "Redirect"]
    free()
    served.eventually("SELECT flags LIKE '%fell_back%' FROM contact", 1)
    leg.record(11)
    served.eventually("SELECT count(*) FROM recording WHERE seconds = 11 AND NOT silent", 1)
    assert "saved" in leg.words()
    served.eventually("SELECT count(*) FROM task WHERE closed_at IS NULL AND owner IS NULL", 0)
    served.eventually("SELECT count(*) > 0 FROM task WHERE closed_at IS NULL", 1)
    served.eventually("SELECT count(*) FROM errand WHERE kind = 'RingEndpoint'", 0)
    leg.listen()
    leg.listen()
    assert not leg.words(), "who has left a message is not asked for another"
    leg.press("9")
    assert "9 8 8" in leg.words()


def test_V00_the_message_too_is_kept_while_the_database_is_locked(served: Served) -> None:
    free = served.lock()
    leg = served.cloud.call(served.cast.phones["JS"], served.cast.lines["coaching"])
    began = time.monotonic()
    leg.record(11)
    assert time.monotonic() - began < LONGEST
    assert "saved" in leg.words()
    free()
    served.eventually("SELECT count(*) FROM recording WHERE seconds = 11 AND NOT silent", 1)
    served.eventually("SELECT count(*) FROM contact", 1)


def test_a_waiting_caller_hears_the_line_again_once_it_is_back(served: Served) -> None:
    """Only an arrival falls back: a key that was pressed on a call that stands counts, however late."""
    leg = served.cloud.call(served.cast.phones["JS"], served.cast.lines["coaching"])
    leg.listen()
    free = served.lock()
    leg.press("1")
    assert leg.verbs() == ["Gather", "Record", "Redirect"]
    free()
    served.eventually("SELECT urgent FROM call", 1)
    leg.record(3)
    served.eventually("SELECT count(*) FROM recording", 1)
    assert leg.verbs() == ["Gather", "Redirect"]


def test_INV_02_a_text_is_not_taken_for_kept_before_it_is(served: Served) -> None:
    free = served.lock()
    began = time.monotonic()
    sender, to = served.cast.phones["JS"], served.cast.lines["coaching"]
    response = served.cloud.text(sender, to, "are you there", message="SM1")
    assert time.monotonic() - began < LONGEST
    assert (response.status_code, response.text[-12:]) == (503, "<Response />")
    free()
    served.eventually("SELECT count(*) FROM message WHERE direction = 'in'", 1)
    again = served.cloud.text(sender, to, "are you there", message="SM1")
    assert again.status_code == 200
    served.eventually("SELECT count(*) FROM message WHERE direction = 'in'", 1)


def test_only_an_arrival_falls_back_and_nothing_of_it_changes_but_its_kind(tmp_path: Path) -> None:
    at = team(tmp_path).start
    arrived = CallArrived(
        id=EventId("c:arrived"), practice=PracticeId("p"), at=at, contact=ContactId("c"), line=LineId("l"),
        caller=NumberKey("k"),
    )  # fmt: skip
    late = fallen_back(Envelope(event=arrived, numbers={NumberKey("k"): "+12025550142"}))
    assert late.event == CallFellBack(
        id=EventId("c:arrived"), practice=PracticeId("p"), at=at, contact=ContactId("c"), line=LineId("l"),
        caller=NumberKey("k"),
    )  # fmt: skip
    assert late.numbers
    text = TextArrived(
        id=EventId("m"), practice=PracticeId("p"), at=at, message=MessageId("m"), line=LineId("l"),
        sender=NumberKey("k"), body="b",
    )  # fmt: skip
    assert fallen_back(Envelope(event=text)).event is text
