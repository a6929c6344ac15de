"""The phone in the browser, whole: a line that serves, a real Asterisk, Chromium, and a client's telephone."""

from __future__ import annotations

import json
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from intersession.carriers.asterisk.pbx import Station
from intersession.core.ids import PracticeId
from intersession.corridor.carrier_accounts import keep_account
from intersession.corridor.db import Db
from intersession.corridor.setup import install
from intersession.records.schema import migrate
from intersession.records.sealing import keyring_from
from intersession.stories.cast import cast_of
from intersession.stories.source import read
from ops.pictures import BROWSER
from tests.drills.test_serve import Place
from tests.lab.asterisk import Switch, tone
from tests.lab.stations import AMES, state_of, team_asterisk
from tests.lab.telephones import Network, telephone_network
from tests.lab.test_asterisk_talks import received, tells
from tests.web.accounts.test_in_a_browser import DEVICE, Served, is_fit, set_up_password

WEB = Station(name="phone-5e6f70", password="web-secret", browser=True)
COACHING, COACHING_SHOWN = "+12025550100", "(202) 555-0100"
JS = "+12025550142"
THEIRS = 1330
"""Hertz of what Chromium's microphone hears."""
LOUDEST = """async () => {
  const context = new AudioContext(), ear = new AnalyserNode(context, { fftSize: 8192 });
  const heard = new Float32Array(ear.frequencyBinCount);
  new MediaStreamAudioSourceNode(context, { mediaStream: document.querySelector('audio').srcObject }).connect(ear);
  await new Promise((done) => setTimeout(done, 600));
  ear.getFloatFrequencyData(heard);
  const at = heard.indexOf(Math.max(...heard));
  await context.close();
  return heard[at] > -60 ? at * context.sampleRate / 8192 : 0;
}"""


class LockingPlace(Place):
    """Its screens lock after two minutes."""

    def _env(self) -> dict[str, str]:
        return {**super()._env(), "INTERSESSION_IDLE_MINUTES": "2"}


@dataclass
class Practice:
    """What runs, and who sits before it."""

    served: Served
    switch: Switch
    network: Network
    page: Page
    troubles: list[str]

    def until(self, so: Callable[[], bool], seconds: float = 15) -> None:
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, (self.served.place.folder / "serve.log").read_text()
            self.page.wait_for_timeout(50)

    @property
    def registered(self) -> bool:
        return bool(state_of(self.switch, WEB.name)["state"] == "online")

    def switch_on(self) -> None:
        """Ames opens the page, and the phone is on."""
        self.page.goto(f"{self.served.address}/station/")
        self.page.get_by_role("button", name="Switch the phone on").click()
        expect(self.page.get_by_text("It rings here when the line calls you.")).to_be_visible()
        self.until(lambda: self.registered)


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """The provider behind the trunk."""
    with telephone_network() as made:
        yield made


@pytest.fixture(scope="module")
def asterisk(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """One that takes Ames's phone from the browser."""
    folder = tmp_path_factory.mktemp("cast")
    with team_asterisk(network, folder, lambda pbx: replace(pbx, stations={AMES: WEB})) as switch:
        yield switch


@pytest.fixture(scope="module")
def served(asterisk: Switch, espeak: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A line that serves, whose clinician may be rung at any hour: its clock is the real one."""
    place = LockingPlace(tmp_path_factory.mktemp("line"))
    place.setup.write_text(place.setup.read_text().replace('"Mon-Fri 09:00-21:00"', '"every day 00:00-24:00"'))
    _connect(place, asterisk)
    process = place.start()
    try:
        place.answers(process)
        yield Served(place)
    finally:
        process.terminate()
        process.wait(20)


def _connect(place: Place, asterisk: Switch) -> None:
    """As `connect asterisk` keeps it."""
    migrate(str(place.database))
    keyring, db, pbx = keyring_from(place.folder / "line.key"), Db(str(place.database)), asterisk.pbx
    setup = cast_of(read(place.setup)).setup
    install(db, keyring, replace(setup, lines=tuple(replace(one, carrier="asterisk") for one in setup.lines)))
    settings = {
        "folder": str(asterisk.folder), "password": pbx.password, "http_port": str(pbx.http_port),
        "sip_port": str(pbx.sip_port), "trunk_host": pbx.trunk.host, "trunk_port": str(pbx.trunk.port),
        "stations": json.dumps({AMES: {"name": WEB.name, "password": WEB.password, "browser": True}}),
    }  # fmt: skip
    keep_account(db, keyring, PracticeId(setup.id), "asterisk", settings)
    db.close()


@pytest.fixture(scope="module")
def browser(chromium_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Its microphone hears a tone."""
    voice = _beeps(tmp_path_factory.mktemp("voice"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path,
            args=[
                *BROWSER, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-audio-capture={voice}", "--allow-loopback-in-peer-connection",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )  # fmt: skip
        yield browser
        browser.close()


def _beeps(folder: Path) -> Path:
    """A tone with pauses: Chromium takes one that never ends for noise, and takes it away."""
    with wave.open(str(tone(folder / "tone.wav", THEIRS, 0.3, rate=48000))) as once:
        beep, shape = once.readframes(once.getnframes()), once.getparams()
    with wave.open(str(folder / "beeps.wav"), "wb") as out:
        out.setparams(shape)
        out.writeframes((beep + bytes(len(beep))) * 20)
    return folder / "beeps.wav"


@pytest.fixture(scope="module")
def page(served: Served, browser: Browser) -> Iterator[Page]:
    """Ames is signed in."""
    context = browser.new_context()
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    set_up_password(page, served.invite())
    page.get_by_role("link", name="A passkey").click()
    page.get_by_label("Name").fill("This phone")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("link", name="I have written them down").click()
    expect(page.get_by_role("heading", name="Now")).to_be_visible()
    yield page
    context.close()


@pytest.fixture
def practice(served: Served, asterisk: Switch, network: Network, page: Page) -> Iterator[Practice]:
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda told: troubles.append(told.text) if "Content Security" in told.text else None)
    made = Practice(served, asterisk, network, page, troubles)
    yield made
    network.clear()
    page.goto(f"{served.address}/now/")
    made.until(lambda: asterisk.channels() == 0)


def test_a_client_calls_the_browser_rings_and_both_hear_each_other(practice: Practice) -> None:
    page, caller = practice.page, practice.network.phone(JS)
    page.goto(f"{practice.served.address}/now/")
    page.get_by_role("link", name="Phone").first.click()
    is_fit(page)
    practice.switch_on()
    is_fit(page)
    caller.call(COACHING)
    expect(page.get_by_role("button", name="Answer")).to_be_visible(timeout=20_000)
    expect(page.locator("#station")).to_contain_text("Harbor DBT")
    expect(page.locator("#station")).to_contain_text(COACHING_SHOWN)
    assert "0142" not in page.content(), "a client's number is nowhere on the page"
    is_fit(page)
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("button", name="Hang up")).to_be_visible()
    is_fit(page)
    practice.until(lambda: page.evaluate(LOUDEST) > 0)  # the whisper
    page.get_by_role("button", name="1", exact=True).click()
    practice.until(lambda: THEIRS in caller.heard((THEIRS,)))
    caller.speak()
    practice.until(lambda: abs(page.evaluate(LOUDEST) - caller.hertz) < 15)
    page.get_by_role("button", name="Mute").click()
    practice.until(lambda: THEIRS not in caller.heard((THEIRS,), 1.0))
    page.get_by_role("button", name="Muted").click()
    practice.until(lambda: THEIRS in caller.heard((THEIRS,)))
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_text("It rings here when the line calls you.")).to_be_visible()
    assert not tells(received(caller), [AMES, WEB.name])
    assert practice.troubles == []


def test_the_caller_hangs_up_and_the_page_rings_no_longer(practice: Practice) -> None:
    page, caller = practice.page, practice.network.phone(JS)
    practice.switch_on()
    caller.call(COACHING)
    expect(page.get_by_role("button", name="Answer")).to_be_visible(timeout=20_000)
    caller.hang_up()
    expect(page.get_by_role("button", name="Answer")).to_be_hidden()
    expect(page.get_by_text("It rings here when the line calls you.")).to_be_visible()


def test_whoever_declines_lets_the_line_go_on(practice: Practice) -> None:
    page, caller = practice.page, practice.network.phone(JS)
    practice.switch_on()
    caller.call(COACHING)
    page.get_by_role("button", name="Decline").click(timeout=20_000)
    practice.until(lambda: practice.network.phone("+12025550114").ringing)
    assert caller.up


def test_a_page_that_is_left_is_no_phone_any_more(practice: Practice) -> None:
    practice.switch_on()
    practice.page.goto(f"{practice.served.address}/now/")
    practice.until(lambda: not practice.registered)


def test_the_password_is_nowhere_on_the_page_nor_kept_by_the_browser(practice: Practice) -> None:
    practice.switch_on()
    page = practice.page
    assert WEB.password not in page.content()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert WEB.password not in kept
    assert WEB.name not in kept


def test_a_notice_is_shown_on_the_page(practice: Practice) -> None:
    """What a page sends beside its call; no content is ever in it."""
    practice.switch_on()
    pbx = practice.switch.pbx
    sent = {"to": f"pjsip:{WEB.name}", "from": f"sip:{COACHING}@line.invalid", "body": "The line wants you."}
    requests.put(f"{pbx.url}/endpoints/sendMessage", params=sent, auth=(pbx.user, pbx.password), timeout=5)
    expect(practice.page.get_by_text("The line wants you.")).to_be_visible()


def test_its_password_opens_nothing_from_elsewhere(asterisk: Switch) -> None:
    """Whoever has found it out needs a session on our screens all the same."""
    with telephone_network("127.0.0.2") as elsewhere:
        elsewhere.switch = ("127.0.0.1", asterisk.pbx.sip_port)
        thief = elsewhere.phone(WEB.name)
        thief.password = WEB.password
        assert thief.register() in (401, 403)
        thief.call(COACHING)
        thief.wait(lambda: thief.line is not None and thief.line.over)
        assert thief.line is not None
        assert thief.line.status in (401, 403)


@pytest.mark.soak
def test_a_screen_does_not_lock_under_a_call_and_locks_after_it(practice: Practice) -> None:
    """Nobody touches it meanwhile. Then it is locked, and rings no longer."""
    page, caller = practice.page, practice.network.phone(JS)
    practice.switch_on()
    caller.call(COACHING)
    page.get_by_role("button", name="Answer").click(timeout=20_000)
    page.get_by_role("button", name="1", exact=True).click()
    practice.until(lambda: THEIRS in caller.heard((THEIRS,)))
    page.wait_for_timeout(170_000)
    assert THEIRS in caller.heard((THEIRS,), 1.0)
    assert practice.registered
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_text("It rings here when the line calls you.")).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=200_000)
    practice.until(lambda: not practice.registered)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Phone")).to_be_visible()


def test_a_session_that_was_ended_takes_its_phone_with_it(practice: Practice, browser: Browser) -> None:
    """Within some seconds, although the page does nothing: the relay asks by itself."""
    practice.switch_on()
    practice.served.account("close", "Ames")
    practice.until(lambda: not practice.registered, seconds=40)


def test_nothing_of_it_is_in_the_log(served: Served) -> None:
    log = (served.place.folder / "serve.log").read_text()
    assert not any(one in log for one in (WEB.password, WEB.name, AMES, JS, "Traceback")), log


@pytest.mark.parametrize("path", ["/station/ws", "/now/", "/static/js/station.js"])
def test_strangers_reach_no_socket(served: Served, path: str) -> None:
    """Without a session the handshake is answered 403, as everywhere else with one."""
    address = served.address.replace("http://", "ws://") + path
    with pytest.raises(InvalidStatus, match="403"):
        connect(address, origin=served.address, subprotocols=["sip"])
