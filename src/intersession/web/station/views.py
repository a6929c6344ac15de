"""The page of one's own phone, and what it needs to register."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from ...permissions import Action
from ...records.models import Line
from .. import line
from ..asks import asks
from ..phones.show import readable
from ..viewer import viewer
from .own import own_station

NONE = (
    "Your calls come to a telephone. Whoever runs the line can put your phone into this browser: "
    "intersession connect asterisk."
)


@asks(Action.USE_STATION)
def station(request: HttpRequest) -> HttpResponse:
    """The phone, switched off. A page may ring only after somebody has touched it."""
    if own_station(viewer(request)) is None:
        return render(request, "error.html", {"title": "No phone of yours is here.", "says": NONE}, status=404)
    return render(request, "station/station.html")


@asks(Action.USE_STATION)
def here(request: HttpRequest) -> HttpResponse:
    """204 for whoever has a phone here. The relay asks this, again and again."""
    return HttpResponse(status=404 if own_station(viewer(request)) is None else 204)


@asks(Action.USE_STATION)
@require_POST
def settings(request: HttpRequest) -> HttpResponse:
    """Name and password of the viewer's own phone, for the page's memory alone, and what to call the lines."""
    found = own_station(viewer(request))
    if found is None:
        return JsonResponse({}, status=404)
    return JsonResponse({"user": found.name, "password": found.password, "lines": _lines()})


def _lines() -> dict[str, dict[str, object]]:
    """By number: the practice's own, and no other is ever shown."""
    shown: dict[str, dict[str, object]] = {}
    for row in Line.objects.filter(practice=line.connected().practice):
        shown[row.digits] = {"name": row.said_as, "number": readable(row.digits), "urgent": False}
        if row.urgent_digits:
            shown[row.urgent_digits] = {"name": row.said_as, "number": readable(row.urgent_digits), "urgent": True}
    return shown
