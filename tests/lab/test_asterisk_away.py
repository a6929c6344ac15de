"""We are dead, hung or cut off: the caller hears the safety words from Asterisk itself, and nothing is lost."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from intersession.carriers.asterisk.dialplan import TEXTS
from intersession.carriers.asterisk.parse import WORDLESS
from intersession.carriers.asterisk.pbx import BEEP, FALLBACK, FALLBACK_SAVED
from intersession.carriers.asterisk.waiting import LEASE
from intersession.carriers.port import Done, Drop, Envelope, Failed, Text
from intersession.core.call import Phase
from intersession.core.events import CallArrived, CallFellBack, LegEnded, PromptEnded, TextArrived, VoicemailLeft
from intersession.core.ids import LegId, LineId, MessageId
from tests.carriers.contract import the_call
from tests.lab.asterisk import TONES
from tests.lab.on_asterisk import OnAsterisk

LINE = LineId("coaching")
SAFE_WITHIN = 5.0
"""Seconds within which a caller hears the safety words when our server is dead or hung."""


def missed(line: OnAsterisk) -> list[Envelope]:
    return list(line.carrier.missed(LINE, datetime.now(UTC) - timedelta(minutes=10)))


def test_a_message_that_the_fallback_took_is_brought_in(line: OnAsterisk) -> None:
    """V00: with the true times; and its sound lies there until it is asked to be forgotten."""
    line.carrier.stop()
    caller, began = line.phone("JS"), datetime.now(UTC).replace(microsecond=0)
    caller.call(line.number("coaching"))
    caller.hears(TONES[FALLBACK])
    caller.hears(TONES[BEEP])
    time.sleep(0.6)
    caller.speak()
    time.sleep(2.5)
    caller.hang_up()
    line.until(lambda: line.switch.channels() == 0)
    line.restart()
    came, left, ended = (one.event for one in missed(line))
    now = datetime.now(UTC)
    assert isinstance(came, CallFellBack)
    assert came.caller == line.world.key_of("JS")
    assert came.line == LINE
    assert isinstance(left, VoicemailLeft)
    assert not left.silent
    assert 2 < left.seconds < 4
    assert isinstance(ended, LegEnded)
    assert began <= came.at < left.at <= ended.at <= now

    media_type, sound = line.carrier.sound(left.recording) or ("", b"")
    assert media_type == "audio/wav"
    assert sound.startswith(b"RIFF")
    for envelope in missed(line) * 2:
        line.world.corridor.submit(envelope)
    line.world.settle()
    assert line.world.db.value("SELECT count(*) FROM recording") == 1
    assert line.world.item("JS").owner

    line.carrier.forget(left.recording)
    line.carrier.forget(left.recording)
    assert line.carrier.sound(left.recording) is None


def test_what_was_told_is_struck_out(line: OnAsterisk) -> None:
    """The number of whoever called does not stay in Asterisk's own notes."""
    caller = line.phone("TK")
    line.happens(CallArrived, lambda: caller.call(line.number("coaching")))
    line.happens(LegEnded, caller.hang_up)
    line.until(lambda: line.switch.channels() == 0)
    assert caller.number in line.switch.ask("database show intersession")
    missed(line)
    list(line.carrier.missed(LINE, line.world.now() + timedelta(minutes=1)))
    line.until(lambda: caller.number not in line.switch.ask("database show intersession"))


def test_a_server_that_hangs_does_not_leave_the_caller_in_silence(line: OnAsterisk) -> None:
    line.carrier._loop.call_soon_threadsafe(time.sleep, SAFE_WITHIN + 0.5)
    caller, began = line.phone("JS"), time.monotonic()
    caller.call(line.number("coaching"))
    caller.hears(TONES[FALLBACK])
    assert time.monotonic() - began < SAFE_WITHIN
    line.happens(LegEnded, since=0)
    assert caller.up
    caller.hang_up()


def test_the_server_dies_while_a_caller_waits(line: OnAsterisk) -> None:
    caller, _ = line.rings()
    began = time.monotonic()
    line.carrier.stop()
    caller.hears(TONES[FALLBACK])
    assert time.monotonic() - began < SAFE_WITHIN
    caller.hears(TONES[BEEP])
    time.sleep(0.6)
    caller.speak()
    time.sleep(1)
    caller.press("#")
    caller.hears(TONES[FALLBACK_SAVED])
    caller.hang_up()
    line.until(lambda: line.phone("JS").line is not None and line.phone("JS").line.over)
    line.restart()
    line.goes_on(lambda: line.switch.channels() <= 1)
    for envelope in missed(line):
        line.world.corridor.submit(envelope)
    line.world.settle()
    assert the_call(line.world).phase is Phase.ENDED
    assert line.world.db.value("SELECT count(*) FROM recording") == 1


def test_a_talk_goes_on_without_us_and_its_end_is_told(line: OnAsterisk) -> None:
    """The process ends and another one takes over, with the two still talking."""
    outside, staff = line.talk()
    line.carrier.stop()
    time.sleep(LEASE + 0.5)
    outside.hears(staff.hertz)
    staff.hears(outside.hertz)
    line.restart()
    time.sleep(0.2)
    ended = line.happens(LegEnded, staff.hang_up)
    assert ended.leg == f"{ended.contact}.1"
    assert the_call(line.world).phase is not Phase.TALKING
    assert outside.up


def test_whose_other_side_went_while_we_were_away(line: OnAsterisk) -> None:
    outside, staff = line.talk()
    line.carrier.stop()
    staff.hang_up()
    line.until(lambda: line.switch.channels() == 1)
    before = len(line.told)
    line.restart()
    ended = line.happens(LegEnded, since=before)
    assert ended.leg == f"{ended.contact}.1"
    line.happens(PromptEnded, since=before)
    assert outside.up


def test_a_lost_socket_in_mid_call(line: OnAsterisk) -> None:
    """Sound goes on; what ended meanwhile is told once the connection stands again."""
    outside, staff = line.talk()
    before = len(line.told)
    line.cut()
    staff.hang_up()
    assert outside.up
    ended = line.happens(LegEnded, since=before)
    assert ended.leg == f"{ended.contact}.1"
    outside.hang_up()
    line.goes_on(lambda: the_call(line.world).phase is Phase.ENDED)


def test_words_that_ended_while_the_socket_was_lost_are_over(line: OnAsterisk) -> None:
    caller = line.phone("JS")
    line.happens(CallArrived, lambda: caller.call(line.number("coaching")))
    before = len(line.told)
    time.sleep(0.3)
    line.cut()
    line.happens(PromptEnded, since=before)
    assert caller.up


HARD = 'Hi :) at 5: ok? (or 6) ${EXTEN} $[1+1] "q" a,b;c|d \\ % €😀 ]}\nsecond line,  the end  '


def test_a_text_that_came_while_we_were_away_is_brought_in_once(line: OnAsterisk) -> None:
    """Whatever its words are; with the time it came; and nothing of it stays at Asterisk."""
    line.carrier.stop()
    sender, began = line.phone("MR"), datetime.now(UTC).replace(microsecond=0)
    for body in (HARD, "x" * 1000, "y" * 1500):
        sender.text(line.number("coaching"), body)
    line.until(lambda: line.switch.ask(f"database show {TEXTS}").count("/AT") == 3)
    line.restart()
    found = [one.event for one in missed(line)]
    now = datetime.now(UTC)
    assert all(isinstance(one, TextArrived) for one in found)
    too_long = WORDLESS.format(size=1500)
    assert sorted(one.body for one in found if isinstance(one, TextArrived)) == sorted((HARD, "x" * 1000, too_long))
    assert {one.sender for one in found if isinstance(one, TextArrived)} == {line.world.key_of("MR")}
    assert all(began <= one.at <= now for one in found)
    for envelope in missed(line) * 2:
        line.world.corridor.submit(envelope)
    line.world.settle()
    assert line.world.db.value("SELECT count(*) FROM message WHERE direction = 'in'") == 3
    list(line.carrier.missed(LINE, line.world.now() + timedelta(minutes=1)))
    line.until(lambda: sender.number not in line.switch.ask(f"database show {TEXTS}"))
    assert missed(line) == []


def test_a_text_that_comes_while_the_socket_is_lost_is_told_once(line: OnAsterisk) -> None:
    sender, before = line.phone("MR"), len(line.told)
    line.cut()
    sender.text(line.number("coaching"), HARD)
    line.happens(TextArrived, since=before)
    time.sleep(1)
    line.world.settle()
    assert line.world.db.value("SELECT count(*) FROM message WHERE direction = 'in'") == 1


def test_what_came_to_a_number_that_is_no_line_of_ours_is_not_forgotten(line: OnAsterisk) -> None:
    """It is asked for with the practice's first line, and with no other."""
    line.carrier.stop()
    caller, unlisted = line.phone("JS"), "+12025550199"
    caller.call(unlisted)
    caller.hears(TONES[FALLBACK])
    caller.text(unlisted, "Hello?")
    caller.hang_up()
    line.until(lambda: line.switch.channels() == 0)
    line.restart()
    since = datetime.now(UTC) - timedelta(minutes=10)
    found = [type(one.event) for one in line.carrier.missed(LINE, since)]
    assert found == [CallFellBack, LegEnded, TextArrived]
    assert list(line.carrier.missed(LineId("main"), since)) == []


def test_a_text_that_was_told_and_kept_is_one(line: OnAsterisk) -> None:
    sender = line.phone("MR")
    told = line.happens(TextArrived, lambda: sender.text(line.number("coaching"), HARD))
    (kept,) = (one.event for one in missed(line))
    assert isinstance(kept, TextArrived)
    assert (kept.id, kept.body, kept.sender, kept.line) == (told.id, told.body, told.sender, told.line)


def test_a_second_process_takes_over_and_the_first_stands_back(line: OnAsterisk) -> None:
    """One process owns the event stream; the two do not take it from each other in turn."""
    outside, staff = line.talk()
    first = line.carrier
    line.restart()
    time.sleep(0.5)
    call = the_call(line.world)
    drop = Drop(contact=call.contact, leg=LegId(f"{call.contact}.1"))
    text = Text(message=MessageId("m"), show=line.number("main"), to=outside.number, body="Hello")
    assert isinstance(first.run(text), Failed)
    assert staff.up
    assert line.carrier.run(drop) == Done()
    line.happens(LegEnded, since=0)
    assert outside.up
    first.stop()
