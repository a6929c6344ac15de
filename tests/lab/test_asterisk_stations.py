"""Telephones on staff's desks: they register, ring for their owner, and learn no more than a private phone would."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from intersession.core.call import Phase
from intersession.core.events import (
    CallArrived,
    CallBackAsked,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegsJoined,
    PromptEnded,
)
from intersession.core.ids import ClientId, ContactId, EventId, LineId, PracticeId, StaffId
from tests.carriers.contract import the_call
from tests.lab.asterisk import Switch
from tests.lab.on_asterisk import OnAsterisk
from tests.lab.stations import AMES, DESK, OTHER, state_of, team_asterisk, with_desks
from tests.lab.telephones import Network, Telephone, telephone_network
from tests.lab.test_asterisk_talks import received, tells

DESKS_AT = "127.0.0.3"


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """The provider behind the trunk."""
    with telephone_network() as made:
        yield made


@pytest.fixture(scope="module")
def asterisk(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """One with telephones on two desks."""
    with team_asterisk(network, tmp_path_factory.mktemp("cast"), with_desks) as switch:
        yield switch


@pytest.fixture
def desks(asterisk: Switch) -> Iterator[Network]:
    """The practice's own network, at another address than the provider."""
    with telephone_network(DESKS_AT) as made:
        made.switch = ("127.0.0.1", asterisk.pbx.sip_port)
        yield made


@pytest.fixture
def desk(desks: Network) -> Iterator[Telephone]:
    """Ames's, registered."""
    phone = desks.phone(DESK.name)
    phone.password, phone.hertz = DESK.password, 900
    assert phone.register() == 200
    yield phone
    assert phone.register(seconds=0) == 200


def test_it_registers_with_its_password_and_with_no_other(asterisk: Switch, desks: Network) -> None:
    phone = desks.phone(OTHER.name)
    phone.password = DESK.password
    assert phone.register() == 401
    assert state_of(asterisk, OTHER.name)["state"] == "offline"
    assert "state" not in state_of(asterisk, "phone-000000")
    phone.password = OTHER.password
    assert phone.register() == 200
    phone.wait(lambda: state_of(asterisk, OTHER.name)["state"] == "online")
    assert phone.register(seconds=0) == 200


def test_a_whole_call_reaches_the_desk_and_no_message_tells_a_number(line: OnAsterisk, desk: Telephone) -> None:
    """INV-04: it shows the line, whispers, connects by a key; every message to either side is read."""
    outside, mobile = line.phone("JS"), line.phone("Ames")
    before = len(line.told)
    line.happens(CallArrived, lambda: outside.call(line.number("coaching")))
    line.happens(PromptEnded, since=before)
    line.goes_on(lambda: desk.ringing)
    assert desk.shows == line.number("coaching")
    since = time.monotonic()
    line.happens(LegAnswered, desk.pick_up)
    assert "press 1" in line.words(desk, since).lower()
    before = len(line.told)
    line.happens(KeyPressed, lambda: desk.press("1"))
    line.happens(LegsJoined, since=before)
    outside.speak()
    desk.speak()
    outside.hears(desk.hertz)
    desk.hears(outside.hertz)
    assert the_call(line.world).phase is Phase.TALKING
    line.happens(LegEnded, outside.hang_up)
    desk.hang_up()
    line.goes_on(lambda: line.switch.channels() == 0)
    time.sleep(0.2)
    assert len(received(outside)) >= 3
    assert len(received(desk)) >= 5
    host = f"@{line.switch.host}"
    assert not tells(received(desk), [outside.number, AMES, host])
    assert not tells(received(outside), [AMES, DESK.name, "127.0.0.3", host])
    assert not mobile.messages, "the station rings instead of the number"


def test_O01_a_call_back_rings_the_desk_first_and_shows_either_side_the_line(
    line: OnAsterisk, desk: Telephone
) -> None:
    outside, world = line.phone("JS"), line.world
    world.do(CallBackAsked(
        id=EventId("back"), practice=PracticeId(world.cast.setup.id), at=world.now(), by=StaffId("Ames"),
        contact=ContactId("back-1"), line=LineId("coaching"), client=ClientId("JS"),
        number=world.keyring.number_key(outside.number),
    ))  # fmt: skip
    line.goes_on(lambda: desk.ringing)
    line.happens(LegAnswered, desk.pick_up)
    line.happens(KeyPressed, lambda: desk.press("1"))
    line.goes_on(lambda: outside.ringing)
    before = len(line.told)
    line.happens(LegAnswered, outside.pick_up)
    line.happens(LegsJoined, since=before)
    outside.speak()
    desk.hears(outside.hertz)
    assert {desk.shows, outside.shows} == {line.number("coaching")}
    line.happens(LegEnded, outside.hang_up)
    desk.hang_up()
    assert not tells(received(desk), [outside.number, AMES])
    assert not tells(received(outside), [AMES, DESK.name])


@pytest.mark.parametrize("dialled", ["+12025550100", "12025550100", "2025550100"])
def test_V04_it_dials_the_line_and_is_known_as_its_owner(line: OnAsterisk, desk: Telephone, dialled: str) -> None:
    arrived = line.happens(CallArrived, lambda: desk.call(dialled))
    assert arrived.caller == line.world.keyring.number_key(AMES)
    assert the_call(line.world).staff == "Ames"
    line.goes_on(lambda: desk.up)
    line.happens(LegEnded, desk.hang_up)


@pytest.mark.parametrize("dialled", ["+12025550142", "988", "911", "0", OTHER.name, "fallback", "s", "line"])
def test_it_dials_nothing_else(line: OnAsterisk, desk: Telephone, dialled: str) -> None:
    told = len(line.told)
    desk.call(dialled)
    desk.wait(lambda: desk.line is not None and desk.line.over)
    assert desk.line is not None
    assert desk.line.status == 404
    assert line.switch.channels() == 0
    assert len(line.told) == told
    assert not line.network.phone(dialled).messages


def test_a_text_from_it_goes_nowhere(line: OnAsterisk, desk: Telephone) -> None:
    told = len(line.told)
    assert desk.ask("MESSAGE", line.number("coaching"), "Am I a client?").status == 404
    assert len(line.told) == told


def test_where_it_is_not_registered_its_leg_ends_and_the_line_goes_on(line: OnAsterisk) -> None:
    """A phone that is off must not hold a caller up."""
    outside = line.phone("JS")
    before = len(line.told)
    line.happens(CallArrived, lambda: outside.call(line.number("coaching")))
    line.happens(PromptEnded, since=before)
    line.goes_on(lambda: line.phone("Dee").ringing)
    assert outside.up
    assert not received(line.phone("Ames")), "nobody rings a number that has a station"
