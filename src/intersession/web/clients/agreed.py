"""What was agreed with a client, in plain lines: the terms, the level, the limits in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ...core.agreement import TextScope
from ...core.facts import Client, ClientStatus, Practice
from ...core.levels import AccessLevel, AccessPhase
from ...core.limits import Limit, LimitKind
from ...core.rules.holding import client_zone
from ..look import city, clock, day, same_wall, when

LEVELS = {
    AccessLevel.ADMIN: "Administrative",
    AccessLevel.STANDARD: "Standard",
    AccessLevel.HIGH_ACCESS: "High access",
    AccessLevel.COACHING: "Coaching",
}
PHASES = {
    AccessPhase.ORIENTATION: "in orientation",
    AccessPhase.ACTIVE: "active",
    AccessPhase.FADING: "fading",
    AccessPhase.SUSPENDED: "paused",
    AccessPhase.GRADUATED: "graduated",
}
SCOPES = {
    TextScope.NONE: "None",
    TextScope.SCHEDULING_ONLY: "About times only",
    TextScope.COACHING: "About coaching and times",
}
LIMITS = {
    LimitKind.NARROWED: "Calls within an agreed window",
    LimitKind.SCHEDULED_ONLY: "Planned calls only",
    LimitKind.PHONE_HOLIDAY: "A pause from coaching calls",
    LimitKind.EXTENDED: "Wider access",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """For the cards beside the timeline."""

    state: str
    """discussed, not discussed, run out, taken back, former client."""
    kept: bool
    terms: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]


def level(client: Client) -> str:
    """"Coaching, active"."""
    if client.status is not ClientStatus.ACTIVE:
        return "Not a current client"
    phase = f", {PHASES[client.phase]}" if client.access is AccessLevel.COACHING else ""
    return f"{LEVELS[client.access]}{phase}"


def agreed(client: Client, practice: Practice, now: datetime, zone: str) -> Agreed:
    """As it stands at this instant."""
    terms = client.agreement
    in_force = terms.in_force(now)
    if terms.discussed_at is None:
        state = "not talked over yet"
    elif terms.revoked_at is not None:
        state = "taken back"
    else:
        state = "in force" if in_force else "run out"
    return Agreed(
        state=state,
        kept=in_force,
        terms=tuple(_terms(client, practice, now, zone)),
        limits=tuple(_limits(client, practice, now, zone)),
    )


def _terms(client: Client, practice: Practice, now: datetime, zone: str) -> Iterator[tuple[str, str]]:
    terms = client.agreement
    if terms.discussed_at is not None:
        yield "Talked over", day(terms.discussed_at, now, zone)
    yield "Level", level(client)
    yield "Texts", "Turned off by the client" if terms.texts_stopped else SCOPES[terms.texting(now)]
    if terms.page_me:
        yield "Key 2", "Pages the clinician"
    if terms.acknowledge_texts:
        yield "Texts get", "“Seen by a person by …”"
    if terms.texts_under_limits:
        yield "In a pause", "Reply texts are agreed"
    if client.language not in (None, practice.locale):
        yield "Language", str(client.language)
    if client.needs_relay:
        yield "Calls", "By relay (711)"
    if not same_wall(client_zone(client, practice), zone, now):
        there = client_zone(client, practice)
        yield "Their time", f"{city(there)}, now {clock(now, there)}"
    if terms.expires_at is not None:
        yield "Look again", day(terms.expires_at, now, zone)


def _limits(client: Client, practice: Practice, now: datetime, zone: str) -> Iterator[str]:
    for limit in client.limits:
        if limit.start <= now < limit.until:
            end = when(limit.until, now, zone)
            yield f"{LIMITS[limit.kind]}{_window(limit, now, zone)} until {end}. It ends by itself."
        elif now < limit.start:
            yield f"{LIMITS[limit.kind]}, from {when(limit.start, now, zone)} to {when(limit.until, now, zone)}."
    if practice.policy.dbt and client.rule24_until is not None and now < client.rule24_until:
        yield f"The 24-hour rule holds until {when(client.rule24_until, now, zone)}. Key 1 stays open."


def _window(limit: Limit, now: datetime, zone: str) -> str:
    if limit.kind is not LimitKind.NARROWED:
        return ""
    coming = next(iter(limit.window.since(now)), None)
    return f" (next: {when(coming.start, now, zone)} to {when(coming.end, now, zone)})" if coming is not None else ""
