"""One account at Twilio, as the line knows it. One account belongs to one practice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from intersession.core.ids import LineId, PracticeId

UNLISTED = LineId("unlisted")
"""A number of the account that is no line of the practice. Whoever calls or texts it is answered and kept all the
same."""
HURRY = "#ct=1200&rt=3500&rc=0"
"""Milliseconds to connect and to answer, and no second try. We answer within 3 s, if at all."""
VOICES = {"en-US": "Polly.Joanna-Neural", "es-US": "Polly.Lupe-Neural"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where Twilio finds us, what it signs with, and whose its numbers are."""

    practice: PracticeId
    public_url: str
    """Scheme, host and path before `/twilio`, exactly as entered at Twilio: signatures are made over it."""
    tokens: tuple[str, ...] = field(repr=False)
    """The auth token; while it is being changed, both."""
    lines: Mapping[str, LineId]
    """Every number of the account, in E.164, a line's urgent number too."""
    zone: str
    locale: str = "en-US"
    """The language of the words that are said when the line itself cannot answer."""
    voices: Mapping[str, str] = field(default_factory=lambda: VOICES)
    longest_seconds: int = 300
    """How long one recording may last."""

    @property
    def pulls(self) -> frozenset[LineId]:
        """The lines whose callers fetch what they hear."""
        return frozenset(self.lines.values()) | {UNLISTED}

    def url(self, path: str) -> str:
        """The public address of one of our paths."""
        return self.public_url.rstrip("/") + path

    def hurried(self, path: str) -> str:
        """The same, for a person who waits: Twilio gives up soon enough for its fallback to speak within 5 s (V00).

        What it reads behind the # is not sent to us, and not signed.
        """
        return self.url(path) + HURRY
