"""Every word that a client can hear or read, on one screen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ...core.wording.listing import Entry, Group, Words
from ...core.wording.pack import load_pack, locales
from ...permissions import Action, may
from ..asks import asks
from ..viewer import viewer
from .greeting import heard_now
from .search import CHANNELS, Wanted, find


@asks(Action.SEE_WORDS)
def words(request: HttpRequest) -> HttpResponse:
    """The whole list, or the part that is looked for; only the list where htmx asks for it."""
    wanted = _wanted(request)
    groups = find(wanted)
    found = {
        "groups": [_group(group) for group in groups],
        "wanted": wanted,
        "count": sum(len(group.entries) for group in groups),
    }
    if request.headers.get("HX-Target") == "found":
        return render(request, "words/found.html", found)
    choices = [("", "Every language"), *((locale, load_pack(locale).language) for locale in locales())]
    return render(request, "words/words.html", {**found, "locales": choices, **_greetings(request)})


@asks(Action.SEE_WORDS)
def greeting(request: HttpRequest) -> HttpResponse:
    """What callers hear right now, again."""
    return render(request, "words/greeting.html", _greetings(request))


def _greetings(request: HttpRequest) -> dict[str, object]:
    return {"greetings": heard_now(), "records": may(viewer(request).person, Action.RECORD_GREETING)}


def _wanted(request: HttpRequest) -> Wanted:
    locale = request.GET.get("locale", "")
    hearer = request.GET.get("hearer", "")
    return Wanted(
        text=request.GET.get("q", "")[:100],
        locale=locale if locale in locales() else "",
        hearer=hearer if hearer in ("clients", "staff") else "",
    )


def _group(group: Group) -> dict[str, object]:
    return {"number": group.number, "title": group.title, "entries": [_entry(entry) for entry in group.entries]}


def _entry(entry: Entry) -> dict[str, object]:
    how, icon = CHANNELS[entry.wording.kind]
    return {"wording": entry.wording, "how": how, "icon": icon, "words": [_words(words) for words in entry.words]}


def _words(words: Words) -> dict[str, object]:
    measure = ""
    if words.seconds is not None:
        measure = f"{words.seconds:.0f} s" if words.seconds >= 1 else "under 1 s"
    elif words.septets is not None:
        measure = f"{words.septets} of 160 septets"
    return {
        "lang": words.locale,
        "language": load_pack(words.locale).language,
        "sample": words.sample,
        "measure": measure,
        "forms": words.forms,
    }
