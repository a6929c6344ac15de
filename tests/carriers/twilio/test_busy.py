"""Twilio answers 429: nothing was done, so it is tried again; not for ever, and never where something may be done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intersession.carriers.port import Done, Drop, Failed, LookAgain, Order, Outcome, Unknown
from intersession.carriers.twilio.carrier import PAUSES

from .test_carrier import CONTACT, DIAL, LEG, TEXT, Answer, Api, carrier, refuses, says, silent

BUSY = refuses(429, 20429)
CREATES = (DIAL, TEXT)
CHANGES = (LookAgain(contact=CONTACT, leg=LEG), Drop(contact=CONTACT, leg=LEG))


def run(order: Order, *answers: Answer) -> tuple[Outcome, Api, list[float]]:
    made, api = carrier(*answers)
    rests: list[float] = []
    return replace(made, rest=rests.append).run(order), api, rests


@pytest.mark.parametrize("order", [*CREATES, *CHANGES])
@pytest.mark.parametrize("times", [1, len(PAUSES)])
def test_it_is_tried_again_after_a_pause_and_done_once(order: Order, times: int) -> None:
    outcome, api, rests = run(order, *[BUSY] * times, says(201, sid="CA1"))
    assert outcome == Done("CA1")
    assert rests == list(PAUSES[:times])
    assert len(api.asked) == times + 1


@pytest.mark.parametrize("order", CREATES)
def test_it_is_not_tried_for_ever_and_then_it_was_not_done(order: Order) -> None:
    outcome, _, rests = run(order, *[BUSY] * (len(PAUSES) + 1))
    assert outcome == Failed("Twilio answered 429, code 20429")
    assert sum(rests) < 3, "others wait behind it"


@pytest.mark.parametrize("order", CREATES)
@pytest.mark.parametrize("answer", [refuses(500, 20500), silent])
def test_what_may_have_been_done_is_looked_up_and_not_done_again(order: Order, answer: Answer) -> None:
    listed = says(200, calls=[], messages=[])
    outcome, api, _ = run(order, BUSY, answer, BUSY, listed)
    assert isinstance(outcome, Unknown)
    assert [method for method, *_ in api.asked] == ["POST", "POST", "GET", "GET"]
