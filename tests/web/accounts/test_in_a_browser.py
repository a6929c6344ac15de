"""In Chromium, against a line that serves: from the printed link to the screens, with a passkey of the device."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ops.pictures import BROWSER
from tests.drills.test_serve import Place
from tests.web.accounts.conftest import PASSWORD, app_code

SIZES = ((390, 844), (1280, 900))
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class Served:
    """A line that serves, and its server's command line."""

    def __init__(self, place: Place) -> None:
        self.place, self.address = place, f"http://localhost:{place.port}"

    def account(self, *words: str) -> str:
        """One command; what it prints."""
        command = self.place.command()
        at = command.index("serve")
        done = subprocess.run(
            [*command[:at], "account", *words, "--database", str(self.place.database)],
            cwd=self.place.folder, env=self.place._env(), text=True, capture_output=True, timeout=60, check=True,
        )  # fmt: skip
        return done.stdout

    def invite(self, what: str = "add") -> str:
        """The link for one of the staff."""
        found = re.search(r"http\S+", self.account(what, "Ames", "--screens-url", self.address))
        assert found is not None
        return found[0]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    place = Place(tmp_path)
    process = place.start("--setup", str(place.setup))
    try:
        place.answers(process)
        yield Served(place)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def browser(chromium_path: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(BROWSER))
        yield browser
        browser.close()


def is_fit(page: Page) -> None:
    """Nobody is shut out: axe finds nothing, and nothing runs out of a phone's or a desk's screen."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def set_up_password(page: Page, link: str) -> None:
    """The link, then a password."""
    page.goto(link)
    is_fit(page)
    assert "#" not in page.url
    page.get_by_role("button", name="Begin").click()
    is_fit(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    is_fit(page)


def test_with_a_passkey(served: Served, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda told: troubles.append(told.text) if "Content Security" in told.text else None)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    set_up_password(page, served.invite())
    page.get_by_role("link", name="A passkey").click()
    is_fit(page)
    page.get_by_label("Name").fill("This phone")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    is_fit(page)
    page.get_by_role("link", name="I have written them down").click()
    expect(page.get_by_role("heading", name="Now")).to_be_visible()

    page.get_by_role("link", name="Ames").first.click()
    expect(page.get_by_text("This phone").first).to_be_visible()
    is_fit(page)
    page.get_by_role("button", name="Sign out").click()
    is_fit(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Now")).to_be_visible()

    page.goto(f"{served.address}/account/sign-ins/")
    expect(page.get_by_text("Signed in with a passkey").first).to_be_visible()
    is_fit(page)
    page.goto(f"{served.address}/account/passkeys/add/")
    is_fit(page)
    page.get_by_role("link", name="a passkey").click()
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", name="A passkey")).to_be_visible()

    page.goto(served.address)
    served.account("close", "Ames")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="The passkey did not work")).to_be_visible()
    is_fit(page)
    assert troubles == []


def test_with_an_app(served: Served, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(served.address)
    expect(page.get_by_text("There is no account yet")).to_be_visible()
    is_fit(page)
    set_up_password(page, served.invite())
    page.get_by_role("link", name="An authenticator app").click()
    page.get_by_text("Type it in instead").click()
    is_fit(page)
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Code").fill(app_code(secret))
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="I have written them down").click()
    page.goto(f"{served.address}/account/sign-out/")
    is_fit(page)
    page.get_by_role("button", name="Sign out").click()

    page.goto(f"{served.address}/clients/")
    page.get_by_label("Sign-in name").fill("ames")
    page.get_by_label("Password").fill("not it")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert").filter(has_text="do not fit together")).to_be_visible()
    is_fit(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    is_fit(page)
    page.get_by_label("Code").fill(app_code(secret))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Clients")).to_be_visible()
