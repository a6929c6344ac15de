"""A carrier whose connection one process alone may hold: held for as long as its lease is ours (DESIGN §4)."""

from __future__ import annotations

import threading
from types import TracebackType

import structlog

from intersession.carriers.asterisk.carrier import Asterisk
from intersession.corridor.db import DatabaseGone
from intersession.corridor.lease import Lease
from intersession.corridor.running import Running

log = structlog.get_logger(__name__)

RENEWED_EVERY = 2.0
"""Seconds; a lease outlives three renewals that fail."""


class Held:
    """One carrier of one process. Use it as a context."""

    def __init__(self, running: Running, carrier: Asterisk, lease: Lease) -> None:
        self.carrier, self._running, self._lease = carrier, running, lease
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"held-{carrier.name}", daemon=True)
        self._ours = False
        running.elsewhere.add(carrier.name)

    def __enter__(self) -> Held:
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(5)
        if self._ours:
            self._let_go()
            self._give_back()

    def wait_connected(self, seconds: float = 12.0) -> bool:
        """Whether the connection stands, within so many seconds; it never does where another process holds it."""
        return self._ours and self.carrier.wait_connected(seconds)

    def _keep(self) -> None:
        while not self._stop.wait(RENEWED_EVERY):
            self._look()
        self._lease.db.close()

    def _look(self) -> None:
        """Where the database is gone, whoever holds it goes on: the connected calls are theirs, and the other process
        cannot ask either. Should it be able to, Asterisk itself lets the one who connects last have the events."""
        try:
            ours = self._lease.claim(self._running.clock.now())
        except DatabaseGone:
            self._lease.db.close()
            return
        except Exception:
            log.exception("lease_stumbled", carrier=self.carrier.name)
            return
        if self._ours and (not ours or self.carrier.replaced):
            self._let_go()
        if ours and not self._ours:
            self._take()

    def _take(self) -> None:
        name = self.carrier.name
        self._running.carriers[name] = self.carrier  # before it starts: it may have something to look back at at once
        self.carrier.start()
        self._running.elsewhere.discard(name)
        self._ours = True
        log.info("lease_taken", carrier=name)
        self._running.nudge()

    def _let_go(self) -> None:
        """Its errands are left to the other process from now on, before it is stopped."""
        name = self.carrier.name
        self._running.elsewhere.add(name)
        self._running.carriers.pop(name, None)
        self._ours = False
        log.warning("lease_let_go", carrier=name)
        self.carrier.stop()

    def _give_back(self) -> None:
        try:
            self._lease.give_back()
        except DatabaseGone:
            log.warning("lease_not_given_back", carrier=self.carrier.name)
        finally:
            self._lease.db.close()
