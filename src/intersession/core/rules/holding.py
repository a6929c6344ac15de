"""Whether a client may be texted now, and whether the text is held (O05, S16, D17, D50, D57, INV-05a, INV-13).

The screen asks before sending, the rule asks when it was sent: both ask here, so they never differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..agreement import TextScope
from ..facts import Client, ClientStatus, Practice, Thread
from ..hours import Expanded, Reading, expanded
from ..ids import StaffId
from ..promise import may_send_now, safe_window, text_window


class Refusal(StrEnum):
    """Why no text may leave at all. STOP and safe contact come before anything that was agreed (D57)."""

    UNKNOWN = "unknown_client"
    STOPPED = "stopped"
    UNSAFE = "text_not_safe"
    DISCHARGED = "discharged"
    NOT_DISCUSSED = "never_discussed"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NO_TEXTS = "no_texts_agreed"


RULES = {Refusal.STOPPED: "INV-06", Refusal.UNSAFE: "INV-13", Refusal.EXPIRED: "D53"}
"""The rule that each comes from, where it is not INV-05a."""

PLAIN = {
    Refusal.UNKNOWN: "We do not know whose number this is: a text goes to a client only.",
    Refusal.STOPPED: "This client turned texts off. Please call.",
    Refusal.UNSAFE: "A text is not safe for this client. Look at the safe way to reach them.",
    Refusal.DISCHARGED: "Not a current client: no texts go out.",
    Refusal.NOT_DISCUSSED: "Contact between sessions was not talked over yet, so no texts are agreed. Please call.",
    Refusal.REVOKED: "The agreement was taken back, and texts with it. Please call.",
    Refusal.EXPIRED: "The agreement has run out: talk it over again first. Please call.",
    Refusal.NO_TEXTS: "No texting is agreed with this client. Please call.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeState:
    """What would become of a text that is written now."""

    refusal: Refusal | None
    scope: TextScope
    """What may be texted; none where texts are stopped or nothing is in force."""
    held_until: datetime | None
    """Held until then; None where it goes at once, or not at all."""
    may_send_now: bool
    """It would be held, but one tap sends it (D17)."""

    @property
    def allowed(self) -> bool:
        """Whether a text may be written at all."""
        return self.refusal is None

    @property
    def why_not(self) -> str:
        """One plain sentence where none may be written; else empty."""
        return PLAIN[self.refusal] if self.refusal is not None else ""


def compose_state(
    client: Client | None,
    thread: Thread | None,
    practice: Practice,
    now: datetime,
    *,
    by: StaffId,
    about_visit: bool = False,
) -> ComposeState:
    """What would become of a text that `by` writes at `now`; `about_visit` is the writer's own word (D17)."""
    refusal = text_refusal(client, now)
    if client is None or refusal is not None:
        scope = client.agreement.texting(now) if client is not None else TextScope.NONE
        return ComposeState(refusal=refusal, scope=scope, held_until=None, may_send_now=False)
    goes_at = _goes_at(client, practice, by, now)
    held = goes_at > now
    return ComposeState(
        refusal=None,
        scope=client.agreement.texting(now),
        held_until=goes_at if held else None,
        may_send_now=held and (about_visit or replies(thread, practice, now)),
    )


def text_refusal(client: Client | None, now: datetime) -> Refusal | None:
    """Why no text may leave for this client; None where one may (INV-05a, INV-13)."""
    if client is None:
        return Refusal.UNKNOWN
    terms = client.agreement
    if terms.texts_stopped:
        return Refusal.STOPPED
    if not client.safe.text_ok:
        return Refusal.UNSAFE
    if client.status is not ClientStatus.ACTIVE:
        return Refusal.DISCHARGED
    if terms.discussed_at is None:
        return Refusal.NOT_DISCUSSED
    if terms.revoked_at is not None:
        return Refusal.REVOKED
    if not terms.in_force(now):
        return Refusal.EXPIRED
    return Refusal.NO_TEXTS if terms.texting(now) is TextScope.NONE else None


def replies(thread: Thread | None, practice: Practice, pressed: datetime) -> bool:
    """Whether they wrote within the last 60:00, from the carrier's arrival to the press (D57)."""
    last = thread.last_text_at if thread is not None else None
    return may_send_now(pressed, last_text_at=last, reply_minutes=practice.policy.reply_minutes)


def held_again(client: Client, practice: Practice, by: StaffId | None, now: datetime) -> datetime | None:
    """For a held text whose time has come: the next time, if by now it is night where the client is.

    The stated hours are not asked a second time: what was said when it was written is kept (D50).
    """
    policy = practice.policy
    day = safe_window(now, (policy.text_from, policy.text_to), client_zone(client, practice))
    return None if day.contains(now) else _goes_at(client, practice, by, now)


def client_zone(client: Client, practice: Practice) -> str:
    """The client's zone; the practice's where none is recorded."""
    return client.zone or practice.zone


def _goes_at(client: Client, practice: Practice, by: StaffId | None, now: datetime) -> datetime:
    policy = practice.policy
    return text_window(
        now,
        client_zone(client, practice),
        _stated(practice, by),
        text_from=policy.text_from,
        text_to=policy.text_to,
    )


def _stated(practice: Practice, by: StaffId | None) -> Expanded:
    """The stated hours of whoever writes; the practice's for somebody who is not on its staff any more."""
    if by is not None and by in practice.staff:
        return practice.staff[by].schedule.stated
    calendar = practice.calendar
    return expanded(calendar.hours, Reading.AVAILABLE, calendar.around, frozenset(calendar.closed))
