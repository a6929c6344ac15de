"""What time it is: the system's clock, or one that can be moved (demo, scenarios, tests)."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where `now` comes from."""

    def now(self) -> datetime:
        """Aware UTC."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


class MovableClock:
    """A clock that is set and moved on by hand; `running`, it goes on with real time from there."""

    def __init__(self, start: datetime, *, running: bool = False) -> None:
        self._lock = threading.Lock()
        self._at, self._since, self._running = start, time.monotonic(), running

    def now(self) -> datetime:
        """Aware UTC."""
        with self._lock:
            if not self._running:
                return self._at
            return self._at + timedelta(seconds=time.monotonic() - self._since)

    def set(self, at: datetime) -> None:
        """Move to an instant; never back."""
        now = self.now()
        if at < now:
            raise ValueError(f"a clock does not go back: it is {now:%Y-%m-%d %H:%M:%S} UTC already")
        with self._lock:
            self._at, self._since = at, time.monotonic()

    def at_least(self, at: datetime) -> None:
        """Move on to an instant; where it has passed already, stay."""
        with self._lock:
            since = timedelta(seconds=time.monotonic() - self._since) if self._running else timedelta()
            if at > self._at + since:
                self._at, self._since = at, time.monotonic()

    def advance(self, by: timedelta) -> None:
        """Move on."""
        self.set(self.now() + by)
