"""`intersession serve` refuses, in a plain sentence, what it cannot do safely."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from intersession.corridor.db import Db

ROOT = Path(__file__).parents[2]
CAST = ROOT / "scenarios" / "casts" / "dbt_team.toml"
PROGRAM = "import sys; from intersession.cli import main; sys.exit(main())"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Place:
    """A folder with a database, a key, and a practice."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.database = folder, folder / "line.sqlite3"
        self.port = free_port()
        self.setup = folder / "practice.toml"
        self.setup.write_text("start = 2027-02-09 20:12:00\n" + CAST.read_text())

    def command(self, *more: str, database: str | None = None) -> list[str]:
        """The console entry, as a program of its own."""
        return [
            sys.executable, "-c", PROGRAM, "serve", "--database", database or str(self.database),
            "--key", str(self.folder / "line.key"), "--port", str(self.port), "--hooks-port", str(free_port()), *more,
        ]  # fmt: skip

    def start(self, *more: str) -> subprocess.Popen[str]:
        """Serve, in the background."""
        with (self.folder / "serve.log").open("w") as log:
            return subprocess.Popen(
                self.command(*more), cwd=self.folder, env=self._env(), text=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip

    def serve(self, *more: str) -> subprocess.CompletedProcess[str]:
        """Serve, and expect it to end by itself."""
        return subprocess.run(
            self.command(*more), cwd=self.folder, env=self._env(), text=True, capture_output=True, timeout=60,
            check=False,
        )  # fmt: skip

    def answers(self, process: subprocess.Popen[str]) -> None:
        """Wait until the screens are there."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert process.poll() is None, (self.folder / "serve.log").read_text()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("it does not listen")

    def _env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("INTERSESSION", "DJANGO"))}
        return {**kept, "PYTHONPATH": str(ROOT / "src")}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def running(place: Place) -> Iterator[subprocess.Popen[str]]:
    """A line that is served."""
    process = place.start("--setup", str(place.setup))
    try:
        place.answers(process)
        yield process
    finally:
        process.kill()
        process.wait()


def is_one_plain_sentence(said: str) -> bool:
    """For people: who speaks, what is so; no traceback."""
    return said.startswith("intersession serve: ") and said.count("\n") == 1 and "Traceback" not in said


def test_a_second_server_on_the_same_file_refuses(place: Place, running: subprocess.Popen[str]) -> None:
    second = place.serve()
    assert second.returncode == 2
    assert is_one_plain_sentence(second.stderr)
    assert "line.sqlite3 is served by another process already" in second.stderr
    assert running.poll() is None


def test_the_same_file_by_another_name_is_the_same_file(place: Place, running: subprocess.Popen[str]) -> None:
    """Two writers by two names would be two writers all the same."""
    (place.folder / "other.sqlite3").symlink_to(place.database)
    second = subprocess.run(
        place.command(database="other.sqlite3"), cwd=place.folder, env=place._env(), text=True, capture_output=True,
        timeout=20, check=False,
    )  # fmt: skip
    assert second.returncode == 2
    assert is_one_plain_sentence(second.stderr)
    assert running.poll() is None


def test_after_a_kill_the_next_server_starts(place: Place, running: subprocess.Popen[str]) -> None:
    running.kill()
    running.wait()
    process = place.start()
    try:
        place.answers(process)
    finally:
        process.kill()
        process.wait()


def test_a_line_whose_carrier_is_not_connected_is_refused(place: Place, running: subprocess.Popen[str]) -> None:
    running.kill()
    running.wait()
    db = Db(str(place.database))
    db.run("UPDATE line SET carrier = 'twilio' WHERE id = 'coaching'")
    db.close()
    refused = place.serve()
    assert refused.returncode == 2
    assert is_one_plain_sentence(refused.stderr)
    assert "a line is on twilio, which is not connected: run intersession connect twilio" in refused.stderr


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ((), "this database is empty: give --setup FILE"),
        (("--setup", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_what_is_missing_is_said(place: Place, more: tuple[str, ...], says: str) -> None:
    refused = place.serve(*more)
    assert refused.returncode in (1, 2)
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_file_that_is_no_database_is_said(place: Place) -> None:
    place.database.write_text("this is a letter, no database\n" * 100)
    refused = place.serve("--setup", str(place.setup))
    assert refused.returncode in (1, 2)
    assert "Traceback" not in refused.stderr


def test_a_key_of_the_wrong_size_is_said(place: Place) -> None:
    (place.folder / "line.key").write_bytes(b"short")
    refused = place.serve("--setup", str(place.setup))
    assert refused.returncode in (1, 2)
    assert "key must have 32 bytes" in refused.stderr
    assert "Traceback" not in refused.stderr
