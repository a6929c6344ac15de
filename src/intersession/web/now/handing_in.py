"""How a click becomes an event: once, by whoever looks, through the corridor."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from ...carriers.port import Envelope
from ...core.events import Event
from ...core.ids import EventId
from ...corridor.tick import Turned
from .. import line
from ..viewer import Viewer

LONGEST_WAIT = 3.0
"""Seconds; a screen waits no longer for its turn."""
ONCE = re.compile(r"[0-9a-f]{32}")
LATE = "This takes longer than usual. It is not lost: look again in a moment."
ASIDE = "This could not be done. The director has been told, and nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a click."""

    rule: str = ""
    says: tuple[str, ...] = ()
    """The reasons of the decision, in its order."""
    commands: int = 0
    trouble: str = ""


def once(request: HttpRequest) -> str:
    """The form's own mark, so that a second tap of the same button is the same event; else a fresh one."""
    given = request.POST.get("once", "")
    return given if ONCE.fullmatch(given) else uuid.uuid4().hex


def event_id(viewer: Viewer, what: str, mark: str) -> EventId:
    """Of one click."""
    return EventId(f"web:{viewer.id}:{what}:{mark}"[:160])


def hand_in(event: Event, sounds: Mapping[str, tuple[str, bytes]] | None = None) -> Done:
    """Submit the event, with the sounds that come beside it, and wait for its turn."""
    try:
        turned = line.corridor().submit(Envelope(event=event, sounds=sounds or {})).wait(LONGEST_WAIT)
    except TimeoutError:
        return Done(trouble=LATE)
    if not isinstance(turned, Turned):
        return Done(trouble=LATE)
    if turned.set_aside:
        return Done(trouble=ASIDE)
    if turned.decision is None:
        return Done()
    decision = turned.decision
    return Done(
        rule=decision.rule,
        says=tuple(reason.says for reason in decision.reasons),
        commands=len(decision.commands),
    )
