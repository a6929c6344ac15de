"""The line is down, and Asterisk itself rings one duty number: nobody is connected without a key, and the duty phone
does not learn who calls (V00)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intersession.carriers.asterisk.pbx import BEEP, FALLBACK, HELLO, NO_ONE, WHISPER
from intersession.core.events import CallFellBack, VoicemailLeft
from intersession.core.ids import LineId
from tests.corridor.conftest import team
from tests.lab.asterisk import TONES, Switch, private_asterisk
from tests.lab.on_asterisk import OnAsterisk
from tests.lab.telephones import Network, Telephone
from tests.lab.test_asterisk_talks import received, tells

DUTY = "+12025550188"
LINE = LineId("coaching")
RING = (440.0, 480.0)
SAFE_WITHIN = 5.0


@pytest.fixture(scope="module")
def with_duty(asterisk: Switch, network: Network) -> Iterator[Switch]:
    """An Asterisk beside the others', with a duty number; the network's calls go there meanwhile."""
    pbx, before = asterisk.pbx, network.switch
    with private_asterisk(
        dict(pbx.lines), pbx.practice, network.here[1], lambda made: replace(made, duty=DUTY)
    ) as switch:
        network.switch = ("127.0.0.1", switch.pbx.sip_port)
        yield switch
        network.switch = before


@pytest.fixture
def down(with_duty: Switch, network: Network, tmp_path: Path) -> Iterator[OnAsterisk]:
    """The line's server is not there."""
    with OnAsterisk(team(tmp_path), with_duty, network, tmp_path) as made:
        made.carrier.stop()
        yield made


def calls(line: OnAsterisk) -> tuple[Telephone, Telephone]:
    """J-S calls; the duty phone rings."""
    caller, duty, began = line.phone("JS"), line.network.phone(DUTY), time.monotonic()
    caller.call(line.number("coaching"))
    caller.hears(TONES[HELLO])
    assert time.monotonic() - began < SAFE_WITHIN
    duty.wait(lambda: duty.ringing)
    return caller, duty


def test_the_duty_person_takes_it_with_key_1(down: OnAsterisk) -> None:
    caller, duty = calls(down)
    assert duty.shows == down.number("coaching")
    caller.hears(RING[0])
    duty.pick_up()
    duty.hears(TONES[WHISPER])
    caller.speak()
    duty.speak()
    time.sleep(1)
    assert not duty.heard((caller.hertz,), 0.8)
    assert not caller.heard((duty.hertz,), 0.8)
    duty.press("1")
    duty.hears(caller.hertz)
    caller.hears(duty.hertz)
    caller.hang_up()
    duty.wait(lambda: not duty.up)
    assert not tells(received(duty), [caller.number, f"@{down.switch.host}"])
    assert not tells(received(caller), [duty.number, f"@{down.switch.host}"])
    down.until(lambda: down.switch.channels() == 0)
    down.restart()
    (came, *_) = (one.event for one in down.carrier.missed(LINE, datetime.now(UTC) - timedelta(minutes=10)))
    assert isinstance(came, CallFellBack)
    assert came.answered_by_duty


def test_a_mobiles_voicemail_is_not_connected_and_the_caller_leaves_a_message(down: OnAsterisk) -> None:
    duty = down.network.phone(DUTY)
    duty.answers = True
    caller = down.phone("JS")
    caller.call(down.number("coaching"))
    caller.hears(TONES[HELLO])
    caller.wait(lambda: TONES[NO_ONE] in caller.heard((TONES[NO_ONE],), 0.12), 25)
    assert not caller.heard((duty.hertz,), 20)
    caller.hears(TONES[BEEP])
    time.sleep(0.6)
    caller.speak()
    time.sleep(1.5)
    caller.hang_up()
    down.until(lambda: down.switch.channels() == 0)
    down.restart()
    came, left, _ = (one.event for one in down.carrier.missed(LINE, datetime.now(UTC) - timedelta(minutes=10)))
    assert isinstance(came, CallFellBack)
    assert not came.answered_by_duty
    assert isinstance(left, VoicemailLeft)


def test_an_engaged_duty_phone_is_not_waited_for(down: OnAsterisk) -> None:
    down.network.phone(DUTY).engaged = True
    caller = down.phone("JS")
    caller.call(down.number("coaching"))
    caller.hears(TONES[HELLO])
    caller.hears(TONES[NO_ONE], 5)


def test_the_caller_hangs_up_while_it_rings(down: OnAsterisk) -> None:
    caller, duty = calls(down)
    caller.hang_up()
    duty.wait(lambda: not duty.ringing)
    down.until(lambda: down.switch.channels() == 0)


def test_the_duty_person_ends_it_and_the_caller_is_not_left_alone(down: OnAsterisk) -> None:
    caller, duty = calls(down)
    duty.pick_up()
    duty.hears(TONES[WHISPER])
    duty.press("1")
    caller.speak()
    duty.hears(caller.hertz)
    duty.hang_up()
    caller.hears(TONES[FALLBACK])
    assert caller.up
