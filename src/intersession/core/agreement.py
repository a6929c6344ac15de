"""What was agreed with a client about contact between sessions (D10, S17, §4.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum


class TextScope(StrEnum):
    """What may be texted."""

    NONE = "none"
    SCHEDULING_ONLY = "scheduling_only"
    COACHING = "coaching"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The terms in force. An expired one stops texts and any raising of access, never a voice path (D53)."""

    discussed_at: datetime | None = None
    """None: never discussed."""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    text_scope: TextScope = TextScope.NONE
    texts_stopped: bool = False
    """An opt-out word came, or a person recorded one (X01). Only a person takes it back (X03)."""
    page_me: bool = False
    """Key 2 is agreed (D19)."""
    acknowledge_texts: bool = False
    """The client chose "seen by a person by HH:MM" (X05)."""
    texts_under_limits: bool = False
    """Reply texts are agreed even under a 24-hour rule or a phone holiday (X11)."""

    def in_force(self, now: datetime) -> bool:
        """Whether there is an agreement at all at `now`."""
        return (
            self.discussed_at is not None
            and self.revoked_at is None
            and (self.expires_at is None or now < self.expires_at)
        )

    def texting(self, now: datetime) -> TextScope:
        """The scope in which we may text at `now` (INV-05a)."""
        if self.texts_stopped or not self.in_force(now):
            return TextScope.NONE
        return self.text_scope


class IdentifyAs(StrEnum):
    """How the line may name itself to whoever holds that phone."""

    LINE = "line"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeContact:
    """How this client may safely be reached. Binds every outbound act in every channel (INV-13)."""

    call_ok: bool = True
    voicemail_ok: bool = True
    voicemail_detail_ok: bool = False
    text_ok: bool = True
    email_ok: bool = True
    identify_as: IdentifyAs = IdentifyAs.LINE
    window: tuple[time, time] | None = None
    """Wall time in the client's zone within which a call is safe; None: at any hour."""
    safe_way: str = ""
    """The safe way to reach them, as typed by a person; shown to staff only."""
    code_word: bool = False
    """A code word is on file (O09)."""
    withhold_number: bool = False
    """Call with the number withheld (O08)."""
