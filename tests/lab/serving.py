"""`intersession serve` as a process of its own, on a real Asterisk: made to be killed, or frozen.

`python -m tests.lab.serving '{"at": …, "arguments": […]}'` is the command itself, with a clock that begins there.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from intersession.core.ids import PracticeId
from intersession.corridor.carrier_accounts import keep_account
from intersession.corridor.db import Db
from intersession.corridor.setup import install
from intersession.records.fields import from_micros, to_micros
from intersession.records.sealing import Keyring
from intersession.stories.cast import Cast
from tests.lab.asterisk import Switch

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 60.0


@dataclass(slots=True)
class Practice:
    """A practice that is connected with the lab's Asterisk, on a database that has its tables, and its servers."""

    cast: Cast
    switch: Switch
    folder: Path
    address: str
    began: float = field(default_factory=time.monotonic)
    servers: list[Server] = field(default_factory=list)

    def __post_init__(self) -> None:
        key = os.urandom(32)
        (self.folder / "key").touch(mode=0o600)
        (self.folder / "key").write_bytes(key)
        lines = tuple(replace(one, carrier="asterisk") for one in self.cast.setup.lines)
        db, keyring, pbx = Db(self.address), Keyring(key), self.switch.pbx
        install(db, keyring, replace(self.cast.setup, lines=lines))
        settings = {
            "folder": str(self.switch.folder), "password": pbx.password, "http_port": str(pbx.http_port),
            "sip_port": str(pbx.sip_port), "trunk_host": pbx.trunk.host, "trunk_port": str(pbx.trunk.port),
            "trunk_texts": "yes",
        }  # fmt: skip
        keep_account(db, keyring, PracticeId(self.cast.setup.id), "asterisk", settings)
        db.close()

    def serve(self) -> Server:
        """One more server; it may not be connected yet."""
        passed = time.monotonic() - self.began
        ports = _free_ports()
        given = {
            "at": to_micros(self.cast.start) + int(passed * 1_000_000),
            "arguments": [
                "serve", "--database", self.address, "--key", str(self.folder / "key"), "--port", str(ports[0]),
                "--hooks-port", str(ports[1]),
            ],
        }  # fmt: skip
        log = (self.folder / f"server-{len(self.servers)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.lab.serving", json.dumps(given)], cwd=ROOT, stdout=log, stderr=log,
                env={**_environment(), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
            )  # fmt: skip
        server = Server(process, ports[0], Path(log.name))
        self.servers.append(server)
        return server

    def connected(self) -> bool:
        """Whether one of them has had Asterisk's events."""
        return any(server.connected() for server in self.servers)

    def end(self) -> None:
        """None of them is left."""
        for server in self.servers:
            server.kill()


@dataclass(slots=True)
class Server:
    """One process."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def up(self) -> bool:
        """Whether its screens answer."""
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def connected(self) -> bool:
        """Whether it has had Asterisk's events."""
        assert self.process.poll() is None, self.log.read_text()
        return "asterisk_connected" in self.log.read_text()

    def kill(self) -> None:
        """As a power cut would."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    def freeze(self) -> None:
        """It lives, and does nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on, and has not noticed."""
        self.process.send_signal(signal.SIGCONT)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("INTERSESSION", "DJANGO"))}


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _main(given: dict[str, object]) -> int:
    from intersession.cli import main
    from intersession.corridor.clock import MovableClock
    from intersession.server import serve

    clock = MovableClock(from_micros(int(str(given["at"]))), running=True)
    serve.SystemClock = lambda: clock  # type: ignore[assignment, misc]
    arguments = given["arguments"]
    assert isinstance(arguments, list)
    return main(arguments)


if __name__ == "__main__":
    sys.exit(_main(json.loads(sys.argv[1])))
