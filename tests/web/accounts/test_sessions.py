"""A session ends when it is left alone, when it is ended elsewhere, and when its person says so."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from intersession.web.accounts.browsers import browser_of
from intersession.web.accounts.presence import still_open
from intersession.web.live import views as live
from tests.web.accounts.conftest import Member, browser

MINUTE = timedelta(minutes=1)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1"


def left_alone(minutes: float) -> None:
    """Every session was last touched so long ago."""
    UserSession.objects.update(last_seen_at=timezone.now() - minutes * MINUTE)


def seen() -> float:
    """Minutes since the one session was touched."""
    return float((timezone.now() - UserSession.objects.get().last_seen_at) / MINUTE)


def test_a_screen_that_was_left_alone_is_locked(inside: Client) -> None:
    left_alone(14.5)
    assert inside.get("/now/").status_code == 200
    left_alone(15)
    assert inside.get("/now/").headers["Location"] == "/account/sign-in/?next=%2Fnow%2F"
    assert not UserSession.objects.exists()
    assert inside.get("/now/").status_code == 302, "and stays locked"


def test_how_long_is_a_setting(inside: Client, settings: object) -> None:
    settings.INTERSESSION_IDLE = 5 * MINUTE  # type: ignore[attr-defined]
    left_alone(6)
    assert inside.get("/now/").status_code == 302


def test_when_somebody_was_seen_is_written_once_a_minute_at_most(inside: Client) -> None:
    left_alone(0.9)
    inside.get("/now/")
    assert seen() > 0.8
    left_alone(1.1)
    inside.get("/now/")
    assert seen() < 0.5


def test_what_a_screen_asks_by_itself_keeps_nothing_open(inside: Client) -> None:
    left_alone(10)
    assert inside.get("/now/", headers={"Unattended": "1"}).status_code == 200
    assert seen() > 9
    assert inside.get("/account/here/", headers={"Unattended": "1"}).json()["seconds"] < 301
    assert inside.get("/account/here/").json()["seconds"] > 890, "somebody typed"


def test_a_locked_page_goes_to_sign_in_and_a_fragment_takes_it_there(inside: Client) -> None:
    left_alone(20)
    fragment = inside.get("/now/", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/now/?a=1"})
    assert fragment.headers["HX-Redirect"] == "/account/sign-in/?next=%2Fnow%2F%3Fa%3D1"
    assert fragment.content == b""
    foreign = inside.get("/now/", headers={"HX-Request": "true", "HX-Current-URL": "https://evil.example/"})
    assert foreign.headers["HX-Redirect"] == "/account/sign-in/"
    assert inside.get("/account/here/", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401
    assert inside.post("/now/item/x/take/").headers["Location"] == "/account/sign-in/"


def test_a_session_is_ended_from_another_browser(ames: Member, inside: Client) -> None:
    phone = browser(PHONE)
    ames.sign_in(phone, later=1)
    page = inside.get("/account/").content.decode()
    assert "Safari on iPhone" in page
    assert page.count("This one") == 1
    lost = UserSession.objects.get(user_agent=PHONE)
    inside.post(f"/account/sessions/{lost.pk}/end/")
    assert phone.get("/now/").headers["Location"].startswith("/account/sign-in/")
    assert inside.get("/now/").status_code == 200


def test_all_others_are_ended_at_once(ames: Member, inside: Client) -> None:
    others = [browser(PHONE), browser()]
    ames.sign_in(others[0], later=1)
    ames.password(others[1])
    others[1].post("/account/sign-in/second/", {"code": ames.recovery[0]})
    inside.post("/account/sessions/others/end/")
    assert [other.get("/now/").status_code for other in others] == [302, 302]
    assert inside.get("/now/").status_code == 200


def test_nobody_ends_a_colleagues_session(ames: Member, inside: Client) -> None:
    bo, theirs = Member("bo"), browser()
    bo.begin(bo.invited(), theirs)
    bo.add_app(theirs)
    of_bo = UserSession.objects.get(user__username="bo")
    assert inside.post(f"/account/sessions/{of_bo.pk}/end/").status_code == 404
    assert theirs.get("/now/").status_code == 200
    assert inside.get(f"/account/sessions/{of_bo.pk}/end/").status_code == 405


def test_signing_out_ends_the_session(inside: Client) -> None:
    assert inside.get("/account/sign-out/").status_code == 200
    assert inside.get("/now/").status_code == 200, "a link alone signs nobody out"
    assert inside.post("/account/sign-out/").headers["Location"] == "/account/sign-in/"
    assert inside.get("/now/").status_code == 302


def test_a_new_password_ends_the_other_sessions(ames: Member, inside: Client) -> None:
    phone = browser(PHONE)
    ames.sign_in(phone, later=1)
    new = "another four odd words"
    said = {"oldpassword": "four odd words here", "password1": new, "password2": new}
    assert inside.post("/account/password/", said).headers["Location"] == "/account/"
    assert phone.get("/now/").status_code == 302
    assert inside.get("/now/").status_code == 200


def test_a_stream_ends_with_its_session(inside: Client) -> None:
    session = UserSession.objects.get()
    assert still_open(session.session_key)
    left_alone(16)
    assert not still_open(session.session_key)
    assert not still_open("nobody's")
    assert not still_open(None)

    async def run() -> list[str]:
        async with asyncio.timeout(5):
            return [event async for event in live._events("nobody's")]

    assert asyncio.run(run()) == []


def test_browsers_in_words() -> None:
    assert browser_of(PHONE) == "Safari on iPhone"
    assert browser_of("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0") == "Edge on Windows"
    assert browser_of("curl/8") == "A browser"
