"""The phones and the pieces of their page. Shown only where simulated telephones are connected."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from ...carriers.simulated.exchange import Seen
from ...permissions import Action
from ...records.models import Contact, Line, Practice
from .. import line
from ..asks import asks
from ..live.hub import PHONES, hub
from .clock import clock_shown
from .cover import cover
from .demo import Demo
from .show import screen, screens
from .story import Story, story

P = ParamSpec("P")
Shown = Callable[Concatenate[HttpRequest, Demo, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def demo_only(view: Shown[P]) -> View[P]:
    """The view gets the demo; without one, or for a phone it has not, a plain 404."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        demo = line.connected().demo
        if demo is None:
            return missing(request, "There are no simulated telephones on this line. `intersession demo` has some.")
        wanted = kwargs.get("phone")
        if isinstance(wanted, int) and wanted >= len(demo.phones):
            return missing(request, f"This demo has {len(demo.phones)} telephones.")
        if _rings not in demo.exchange.listeners:
            demo.exchange.listeners.append(_rings)
        return view(request, demo, *args, **kwargs)

    return shown


def _rings(seen: Seen) -> None:
    del seen
    hub.publish({PHONES})


@asks(Action.USE_PHONES)
@demo_only
def phones(request: HttpRequest, demo: Demo) -> HttpResponse:
    """The whole page: clock, handsets, the clinician's pane."""
    return render(request, "phones/phones.html", {**_wall(demo), **_clock(demo)})


@asks(Action.USE_PHONES)
@demo_only
def wall(request: HttpRequest, demo: Demo) -> HttpResponse:
    """All handsets, again."""
    return render(request, "phones/wall.html", _wall(demo))


@asks(Action.USE_PHONES)
@demo_only
def handset(request: HttpRequest, demo: Demo, *, phone: int) -> HttpResponse:
    """One handset, again."""
    return one(request, demo, phone)


@asks(Action.USE_PHONES)
@demo_only
def clock(request: HttpRequest, demo: Demo) -> HttpResponse:
    """The clock and the on-call, again."""
    return render(request, "phones/clock.html", _clock(demo))


def one(request: HttpRequest, demo: Demo, phone: int, trouble: str = "") -> HttpResponse:
    """One handset, for the views that act on it."""
    shown = screen(demo, phone, contacts(), zone())
    return render(request, "phones/handset.html", {"screen": shown, "trouble": trouble})


def moved(request: HttpRequest, demo: Demo, trouble: str = "") -> HttpResponse:
    """The clock, for the views that move it."""
    return render(request, "phones/clock.html", _clock(demo, trouble))


def missing(request: HttpRequest, says: str) -> HttpResponse:
    """404, in a sentence."""
    return render(request, "error.html", {"title": "No telephone here.", "says": says}, status=404)


def zone() -> str:
    """The practice's."""
    return Practice.objects.values_list("zone", flat=True).get(pk=line.connected().practice)


def contacts() -> dict[str, str]:
    """What staff saved: the practice's numbers, by the two names that tell urgent from the rest (D13)."""
    saved: dict[str, str] = {}
    for row in Line.objects.filter(practice=line.connected().practice):
        saved[row.digits] = "Practice line"
        if row.urgent_digits:
            saved[row.urgent_digits] = "Practice line, urgent"
    return saved


def _wall(demo: Demo) -> dict[str, object]:
    shown = screens(demo, contacts(), zone())
    told = story(shown)
    return {"screens": shown, "story": told, "why_url": _why(told)}


def _clock(demo: Demo, trouble: str = "") -> dict[str, object]:
    return {
        "clock": clock_shown(demo, zone()),
        "cover": cover(demo.phones, zone()),
        "trouble": trouble,
    }


def _why(told: Story) -> str:
    """The screen that says why, once the call is on file."""
    if not told.contact or not Contact.objects.filter(pk=told.contact).exists():
        return ""
    try:
        return reverse("why", args=[told.contact])
    except NoReverseMatch:
        return ""
