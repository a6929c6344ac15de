"""The heartbeat, for whoever watches the line from outside: it comes from completed ticks and from nothing else.

A server that hangs, a full disk, a locked database: each of them stops it, though the process still answers.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import requests
import structlog

log = structlog.get_logger(__name__)

SECONDS = 10


@dataclass(slots=True)
class Heartbeat:
    """Touches a file, and asks for an address, at each beat. Whoever watches raises the alarm when that stops."""

    file: Path | None = None
    url: str = field(default="", repr=False)
    _due: threading.Event = field(default_factory=threading.Event)

    def beat(self) -> None:
        """A tick was completed. The address is asked for by a thread of its own: the writer waits for nobody."""
        if self.file is not None:
            self.file.touch()
        self._due.set()

    def start(self) -> Heartbeat:
        """Begin, where there is an address."""
        if self.url:
            threading.Thread(target=self._tell, name="heartbeat", daemon=True).start()
        return self

    def _tell(self) -> None:
        while self._due.wait():
            self._due.clear()
            try:
                requests.get(self.url, timeout=SECONDS).close()
            except requests.RequestException as error:
                log.warning("heartbeat_not_told", error=type(error).__name__)
