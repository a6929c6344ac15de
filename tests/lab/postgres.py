"""A PostgreSQL server of the tests' own: on loopback, in a folder of its own, gone at the end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

USER = "intersession"
STARTS_WITHIN = 30.0
TRIES = 3

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")
"""Nothing in it outlives the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A running server."""

    port: int
    password: str
    folder: Path

    def address(self, database: str = "postgres") -> str:
        """As in INTERSESSION_DATABASE."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.address(name)


@contextmanager
def private_server(programs: Path) -> Iterator[Postgres]:
    """Make a server, start it, and take all of it away again."""
    # a socket's path may have about 100 characters, and macOS's own temporary folder uses most of them up
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    owner = _owner()
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    try:
        password = _initialise(programs, folder, owner)
        process, port = _start(programs, folder, owner)
        try:
            yield Postgres(port=port, password=password, folder=folder)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; then it runs as its own user, or as nobody."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _initialise(programs: Path, folder: Path, owner: dict[str, Any]) -> str:
    password = secrets.token_hex(16)
    secret = folder / "password"
    secret.write_text(password)
    if owner:
        os.chown(secret, owner["user"], owner["group"])
    subprocess.run(
        [
            programs / "initdb", "--pgdata", folder / "data", "--username", USER, "--pwfile", secret,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync",
        ],
        check=True, capture_output=True, cwd=folder, env={"LC_ALL": "C"}, **owner,
    )  # fmt: skip
    return password


def _start(programs: Path, folder: Path, owner: dict[str, Any]) -> tuple[subprocess.Popen[bytes], int]:
    """Another program may take the free port before the server does: then another port."""
    for _ in range(TRIES):
        port = _free_port()
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [programs / "postgres", *_options(folder, port)],
                stdout=log, stderr=log, cwd=folder, env={"LC_ALL": "C"}, **owner,
            )  # fmt: skip
        if _answers(programs, process, port):
            return process, port
        _stop(process)
    raise RuntimeError("PostgreSQL did not start:\n" + (folder / "log").read_text())


def _options(folder: Path, port: int) -> list[str]:
    options = ["-D", str(folder / "data"), "-h", "127.0.0.1", "-p", str(port), "-k", str(folder)]
    for setting in FAST:
        options += ["-c", setting]
    return options


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(programs: Path, process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        asked = [str(programs / "pg_isready"), "--quiet", "--host", "127.0.0.1", "--port", str(port)]
        if subprocess.run(asked, check=False).returncode == 0:
            return True
        time.sleep(0.02)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGINT is PostgreSQL's quick and orderly shutdown: it does not wait for connections."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(20)
