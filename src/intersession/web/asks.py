"""Every view asks the table first. A test walks the addresses and fails for a view that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from ..permissions import Action, Relation, may
from ..records.models import Client, Contact, Task
from . import line
from .relations import to_client, to_contact
from .viewer import Viewer, viewer

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def asks(action: Action) -> Callable[[View[P]], View[P]]:
    """The view needs this action. An argument `client`, `contact` or `task` of its address says about whom."""

    def wrap(view: View[P]) -> View[P]:
        @wraps(view)
        def asked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            who = viewer(request)
            if not may(who.person, action, _relations(who, kwargs)):
                raise PermissionDenied(f"{action} is not open to {sorted(who.person.roles)}")
            return view(request, *args, **kwargs)

        asked.asks = action  # type: ignore[attr-defined]
        return asked

    return wrap


def _relations(who: Viewer, about: dict[str, Any]) -> frozenset[Relation]:
    practice = line.connected().practice
    if "client" in about:
        return to_client(who, get_object_or_404(Client, pk=about["client"], practice=practice))
    if "contact" in about:
        return to_contact(who, get_object_or_404(Contact, pk=about["contact"], practice=practice))
    if "task" in about:
        task = get_object_or_404(Task, pk=about["task"], practice=practice)
        return to_contact(who, get_object_or_404(Contact, pk=task.contact, practice=practice))
    return frozenset()
