"""Many callers at once, by SIPp, and one ear for all of them, which tells whose call brought a sound."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.sound import EXPANDED

SCENARIO = Path(__file__).parent / "sipp" / "caller.xml"
LOUD = 400
"""Of 32,768: quieter than this is silence."""
QUIET = bytes(code for code in range(256) if abs(EXPANDED[code]) <= LOUD)
HEADER = 12
"""Bytes of RTP before the sound."""


@dataclass(slots=True)
class Ear:
    """Where Asterisk sends every caller's sound: from a port of its own for each call."""

    port: int
    heard: set[int] = field(default_factory=set)
    """The ports from which a sound came that is no silence."""


@contextmanager
def ear() -> Iterator[Ear]:
    """Listens on a thread of its own."""
    with socket.socket(type=socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        here.settimeout(0.1)
        made, over = Ear(here.getsockname()[1]), threading.Event()
        thread = threading.Thread(target=_listen, args=(here, made, over), name="ear")
        thread.start()
        try:
            yield made
        finally:
            over.set()
            thread.join()


def _listen(here: socket.socket, made: Ear, over: threading.Event) -> None:
    while not over.is_set():
        try:
            packet, (_, port) = here.recvfrom(2048)
        except TimeoutError:
            continue
        if port not in made.heard and packet[HEADER:].translate(None, QUIET):
            made.heard.add(port)


@dataclass(slots=True)
class Crowd:
    """SIPp as it runs."""

    process: subprocess.Popen[bytes]
    folder: Path

    def over(self, within: float) -> str:
        """Wait until all have hung up. What went wrong with any of them; empty where nothing did."""
        code = self.process.wait(within)
        said = "".join(path.read_text() for path in self.folder.glob("*_errors.log"))
        return said or ("" if code == 0 else f"SIPp ended with {code}")


@contextmanager
def crowd(
    sipp: Path, folder: Path, sip_port: int, to: str, callers: int, *, ear_port: int, seconds: float, a_second: int
) -> Iterator[Crowd]:
    """So many callers dial one number, so many of them in a second; each listens for so long, then hangs up."""
    numbers = folder / "numbers.csv"
    numbers.write_text("SEQUENTIAL\n" + "".join(f"+1000{one:07d};\n" for one in range(callers)))
    process = subprocess.Popen(
        [
            sipp, f"127.0.0.1:{sip_port}", "-sf", SCENARIO, "-inf", numbers, "-key", "to", to, "-key", "ear",
            str(ear_port), "-i", "127.0.0.1", "-p", str(_free_port()), "-m", str(callers), "-l", str(callers),
            "-r", str(a_second), "-d", str(int(seconds * 1000)), "-trace_err", "-nostdin", "-skip_rlimit",
        ],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Crowd(process, folder)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def _free_port() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
