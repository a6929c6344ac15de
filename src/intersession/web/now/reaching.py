"""How an outside person may be reached: safe contact first, then whether a call may go now (O02, INV-13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ...core import facts
from ...core.agreement import IdentifyAs, SafeContact
from ...core.rules.holding import client_zone
from ...core.rules.outbound import call_back_check
from ..look import city


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """The button that calls back, and what stands before it."""

    url: str
    safe: tuple[str, ...] = ()
    """Read before calling."""
    refused: str = ""
    """Why it may not go now."""
    may_break_glass: bool = False
    once: str = ""
    """Makes a second tap of the same button harmless."""


def refused(client: facts.Client | None, practice: facts.Practice, now: datetime) -> str:
    """Why no call may go now; empty where one may."""
    return call_back_check(client, practice, now, "") or ""


def safe_lines(client: facts.Client | None, practice: facts.Practice, *, calls: bool = True) -> tuple[str, ...]:
    """What binds whoever calls or writes, in plain words; empty where nothing does.

    Without `calls`, when a call may go is left out: the refusal beside it says so already.
    """
    if client is None:
        return ()
    when = _when_to_call(client, practice) if calls else ()
    return (*when, *_how(client))


def _when_to_call(client: facts.Client, practice: facts.Practice) -> Iterator[str]:
    safe = client.safe
    if not safe.call_ok:
        yield "Do not call."
    elif safe.window is not None:
        start, end = safe.window
        yield f"Call from {start:%H:%M} to {end:%H:%M} only ({city(client_zone(client, practice))})."


def _how(client: facts.Client) -> Iterator[str]:
    safe = client.safe
    if safe.identify_as is IdentifyAs.NEUTRAL:
        yield "Do not say where you call from."
    if not safe.voicemail_ok:
        yield "Leave no voicemail."
    elif safe.call_ok and not safe.voicemail_detail_ok and safe != SafeContact():
        yield "Voicemail: your first name only."
    if not safe.text_ok:
        yield "Do not text."
    if not safe.email_ok:
        yield "Do not e-mail."
    if safe.code_word:
        yield "Ask for the code word first."
    if safe.withhold_number:
        yield "The number is withheld on this call."
    if safe.safe_way:
        yield f"Safe way: {safe.safe_way}"
