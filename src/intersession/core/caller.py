"""Who is calling: the closed set of caller classes (§3.1), in the order of evaluation (§3.2, D44, D55, D58)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from .facts import Caller, Client, ClientStatus, Line
from .levels import Path, path


class CallerClass(StrEnum):
    """The outside person, as far as the line can know them."""

    CLIENT = "client_active"
    SHARED = "client_shared_number"
    DISCHARGED = "client_discharged"
    GUARDIAN = "guardian_or_collateral"
    STAFF = "staff"
    PARTNER = "emergency_partner"
    UNKNOWN = "prospective_or_unknown"
    WITHHELD = "withheld"
    BLOCKED = "blocked"
    REJECTED = "hard_rejected"


def classify(caller: Caller, now: datetime) -> CallerClass:
    """The class of a caller. A current client's number is never hard rejected, and a hard reject that nobody
    decided on turns into a block at its review date (D55, INV-16)."""
    current = current_clients(caller)
    if caller.block is not None:
        hard = caller.block.hard and now.date() < caller.block.review_on
        return CallerClass.REJECTED if hard and not current else CallerClass.BLOCKED
    if caller.staff is not None:
        return CallerClass.STAFF
    if caller.partner:
        return CallerClass.PARTNER
    if current:
        return CallerClass.SHARED if len(caller.clients) > 1 else CallerClass.CLIENT
    if caller.clients:
        return CallerClass.DISCHARGED
    if caller.guardian:
        return CallerClass.GUARDIAN
    return CallerClass.WITHHELD if caller.number is None else CallerClass.UNKNOWN


def current_clients(caller: Caller) -> tuple[Client, ...]:
    """The clients that this number may be and that are in care now."""
    clients = caller.clients
    if len(clients) == 1:  # nearly always
        return clients if clients[0].status is ClientStatus.ACTIVE else ()
    return tuple(client for client in clients if client.status is ClientStatus.ACTIVE)


def lead_client(caller: Caller, line: Line | None) -> Client | None:
    """The client whose rules count: on a shared number the one of the line dialled, else the one with more
    human reach (V09, D44, INV-11)."""
    if len(caller.clients) == 1:
        return caller.clients[0]
    current = current_clients(caller)
    if not current:
        return None
    of_line = [c for c in current if line is not None and line.staff is not None and c.primary == line.staff]
    return max(of_line or current, key=lambda client: _reach(path(client.access, client.phase)))


def _reach(where: Path) -> int:
    return (Path.STANDARD, Path.PHASED, Path.HIGH_ACCESS, Path.COACHING).index(where)
