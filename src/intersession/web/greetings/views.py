"""One's own greeting: listen, record, take back. Nobody records for somebody else."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST, require_safe

from ...core.events import GreetingDropped, GreetingRecorded
from ...core.ids import ClipId
from ...permissions import Action
from ...sound.own_voice import MOST_BYTES, Taken, Unusable, taken
from .. import line
from ..asks import asks
from ..now.handing_in import Done, event_id, hand_in, once
from ..now.ranges import in_part
from ..viewer import Viewer, viewer
from .sentences import clip_of, greeting_of, sentence_of, sound_of, words_of

WAV = "audio/wav"


@require_GET
@asks(Action.RECORD_GREETING)
def greeting(request: HttpRequest) -> HttpResponse:
    """All sentences, in one language."""
    return render(request, "greetings/greeting.html", _page(request))


@require_POST
@asks(Action.RECORD_GREETING)
def record(request: HttpRequest) -> HttpResponse:
    """Keep a sentence that was just recorded, in place of the one before."""
    who, text, locale = viewer(request), request.POST.get("text", ""), request.POST.get("locale", "")
    try:
        sound = _upload(request)
    except Unusable as unusable:
        return _again(request, who, locale, text, Done(trouble=str(unusable)))
    to = line.connected()
    clip = ClipId(uuid.uuid4().hex)
    event = GreetingRecorded(
        id=event_id(who, "greeting", once(request)), practice=to.practice, at=to.clock.now(), by=who.id, clip=clip,
        locale=locale, text=text, seconds=sound.seconds,
    )  # fmt: skip
    return _again(request, who, locale, text, hand_in(event, {clip: (WAV, sound.content)}))


@require_POST
@asks(Action.RECORD_GREETING)
def drop(request: HttpRequest, clip: str) -> HttpResponse:
    """Let the machine say it again."""
    who, to = viewer(request), line.connected()
    found = clip_of(who, clip)
    if found is None:
        raise Http404("there is no such recording")
    text = words_of(who, found)
    event = GreetingDropped(
        id=event_id(who, "greeting-drop", once(request)), practice=to.practice, at=to.clock.now(), by=who.id,
        clip=ClipId(clip),
    )  # fmt: skip
    return _again(request, who, found.locale, text, hand_in(event))


@require_safe
@asks(Action.RECORD_GREETING)
def sound(request: HttpRequest, clip: str) -> HttpResponse:
    """One's own recording; in the demo, where the telephones are on the same screen, anybody's."""
    if clip_of(viewer(request), clip) is None and line.connected().demo is None:
        raise Http404("there is no such recording")
    found = sound_of(clip)
    if found is None:
        raise Http404("there is no such recording")
    return in_part(request, found[1], WAV)


def _upload(request: HttpRequest) -> Taken:
    upload = request.FILES.get("sound")
    if upload is None or upload.size is None or upload.size > MOST_BYTES:
        raise Unusable("No sound arrived, or too long a one. Record the sentence again.")
    return taken(upload.read())


def _again(request: HttpRequest, who: Viewer, locale: str, text: str, done: Done) -> HttpResponse:
    """The sentence's own row where the page is up; else the whole page."""
    says, trouble = " ".join(done.says), done.trouble
    if not done.trouble and not done.commands:
        says, trouble = "", says
    about = {"says": says, "trouble": trouble}
    if request.headers.get("HX-Request"):
        return render(request, "greetings/sentence.html", {"one": sentence_of(who, locale, text), **about})
    return render(request, "greetings/greeting.html", {**_page(request, locale), **about})


def _page(request: HttpRequest, locale: str = "") -> dict[str, object]:
    return {"greeting": greeting_of(viewer(request), locale or request.GET.get("locale", ""))}
