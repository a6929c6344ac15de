"""A trunk with a user and a password: Asterisk registers, proves itself when it calls, and learns what was dialled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from intersession.carriers.port import Dial, Done
from intersession.connect.asterisk import _check_trunk
from intersession.connect.findings import State
from intersession.core.events import CallArrived, LegAnswered, LegEnded
from intersession.core.ids import ContactId, caller_leg
from tests.lab.asterisk import Switch
from tests.lab.on_asterisk import OnAsterisk
from tests.lab.stations import team_asterisk, with_account
from tests.lab.telephones import Network, telephone_network


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """A provider that wants to know who calls."""
    with telephone_network() as made:
        made.passwords["clinic"] = "trunk;secret"
        yield made


@pytest.fixture(scope="module")
def asterisk(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """One that has an account there."""
    with team_asterisk(network, tmp_path_factory.mktemp("cast"), with_account) as switch:
        yield switch


def test_it_registers_and_proves_itself(line: OnAsterisk) -> None:
    line.until(lambda: "clinic" in line.network.registrations)
    assert ("REGISTER", "right") in line.network.asked
    assert ("REGISTER", "wrong") not in line.network.asked
    assert line.network.registrations["clinic"].startswith("sip:line@127.0.0.1")
    line.until(lambda: [one.state for one in _check_trunk(line.switch.pbx, line.switch.ask)] == [State.OK])


def test_a_call_that_goes_out_answers_the_challenge(line: OnAsterisk) -> None:
    phone, contact = line.phone("JS"), ContactId("call-back")
    show = line.number("coaching")
    dial = Dial(contact=contact, leg=caller_leg(contact), to=phone.number, show=show, seconds=10, towards_client=True)
    assert line.carrier.run(dial) == Done()
    phone.wait(lambda: phone.ringing)
    assert ("INVITE", "right") in line.network.asked
    assert phone.shows == show
    line.happens(LegAnswered, phone.pick_up)
    line.happens(LegEnded, phone.hang_up)


def test_where_the_password_is_wrong_the_call_fails(line: OnAsterisk) -> None:
    phone, contact = line.phone("JS"), ContactId("call-back")
    line.network.passwords["clinic"] = "another"
    try:
        dial = Dial(
            contact=contact, leg=caller_leg(contact), to=phone.number, show=line.number("coaching"), seconds=10,
            towards_client=True,
        )  # fmt: skip
        ended = line.happens(LegEnded, lambda: line.carrier.run(dial))
    finally:
        line.network.passwords["clinic"] = "trunk;secret"
    assert ended.leg == caller_leg(contact)
    assert not phone.ringing


def test_where_it_calls_the_address_that_we_registered_it_may_call_from_anywhere(line: OnAsterisk) -> None:
    """A provider has many machines. The secret in that address is all that they need; without it they are strangers."""
    line.until(lambda: "clinic" in line.network.registrations)
    ours, secret = line.network.registrations["clinic"].split(";line=")
    with telephone_network("127.0.0.2") as elsewhere:
        elsewhere.switch, elsewhere.aliases["line"] = line.network.switch, line.number("main")
        for at in (ours, f"{ours};line={secret[:-1]}x"):
            stranger = elsewhere.phone("trunk")
            stranger.call("line", at=at)
            stranger.wait(lambda phone=stranger: phone.line is not None and phone.line.over)
            assert stranger.line is not None
            assert stranger.line.status == 401
        caller = elsewhere.phone("+12025550142")
        arrived = line.happens(CallArrived, lambda: caller.call("line", at=f"{ours};line={secret}"))
        assert arrived.line == "main"
        assert arrived.caller == line.world.keyring.number_key(caller.number)
        line.happens(LegEnded, caller.hang_up)


@pytest.mark.parametrize("dialled", ["coaching", "main"])
def test_where_the_provider_calls_our_name_the_number_stands_in_to(line: OnAsterisk, dialled: str) -> None:
    caller = line.phone("JS")
    line.network.passwords.clear()
    line.network.aliases["line"] = line.number(dialled)
    try:
        arrived = line.happens(CallArrived, lambda: caller.call("line"))
    finally:
        line.network.passwords["clinic"] = "trunk;secret"
        line.network.aliases.clear()
    assert arrived.line == dialled
    line.happens(LegEnded, caller.hang_up)
