"""The numbers and switches of the policy, with their defaults (§3.12). Its layers are in `layers`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class Rule24Urgent(StrEnum):
    """Whom an urgent call under the 24-hour rule rings (V14, D3)."""

    ONCALL = "oncall"
    PRIMARY = "primary"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The effective policy for one decision. Seconds, minutes and hours are elapsed; times are wall time."""

    # ringing (§3.8, §3.12, D12, D27, D28)
    ring_seconds: tuple[int, int, int] = (20, 20, 25)
    urgent_ring_seconds: tuple[int, int] = (25, 25)
    desk_ring_seconds: int = 20
    relay_ring_seconds: int = 60
    cap_seconds: int = 90
    accept_seconds: int = 15
    accept_urgent_seconds: int = 8
    pool_most: int = 10
    rings_after_hours: bool = True
    """The primary of a coaching or high-access client is rung outside stated hours too (V15, V22); never in an
    office line (S12)."""
    crisis_seconds: int = 20
    redial_calls: int = 3
    redial_minutes: int = 15
    soft_limit_minutes: int = 10
    # pages (§3.8, D36)
    page_minutes: tuple[int, int, int, int, int] = (0, 5, 10, 15, 20)
    ack_minutes: int = 15
    after_ack_minutes: int = 5
    # promises (§3.12, D31-D33, D35)
    coaching_minutes: int = 60
    guaranteed_hours: int = 24
    noon: time = time(12, 0)
    morning: time = time(9, 30)
    morning_after_opening_minutes: int = 30
    block_listen: time = time(10, 0)
    listen_coaching_minutes: int = 15
    listen_urgent_minutes: int = 30
    listen_holiday_minutes: int = 30
    listen_rule24_minutes: int = 15
    listen_foreign_minutes: int = 15
    listen_in_hours_minutes: int = 60
    attempt_urgent_minutes: int = 15
    abandoned_coaching_minutes: int = 60
    silence_seconds: float = 2.0
    attempts: int = 3
    second_attempt_hours: int = 2
    # texts (X01-X12, D17, D48-D50)
    text_callback_minutes: int = 15
    stop_minutes: int = 60
    stop_oncall_minutes: int = 15
    burst_texts: int = 10
    burst_minutes: int = 15
    notice_hours: int = 12
    unknown_notice_hours: int = 24
    safety_notice: bool = True
    start_reply: bool = False
    text_from: time = time(8, 0)
    text_to: time = time(21, 0)
    reply_minutes: int = 60
    visit_hours: int = 12
    # mail (E01)
    mail_hours: int = 24
    # agreements and limits (§3.12)
    reconsent_months: int = 12
    reverify_days: int = 180
    signature_required: bool = False
    dnd_suggested_hours: int = 12
    block_review_days: int = 30
    holiday_most_days: int = 14
    rule24_hours: int = 24
    rule24_urgent_to: Rule24Urgent = Rule24Urgent.ONCALL
    # how the practice is set up
    dbt: bool = False
    """24-hour rule and phone holiday are shown and obeyed in DBT programs only (D20)."""
    on_call: bool = True
    """The practice has an on-call at all (D4)."""
    crisis_commissioned: bool = False
    """Key 9 connects; until a commissioning test has passed it says how (D2)."""
    interpreter: bool = False
    """The practice has an interpreter service (V27)."""
    spell_handles: bool = True
    """Initials in whispers and notices (D7)."""
    ask_private: bool = False
    """Ask staff "are you in a private place?" before the menu (PRIV)."""
    referrals: str = ""
    """At most two names with numbers, spoken in G-FORMER."""
    keep_audio_days: int = 30
