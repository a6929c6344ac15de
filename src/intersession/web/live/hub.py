"""Who is told that something changed: any thread publishes, every open screen hears, in its own event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable

PHONES = "phones"
"""Published when a simulated telephone shows something else."""
CLOCK = "clock"
"""Published when the demo's clock was moved."""


class Ear:
    """One open screen. What changes while it is away is kept as one set, however much it is."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._ids: set[str] = set()
        self.closed = False

    def tell(self, ids: frozenset[str]) -> bool:
        """From any thread. False where this screen's event loop is gone."""
        try:
            self._loop.call_soon_threadsafe(self._take, ids)
        except RuntimeError:
            return False
        return True

    def close(self) -> bool:
        """From any thread: the screen's stream ends."""
        self.closed = True
        return self.tell(frozenset())

    async def next(self, seconds: float) -> frozenset[str]:
        """What changed since the last time; empty where nothing did for so long."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return frozenset()
        self._woken.clear()
        ids, self._ids = frozenset(self._ids), set()
        return ids

    def _take(self, ids: frozenset[str]) -> None:
        self._ids |= ids
        self._woken.set()


class Hub:
    """Fans changes out. `publish` never waits for a screen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ears: set[Ear] = set()

    def publish(self, ids: Iterable[str]) -> None:
        """Tell every open screen, from any thread."""
        wanted = frozenset(ids)
        if not wanted:
            return
        with self._lock:
            self._ears = {ear for ear in self._ears if ear.tell(wanted)}

    def listen(self) -> Ear:
        """A new ear, in the running event loop; `leave` when the screen goes."""
        ear = Ear()
        with self._lock:
            self._ears.add(ear)
        return ear

    def leave(self, ear: Ear) -> None:
        """This screen is gone."""
        with self._lock:
            self._ears.discard(ear)

    def close(self) -> None:
        """End every stream, so that a server can stop."""
        with self._lock:
            ears, self._ears = self._ears, set()
        for ear in ears:
            ear.close()

    @property
    def listening(self) -> int:
        """How many screens are open."""
        with self._lock:
            return len(self._ears)


async def stream(ear: Ear, *, heartbeat: float, calm: float) -> AsyncIterator[str]:
    """Server-sent events of one ear: at most one every `calm` seconds, a comment every `heartbeat` seconds."""
    yield "retry: 1000\n: here\n\n"
    while not ear.closed:
        ids = await ear.next(heartbeat)
        if ids:
            yield f"event: changed\ndata: {' '.join(sorted(ids))}\n\n"
            await asyncio.sleep(calm)
        elif not ear.closed:
            yield ": still here\n\n"


hub = Hub()
"""Of this process. The corridor's `changed` listeners and the exchange's publish to it."""
