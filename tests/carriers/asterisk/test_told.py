"""What the line was told and has not taken: who waits for it, how long, and what becomes of it when they are gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from intersession.carriers.asterisk.told import TAKEN_WITHIN, Told
from intersession.carriers.port import Envelope
from intersession.core.events import CallArrived, KeyPressed
from intersession.core.ids import ContactId, EventId, LegId, LineId, PracticeId
from intersession.corridor.running import Ticket

AT = datetime(2027, 2, 9, 20, 12, tzinfo=UTC)
ONE, OTHER = ContactId("one"), ContactId("other")


@dataclass
class Line:
    """Takes what it is told when it is said to; `now` is moved by hand."""

    tickets: list[Ticket] = field(default_factory=list)
    now: float = 100.0

    def submit(self, envelope: Envelope) -> Ticket:
        self.tickets.append(Ticket(envelope))
        return self.tickets[-1]

    def takes(self, at: int) -> None:
        self.tickets[at].take()
        self.tickets[at].settle(object())  # type: ignore[arg-type]


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def told(line: Line) -> Told:
    return Told(line.submit, lambda: line.now)


def key(contact: ContactId, mark: str = "1") -> Envelope:
    leg = LegId(f"{contact}.0")
    event = KeyPressed(
        id=EventId(f"{leg}:key:{mark}"), practice=PracticeId("p"), at=AT, contact=contact, leg=leg, key="1"
    )
    return Envelope(event=event)


def call(contact: ContactId) -> Envelope:
    event = CallArrived(
        id=EventId(f"{contact}:arrived"), practice=PracticeId("p"), at=AT, contact=contact, line=LineId("coaching"),
        caller=None,
    )  # fmt: skip
    return Envelope(event=event)


def test_a_call_is_late_when_its_oldest_request_is(line: Line, told: Told) -> None:
    told(key(ONE))
    line.now += TAKEN_WITHIN - 0.1
    told(key(ONE, "2"))
    assert not told.late(ONE)
    line.now += 0.2
    assert told.late(ONE)
    line.takes(0)
    assert not told.late(ONE)
    line.now += TAKEN_WITHIN
    assert told.late(ONE)


def test_the_others_are_not_late_for_it(line: Line, told: Told) -> None:
    told(key(ONE))
    told(key(OTHER))
    line.takes(1)
    line.now += TAKEN_WITHIN + 1
    assert told.late(ONE)
    assert not told.late(OTHER)
    assert told.is_quiet(OTHER)
    assert not told.is_quiet(ONE)


def test_a_call_that_nobody_waits_for_any_more_has_fallen_back(line: Line, told: Told) -> None:
    """It is the writer that decides: what it turns after that rings nobody."""
    told(call(ONE))
    assert told.give_up(ONE)
    assert type(line.tickets[0].take().event).__name__ == "CallFellBack"
    assert not told.late(ONE)


def test_what_was_taken_in_that_very_moment_is_not_given_up(line: Line, told: Told) -> None:
    told(call(ONE))
    line.takes(0)
    assert not told.give_up(ONE)


def test_calls_that_are_over_are_forgotten(line: Line, told: Told) -> None:
    told(key(ONE))
    told(key(OTHER))
    told.keep({OTHER})
    line.now += TAKEN_WITHIN + 1
    assert not told.late(ONE)
    assert told.late(OTHER)


def test_without_tickets_nothing_is_known_and_nobody_is_let_go() -> None:
    told = Told(lambda envelope: None)
    told(call(ONE))
    assert not told.late(ONE)
    assert not told.is_quiet(ONE)
    assert not told.give_up(ONE)
