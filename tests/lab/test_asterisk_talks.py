"""Two people meet on a real Asterisk: what each hears is proven by tones, what it may not learn by every message."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

import pytest

from intersession.carriers.asterisk.pbx import RING, TONE
from intersession.carriers.port import CrisisTransfer, Dial, Done, Join, Notice, Text
from intersession.carriers.port import Tone as SoftLimit
from intersession.core.call import Phase
from intersession.core.events import CallArrived, CrisisLegEnded, KeyPressed, LegAnswered, LegEnded, LegsJoined
from intersession.core.ids import ContactId, LegId, MessageId, caller_leg
from tests.carriers.contract import the_call
from tests.lab.asterisk import TONES
from tests.lab.on_asterisk import OnAsterisk
from tests.lab.telephones import Telephone

CRISIS = "988"


def test_each_hears_the_other_and_the_other_alone(line: OnAsterisk) -> None:
    outside, staff = line.talk()
    outside.hears(staff.hertz)
    staff.hears(outside.hertz)
    time.sleep(0.4)
    everything = [outside.hertz, staff.hertz, *line.voices.spoken.values(), *TONES.values()]
    assert outside.heard(everything) == {staff.hertz}
    assert staff.heard(everything) == {outside.hertz}
    assert the_call(line.world).phase is Phase.TALKING


def test_before_the_key_staff_hear_the_whisper_and_no_caller(line: OnAsterisk) -> None:
    outside, staff = line.rings()
    outside.speak()
    since = time.monotonic()
    line.happens(LegAnswered, staff.pick_up)
    assert "press 1" in line.words(staff, since).lower()
    assert not staff.heard_between(since, time.monotonic(), (outside.hertz,))
    assert staff.shows == line.number("coaching")


def test_no_message_tells_one_side_the_others_number(line: OnAsterisk) -> None:
    """INV-04. Every SIP message to either leg, re-INVITEs too; and none tells the machine's own name."""
    outside, staff = line.talk()
    time.sleep(0.5)
    line.happens(KeyPressed, lambda: staff.press("4"))
    line.happens(LegEnded, outside.hang_up)
    staff.hang_up()
    time.sleep(0.2)
    assert len(received(outside)) >= 3
    assert len(received(staff)) >= 3
    assert not tells(received(outside), [staff.number, f"@{line.switch.host}"])
    assert not tells(received(staff), [outside.number, f"@{line.switch.host}"])


def test_whoever_presses_second_hears_that_it_is_taken(line: OnAsterisk) -> None:
    """Two accept at once: one is joined, and the other hears it and is let go."""
    outside, first = line.rings()
    line.happens(LegAnswered, first.pick_up)
    line.happens(KeyPressed, lambda: outside.press("1"))
    second = line.phone("Evan")
    line.goes_on(lambda: second.ringing)
    line.happens(LegAnswered, second.pick_up)
    since = time.monotonic()
    first.press("1")
    second.press("1")
    line.goes_on(lambda: the_call(line.world).phase is Phase.TALKING)
    outside.speak()
    line.goes_on(lambda: not (first.up and second.up))
    joined, taken = (first, second) if first.up else (second, first)
    joined.hears(outside.hertz)
    words = line.words(taken, since)
    assert "taken" in words or "Too late" in words
    assert not taken.heard_between(since, time.monotonic(), (outside.hertz,))


@pytest.mark.parametrize("wait", [0.0, 0.12, 0.2])
def test_the_caller_hangs_up_as_a_phone_accepts(line: OnAsterisk, wait: float) -> None:
    """Whichever comes first: staff are told that the caller is gone, and nothing is left behind."""
    outside, staff = line.rings()
    line.happens(LegAnswered, staff.pick_up)
    since = time.monotonic()
    staff.press("1")
    time.sleep(wait)
    line.happens(LegEnded, outside.hang_up)
    line.goes_on(lambda: the_call(line.world).phase is Phase.ENDED)
    assert "The caller is gone" in line.words(staff, since)
    staff.hang_up()
    line.goes_on(lambda: line.switch.channels() == 0)
    line.goes_on(lambda: "talk-" not in line.switch.ask("bridge show all"))


def test_the_soft_limit_tone_reaches_the_staff_leg_alone(line: OnAsterisk) -> None:
    outside, staff = line.talk()
    call = the_call(line.world)
    assert call.accepted_by is not None
    tone, since = TONES[TONE], time.monotonic()
    assert line.carrier.run(SoftLimit(contact=call.contact, leg=call.accepted_by)) == Done()
    staff.hears(tone)
    assert outside.hertz in staff.heard((outside.hertz,))
    time.sleep(0.6)
    assert not outside.heard_between(since, time.monotonic(), (tone,))


def test_a_third_leg_joins_and_all_three_hear_each_other(line: OnAsterisk) -> None:
    outside, staff = line.talk()
    contact = the_call(line.world).contact
    third, leg = line.phone("Cole"), LegId(f"{contact}.9")
    show = line.number("coaching")
    line.carrier.run(Dial(contact=contact, leg=leg, to=third.number, show=show, seconds=10))
    line.happens(LegAnswered, third.pick_up)
    line.happens(
        LegsJoined,
        lambda: line.carrier.run(Join(contact=contact, staff_leg=leg, outside_leg=caller_leg(contact))),
    )
    third.speak()
    for phone, others in ((outside, (staff, third)), (staff, (outside, third)), (third, (outside, staff))):
        phone.wait(lambda phone=phone, others=others: phone.heard([one.hertz for one in others]) == {
            one.hertz for one in others
        })
    assert not tells(received(third), [outside.number, staff.number])
    assert not tells(received(outside), [third.number])


def test_the_crisis_leg_alone_shows_the_callers_own_number(line: OnAsterisk) -> None:
    """INV-18, and what comes after: the crisis line's side ends, and the caller is still with us."""
    outside, crisis = line.phone("JS"), line.network.phone(CRISIS)
    crisis.answers = True
    line.happens(CallArrived, lambda: outside.call(line.number("coaching")))
    contact = the_call(line.world).contact
    order = CrisisTransfer(contact=contact, leg=caller_leg(contact), numbers=(CRISIS, "+12025550199"), seconds=10)
    assert line.carrier.run(order) == Done()
    assert line.carrier.run(order) == Done()  # pressed again on the way there
    outside.hears(crisis.hertz)
    outside.speak()
    crisis.hears(outside.hertz)
    assert crisis.shows == outside.number
    ended = line.happens(CrisisLegEnded, crisis.hang_up)
    assert ended.reached
    assert outside.up


def test_the_second_number_is_tried_and_then_it_is_not_reached(line: OnAsterisk) -> None:
    outside, crisis, other = line.phone("JS"), line.network.phone(CRISIS), line.network.phone("+12025550199")
    crisis.engaged = other.engaged = True
    line.happens(CallArrived, lambda: outside.call(line.number("coaching")))
    contact = the_call(line.world).contact
    order = CrisisTransfer(contact=contact, leg=caller_leg(contact), numbers=(CRISIS, other.number), seconds=10)
    ended = line.happens(CrisisLegEnded, lambda: line.carrier.run(order))
    assert not ended.reached
    assert crisis.messages
    assert received(other)


def test_it_rings_while_the_crisis_line_does_not_answer_yet(line: OnAsterisk) -> None:
    outside, crisis = line.phone("JS"), line.network.phone(CRISIS)
    line.happens(CallArrived, lambda: outside.call(line.number("coaching")))
    contact = the_call(line.world).contact
    line.carrier.run(CrisisTransfer(contact=contact, leg=caller_leg(contact), numbers=(CRISIS,), seconds=10))
    outside.hears(TONES[RING])
    crisis.pick_up()
    crisis.speak()
    outside.hears(crisis.hertz)
    time.sleep(0.2)
    assert not outside.heard((TONES[RING],), 0.1)
    line.happens(LegEnded, outside.hang_up)
    crisis.wait(lambda: not crisis.up)


def test_a_number_that_is_withheld_is_withheld(line: OnAsterisk) -> None:
    phone, contact = line.phone("JS"), ContactId("call-back")
    dial = Dial(contact=contact, leg=caller_leg(contact), to=phone.number, show=None, seconds=10, towards_client=True)
    assert line.carrier.run(dial) == Done()
    phone.wait(lambda: phone.ringing)
    assert phone.shows == "anonymous"
    assert not tells(received(phone), [line.number("coaching"), line.number("main")])
    ended = line.happens(LegEnded, phone.decline)
    assert ended.cause == "busy"


def test_texts_and_notices_go_out_from_the_line(line: OnAsterisk) -> None:
    phone, staff = line.phone("JS"), line.phone("Ames")
    text = Text(message=MessageId("m"), show=line.number("coaching"), to=phone.number, body="Friday at 10 €")
    assert line.carrier.run(text) == Done()
    assert line.carrier.run(Notice(to=staff.number, show=line.number("coaching"), body="You are wanted")) == Done()
    phone.wait(lambda: phone.texts == [(line.number("coaching"), "Friday at 10 €")])
    staff.wait(lambda: staff.texts == [(line.number("coaching"), "You are wanted")])


def received(phone: Telephone) -> list[str]:
    """Every SIP message that this telephone was sent."""
    return [text for way, text in phone.messages if way == "in"]


def tells(messages: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """The messages in which any of these stands, however it is written."""
    figures = [re.sub(r"^\+?1?", "", secret) if secret[-1:].isdigit() else secret for secret in secrets]
    return [text.split("\r\n")[0] for text in messages if any(one in text for one in figures)]
