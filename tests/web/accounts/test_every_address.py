"""Every address of the whole table, asked by a stranger: nothing answers but the sign-in pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from intersession.permissions import Action
from intersession.records.models import Contact
from tests.web.accounts.conftest import Member, browser
from tests.web.conftest import JS, World

OPEN = {
    "account/sign-in/", "account/sign-in/second/", "account/sign-in/passkey/", "account/sign-out/",
    "account/begin/", "account/begin/password/",
}  # fmt: skip
"""To strangers. Each of them asks for something they would have to know."""
SITE = "intersession.web.accounts.site"


def addresses(patterns: list[Any] | None = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every address of the table, with its view."""
    for found in get_resolver(SITE).url_patterns if patterns is None else patterns:
        if isinstance(found, URLResolver):
            yield from addresses(found.url_patterns, before + str(found.pattern))
        elif isinstance(found, URLPattern):
            yield before + str(found.pattern), found.callback


def filled(address: str, client: str, contact: str) -> str:
    """With ids that exist, so that a missing row is not what stops it."""
    known = {"client": client, "contact": contact, "task": f"{contact}:answer"}
    return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", lambda m: known.get(m[2], "1" if m[1] == "int" else "x"), address)


ALL = sorted({address for address, _ in addresses()})


def test_the_table_is_not_empty() -> None:
    assert len(ALL) > 50


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_gets_to_no_screen(signing_in: World, method: str) -> None:
    Member("ames").invited()
    signing_in.voicemail(JS, "It is me.")
    contact = Contact.objects.get(direction="in").id
    before = len(signing_in.handed_in)
    answered = set()
    for address in ALL:
        answer = getattr(browser(), method)(filled(address, "c-js", contact))
        page = getattr(answer, "content", b"").decode()
        assert "J-S" not in page, address
        assert "Ames" not in page, address
        if not answer.headers.get("Location", "").startswith("/account/sign-in/"):
            answered.add(address)
    assert answered <= OPEN
    assert {"account/sign-in/", "account/begin/"} <= answered
    assert len(signing_in.handed_in) == before


def test_what_is_open_to_strangers_says_so_itself() -> None:
    assert {address for address, view in addresses() if not getattr(view, "login_required", True)} == OPEN


def test_every_screen_still_asks_the_table_of_permissions() -> None:
    def asks(view: Any) -> bool:
        while view is not None:
            if isinstance(getattr(view, "asks", None), Action):
                return True
            view = getattr(view, "__wrapped__", None)
        return False

    assert [address for address, view in addresses() if not address.startswith("account/") and not asks(view)] == []


def test_what_does_not_exist_tells_a_stranger_nothing(signing_in: World) -> None:
    answer = browser().get("/nothing/here/")
    assert answer.status_code == 404
    assert "Ames" not in answer.content.decode()
    assert "/now/" not in answer.content.decode()


def test_without_sign_in_there_is_no_account(world: World, page: Client) -> None:
    """As in the demo: no address of an account, no cookie, no lock."""
    for address in ALL:
        if address.startswith("account/"):
            assert page.get("/" + address.replace("<int:pk>", "1")).status_code == 404, address
    now = page.get("/now/")
    assert now.status_code == 200
    assert "_session" not in "".join(now.cookies)
    assert "idle.js" not in now.content.decode()
    assert "/account/" not in now.content.decode()
