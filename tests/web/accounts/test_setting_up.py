"""An invitation becomes an account: once, in time, and never without a second factor."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from intersession.web.accounts.invitations import ALPHABET
from intersession.web.accounts.keeping import CannotKeep, add, close, listing, reset
from intersession.web.accounts.models import Account, Invitation
from tests.web.accounts.conftest import DAY, PASSWORD, Member, browser
from tests.web.conftest import World

REFUSED = "is not right, is over, or was used already"


def test_from_the_printed_code_to_the_screens(signing_in: World) -> None:
    ames, client = Member("ames"), browser()
    assert ames.begin(ames.invited(), client).headers["Location"] == "/account/begin/second/"
    assert "An authenticator app" in client.get("/account/begin/second/").content.decode()
    codes = ames.add_app(client)
    assert "Write them down now" in codes.content.decode()
    assert len(set(ames.recovery)) == 10
    now = client.get("/now/")
    assert now.status_code == 200
    assert "Ames" in now.content.decode()
    assert [one.state for one in listing("oak")] == ["open, with app"]


def test_recovery_codes_are_shown_once(signing_in: World) -> None:
    ames, client = Member("ames"), browser()
    ames.begin(ames.invited(), client)
    ames.add_app(client)
    again = client.get("/account/codes/").content.decode()
    assert not any(code in again for code in ames.recovery)
    assert "You have 10 left" in again


@pytest.mark.parametrize("address", ["/", "/now/", "/clients/c-js/", "/words/", "/account/", "/account/codes/"])
def test_until_the_second_factor_nothing_else_is_reachable(signing_in: World, address: str) -> None:
    ames, client = Member("ames"), browser()
    ames.begin(ames.invited(), client)
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/begin/second/")
    assert client.post("/now/item/x:answer/take/").headers["Location"] == "/account/begin/second/"


def test_a_password_alone_never_opens_an_account_that_was_left_half_done(signing_in: World) -> None:
    ames = Member("ames")
    ames.begin(ames.invited(), browser())
    thief = browser()
    assert ames.password(thief).headers["Location"] == "/account/begin/?unfinished=1"
    assert "not set up to its end" in thief.get("/account/begin/?unfinished=1").content.decode()
    for address in ("/account/app/", "/account/begin/second/", "/now/"):
        assert thief.get(address).headers["Location"].startswith("/account/sign-in/"), address


def test_a_code_works_once(signing_in: World) -> None:
    ames = Member("ames")
    code = ames.invited()
    ames.begin(code, browser())
    second = browser().post("/account/begin/", {"code": code})
    assert REFUSED in second.content.decode()


def test_a_code_that_was_only_typed_is_used_too(signing_in: World) -> None:
    code = Member("ames").invited()
    assert browser().post("/account/begin/", {"code": code}).status_code == 302
    assert REFUSED in browser().post("/account/begin/", {"code": code}).content.decode()


def test_a_code_is_over_after_its_time(signing_in: World) -> None:
    code = Member("ames").invited()
    Invitation.objects.update(ends_at=timezone.now())
    assert REFUSED in browser().post("/account/begin/", {"code": code}).content.decode()


def test_a_wrong_code_hears_the_same_words(signing_in: World) -> None:
    Member("ames").invited()
    assert REFUSED in browser().post("/account/begin/", {"code": "00000-00000-00000-00000"}).content.decode()


def test_small_letters_and_letters_that_look_like_digits_do_not_matter(signing_in: World) -> None:
    code = Member("ames").invited()
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert browser().post("/account/begin/", {"code": typed}).headers["Location"] == "/account/begin/password/"


def test_a_code_is_hashed_at_rest_and_long_enough_for_that(signing_in: World) -> None:
    code = Member("ames").invited()
    assert len(code.replace("-", "")) == 20
    assert len(ALPHABET) == 32
    kept = Invitation.objects.get()
    assert code.replace("-", "") not in kept.code_hash.upper()


def test_guessing_codes_meets_a_limit(signing_in: World) -> None:
    client = browser()
    answers = [client.post("/account/begin/", {"code": "AAAAA"}).status_code for _ in range(31)]
    assert answers[0] == 200
    assert answers[-1] == 429


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("short", "short", "at least 12"),
        ("password1234", "password1234", "too common"),
        (PASSWORD, "four odd words her", "not the same"),
    ],
)
def test_a_weak_or_mistyped_password_is_refused(signing_in: World, password: str, again: str, says: str) -> None:
    client = browser()
    client.post("/account/begin/", {"code": Member("ames").invited()})
    answer = client.post("/account/begin/password/", {"password": password, "again": again})
    assert says in answer.content.decode()
    assert not Account.objects.get().has_usable_password()


def test_the_password_page_needs_the_code_first(signing_in: World) -> None:
    Member("ames").invited()
    answer = browser().post("/account/begin/password/", {"password": PASSWORD, "again": PASSWORD})
    assert answer.headers["Location"] == "/account/begin/"
    assert not Account.objects.get().has_usable_password()


def test_whoever_sat_there_before_is_signed_out_by_a_code(ames: Member, inside: Client) -> None:
    bo = Member("bo")
    bo.begin(bo.invited(), inside)
    bo.add_app(inside)
    assert "Bo" in inside.get("/now/").content.decode()


def test_reset_ends_everything_and_begins_anew(ames: Member, inside: Client) -> None:
    code = reset("oak", "ames", DAY)
    assert inside.get("/now/").headers["Location"].startswith("/account/sign-in/")
    assert "do not fit together" in ames.password(browser()).content.decode()
    client = browser()
    ames.begin(code, client)
    ames.add_app(client)
    assert client.get("/now/").status_code == 200


def test_a_second_invitation_makes_the_first_worthless(signing_in: World) -> None:
    first = Member("ames").invited()
    reset("oak", "ames", DAY)
    assert REFUSED in browser().post("/account/begin/", {"code": first}).content.decode()


def test_a_closed_account_is_shut_and_its_code_too(ames: Member, inside: Client) -> None:
    unused = Member("bo").invited()
    close("oak", "bo")
    close("oak", "ames")
    assert REFUSED in browser().post("/account/begin/", {"code": unused}).content.decode()
    assert inside.get("/now/").headers["Location"].startswith("/account/sign-in/")
    assert "do not fit together" in ames.password(browser()).content.decode()
    assert [one.state for one in listing("oak")] == ["closed", "closed"]


def test_what_is_done_to_accounts_says_why_it_is_not(ames: Member) -> None:
    with pytest.raises(CannotKeep, match="has an account already"):
        add("oak", "ames", DAY)
    with pytest.raises(CannotKeep, match="has no account"):
        reset("oak", "bo", DAY)
    close("oak", "ames")
    with pytest.raises(CannotKeep, match="is closed"):
        reset("oak", "ames", DAY)
    assert add("oak", "ames", timedelta(hours=1)), "add opens it again"


def test_two_who_differ_by_a_capital_do_not_share_a_name(signing_in: World) -> None:
    Member("ames").invited()
    with pytest.raises(CannotKeep, match="belongs to another"):
        add("oak", "Ames", DAY)
