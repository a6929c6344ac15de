"""A real Asterisk keeps the contract of what a carrier does with our own legs; and a voicemail is played to staff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from intersession.carriers.port import Done, Say
from intersession.core.call import Hearing
from intersession.core.ids import RecordingId
from tests.carriers.contract import OutboundContract, Staff
from tests.carriers.handsets import Handsets
from tests.corridor.conftest import team
from tests.lab.asterisk import Switch, tone
from tests.lab.real_world import OnAsterisk, Stage
from tests.lab.telephones import Network

QUIET, AT_MOST = 3, 120
"""Half seconds: so long without words, and nothing more is said; and no words take longer."""


class RealHandsets(Handsets):
    """Somebody who listens hears when the words are over; nobody tells it beforehand."""

    def listen(self) -> None:
        quiet = 0
        for _ in range(AT_MOST):
            leg = self.world.exchange.handset(self.number).leg
            assert leg is not None
            quiet = 0 if leg.hears_words() or leg.beeps else quiet + 1
            if quiet == QUIET:
                return
            self.later(0.5)


@pytest.fixture
def staff(asterisk: Switch, network: Network, tmp_path: Path) -> Iterator[RealHandsets]:
    with OnAsterisk(team(tmp_path), Stage(asterisk, network), pace=2.0) as world:
        yield RealHandsets(world)


class TestAsteriskOutbound(OutboundContract):
    @pytest.fixture
    def staff(self, staff: RealHandsets) -> Staff:
        return staff


def test_a_message_that_was_left_is_played_to_a_staff_phone(staff: RealHandsets) -> None:
    """Brought home from Asterisk, deleted there, opened, and heard: it is the caller's own voice."""
    world = staff.world
    staff.call("Stranger", "main")
    staff.listen()
    staff.leave_message(3)
    staff.hang_up()
    ((recording,),) = world.db.rows("SELECT id FROM recording")
    assert world.sounds.sound(recording), "it lies with us"
    assert world.exchange.sound(recording) is None, "and no longer at Asterisk"
    staff.call("Evan", "main")
    leg = next(iter(world.carrier._board.legs))
    plays = Say(contact=leg.contact, leg=leg.id, hearing=Hearing(plays=RecordingId(recording)))
    before = len(world.seen)
    assert world.exchange.run(plays) == Done()
    staff.later(3)
    heard = [seen for seen in world.seen[before:] if seen.what == "plays"]
    assert [seen.number for seen in heard] == [world.cast.phones["Evan"]]


def test_what_makes_no_sound_is_not_heard(staff: RealHandsets) -> None:
    """What a telephone hears is told from its sound: an order alone is nothing that anybody hears."""
    world = staff.world
    silent = tone(Path(world._folder.name) / "silent.wav", 0, 1.0)
    world.carrier._speaker = lambda said: silent
    staff.call("JS", "coaching")
    staff.later(2)
    assert staff.in_call("JS")
    assert not [seen for seen in world.seen if seen.what == "hears"]


def test_a_number_that_was_told_is_found(staff: RealHandsets) -> None:
    """INV-04: the look at every SIP message finds what it is for."""
    world = staff.world
    phones = world.cast.phones
    told = world.exchange.handset(phones["Ames"]).phone.messages
    told.append(("in", f"INVITE sip:{phones['Ames']}@127.0.0.1 SIP/2.0\r\nFrom: <sip:{world.cast.lines['main']}@line>"))
    assert not world.leaks()
    told.append(("in", f"INFO sip:phone@127.0.0.1 SIP/2.0\r\nRemote-Party-ID: <sip:{phones['JS'][2:]}@line>"))
    assert len(world.leaks()) == 1
