"""The first screen: the telephones in the demo, else what is open now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ..permissions import Action, may
from . import line
from .asks import asks
from .viewer import viewer


@asks(Action.SEE_WORDS)
def home(request: HttpRequest) -> HttpResponse:
    """Everybody may see something; whoever may not see Now gets the words."""
    person = viewer(request).person
    if line.connected().demo is not None and may(person, Action.USE_PHONES):
        return redirect("phones")
    return redirect("now" if may(person, Action.SEE_NOW) else "words")
