"""The one stream of a screen. It says which ids changed, never what: the screen asks again, as itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from ...permissions import Action
from ..accounts.presence import still_open
from ..asks import asks
from .hub import hub, stream

HEARTBEAT = 15.0
CALM = 0.05
SESSION = "intersession.session"


async def live(request: HttpRequest) -> StreamingHttpResponse:
    """Open to whoever may open any screen at all."""
    await sync_to_async(_admit)(request)
    return StreamingHttpResponse(
        _events(request.META.get(SESSION)),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


live.asks = Action.SEE_WORDS  # type: ignore[attr-defined]


def _admit(request: HttpRequest) -> None:
    """A stream lasts for hours: it must not keep a database connection all that time."""
    try:
        _listener(request)
        if settings.INTERSESSION_SIGN_IN:
            request.META[SESSION] = request.session.session_key
    finally:
        connections.close_all()


def _still_open(session: str) -> bool:
    try:
        return still_open(session)
    finally:
        connections.close_all()


@asks(Action.SEE_WORDS)
def _listener(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


async def _events(session: str | None) -> AsyncIterator[str]:
    """Ends with the session, so that a screen whose session was ended elsewhere learns of it within a heartbeat."""
    ear = hub.listen()
    try:
        async for event in stream(ear, heartbeat=HEARTBEAT, calm=CALM):
            if session is not None and not await sync_to_async(_still_open)(session):
                return
            yield event
    finally:
        hub.leave(ear)
