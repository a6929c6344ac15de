"""Who signed in, when and by what; what did not succeed; and that the record cannot be changed unseen (§5.4)."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from intersession.web.accounts.journal import seal_new, unbroken
from intersession.web.accounts.keeping import close, reset
from intersession.web.accounts.models import SignIn
from tests.web.accounts.conftest import DAY, PASSWORD, Member, app_code, browser
from tests.web.accounts.test_sessions import left_alone
from tests.web.conftest import World

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1"


def noted(since: int = 0) -> list[tuple[str | None, str, str]]:
    """Who, what, by what means; in order."""
    return [(row.staff, row.what, row.means) for row in SignIn.objects.filter(id__gt=since).order_by("id")]


@pytest.fixture
def so_far(ames: Member) -> int:
    """The last row before the test."""
    return int(SignIn.objects.order_by("-id")[0].pk)


# ---------------------------------------------------------------- what is noted


def test_setting_up_is_noted_from_the_invitation_on(signing_in: World) -> None:
    member, client = Member("ames"), browser()
    member.begin(member.invited(), client)
    member.add_app(client)
    client.post("/account/sign-out/")
    assert noted() == [
        ("ames", "invited", "server"), ("ames", "password_set", "invitation"), ("ames", "signed_in", "invitation"),
        ("ames", "factor_added", "app"), ("ames", "codes_made", "recovery_code"), ("ames", "signed_out", ""),
    ]  # fmt: skip


def test_signing_in_is_noted_with_the_means(ames: Member, so_far: int) -> None:
    ames.sign_in(browser())
    by_code = browser()
    ames.password(by_code)
    by_code.post("/account/sign-in/second/", {"code": ames.recovery[0]})
    assert noted(so_far) == [("ames", "signed_in", "app"), ("ames", "signed_in", "recovery_code")]


def test_a_password_alone_is_no_sign_in(ames: Member, so_far: int) -> None:
    ames.password(browser())
    assert noted(so_far) == []


def test_what_did_not_succeed_is_noted_and_no_name_that_was_typed(ames: Member, so_far: int, identity: Path) -> None:
    ames.password(browser(), "wrong secret words")
    browser().post("/account/sign-in/", {"login": "my own password by mistake", "password": "x"})
    client = browser()
    ames.password(client)
    client.post("/account/sign-in/second/", {"code": "000000"})
    browser().post("/account/begin/", {"code": "NOT-A-CODE"})
    browser().post("/account/sign-in/passkey/", {"credential": "{}"})
    assert noted(so_far) == [
        ("ames", "refused", "password"), (None, "refused", "password"), ("ames", "wrong_code", ""),
        (None, "refused", "invitation"), (None, "refused", "passkey"),
    ]  # fmt: skip
    kept = str(sqlite3.connect(identity).execute("SELECT * FROM identity_sign_in").fetchall())
    for word in ("wrong secret", "by mistake", "127.0.0.1", "Mozilla", "NOT-A-CODE", PASSWORD):
        assert word not in kept, word


def test_a_code_that_was_used_already_is_a_wrong_one(ames: Member, so_far: int) -> None:
    ames.sign_in(browser())
    again = browser()
    ames.password(again)
    again.post("/account/sign-in/second/", {"code": app_code(ames.secret)})
    assert noted(so_far)[-1] == ("ames", "wrong_code", "")


def test_tries_beyond_the_limit_are_noted_once_so_that_nobody_can_fill_the_journal(ames: Member, so_far: int) -> None:
    for _ in range(5):
        ames.password(browser(), "no")
    for _ in range(10):
        ames.password(browser(), "no")
    assert [what for _, what, _ in noted(so_far)] == ["refused"] * 5 + ["limited"]


def test_sessions_that_end_are_noted_by_how_they_ended(ames: Member, inside: Client, so_far: int) -> None:
    before = int(SignIn.objects.order_by("-id")[0].pk)
    phone = browser(PHONE)
    ames.sign_in(phone, later=1)
    inside.post(f"/account/sessions/{UserSession.objects.get(user_agent=PHONE).pk}/end/")
    inside.post("/account/sessions/others/end/")
    left_alone(20)
    inside.get("/now/")
    assert [what for _, what, _ in noted(before)] == ["signed_in", "ended", "ended", "locked"]


def test_changes_of_the_password_and_of_factors_are_noted(ames: Member, inside: Client) -> None:
    before = int(SignIn.objects.order_by("-id")[0].pk)
    inside.post("/account/confirm/", {"password": "no", "next": "/account/"})
    inside.post("/account/confirm/", {"password": PASSWORD, "next": "/account/"})
    inside.post("/account/codes/new/")
    new = "five more odd words here"
    inside.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert noted(before) == [
        ("ames", "refused", "password"), ("ames", "codes_made", "recovery_code"), ("ames", "password_set", ""),
    ]  # fmt: skip


def test_what_whoever_runs_the_line_does_is_noted(ames: Member, so_far: int) -> None:
    reset("oak", "ames", DAY)
    close("oak", "ames")
    assert noted(so_far) == [("ames", "reset", "server"), ("ames", "closed", "server")]


# ---------------------------------------------------------------- it cannot be changed unseen


def test_each_row_is_chained_and_what_the_server_did_with_the_next(ames: Member, world: World) -> None:
    ames.sign_in(browser())
    assert not SignIn.objects.filter(place=None).exists()
    assert [row.place for row in SignIn.objects.order_by("id")] == list(range(1, SignIn.objects.count() + 1))
    reset("oak", "ames", DAY)
    assert SignIn.objects.filter(place=None).count() == 1, "the key is not there"
    ames.password(browser())
    assert not SignIn.objects.filter(place=None).exists()
    assert unbroken(world.keyring, "oak")


@pytest.mark.parametrize("bend", ["changed", "taken out", "put in", "moved"])
def test_a_row_that_was_bent_breaks_the_chain(ames: Member, world: World, bend: str) -> None:
    ames.sign_in(browser())
    row = SignIn.objects.get(place=3)
    match bend:
        case "changed":
            SignIn.objects.filter(place=3).update(staff="bo")
        case "taken out":
            row.delete()
        case "put in":
            SignIn.objects.filter(place__gt=3).update(place=None)
            row.pk, row.place = None, 4
            row.save(force_insert=True)
        case "moved":
            SignIn.objects.filter(place=3).update(at=row.at + DAY)
    assert not unbroken(world.keyring, "oak")
    seal_new(world.keyring, "oak")
    assert not unbroken(world.keyring, "oak"), "and what comes after it does not hide that"


# ---------------------------------------------------------------- the page


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_person_sees_their_own_sign_ins_and_sessions(ames: Member) -> None:
    ames.password(browser(PHONE), "no")
    client = browser()
    ames.sign_in(client)
    said = text_of(client.get("/account/sign-ins/").content.decode())
    order = [
        "Signed in with your password and a code from the app", "Somebody typed a wrong password",
        "Safari on iPhone", "Signed out", "New recovery codes made",
        "Authenticator app added", "Signed in with the invitation", "Password set", "Invited by whoever runs the line",
        "Where you are signed in", "This one",
    ]  # fmt: skip
    places = [said.index(words) for words in order]
    assert places == sorted(places)
    assert 'href="/account/sign-ins/"' in client.get("/account/").content.decode()


def test_nobody_sees_anothers(ames: Member, signing_in: World) -> None:
    bo, his = Member("bo"), browser()
    bo.begin(bo.invited(), his)
    bo.add_app(his)
    ames.password(browser(PHONE), "no")
    said = his.get("/account/sign-ins/").content.decode()
    assert "wrong password" not in said
    assert "iPhone" not in said


def test_a_new_place_is_said_to_be_one_and_no_address_is_shown(ames: Member, settings: object) -> None:
    here = browser()
    ames.sign_in(here)
    elsewhere = browser(PHONE)
    elsewhere.defaults["REMOTE_ADDR"] = "127.0.0.77"
    ames.password(elsewhere, "no")
    ames.sign_in(elsewhere, later=1)
    page = here.get("/account/sign-ins/").content.decode()
    happened = page[page.index('id="happened"') : page.index('id="where"')]
    rows = [("From a new place" in one, "iPhone" in one) for one in happened.split("<li>")[1:]]
    assert rows[:3] == [(True, True), (True, True), (False, False)]
    assert "127.0.0.77" not in happened
