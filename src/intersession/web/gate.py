"""What stands before every screen: they answer on this machine only, or at their one public https address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import cast
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

Answer = HttpResponse | Awaitable[HttpResponse]
Next = Callable[[HttpRequest], Answer]

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP")
REFUSAL = (
    "These screens answer on the machine that runs them only. "
    "Open http://localhost on that machine, without a proxy in between."
)
ELSEWHERE = "These screens answer at one address only: {}"

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Style attributes carry the hours of a ribbon, numbers only; no script is ever inline."""


@sync_and_async_middleware
def at_its_own_address(get_response: Next) -> Next:
    """Refuses foreign Host names (DNS rebinding), other machines where there is no public address, and plain http
    where there is one."""

    def refusal(request: HttpRequest) -> HttpResponse | None:
        says = _refusal(request)
        return HttpResponse(says, status=403, content_type="text/plain; charset=utf-8") if says else None

    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponse:
            return refusal(request) or await cast(Awaitable[HttpResponse], get_response(request))

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponse:
        return refusal(request) or cast(HttpResponse, get_response(request))

    return synchronous


def _refusal(request: HttpRequest) -> str:
    public = settings.INTERSESSION_SCREENS_URL
    if public:
        return "" if at_public_address(request, public) else ELSEWHERE.format(public)
    return "" if not settings.INTERSESSION_LOOPBACK_ONLY or on_this_machine(request) else REFUSAL


def at_public_address(request: HttpRequest, public: str) -> bool:
    """Over TLS, as the server knows from a proxy that it trusts, and by that very name."""
    return request.is_secure() and request.META.get("HTTP_HOST", "").lower() == urlsplit(public).netloc.lower()


def on_this_machine(request: HttpRequest) -> bool:
    """Both the peer and the name it asked for are loopback, and no proxy spoke for it."""
    if any(header in request.META for header in FORWARDED):
        return False
    return _host(request.META.get("HTTP_HOST", "")) in LOOPBACK_HOSTS and _loopback(
        request.META.get("REMOTE_ADDR", "")
    )


def _host(header: str) -> str:
    end = header.find("]")
    if end >= 0:
        return header[: end + 1].lower()
    return header.rpartition(":")[0].lower() if ":" in header else header.lower()


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


@sync_and_async_middleware
def content_policy(get_response: Next) -> Next:
    """No inline script, nothing from elsewhere, nothing kept by the browser, the microphone for us alone."""

    def dress(response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponse:
            return dress(await cast(Awaitable[HttpResponse], get_response(request)))

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponse:
        return dress(cast(HttpResponse, get_response(request)))

    return synchronous
