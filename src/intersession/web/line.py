"""Where the screens find the corridor, the clock and the practice's key. `asgi` connects them once at start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..carriers.port import Envelope
from ..core.ids import PracticeId
from ..corridor.clock import Clock
from ..records.sealing import Keyring
from .phones.demo import Demo
from .station.phones import BrowserPhones


class Ticket(Protocol):
    """What `submit` gives: the turn of one event, once it is committed."""

    def wait(self, seconds: float) -> object:
        """The turn; raises TimeoutError, or the error that set the event aside."""


class Corridor(Protocol):
    """The one way in which a screen makes something happen."""

    def submit(self, envelope: Envelope) -> Ticket:
        """Hand over an event; it is decided and written by the tick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """All that screens need beside the rows they read."""

    corridor: Corridor
    clock: Clock
    practice: PracticeId
    keyring: Keyring
    database: str
    """The address that the corridor's own connections use."""
    demo: Demo | None = None
    """Set where simulated telephones are shown."""
    browser_phones: BrowserPhones | None = None
    """Set where the practice's own Asterisk has phones in browsers."""


_connected: Connected | None = None


def connect(to: Connected) -> None:
    """Connect the screens of this process; called once, before the first request."""
    global _connected
    _connected = to


def disconnect() -> None:
    """Let go, at shutdown and between tests."""
    global _connected
    _connected = None


def is_connected() -> bool:
    """Whether screens can be shown at all."""
    return _connected is not None


def connected() -> Connected:
    """What was connected. Raises RuntimeError, saying what to do, where nothing was."""
    if _connected is None:
        raise RuntimeError("the screens are not connected: start them with `intersession serve` or `demo`")
    return _connected


def corridor() -> Corridor:
    """The corridor of this process."""
    return connected().corridor


def now() -> datetime:
    """Now by the line's clock (the demo's can be moved), aware UTC."""
    return connected().clock.now()
