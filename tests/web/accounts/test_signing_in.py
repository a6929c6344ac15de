"""Two factors, constant answers, and limits on trying."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from django.test import Client

from intersession.web.accounts.keeping import close
from intersession.web.accounts.models import Account
from tests.web.accounts.conftest import PASSWORD, Member, app_code, browser
from tests.web.conftest import World


def test_a_password_alone_shows_nothing(ames: Member) -> None:
    client = browser()
    assert ames.password(client).headers["Location"] == "/account/sign-in/second/"
    for address in ("/now/", "/account/", "/account/app/", "/account/begin/second/"):
        assert client.get(address).headers["Location"].startswith("/account/sign-in/"), address


def test_both_factors_open_the_screens_as_that_person(ames: Member, inside: Client) -> None:
    now = inside.get("/now/").content.decode()
    assert "Ames" in now
    assert 'href="/account/"' in now
    assert inside.get("/clients/c-js/").status_code == 200, "hers"
    assert inside.get("/clients/c-wp/").status_code == 403, "a trainee's"


def test_the_viewer_named_in_the_settings_has_no_say(ames: Member, inside: Client, settings: object) -> None:
    settings.INTERSESSION_VIEWER = "gil"  # type: ignore[attr-defined]
    assert "Ames" in inside.get("/now/").content.decode()


def test_the_name_is_taken_in_capitals_too(ames: Member) -> None:
    answer = browser().post("/account/sign-in/", {"login": "AMES", "password": PASSWORD})
    assert answer.headers["Location"] == "/account/sign-in/second/"


def test_a_wrong_code_is_refused(ames: Member) -> None:
    client = browser()
    ames.password(client)
    wrong = str((int(app_code(ames.secret)) + 1) % 10**6).zfill(6)
    assert "That is not right" in client.post("/account/sign-in/second/", {"code": wrong}).content.decode()
    assert client.get("/now/").status_code == 302


def test_a_code_of_the_app_opens_once(ames: Member, inside: Client) -> None:
    """Also when both its neighbours are still taken."""
    client = browser()
    ames.password(client)
    again = client.post("/account/sign-in/second/", {"code": app_code(ames.secret)})
    assert "That is not right" in again.content.decode()
    assert client.post("/account/sign-in/second/", {"code": app_code(ames.secret, 1)}).status_code == 302


def test_a_recovery_code_opens_once(ames: Member) -> None:
    first, second = browser(), browser()
    ames.password(first)
    assert first.post("/account/sign-in/second/", {"code": ames.recovery[0]}).headers["Location"] == "/"
    assert first.get("/now/").status_code == 200
    ames.password(second)
    refused = second.post("/account/sign-in/second/", {"code": ames.recovery[0]})
    assert "That is not right" in refused.content.decode()


def test_unknown_closed_and_wrong_hear_the_same(ames: Member) -> None:
    bo = Member("bo")
    bo.begin(bo.invited(), browser())
    close("oak", "bo")
    answers = {
        _without_tokens(browser().post("/account/sign-in/", {"login": name, "password": said}).content.decode(), name)
        for name, said in (("ames", "not her password"), ("bo", PASSWORD), ("nobody", PASSWORD))
    }
    assert len(answers) == 1
    assert "do not fit together" in answers.pop()


def _without_tokens(page: str, name: str) -> str:
    page = re.sub(r'(value|hx-headers)=("[^"]{64}"|\'[^\']*\')', "", page)
    return page.replace(f'value="{name}"', "")


def test_many_wrong_passwords_for_one_name_meet_a_limit_that_the_right_one_meets_too(ames: Member) -> None:
    for _ in range(5):
        assert "do not fit together" in ames.password(browser(), "no").content.decode()
    assert "Too many tries" in ames.password(browser()).content.decode()


def elsewhere(one: int) -> Client:
    """A browser of a stranger, each on another machine."""
    client = browser()
    client.defaults["REMOTE_ADDR"] = f"127.0.0.{one + 2}"
    return client


def test_whoever_tries_a_name_all_day_does_not_lock_its_person_out(ames: Member) -> None:
    """Their own browser is known: its tries are counted apart, and are as few."""
    own = browser()
    ames.sign_in(own)
    own.post("/account/sign-out/")
    for one in range(20):
        ames.password(elsewhere(one), "no")
    assert "Too many tries" in ames.password(elsewhere(30)).content.decode()
    assert ames.password(own).headers["Location"] == "/account/sign-in/second/"
    own.post("/account/sign-out/")
    for _ in range(5):
        assert "do not fit" in ames.password(own, "no").content.decode()
    assert "Too many tries" in ames.password(own).content.decode(), "as few as any other's"


def test_a_known_browser_is_known_for_its_own_account_and_cannot_be_made_up(ames: Member) -> None:
    bo, his = Member("bo"), browser()
    bo.begin(bo.invited(), his)
    bo.add_app(his)
    his.post("/account/sign-out/")
    bo.sign_in(his, later=1)
    his.post("/account/sign-out/")
    (name,) = [name for name in his.cookies if "_known_" in name]
    cookie = his.cookies[name]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    for one in range(6):
        ames.password(elsewhere(one), "no")
    hers = name.rpartition("_")[0] + f"_{Account.objects.get(username='ames').pk}"
    for value in (cookie.value, cookie.value[:-2] + "xx", "", "x:y:z"):
        stranger = elsewhere(40)
        stranger.cookies[hers] = value
        assert "Too many tries" in ames.password(stranger).content.decode(), value


def test_a_password_alone_makes_no_browser_known(ames: Member) -> None:
    client = browser()
    ames.password(client)
    assert not [name for name in client.cookies if "_known_" in name]


def test_many_names_from_one_address_meet_a_limit(signing_in: World) -> None:
    tried = [
        browser().post("/account/sign-in/", {"login": f"name{one}", "password": "no"}).content.decode()
        for one in range(11)
    ]
    assert "do not fit together" in tried[0]
    assert "Too many tries" in tried[-1]


def test_many_wrong_codes_meet_a_limit(ames: Member) -> None:
    client = browser()
    ames.password(client)
    for _ in range(5):
        client.post("/account/sign-in/second/", {"code": "abcdef"})
    answer = client.post("/account/sign-in/second/", {"code": app_code(ames.secret)})
    assert "Too many tries" in answer.content.decode()
    assert client.get("/now/").status_code == 302


def test_it_goes_back_to_where_somebody_wanted_to_be(ames: Member) -> None:
    client = browser()
    asked = client.get("/clients/?x=1").headers["Location"]
    assert asked == "/account/sign-in/?next=%2Fclients%2F%3Fx%3D1"
    client.post(asked, {"login": "ames", "password": PASSWORD, "next": "/clients/?x=1"})
    done = client.post("/account/sign-in/second/", {"code": app_code(ames.secret)})
    assert done.headers["Location"] == "/clients/?x=1"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_it_goes_nowhere_else(ames: Member, elsewhere: str) -> None:
    client = browser()
    client.post("/account/sign-in/", {"login": "ames", "password": PASSWORD, "next": elsewhere})
    done = client.post("/account/sign-in/second/", {"code": app_code(ames.secret)})
    assert done.headers["Location"] == "/"


def test_a_form_without_its_token_does_nothing(ames: Member) -> None:
    strict = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    answer = strict.post("/account/sign-in/", {"login": "ames", "password": PASSWORD})
    assert answer.status_code == 403
    assert "_session" not in "".join(answer.cookies)


def test_signing_in_changes_the_session_key(ames: Member) -> None:
    client = browser()
    ames.password(client)
    before = client.cookies["intersession_session"].value
    client.post("/account/sign-in/second/", {"code": app_code(ames.secret)})
    assert client.cookies["intersession_session"].value != before


def test_the_cookie_is_kept_from_scripts_and_other_sites(ames: Member, inside: Client) -> None:
    cookie = inside.cookies["intersession_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_secrets_of_the_second_factor_are_sealed(ames: Member, identity: Path) -> None:
    kept = "".join(str(row) for row in sqlite3.connect(identity).execute("SELECT data FROM mfa_authenticator"))
    assert kept
    assert ames.secret not in kept
    assert not any(code in kept for code in ames.recovery)


def test_where_nobody_has_an_account_the_page_says_how_one_is_made(signing_in: World) -> None:
    page = browser().get("/account/sign-in/").content.decode()
    assert "intersession account add STAFF" in page
    Member("ames").invited()
    assert "intersession account add" not in browser().get("/account/sign-in/").content.decode()


def test_there_is_no_sign_up_and_no_mail(signing_in: World) -> None:
    for address in ("signup", "sign-up", "password/reset", "email", "login"):
        assert browser().get(f"/account/{address}/").status_code == 404
