"""Opening a picture or a file that came with a text, and the file itself by its short-lived address."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from ...core.events import ItemHeard
from ...core.ids import ContactId, PictureId
from ...permissions import Action
from ...records.models import Contact, Picture
from ...sound.media import Kind
from .. import line
from ..asks import asks
from ..directory import client as client_of
from ..now.handing_in import event_id, hand_in, once
from ..now.listening import id_in
from ..now.who import who
from ..viewer import viewer
from .pictures import handed_out, opened
from .sealed import Sealed


@require_POST
@asks(Action.SEE_WORDS_OF_CLIENT)
def open_picture(request: HttpRequest, contact: str, picture: str) -> HttpResponse:
    """The panel, and the note that this person opened it. It closes nothing (VM02)."""
    looks, about = viewer(request), get_object_or_404(Contact, pk=contact)
    row = get_object_or_404(Picture.objects.defer("sealed_content"), pk=picture, contact=contact)
    if row.size is None:
        raise Http404("it is not here")
    to = line.connected()
    done = hand_in(ItemHeard(
        id=event_id(looks, "opened", once(request)), practice=to.practice, at=to.clock.now(), by=looks.id,
        contact=ContactId(contact), picture=PictureId(picture),
    ))  # fmt: skip
    client = client_of(about.client) if about.client else None
    context = {
        "item": opened(row, looks), "handle": who(about, client), "zone": looks.zone, "trouble": done.trouble,
        "back": request.POST.get("back", "client"), "about": about,
    }  # fmt: skip
    if request.headers.get("HX-Request"):
        answer = render(request, "clients/picture.html", context)
        answer.headers["HX-Trigger"] = "looked"
        return answer
    return render(request, "clients/picture_page.html", context)


@require_safe
@asks(Action.SEE_WORDS_OF_CLIENT)
def picture(request: HttpRequest, contact: str, address: str) -> HttpResponse:
    """The file, for whoever got the address a short while ago and still may see it."""
    wanted = id_in(address, Kind.PICTURE, viewer(request))
    row = get_object_or_404(Picture, pk=wanted, contact=contact)
    content = Sealed().file(row)
    if content is None:
        raise Http404("it is gone")
    return handed_out(row, content)
