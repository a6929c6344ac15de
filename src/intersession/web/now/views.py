"""Now: what is open, and everything that can be done with it by one tap."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from ...core.events import ItemHeard
from ...core.ids import ContactId
from ...permissions import Action
from ...records.models import Contact, Recording
from ...sound.media import Kind
from .. import line
from ..asks import asks
from ..clients.sealed import Sealed
from ..viewer import viewer
from .handing_in import event_id, hand_in, once
from .listening import id_in, playing
from .ranges import in_part
from .screen import cover_only, now_screen


@require_GET
@asks(Action.SEE_NOW)
def now(request: HttpRequest) -> HttpResponse:
    """The screen."""
    return now_screen(request)


@require_GET
@asks(Action.SEE_NOW)
def cover(request: HttpRequest) -> HttpResponse:
    """Who covers, again."""
    return cover_only(request)


@require_POST
@asks(Action.LISTEN)
def listen(request: HttpRequest, contact: str) -> HttpResponse:
    """Play a voicemail: the player, and the note that this person heard it. It closes nothing (VM02)."""
    who, about = viewer(request), get_object_or_404(Contact, pk=contact)
    player = playing(about, who, request.POST.get("recording", ""))
    if player is None:
        raise Http404("this contact holds no message")
    done = hand_in(_heard(request, about, understood=True))
    context = {"item": player, "zone": who.zone, "trouble": done.trouble, "back": request.POST.get("back", "now")}
    if request.headers.get("HX-Request"):
        answer = render(request, "now/player.html", context)
        answer.headers["HX-Trigger"] = "looked"
        return answer
    return render(request, "now/player_page.html", context)


@require_POST
@asks(Action.LISTEN)
def unclear(request: HttpRequest, contact: str) -> HttpResponse:
    """The first listener could not understand it: it counts as unheard, and an interpreter is asked for (V27)."""
    about = get_object_or_404(Contact, pk=contact)
    done = hand_in(_heard(request, about, understood=False))
    says = "" if done.trouble else "Noted. It counts as not heard yet, and an interpreter is needed."
    context = {"says": says, "trouble": done.trouble}
    if request.headers.get("HX-Request"):
        return render(request, "now/player_done.html", context)
    return now_screen(request, says=says, trouble=done.trouble)


@require_safe
@asks(Action.LISTEN)
def sound(request: HttpRequest, contact: str, address: str) -> HttpResponse:
    """The sound itself, whole or in part, for whoever got the address a short while ago and still may hear it."""
    wanted = id_in(address, Kind.VOICEMAIL, viewer(request))
    recording = get_object_or_404(Recording, pk=wanted, contact=contact)
    content = Sealed().sound(recording)
    if content is None:
        raise Http404("the sound is gone")
    kind = recording.media_type if recording.media_type.startswith("audio/") else "application/octet-stream"
    return in_part(request, content, kind)


def _heard(request: HttpRequest, contact: Contact, *, understood: bool) -> ItemHeard:
    who, to = viewer(request), line.connected()
    what = "heard" if understood else "unclear"
    return ItemHeard(
        id=event_id(who, what, once(request)), practice=to.practice, at=to.clock.now(), by=who.id,
        contact=ContactId(contact.id), understood=understood,
    )  # fmt: skip
