"""Digits, a refused call, keys in a recording: on real Asterisk, where an event may come twice."""

from __future__ import annotations

import time
from dataclasses import replace

from intersession.carriers.asterisk.pbx import BEEP
from intersession.carriers.port import Done, Failed, Mail, Notice, Refuse, Say, Text
from intersession.core.call import Hearing, Then
from intersession.core.events import CallArrived, DigitsEntered, KeyPressed, LegEnded, VoicemailLeft
from intersession.core.ids import MessageId, caller_leg
from tests.lab.asterisk import TONES
from tests.lab.on_asterisk import OnAsterisk
from tests.lab.telephones import Telephone


def asked_for_digits(line: OnAsterisk) -> Telephone:
    """A colleague dials in, and is asked for several digits."""
    evan = line.phone("Evan")
    contact = line.happens(CallArrived, lambda: evan.call(line.number("coaching"))).contact
    line.carrier.run(Say(contact=contact, leg=caller_leg(contact), hearing=Hearing(keys="12", digits=True)))
    return evan


def test_a_pin_is_heard_digit_by_digit_and_each_once(line: OnAsterisk) -> None:
    """V04."""
    evan = asked_for_digits(line)
    assert line.happens(DigitsEntered, lambda: evan.press("4711#")).digits == "4711"


def test_one_digit_and_a_pause_is_a_key(line: OnAsterisk) -> None:
    evan = asked_for_digits(line)
    assert line.happens(KeyPressed, lambda: evan.press("2")).key == "2"


def test_a_refused_call_is_never_picked_up(line: OnAsterisk) -> None:
    """D16."""
    line.world.corridor.carriers.pop("asterisk")  # nobody but this test answers it
    caller = line.phone("JS")
    contact = line.happens(CallArrived, lambda: caller.call(line.number("coaching"))).contact
    assert line.carrier.run(Refuse(contact=contact, leg=caller_leg(contact))) == Done()
    line.happens(LegEnded, since=0)
    caller.wait(lambda: caller.line is not None and caller.line.over)
    assert caller.line is not None
    assert not caller.line.up
    assert caller.line.status >= 400


def test_D62_one_ends_a_recording_and_keeps_it(line: OnAsterisk) -> None:
    """The key comes first, then the message."""
    caller = line.phone("JS")
    contact = line.happens(CallArrived, lambda: caller.call(line.number("coaching"))).contact
    hearing = Hearing(keys="19#", then=Then.RECORD)
    line.carrier.run(Say(contact=contact, leg=caller_leg(contact), hearing=hearing))
    caller.hears(TONES[BEEP])
    time.sleep(0.6)
    caller.speak()
    before = len(line.told)
    caller.press("4")
    time.sleep(1)
    caller.press("1")
    line.until(lambda: any(isinstance(one.event, VoicemailLeft) for one in line.told[before:]))
    kinds = [type(one.event) for one in line.told[before:]]
    assert kinds == [KeyPressed, VoicemailLeft]
    caller.hang_up()


def test_a_caller_who_hangs_up_while_recording_has_left_a_message(line: OnAsterisk) -> None:
    caller = line.phone("JS")
    contact = line.happens(CallArrived, lambda: caller.call(line.number("coaching"))).contact
    line.carrier.run(Say(contact=contact, leg=caller_leg(contact), hearing=Hearing(keys="19#", then=Then.RECORD)))
    caller.hears(TONES[BEEP])
    time.sleep(0.6)
    caller.speak()
    time.sleep(1)
    left = line.happens(VoicemailLeft, caller.hang_up)
    assert not left.silent
    assert 0.5 < left.seconds < 2


def test_there_is_no_mail_here(line: OnAsterisk) -> None:
    mail = Mail(message=MessageId("m"), to="somebody@example.org", subject="", body="")
    assert line.carrier.run(mail) != Done()


def test_without_texts_a_page_is_its_call_and_nobody_is_told_of_the_notice_each_time(line: OnAsterisk) -> None:
    pbx = line.carrier.pbx
    line.carrier._reader = replace(line.carrier._reader, pbx=replace(pbx, trunk=replace(pbx.trunk, texts=False)))
    to, show = line.world.cast.phones["Ames"], line.number("coaching")
    assert line.carrier.run(Notice(to=to, show=show, body="Line: something waits.")) == Done()
    text = Text(message=MessageId("m1"), show=show, to=to, body="Thursday at four?")
    assert isinstance(line.carrier.run(text), Failed)
