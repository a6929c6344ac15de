"""The one stream of a screen. It says which ids changed, never what: the screen asks again, as itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from ...permissions import Action
from ..asks import asks
from .hub import hub, stream

HEARTBEAT = 15.0
CALM = 0.05


async def live(request: HttpRequest) -> StreamingHttpResponse:
    """Open to whoever may open any screen at all."""
    await sync_to_async(_admit)(request)
    return StreamingHttpResponse(
        _events(),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


live.asks = Action.SEE_WORDS  # type: ignore[attr-defined]


def _admit(request: HttpRequest) -> None:
    """A stream lasts for hours: it must not keep a database connection all that time."""
    try:
        _listener(request)
    finally:
        connection.close()


@asks(Action.SEE_WORDS)
def _listener(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


async def _events() -> AsyncIterator[str]:
    ear = hub.listen()
    try:
        async for event in stream(ear, heartbeat=HEARTBEAT, calm=CALM):
            yield event
    finally:
        hub.leave(ear)
