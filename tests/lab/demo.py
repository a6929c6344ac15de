"""The demo, started as a person starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


@contextmanager
def started() -> Iterator[str]:
    """Its address; it ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = "import sys; from intersession.cli import main; sys.exit(main(sys.argv[1:]))"
    running = subprocess.Popen(
        [sys.executable, "-c", program, "demo", "--port", str(port)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        cwd=ROOT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _answers(address)
        yield address
    finally:
        running.terminate()
        running.wait(10)


def _answers(address: str) -> None:
    for _ in range(150):
        try:
            if httpx.get(address, follow_redirects=True).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError("the demo did not start")
