"""Tries are counted for all processes alike, across a restart, and without a name or an address (OWASP ASVS 6.3)."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections

from intersession.web.accounts import counting
from intersession.web.accounts.models import Counted
from tests.web.accounts.conftest import Member, browser
from tests.web.conftest import World

TRIES = """
import django, sys
django.setup()
from allauth.core import ratelimit
from django.test import RequestFactory
requests = [RequestFactory().post("/", REMOTE_ADDR=f"10.0.{sys.argv[1]}.{n}") for n in range(15)]
print("ready", flush=True)
sys.stdin.readline()
print(sum(ratelimit.consume(request, action="login_failed", key="ames") for request in requests))
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, moved by the test."""
    now = [1000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


def test_a_value_is_there_for_as_long_as_it_counts(signing_in: World, clock: list[float]) -> None:
    cache.set("a", [1.5, 2.0], 60)
    assert cache.get("a") == [1.5, 2.0]
    clock[0] += 59.9
    assert cache.get("a") == [1.5, 2.0]
    clock[0] += 0.1
    assert cache.get("a", "none") == "none"
    cache.set("b", 1, None)
    clock[0] += 1e9
    assert cache.get("b") == 1
    assert Counted.objects.count() == 1, "what is over is gone"


def test_of_several_who_take_one_one_has_it_until_it_is_over(signing_in: World, clock: list[float]) -> None:
    assert cache.add("used", True, 120)
    assert not cache.add("used", True, 120)
    clock[0] += 120
    assert cache.add("used", True, 120)
    assert cache.delete("used")
    assert not cache.delete("used")


def test_of_threads_at_the_same_instant_exactly_one_has_it(signing_in: World) -> None:
    many, taken = 8, list[bool]()
    start = threading.Barrier(many)

    def take() -> None:
        start.wait()
        for one in range(10):
            taken.append(cache.add(f"code-{one}", True, 60))
        connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), sum(taken)) == (80, 10)


def test_several_processes_allow_as_few_tries_as_one(signing_in: World, identity: Path) -> None:
    """Five for a name in five minutes, whoever is asked; and a process that starts anew knows of them."""
    counted = [_process(identity, str(one)) for one in range(3)]
    for process in counted:
        assert process.stdout.readline() == "ready\n"
    for process in counted:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sum(int(process.communicate(timeout=60)[0]) for process in counted) == 5
    after = _process(identity, "9")
    assert after.communicate("go\n", timeout=60)[0] == "ready\n0\n"


def _process(identity: Path, name: str) -> Any:
    env = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "intersession.web.settings", "INTERSESSION_SIGN_IN": "1",
        "INTERSESSION_DATABASE": str(identity.with_name("line.sqlite3")), "INTERSESSION_SECRET": "of this test",
    }  # fmt: skip
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", TRIES, name], env=env, stdin=pipe, stdout=pipe, text=True)


def test_no_name_and_no_address_stands_in_it(ames: Member, identity: Path) -> None:
    ames.password(browser(), "no")
    kept = str(sqlite3.connect(identity).execute("SELECT * FROM identity_counted").fetchall())
    assert "[" in kept
    for word in ("ames", "127.0.0.1", "login"):
        assert word not in kept, word


def test_what_is_written_there_by_somebody_else_runs_nothing(signing_in: World) -> None:
    """Django's own would unpickle it."""
    cache.set("a", 1, 60)
    Counted.objects.update(value="cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(ValueError, match="Expecting value"):
        cache.get("a")


def test_what_cannot_be_counted_is_not_allowed(ames: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "PUT", "INSERT INTO no_such_table VALUES (%s, %s, %s)")
    strict = browser()
    strict.raise_request_exception = False
    answer = ames.password(strict)
    assert answer.status_code == 500
    assert strict.get("/now/").status_code == 302
