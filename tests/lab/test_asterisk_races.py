"""Two things at once on real calls (DESIGN §3): each has one outcome, and nobody hears whom they should not."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from intersession.core.call import Phase
from intersession.core.events import CallArrived, KeyPressed, LegAnswered, PromptEnded
from tests.carriers.contract import the_call
from tests.lab.on_asterisk import OnAsterisk
from tests.lab.telephones import Telephone
from tests.lab.test_asterisk_talks import CRISIS, received, tells

COMMISSIONED = json.dumps(
    [{"level": "practice", "name": "practice", "values": {"crisis_commissioned": True, "dbt": True}}]
)


def hears_nothing_of(phone: Telephone, other: Telephone, since: float) -> bool:
    return not phone.heard_between(since, time.monotonic(), (other.hertz,))


@pytest.mark.parametrize("after", [-0.1, 0.0, 0.1])
def test_nine_is_pressed_as_a_phone_accepts(line: OnAsterisk, after: float) -> None:
    """Crisis beats accept until the bridge stands (D39), whichever key came first."""
    line.world.db.run("UPDATE practice SET policy = ?, version = version + 1", (COMMISSIONED,))
    outside, staff = line.rings()
    crisis = line.network.phone(CRISIS)
    crisis.answers = True
    line.happens(LegAnswered, staff.pick_up)
    since = time.monotonic()
    first, then = (staff, "1"), (outside, "9")
    if after < 0:
        first, then = then, first
    first[0].press(first[1])
    time.sleep(abs(after))
    then[0].press(then[1])
    line.goes_on(lambda: crisis.up)
    outside.speak()
    crisis.hears(outside.hertz)
    outside.hears(crisis.hertz)
    line.goes_on(lambda: not staff.up)
    call = the_call(line.world)
    assert call.phase is Phase.CRISIS
    assert call.accepted_by is None
    assert hears_nothing_of(staff, outside, since)
    assert crisis.shows == outside.number
    assert not tells(received(staff), [outside.number])


def test_a_second_client_calls_while_the_clinician_is_engaged(line: OnAsterisk) -> None:
    """An engaged phone is busy for the others; the two talks do not touch."""
    first, ames = line.talk()
    second, since = line.phone("MR"), time.monotonic()
    before = len(line.told)
    line.happens(CallArrived, lambda: second.call(line.number("coaching")), since=before)
    line.happens(KeyPressed, lambda: second.press("1"))
    invites = [text for way, text in ames.messages if way == "in" and text.startswith("INVITE")]
    coach = line.phone("Evan")
    line.goes_on(lambda: coach.ringing)
    line.happens(LegAnswered, coach.pick_up)
    line.happens(KeyPressed, lambda: coach.press("1"))
    second.speak()
    coach.speak()
    line.goes_on(lambda: second.hertz in coach.heard((second.hertz,), 0.12))
    second.hears(coach.hertz)
    first.hears(ames.hertz)
    ames.hears(first.hertz)
    for phone, others in ((first, (second, coach)), (ames, (second, coach)), (second, (first, ames)),
                          (coach, (first, ames))):  # fmt: skip
        assert all(hears_nothing_of(phone, other, since) for other in others)
    assert [text for way, text in ames.messages if way == "in" and text.startswith("INVITE")] == invites
    assert not tells(received(ames) + received(coach), [second.number, first.number])


def test_a_machine_picks_up_as_the_next_stage_begins(line: OnAsterisk) -> None:
    """A mobile's voicemail presses no key: it is nobody, and the caller is with whoever presses 1."""
    outside, machine, second = line.phone("JS"), line.phone("Ames"), line.phone("Evan")
    machine.answers = True
    since, before = time.monotonic(), len(line.told)
    line.happens(CallArrived, lambda: outside.call(line.number("coaching")))
    line.happens(PromptEnded, since=before)
    outside.press("1")
    line.goes_on(lambda: machine.up and second.ringing)
    line.happens(LegAnswered, second.pick_up)
    line.happens(KeyPressed, lambda: second.press("1"))
    line.goes_on(lambda: the_call(line.world).phase is Phase.TALKING)
    outside.speak()
    second.speak()
    second.hears(outside.hertz)
    outside.hears(second.hertz)
    line.goes_on(lambda: not machine.up)
    assert hears_nothing_of(machine, outside, since)
    assert hears_nothing_of(outside, machine, since)


def test_a_machine_that_talks_on_holds_nobody_up(line: OnAsterisk) -> None:
    """Nobody presses anything: its time passes, and the next phone rings while the machine still speaks."""
    outside, machine = line.phone("JS"), line.phone("Ames")
    machine.answers = True
    since, before = time.monotonic(), len(line.told)
    line.happens(CallArrived, lambda: outside.call(line.number("coaching")))
    line.happens(PromptEnded, since=before)
    line.goes_on(lambda: machine.up)
    line.world.go_to(line.world.now() + timedelta(minutes=2))
    line.goes_on(lambda: not machine.up)
    assert outside.up
    assert hears_nothing_of(outside, machine, since)
    assert the_call(line.world).accepted_by is None
