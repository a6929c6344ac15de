"""What the line was told and has not taken yet: where its tick hangs or its database is gone, no caller waits on."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Container
from typing import Protocol, runtime_checkable

from intersession.core.ids import ContactId

from ..port import Envelope, Report

TAKEN_WITHIN = 2.5
"""Seconds. With what it takes to notice, and to begin to speak, a caller hears the safety words within five."""


@runtime_checkable
class Ticket(Protocol):
    """What a server's queue gives for an event. Where none is given, nothing is known of what becomes of it."""

    @property
    def written(self) -> bool:
        """It is safe on disk."""

    def wait(self, seconds: float) -> object:
        """What became of it within so many seconds; None, and it is given up, where that is not known by then."""


class Told:
    """Tells the line, and remembers what each call waits for. On the carrier's own thread only."""

    def __init__(self, report: Report, clock: Callable[[], float] = time.monotonic) -> None:
        self._report, self._clock = report, clock
        self._open: dict[ContactId, deque[tuple[float, Ticket]]] = {}
        self._asks = False

    def __call__(self, envelope: Envelope) -> object:
        """Tell it; its ticket, where there is one."""
        ticket = self._report(envelope)
        contact = getattr(envelope.event, "contact", None)
        self._asks = isinstance(ticket, Ticket)
        if contact is not None and isinstance(ticket, Ticket):
            self._open.setdefault(contact, deque()).append((self._clock(), ticket))
        return ticket

    def is_quiet(self, contact: ContactId) -> bool:
        """Whether all that was told of this call is taken; never, where that cannot be known."""
        self._sweep(contact)
        return self._asks and contact not in self._open

    def late(self, contact: ContactId) -> bool:
        """Whether it should have been taken by now."""
        self._sweep(contact)
        told = self._open.get(contact)
        return told is not None and self._clock() - told[0][0] > TAKEN_WITHIN

    def keep(self, contacts: Container[ContactId]) -> None:
        """Forget the calls that are none of these: nobody waits in them any more."""
        for contact in list(self._open):
            if contact not in contacts:
                del self._open[contact]

    def give_up(self, contact: ContactId) -> bool:
        """Nobody waits for it any more: a call that is decided about later has fallen back. False where all of it was
        taken in this very moment."""
        return [ticket.wait(0) for _, ticket in self._open.pop(contact, ())].count(None) > 0

    def _sweep(self, contact: ContactId) -> None:
        told = self._open.get(contact, deque())
        while told and told[0][1].written:
            told.popleft()
        if not told:
            self._open.pop(contact, None)
