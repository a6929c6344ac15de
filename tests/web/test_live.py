"""Live: one calm stream for each screen, told from any thread, that says ids and nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory

from intersession.permissions import Action
from intersession.web.live import views
from intersession.web.live.hub import Hub, stream


async def _first(events: AsyncIterator[str], many: int, within: float = 2.0) -> list[str]:
    async with asyncio.timeout(within):
        return [await anext(events) for _ in range(many)]


def test_a_change_from_another_thread_reaches_every_screen() -> None:
    async def run() -> list[list[str]]:
        hub = Hub()
        screens = [stream(hub.listen(), heartbeat=5, calm=0) for _ in range(3)]
        for screen in screens:
            assert "retry" in (await _first(screen, 1))[0]
        thread = threading.Thread(target=hub.publish, args=({"call-1", "call-2"},))
        thread.start()
        thread.join()
        return [await _first(screen, 1) for screen in screens]

    assert asyncio.run(run()) == [["event: changed\ndata: call-1 call-2\n\n"]] * 3


def test_forty_changes_are_one_event() -> None:
    async def run() -> list[str]:
        hub = Hub()
        screen = stream(hub.listen(), heartbeat=0.2, calm=0.01)
        await _first(screen, 1)
        for number in range(40):
            hub.publish({f"c{number}"})
        return await _first(screen, 2)

    event, after = asyncio.run(run())
    name, data = event.strip().split("\n")
    assert name == "event: changed"
    assert len(data.removeprefix("data: ").split()) == 40
    assert after == ": still here\n\n"


def test_nothing_changed_is_a_comment_only() -> None:
    async def run() -> list[str]:
        hub = Hub()
        screen = stream(hub.listen(), heartbeat=0.01, calm=0)
        hub.publish(())
        return await _first(screen, 3)

    assert asyncio.run(run())[1:] == [": still here\n\n"] * 2


def test_a_screen_that_is_gone_is_forgotten() -> None:
    hub = Hub()

    async def open_one() -> None:
        hub.listen()

    asyncio.run(open_one())
    assert hub.listening == 1
    hub.publish({"c"})
    assert hub.listening == 0


def test_closing_the_hub_ends_the_streams() -> None:
    async def run() -> list[str]:
        hub = Hub()
        screen = stream(hub.listen(), heartbeat=5, calm=0)
        await _first(screen, 1)
        threading.Timer(0.02, hub.close).start()
        async with asyncio.timeout(2):
            return [event async for event in screen]

    assert asyncio.run(run()) == []


def test_the_view_streams_and_leaves_the_hub_with_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    monkeypatch.setattr(views, "hub", hub)
    monkeypatch.setattr(views, "_listener", lambda request: HttpResponse())

    async def run() -> list[str]:
        answer = await views.live(AsyncRequestFactory().get("/live/"))
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        events = aiter(answer.streaming_content)  # type: ignore[arg-type]
        found = [await anext(events)]
        assert hub.listening == 1
        hub.publish({"call-1"})
        found.append(await anext(events))
        await events.aclose()  # type: ignore[attr-defined]
        return [bytes(one).decode() for one in found]

    assert asyncio.run(run())[1] == "event: changed\ndata: call-1\n\n"
    assert hub.listening == 0


def test_an_open_stream_holds_no_database_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    monkeypatch.setattr(views, "_listener", lambda request: HttpResponse())
    monkeypatch.setattr(views, "connections", SimpleNamespace(close_all=lambda: closed.append("closed")))
    asyncio.run(views.live(AsyncRequestFactory().get("/live/")))
    assert closed == ["closed"]


def test_whoever_may_see_no_screen_gets_no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: HttpRequest) -> HttpResponse:
        raise PermissionError

    monkeypatch.setattr(views, "_listener", refuse)
    with pytest.raises(PermissionError):
        asyncio.run(views.live(AsyncRequestFactory().get("/live/")))
    assert views.live.asks is Action.SEE_WORDS  # type: ignore[attr-defined]
