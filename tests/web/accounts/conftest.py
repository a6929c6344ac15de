"""The small practice, where people sign in: accounts in a file of their own, made anew for each test."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from intersession.web.accounts.apart import ACCOUNTS, make_tables
from intersession.web.accounts.keeping import add
from tests.web.conftest import World

PASSWORD = "four odd words here"
DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory, _databases_of_their_own: None) -> Path:
    """All tables and no row; made once."""
    path = tmp_path_factory.mktemp("accounts") / "identity.sqlite3"
    with _kept_at(path):
        make_tables()
    return path


@pytest.fixture
def identity(_empty: Path, tmp_path: Path) -> Iterator[Path]:
    """The accounts' file of this test."""
    path = tmp_path / "identity.sqlite3"
    shutil.copyfile(_empty, path)
    with _kept_at(path):
        yield path


@contextmanager
def _kept_at(path: Path) -> Iterator[None]:
    settings = connections[ACCOUNTS].settings_dict
    connections[ACCOUNTS].close()
    before, settings["NAME"] = settings["NAME"], str(path)
    yield
    connections[ACCOUNTS].close()
    settings["NAME"] = before


@pytest.fixture
def signing_in(world: World, identity: Path, settings: Any) -> World:
    """As `serve` shows the screens."""
    settings.INTERSESSION_SIGN_IN = True
    settings.ROOT_URLCONF = "intersession.web.accounts.site"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    return world


def browser(agent: str = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36") -> Client:
    """Another browser on this machine, which asks as browsers do."""
    return Client(HTTP_HOST="localhost", headers={"User-Agent": agent})


def app_code(secret: str, later: int = 0) -> str:
    """What the authenticator app shows; `later` so many half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later)))


@dataclass(slots=True)
class Member:
    """A staff member with an account."""

    staff: str
    secret: str = ""
    recovery: tuple[str, ...] = ()

    def invited(self) -> str:
        """The code that the server prints."""
        return add("oak", self.staff, DAY)

    def begin(self, with_code: str, client: Client) -> HttpResponse:
        """The code, then a password."""
        assert client.post("/account/begin/", {"code": with_code}).headers["Location"] == "/account/begin/password/"
        return client.post("/account/begin/password/", {"password": PASSWORD, "again": PASSWORD})

    def add_app(self, client: Client) -> HttpResponse:
        """The app reads the picture; its first code; the recovery codes."""
        shown = client.get("/account/app/").content.decode()
        found = re.search(r'secret">([A-Z2-7]+)<', shown)
        assert found is not None
        self.secret = found[1]
        answer = client.post("/account/app/", {"code": app_code(self.secret)})
        assert answer.headers["Location"] == "/account/codes/"
        codes = client.get("/account/codes/")
        self.recovery = tuple(re.findall(r"<li>(\d{8})</li>", codes.content.decode()))
        return codes

    def password(self, client: Client, says: str = PASSWORD, to: str = "/account/sign-in/") -> HttpResponse:
        """The first step of signing in."""
        return client.post(to, {"login": self.staff, "password": says})

    def sign_in(self, client: Client, later: int = 0) -> HttpResponse:
        """Both steps."""
        assert self.password(client).headers["Location"] == "/account/sign-in/second/"
        return client.post("/account/sign-in/second/", {"code": app_code(self.secret, later)})


@pytest.fixture
def ames(signing_in: World) -> Member:
    """Ames, set up with an app, and signed out."""
    member = Member("ames")
    client = browser()
    member.begin(member.invited(), client)
    member.add_app(client)
    client.post("/account/sign-out/")
    return member


@pytest.fixture
def inside(ames: Member) -> Client:
    """A browser in which Ames is signed in."""
    client = browser()
    assert ames.sign_in(client).headers["Location"] == "/"
    return client

