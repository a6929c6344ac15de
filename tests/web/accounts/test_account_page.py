"""The account's own page: what one signs in with, and that there is always a second factor."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.web.accounts.conftest import PASSWORD, Member, app_code, browser


def test_it_shows_what_there_is(inside: Client) -> None:
    page = inside.get("/account/").content.decode()
    for word in ("Password", "Authenticator app", "Recovery codes", "10 left", "Chrome on Linux", "This one"):
        assert word in page, word


def test_changing_something_asks_once_more_who_it_is(inside: Client) -> None:
    for address in ("app/remove/", "codes/", "codes/new/", "passkeys/add/"):
        asked = inside.get(f"/account/{address}")
        assert asked.headers["Location"].startswith("/account/confirm/?next="), address
    back = inside.post("/account/confirm/?next=/account/codes/new/", {"password": "no", "next": "/account/codes/new/"})
    assert "That is not your password" in back.content.decode()
    back = inside.post("/account/confirm/", {"password": PASSWORD, "next": "/account/codes/new/"})
    assert back.headers["Location"] == "/account/codes/new/"
    assert inside.get("/account/codes/new/").status_code == 200


def test_a_code_confirms_too_and_only_once(ames: Member, inside: Client) -> None:
    code = app_code(ames.secret, 1)
    done = inside.post("/account/confirm/code/", {"code": code, "next": "/account/codes/new/"})
    assert done.headers["Location"] == "/account/codes/new/"
    again = inside.post("/account/confirm/code/", {"code": code, "next": "/account/codes/new/"})
    assert "That is not right" in again.content.decode()


def test_the_only_second_factor_stays(inside: Client) -> None:
    inside.post("/account/confirm/", {"password": PASSWORD, "next": "/account/"})
    assert "your only second factor" in inside.get("/account/app/remove/").content.decode()
    inside.post("/account/app/remove/")
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_the_only_passkey_stays_too(inside: Client) -> None:
    Authenticator.objects.filter(type="totp").update(type="webauthn", data={"name": "This phone", "credential": {}})
    inside.post("/account/confirm/", {"password": PASSWORD, "next": "/account/"})
    address = f"/account/passkeys/{Authenticator.objects.get(type='webauthn').pk}/remove/"
    assert "your only second factor" in inside.get(address).content.decode()
    assert inside.post(address).status_code == 403
    assert Authenticator.objects.filter(type="webauthn").exists()


def test_new_recovery_codes_make_the_old_ones_worthless(ames: Member, inside: Client) -> None:
    inside.post("/account/confirm/", {"password": PASSWORD, "next": "/account/"})
    assert inside.post("/account/codes/new/").headers["Location"] == "/account/codes/"
    fresh = re.findall(r"<li>(\d{8})</li>", inside.get("/account/codes/").content.decode())
    assert len(fresh) == 10
    client = browser()
    ames.password(client)
    assert client.post("/account/sign-in/second/", {"code": ames.recovery[0]}).status_code == 200
    assert client.post("/account/sign-in/second/", {"code": fresh[0]}).status_code == 302


def test_a_new_password_needs_the_old_one_and_has_to_be_a_good_one(inside: Client) -> None:
    wrong = inside.post("/account/password/", {"oldpassword": "no", "password1": "x" * 14, "password2": "x" * 14})
    assert "That is not your password" in wrong.content.decode()
    weak = inside.post("/account/password/", {"oldpassword": PASSWORD, "password1": "short", "password2": "short"})
    assert "at least 12" in weak.content.decode()


@pytest.mark.parametrize("verb", ["name", "remove"])
def test_nobody_reaches_a_colleagues_passkey(inside: Client, verb: str) -> None:
    bo, theirs = Member("bo"), browser()
    bo.begin(bo.invited(), theirs)
    bo.add_app(theirs)
    of_bo = Authenticator.objects.get(user__username="bo", type="totp")
    of_bo.type = "webauthn"
    of_bo.save()
    inside.post("/account/confirm/", {"password": PASSWORD, "next": "/account/"})
    assert inside.get(f"/account/passkeys/{of_bo.pk}/{verb}/").status_code == 404
