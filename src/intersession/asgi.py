"""The one place where the parts are put together: people's screens, and the carriers' webhooks.

Two apps, two doors. `screens` answers on loopback, or at its one public address; `webhooks` is the carriers' own.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket


def screens() -> Starlette:
    """People's screens, with their static files. Django must be configured by the environment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intersession.web.settings")
    django: Any = get_asgi_application()
    from intersession.web.settings import HERE
    from intersession.web.station.relay import ADDRESS, Relay

    static = StaticFiles(directory=HERE / "static", packages=[("allauth.account", "static"), ("allauth.mfa", "static")])
    sockets = [WebSocketRoute(ADDRESS, Relay(django)), WebSocketRoute("/{elsewhere:path}", _refuse)]
    return Starlette(routes=[*sockets, Mount("/static", static), Mount("/", django)])


async def _refuse(socket: WebSocket) -> None:
    """Django has no web sockets: it would stumble over one."""
    await socket.close()


def webhooks(routes: Sequence[BaseRoute]) -> Starlette:
    """The carriers' side: it verifies, parses, hands to the tick and renders, and nothing else."""
    return Starlette(routes=list(routes))


