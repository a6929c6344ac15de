"""The heartbeat comes from ticks that were completed, and from nothing else (DESIGN's watch from outside)."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from intersession.core.decide import decide
from intersession.corridor import running as module
from intersession.corridor.clock import SystemClock
from intersession.corridor.db import Db
from intersession.corridor.running import Running
from intersession.records.schema import fresh
from intersession.records.sealing import Keyring
from intersession.server.heartbeat import Heartbeat


def eventually(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not so():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Running:
    monkeypatch.setattr(module, "BEAT_EVERY", 0.05)
    return Running(fresh(tmp_path / "line.sqlite3"), Keyring(os.urandom(32)), SystemClock(), decide)


def test_a_line_with_nothing_to_do_beats_and_its_row_says_when(line: Running, tmp_path: Path) -> None:
    file = tmp_path / "beat"
    line.beats.append(Heartbeat(file).beat)
    with line:
        eventually(file.exists)
        db = Db(line.address)
        first = db.value("SELECT at FROM heartbeat")
        eventually(lambda: db.value("SELECT at FROM heartbeat") > first)
        db.close()


def test_a_database_that_takes_nothing_stops_it_and_then_it_goes_on(line: Running) -> None:
    beats: list[float] = []
    line.beats.append(lambda: beats.append(time.monotonic()))
    other = sqlite3.connect(line.address, isolation_level=None)
    with line:
        eventually(lambda: len(beats) > 1)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(0.2)
        stood = len(beats)
        time.sleep(0.5)
        assert len(beats) == stood
        other.execute("ROLLBACK")
        other.close()
        eventually(lambda: len(beats) > stood)


def test_an_address_is_asked_for_and_one_that_does_not_answer_holds_nothing_up() -> None:
    asked: list[str] = []

    class Watch(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Watch) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        heartbeat = Heartbeat(url=f"http://127.0.0.1:{server.server_port}/ping/1").start()
        heartbeat.beat()
        eventually(lambda: asked == ["/ping/1"])
        server.shutdown()
    began = time.monotonic()
    heartbeat.beat()
    assert time.monotonic() - began < 1
