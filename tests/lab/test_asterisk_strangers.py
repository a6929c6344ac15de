"""Whoever is neither the trunk nor a staff phone is refused: no call, no event, and not a word more than a refusal."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Iterator

import pytest

from intersession.core.events import CallArrived, LegEnded
from tests.lab.asterisk import Switch
from tests.lab.on_asterisk import OnAsterisk
from tests.lab.sip import Dialog
from tests.lab.stations import DESK, state_of, team_asterisk, with_desks
from tests.lab.telephones import Network, Telephone, telephone_network

ELSEWHERE = "127.0.0.2"
REFUSED = (401, 403, 404, 405, 489, 501)
COACHING = "+12025550100"
TRUNK_CALLER = "+12025550142"


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """The provider behind the trunk."""
    with telephone_network() as made:
        yield made


@pytest.fixture(scope="module")
def asterisk(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """One with a trunk and two telephones, none of which is the stranger's."""
    with team_asterisk(network, tmp_path_factory.mktemp("cast"), with_desks) as switch:
        yield switch


@pytest.fixture
def elsewhere(asterisk: Switch) -> Iterator[Network]:
    """An address that is nobody's."""
    with telephone_network(ELSEWHERE) as made:
        made.switch = ("127.0.0.1", asterisk.pbx.sip_port)
        yield made


@pytest.mark.parametrize("name", ["trunk", "anonymous", "Anonymous", TRUNK_CALLER, DESK.name, "asterisk", "100"])
@pytest.mark.parametrize("to", [COACHING, TRUNK_CALLER, "988", "s", "line"])
def test_a_call_is_refused_whatever_name_it_bears(line: OnAsterisk, elsewhere: Network, name: str, to: str) -> None:
    """The trunk's own name too: it is known by its address alone."""
    told = len(line.told)
    stranger = elsewhere.phone(name)
    stranger.call(to)
    stranger.wait(lambda: stranger.line is not None and stranger.line.over)
    assert stranger.line is not None
    assert stranger.line.status in REFUSED
    assert line.switch.channels() == 0
    assert len(line.told) == told


@pytest.mark.parametrize("name", ["trunk", "anonymous", TRUNK_CALLER, DESK.name])
@pytest.mark.parametrize("method", ["MESSAGE", "OPTIONS", "SUBSCRIBE", "REFER", "INFO", "NOTIFY", "PUBLISH"])
def test_so_is_everything_else(line: OnAsterisk, elsewhere: Network, name: str, method: str) -> None:
    told = len(line.told)
    asked = elsewhere.phone(name).ask(method, COACHING, "Let me in")
    assert asked.status in REFUSED
    assert not any(word in asked.answer for word in ("Asterisk", line.switch.host, "clinic", "+1202555011"))
    assert len(line.told) == told


@pytest.mark.parametrize("name", ["trunk", "anonymous", TRUNK_CALLER, DESK.name, "nobody"])
def test_nobody_registers_without_the_password(
    line: OnAsterisk, asterisk: Switch, elsewhere: Network, name: str
) -> None:
    stranger = elsewhere.phone(name)
    assert stranger.register() in REFUSED
    stranger.password = "guessed"
    assert stranger.register() in REFUSED
    assert state_of(asterisk, DESK.name)["state"] == "offline"
    assert line.told == []


def test_who_exists_cannot_be_told_from_who_does_not(elsewhere: Network, line: OnAsterisk) -> None:
    """Else somebody could find out the names of phones, and then guess at their passwords."""
    answers = []
    for name in (DESK.name, "phone-000000"):
        stranger = elsewhere.phone(name)
        stranger.password = "guessed"
        answers.append(stranger.register())
    assert answers[0] == answers[1]
    assert line.told == []


def test_a_password_of_a_phone_opens_no_other_name(asterisk: Switch, elsewhere: Network) -> None:
    stranger = elsewhere.phone(TRUNK_CALLER)
    stranger.password = DESK.password
    assert stranger.register() in REFUSED
    assert state_of(asterisk, "trunk")["state"] != "offline"


def test_a_flood_is_refused_and_the_line_goes_on(line: OnAsterisk, asterisk: Switch) -> None:
    """Two thousand requests at once, broken ones among them. Then a client calls."""
    told = len(line.told)
    with socket.socket(type=socket.SOCK_DGRAM) as stranger:
        stranger.bind((ELSEWHERE, 0))
        stranger.setblocking(False)
        here = stranger.getsockname()
        for count in range(2000):
            stranger.sendto(_something(count, here, asterisk.pbx.sip_port), ("127.0.0.1", asterisk.pbx.sip_port))
            if count % 50 == 49:
                time.sleep(0.005)
        end, statuses = time.monotonic() + 3, set[int]()
        while time.monotonic() < end:
            try:
                statuses.add(int(stranger.recv(4096).split()[1]))
            except BlockingIOError:
                time.sleep(0.01)
    assert statuses
    assert all(status >= 400 for status in statuses)
    assert asterisk.channels() == 0
    assert asterisk.process.poll() is None
    assert len(line.told) == told
    caller = line.phone("JS")
    line.happens(CallArrived, lambda: caller.call(COACHING))
    line.goes_on(lambda: caller.up)
    line.happens(LegEnded, caller.hang_up)


def _something(count: int, here: tuple[str, int], port: int) -> bytes:
    target = f"sip:{COACHING}@127.0.0.1:{port}"
    name = ("trunk", DESK.name, "x")[count % 3]
    dialog = Dialog(
        id=secrets.token_hex(8), local=f"<sip:{name}@{here[0]}>;tag=1", remote=f"<{target}>", target=target, here=here
    )
    method = ("INVITE", "REGISTER", "OPTIONS", "MESSAGE", "SUBSCRIBE")[count % 5]
    whole = dialog.request(method, "x" * (count % 700), "text/plain").text().encode()
    return whole[: len(whole) // 2] if count % 17 == 0 else whole


def test_strangers_wait_for_nobody(elsewhere: Network) -> None:
    """What is refused is refused at once."""
    stranger: Telephone = elsewhere.phone("trunk")
    since = time.monotonic()
    stranger.ask("OPTIONS", COACHING)
    assert time.monotonic() - since < 1
