"""What every page stands in: the places one can go to, who looks, the live connection."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from ..permissions import Action, may
from ..records.models import Task
from . import line
from .accounts.presence import is_in
from .station.own import own_station
from .viewer import Viewer, viewer

log = structlog.get_logger(__name__)

SHEETS = (
    "css/tokens.css", "css/base.css", "css/frame.css", "css/components.css", "css/time.css", "css/handset.css",
    "css/talk.css", "css/sheets.css", "css/screens.css", "css/helpers.css",
)  # fmt: skip
AT = {"greeting": "words"}
"""Screens that are found within another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An entry of the navigation."""

    name: str
    icon: str
    href: str
    here: bool
    count: int = 0
    """What waits there for the viewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """For the base template."""

    sheets: tuple[str, ...] = SHEETS
    places: tuple[Place, ...] = ()
    home: str = "/"
    viewer: str = ""
    live: str = ""
    account: str = ""
    """Where the viewer's own account is, if they signed in to one."""
    idle: int = 0
    """Seconds after which this screen locks, where it does."""


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor. A bare frame where there can be no other: error pages must always render."""
    if not line.is_connected() or (settings.INTERSESSION_SIGN_IN and not is_in(request)):
        return {"frame": Frame()}
    try:
        return {"frame": _frame(request)}
    except Exception as error:
        # Every view asks for its viewer itself, and fails there; here it would take the error page away.
        log.warning("bare_frame", error=type(error).__name__)
        return {"frame": Frame()}


def _frame(request: HttpRequest) -> Frame:
    who = viewer(request)
    bare = Frame(places=_places(request, who), home=reverse("home"), viewer=who.name, live=reverse("live"))
    if not settings.INTERSESSION_SIGN_IN:
        return bare
    return replace(bare, account=reverse("account"), idle=int(settings.INTERSESSION_IDLE.total_seconds()))


def _places(request: HttpRequest, who: Viewer) -> tuple[Place, ...]:
    wanted = [
        ("Now", "clock", "now", Action.SEE_NOW),
        ("Clients", "people", "clients", Action.SEE_CLIENTS),
        ("Words", "words", "words", Action.SEE_WORDS),
    ]
    if line.connected().demo is not None:
        wanted.insert(0, ("Phones", "device", "phones", Action.USE_PHONES))
    if own_station(who) is not None:
        wanted.insert(1, ("Phone", "phone", "station", Action.USE_STATION))
    name = request.resolver_match.view_name.split("-")[0] if request.resolver_match else ""
    here = AT.get(name, name)
    return tuple(
        Place(
            name=name, icon=icon, href=reverse(view), here=here in (view, view.rstrip("s")),
            count=_mine(who) if view == "now" else 0,
        )
        for name, icon, view, action in wanted
        if may(who.person, action)
    )  # fmt: skip


def _mine(who: Viewer) -> int:
    """Open items that the viewer owns."""
    return Task.objects.filter(practice=line.connected().practice, owner=who.id, closed_at=None).count()
