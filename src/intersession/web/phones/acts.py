"""What a person does with a simulated telephone: every press is a POST that the exchange carries out."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ...carriers.port import Envelope
from ...carriers.simulated.handset import LegNow
from ...permissions import Action
from .. import line
from ..asks import asks
from ..live.hub import CLOCK, PHONES, hub
from ..viewer import viewer
from .clock import CannotMove, wanted
from .cover import change, cover
from .demo import Demo
from .views import demo_only, moved, one, zone

MOST_LETTERS = 1600
MOST_SOUND = MOST_PICTURE = 4 * 1024 * 1024
KEYS = frozenset("0123456789*#")
COMMITS_WITHIN = 5.0
"""Seconds to wait for an event to be written, before the screen answers without."""

Act = Callable[[HttpRequest, Demo, str], str]


@require_POST
@asks(Action.USE_PHONES)
@demo_only
def call(request: HttpRequest, demo: Demo, *, phone: int) -> HttpResponse:
    """Dial the line."""
    return _acted(request, demo, phone, _call)


@require_POST
@asks(Action.USE_PHONES)
@demo_only
def pick_up(request: HttpRequest, demo: Demo, *, phone: int) -> HttpResponse:
    """Answer what rings."""
    return _acted(request, demo, phone, _pick_up)


@require_POST
@asks(Action.USE_PHONES)
@demo_only
def press(request: HttpRequest, demo: Demo, *, phone: int) -> HttpResponse:
    """One key, or several digits where they are asked for."""
    return _acted(request, demo, phone, _press)


@require_POST
@asks(Action.USE_PHONES)
@demo_only
def say(request: HttpRequest, demo: Demo, *, phone: int) -> HttpResponse:
    """Speak into the recording: typed words, or a sound from the microphone."""
    return _acted(request, demo, phone, _say)


@require_POST
@asks(Action.USE_PHONES)
@demo_only
def hang_up(request: HttpRequest, demo: Demo, *, phone: int) -> HttpResponse:
    """End the call, or decline what rings."""
    return _acted(request, demo, phone, _hang_up)


@require_POST
@asks(Action.USE_PHONES)
@demo_only
def text(request: HttpRequest, demo: Demo, *, phone: int) -> HttpResponse:
    """Text the line."""
    return _acted(request, demo, phone, _text)


@require_POST
@asks(Action.USE_PHONES)
@demo_only
def crisis_over(request: HttpRequest, demo: Demo, *, phone: int) -> HttpResponse:
    """The crisis line's side hangs up."""
    return _acted(request, demo, phone, _crisis_over)


@require_POST
@asks(Action.USE_PHONES)
@demo_only
def jump(request: HttpRequest, demo: Demo) -> HttpResponse:
    """Move the clock on."""
    try:
        demo.jump(wanted(demo, zone(), request.POST.dict()))
        trouble = ""
    except CannotMove as error:
        trouble = str(error)
    hub.publish({CLOCK, PHONES})
    return moved(request, demo, trouble) if _htmx(request) else redirect("phones")


@require_POST
@asks(Action.USE_PHONES)
@demo_only
def again(request: HttpRequest, demo: Demo) -> HttpResponse:
    """The same week from its beginning."""
    connections.close_all()  # this request's own: SQLite cannot start a file anew while somebody has it open
    demo.start_again()
    hub.publish({CLOCK, PHONES})
    answer: HttpResponse = HttpResponse() if _htmx(request) else redirect("phones")
    if _htmx(request):
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_POST
@asks(Action.USE_PHONES)
@demo_only
def on_call(request: HttpRequest, demo: Demo) -> HttpResponse:
    """Put the colleague on call, or take them off."""
    who = viewer(request).id
    colleague = cover(demo.phones, zone())
    if colleague is None:
        return moved(request, demo, "This demo has nobody else to put on call.")
    line.corridor().submit(Envelope(event=change(colleague, who, zone()))).wait(COMMITS_WITHIN)
    return moved(request, demo) if _htmx(request) else redirect("phones")


def _acted(request: HttpRequest, demo: Demo, phone: int, act: Act) -> HttpResponse:
    trouble = act(request, demo, demo.phones[phone].number)
    hub.publish({PHONES})
    return one(request, demo, phone, trouble) if _htmx(request) else _back(phone)


def _back(phone: int) -> HttpResponseRedirect:
    answer = redirect("phones")
    answer.headers["Location"] += f"#phone-{phone}"
    assert isinstance(answer, HttpResponseRedirect)
    return answer


def _call(request: HttpRequest, demo: Demo, number: str) -> str:
    if not demo.exchange.handset(number).free:
        return "This phone is in a call already."
    demo.exchange.call(number, demo.line_number, withheld="withheld" in request.POST)
    return ""


def _pick_up(request: HttpRequest, demo: Demo, number: str) -> str:
    del request
    return "" if demo.exchange.pick_up(number) else "It stopped ringing."


def _press(request: HttpRequest, demo: Demo, number: str) -> str:
    _speak(request, demo, number)
    digits = request.POST.get("digits", "").strip()
    if "enter" in request.POST:
        figures = "".join(one for one in digits if one.isdigit())
        return "" if figures and demo.exchange.enter(number, figures) else "Type the figures first."
    key = request.POST.get("key", "")
    if key not in KEYS:
        return "That is no key."
    return "" if demo.exchange.press(number, key) else "The call is over."


def _say(request: HttpRequest, demo: Demo, number: str) -> str:
    upload = request.FILES.get("sound")
    if upload is None:
        return _speak(request, demo, number) or ""
    kind = upload.content_type or ""
    if not kind.startswith("audio/") or upload.size is None or upload.size > MOST_SOUND:
        return "That was no sound, or too long a one. Type the message instead."
    kept = demo.exchange.say(number, sound=(kind.partition(";")[0], upload.read()))
    return "" if kept else "The recording was over already."


def _hang_up(request: HttpRequest, demo: Demo, number: str) -> str:
    _speak(request, demo, number)
    demo.exchange.hang_up(number)
    return ""


def _text(request: HttpRequest, demo: Demo, number: str) -> str:
    body, upload = request.POST.get("body", "").strip()[:MOST_LETTERS], request.FILES.get("picture")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_PICTURE:
        return "That is too large for a text. Choose a smaller picture."  # and so it was not even read
    if not body and upload is None:
        return "Write something first."
    kind = (upload.content_type or "") if upload is not None else ""
    demo.exchange.text(number, demo.line_number, body, [(kind, upload.read())] if upload is not None else ())
    return ""


def _crisis_over(request: HttpRequest, demo: Demo, number: str) -> str:
    del request
    leg = demo.exchange.handset(number).leg
    if leg is None or leg.state is not LegNow.TALKING:
        return "That call is over already."
    demo.exchange.crisis_hangs_up(leg.contact)
    return ""


def _speak(request: HttpRequest, demo: Demo, number: str) -> str:
    """Words that were typed while it records are said before the key takes effect."""
    words = request.POST.get("words", "").strip()[:MOST_LETTERS]
    if words and not demo.exchange.say(number, words):
        return "The recording was over already."
    return ""


def _htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
