"""Error pages: what happened and what to do, never a trace, a name or a number."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    del exception
    return _page(request, 404, "That is not here.", "It may have been closed, or the address has a slip in it.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the table of permissions said no."""
    del exception
    return _page(request, 403, "Not yours to see.", "Your role, or your relation to this client, does not open it.")


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return _page(request, 500, "This screen failed.", "The line itself goes on working. Try again in a moment.")


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open since before a restart."""
    del reason
    return _page(request, 403, "This page is out of date.", "Nothing was done. Load it again, then press once more.")


def _page(request: HttpRequest, status: int, title: str, says: str) -> HttpResponse:
    return render(request, "error.html", {"title": title, "says": says}, status=status)
