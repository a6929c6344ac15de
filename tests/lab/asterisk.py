"""An Asterisk of the tests' own: on loopback, on free ports, in a folder of its own, gone at the end."""

from __future__ import annotations

import math
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import wave
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from intersession.carriers.asterisk.config import files
from intersession.carriers.asterisk.dialplan import FAMILY, TEXTS
from intersession.carriers.asterisk.pbx import (
    BEEP,
    FALLBACK,
    FALLBACK_SAVED,
    HELLO,
    NO_ONE,
    RING,
    RINGING,
    TONE,
    WHISPER,
    Pbx,
    Trunk,
)
from intersession.core.ids import LineId, PracticeId
from tests.lab.asterisk_program import find_asterisk

STARTS_WITHIN = 20.0
TONES = {BEEP: 2700.0, TONE: 2900.0, RING: 3100.0, FALLBACK: 2300.0, FALLBACK_SAVED: 2500.0, HELLO: 1900.0,
         RINGING: 2000.0, NO_ONE: 2100.0, WHISPER: 2200.0}  # fmt: skip
"""Hertz of the sounds that are no words of a call."""


@dataclass(slots=True)
class Switch:
    """A running Asterisk."""

    pbx: Pbx
    folder: Path
    program: Path
    process: subprocess.Popen[bytes]

    def ask(self, command: str) -> str:
        """One command of its console."""
        asked = [self.program, "-C", self.folder / "etc" / "asterisk.conf", "-rx", command]
        return subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False).stdout

    def channels(self) -> int:
        """How many legs there are."""
        return int(self.ask("core show channels count").split()[0])

    def forget(self) -> None:
        """What it has noted of earlier tests' calls and texts."""
        for family in (FAMILY, TEXTS):
            self.ask(f"database deltree {family}")

    @property
    def host(self) -> str:
        """The machine's own name."""
        return socket.gethostname()

    @property
    def log(self) -> str:
        """What it has written."""
        return (self.folder / "log" / "messages").read_text()


@contextmanager
def private_asterisk(
    lines: Mapping[str, str], practice: str, trunk_port: int, otherwise: Callable[[Pbx], Pbx] = lambda pbx: pbx
) -> Iterator[Switch]:
    """Make a configuration, start, and take all of it away again. `lines`: number to line; `otherwise`: with more
    than a trunk."""
    program = find_asterisk()
    assert program is not None
    # a socket's path may have about 100 characters
    folder = Path(tempfile.mkdtemp(prefix="asterisk-", dir="/tmp"))
    try:
        sip, http, sound = _free_ports()
        pbx = Pbx(
            practice=PracticeId(practice), lines={number: LineId(line) for number, line in lines.items()},
            trunk=Trunk(host="127.0.0.1", port=trunk_port, texts=True, presents_caller=True),
            password=secrets.token_hex(16), sounds=folder / "sounds", http_port=http, sip_address="127.0.0.1",
            sip_port=sip, rtp_ports=(sound, sound + 399),
        )  # fmt: skip
        pbx = otherwise(pbx)
        _write(program, folder, pbx)
        process = _start(program, folder)
        switch = Switch(pbx, folder, program, process)
        try:
            _booted(switch)
            yield switch
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tone(path: Path, hertz: float, seconds: float, rate: int = 8000) -> Path:
    """A sound file of one tone."""
    count = int(seconds * rate)
    swing = (math.sin(2 * math.pi * hertz * at / rate) for at in range(count))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"".join(struct.pack("<h", int(9000 * one)) for one in swing))
    return path


def _free_ports() -> tuple[int, int, int]:
    """For SIP, for ARI, and the first of the sound's."""
    with socket.socket(type=socket.SOCK_DGRAM) as sip, socket.socket() as http:
        sip.bind(("127.0.0.1", 0))
        http.bind(("127.0.0.1", 0))
        return sip.getsockname()[1], http.getsockname()[1], 10000 + 400 * secrets.randbelow(50)


def _write(program: Path, folder: Path, pbx: Pbx) -> None:
    for name in ("etc", "lib", "run", "log", "keys", "sounds", "spool/recording"):
        (folder / name).mkdir(parents=True)
    home = program.resolve().parents[1]
    inside = home / "usr" if (home / "usr").exists() else home
    modules = next(inside.glob("lib/*/asterisk/modules"), inside / "lib" / "asterisk" / "modules")
    places = {
        "astetcdir": folder / "etc", "astmoddir": modules, "astvarlibdir": folder / "lib", "astdbdir": folder / "lib",
        "astkeydir": folder / "keys", "astdatadir": inside / "share" / "asterisk", "astspooldir": folder / "spool",
        "astrundir": folder / "run", "astlogdir": folder / "log", "astagidir": folder / "lib",
    }  # fmt: skip
    content = "[directories]\n" + "".join(f"{name} => {path}\n" for name, path in places.items())
    (folder / "etc" / "asterisk.conf").write_text(content)
    for name, text in files(pbx).items():
        (folder / "etc" / name).write_text(text)
    for name in ("sorcery", "ccss", "features", "acl", "udptl", "pjproject", "websocket_client", "stasis"):
        (folder / "etc" / f"{name}.conf").write_text("")
    for name, hertz in TONES.items():
        tone(folder / "sounds" / f"{name}.wav", hertz, 0.5)


def _start(program: Path, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log" / "console").open("wb") as log:
        return subprocess.Popen(
            [program, "-C", folder / "etc" / "asterisk.conf", "-f", "-g", "-n"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip


def _booted(switch: Switch) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and switch.process.poll() is None:
        if (switch.folder / "run" / "asterisk.ctl").exists() and "fully" in switch.ask("core waitfullybooted"):
            return
        time.sleep(0.02)
    raise RuntimeError("Asterisk did not start:\n" + (switch.folder / "log" / "console").read_text())


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM ends its calls and it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
