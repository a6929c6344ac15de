"""Beyond this machine the screens answer over TLS and by their one name, and cookies go nowhere else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.web.conftest import World

URL = "https://line.example.org"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def public(signing_in: World, settings: Any) -> World:
    """As with --screens-url."""
    settings.INTERSESSION_SCREENS_URL = URL
    settings.ALLOWED_HOSTS = ["line.example.org"]
    return signing_in


def test_over_tls_and_by_its_name_it_answers_with_sign_in(public: World) -> None:
    client = Client(HTTP_HOST="line.example.org", REMOTE_ADDR="203.0.113.7")
    assert client.get("/account/sign-in/", secure=True).status_code == 200
    assert client.get("/now/", secure=True).headers["Location"].startswith("/account/sign-in/")


@pytest.mark.parametrize(
    ("host", "secure"),
    [("line.example.org", False), ("evil.example", True), ("localhost", True), ("localhost", False),
     ("line.example.org:8000", True), ("line.example.org.evil.example", True)],
)  # fmt: skip
def test_otherwise_it_refuses_and_says_where(public: World, host: str, secure: bool) -> None:
    answer = Client(HTTP_HOST=host).get("/account/sign-in/", secure=secure)
    assert answer.status_code == 403
    assert answer.content.decode() == f"These screens answer at one address only: {URL}"


def test_what_a_stranger_says_about_tls_and_names_does_not_count(public: World) -> None:
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "line.example.org"}
    assert Client(HTTP_HOST="10.0.0.5", headers=claims).get("/account/sign-in/").status_code == 403
    assert Client(HTTP_HOST="line.example.org", headers=claims).get("/account/sign-in/").status_code == 403


def test_without_one_they_answer_this_machine_only(signing_in: World) -> None:
    assert Client(HTTP_HOST="localhost").get("/account/sign-in/").status_code == 200
    assert Client(HTTP_HOST="localhost", REMOTE_ADDR="203.0.113.7").get("/account/sign-in/").status_code == 403
    through = Client(HTTP_HOST="localhost", headers={"X-Forwarded-For": "203.0.113.7"})
    assert through.get("/account/sign-in/").status_code == 403


NAMES = [
    "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE", "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_HTTPONLY", "SECURE_HSTS_SECONDS", "ROOT_URLCONF",
]  # fmt: skip


def _settings(**environment: str) -> dict[str, Any]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INTERSESSION", "DJANGO"))}
    program = (
        "import json, intersession.web.settings as s; "
        f"print(json.dumps({{name: getattr(s, name) for name in {NAMES}}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={**kept, "PYTHONPATH": str(ROOT / "src"), **environment},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_settings_follow_from_the_address() -> None:
    assert _settings(INTERSESSION_SIGN_IN="1", INTERSESSION_SCREENS_URL=f"{URL}:8443") == {
        "ALLOWED_HOSTS": ["line.example.org"], "CSRF_TRUSTED_ORIGINS": [f"{URL}:8443"],
        "SESSION_COOKIE_NAME": "__Host-intersession_session", "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-intersession_csrf", "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_SAMESITE": "Lax", "SESSION_COOKIE_HTTPONLY": True, "SECURE_HSTS_SECONDS": 31536000,
        "ROOT_URLCONF": "intersession.web.accounts.site",
    }  # fmt: skip


def test_without_sign_in_there_is_no_public_address() -> None:
    plain = _settings(INTERSESSION_SCREENS_URL=URL)
    assert plain["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert plain["SESSION_COOKIE_NAME"] == "intersession_session"
    assert plain["ROOT_URLCONF"] == "intersession.web.urls"
