"""No screen without both factors. A view is open to strangers only where it says so itself, as sign-in does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from .presence import Presence, find

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def for_setting_up(view: V) -> V:
    """The view is open already to whoever has a password and still lacks the second factor."""
    view.for_setting_up = True  # type: ignore[attr-defined]
    return view


class BothFactors(LoginRequiredMiddleware):
    """Django's own, which lets `login_not_required` through, and asks for more than a password."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """None where the view may answer."""
        del args, kwargs
        if not settings.INTERSESSION_SIGN_IN or not getattr(view, "login_required", True):
            return None
        match find(request):
            case Presence.IN:
                return None
            case Presence.UNFINISHED if getattr(view, "for_setting_up", False):
                return None
            case Presence.UNFINISHED:
                return redirect("account-begin-factor")
            case Presence.OUT:
                return to_sign_in(request)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """A page goes to sign-in and comes back; a fragment takes its page there; all else hears 401."""
    if request.headers.get("HX-Request"):
        page = request.headers.get("HX-Current-URL", "")
        return HttpResponse(headers={"HX-Redirect": _sign_in(_path_of(request, page))})
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return HttpResponse("Sign in first.", status=401, content_type="text/plain; charset=utf-8")
    return redirect(_sign_in(request.get_full_path() if request.method in ("GET", "HEAD") else ""))


def _sign_in(back_to: str) -> str:
    address = reverse("account_login")
    return f"{address}?{urlencode({REDIRECT_FIELD_NAME: back_to})}" if back_to not in ("", "/") else address


def _path_of(request: HttpRequest, page: str) -> str:
    """Of a page of ours; nothing of another's."""
    ours = f"{request.scheme}://{request.get_host()}/"
    return "/" + page.removeprefix(ours) if page.startswith(ours) else ""
