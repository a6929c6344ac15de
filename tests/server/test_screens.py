"""The screens leave loopback only behind TLS and by a name; else `serve` says what to do."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from typing import Any

import pytest
import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from intersession.server.screens import Screens, ScreensRefused, add_options, screens_of

URL = "https://line.example.org"


def screens(*options: str) -> Screens:
    """As `serve` reads its options."""
    parser = ArgumentParser()
    add_options(parser)
    return screens_of(parser.parse_args(options))


def test_by_itself_it_is_loopback_and_no_proxy_has_a_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTERSESSION_SCREENS_URL", raising=False)
    found = screens("--port", "8123")
    assert (found.host, found.address) == ("127.0.0.1", "http://localhost:8123")
    assert found.uvicorn()["proxy_headers"] is False


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "line.example.org"])
def test_another_address_without_tls_is_refused_with_what_to_do(host: str) -> None:
    with pytest.raises(ScreensRefused, match="--screens-url https://"):
        screens("--screens-host", host)


def test_with_a_public_address_it_may_listen_elsewhere() -> None:
    url = "https://Line.example.org/"
    found = screens("--screens-host", "0.0.0.0", "--screens-url", url, "--trusted-proxy", "10.0.0.5")
    assert (found.host, found.url, found.address) == ("0.0.0.0", URL, URL)
    assert found.uvicorn()["forwarded_allow_ips"] == ["127.0.0.1", "::1", "10.0.0.5"]


@pytest.mark.parametrize(
    "url",
    ["http://line.example.org", "line.example.org", "https://", f"{URL}/line/", f"{URL}/?a=1", "https://me@line.example.org"],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ScreensRefused, match="is not such an address"):
        screens("--screens-url", url)


@pytest.mark.parametrize("proxy", ["0.0.0.0/0", "::/0", "caddy", "*"])
def test_a_proxy_is_named_and_not_everybody(proxy: str) -> None:
    with pytest.raises(ScreensRefused, match="--trusted-proxy"):
        screens("--screens-url", URL, "--trusted-proxy", proxy)


def test_a_proxy_without_a_public_address_means_nothing() -> None:
    with pytest.raises(ScreensRefused, match="together with --screens-url"):
        screens("--trusted-proxy", "10.0.0.5")


@pytest.mark.parametrize(
    ("peer", "believed"),
    [("127.0.0.1", True), ("10.0.0.5", True), ("10.0.0.6", False), ("203.0.113.7", False)],
)
def test_only_a_trusted_proxy_is_believed_about_tls_and_the_visitor(peer: str, believed: bool) -> None:
    options = screens("--screens-url", URL, "--trusted-proxy", "10.0.0.5").uvicorn()
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    config = uvicorn.Config(app, **options, log_level="critical", interface="asgi3")
    config.load()
    assert isinstance(config.loaded_app, ProxyHeadersMiddleware)
    headers = [(b"x-forwarded-proto", b"https"), (b"x-forwarded-for", b"198.51.100.9")]
    scope: Any = {"type": "http", "scheme": "http", "client": (peer, 1), "headers": headers}
    asyncio.run(config.loaded_app(scope, None, None))  # type: ignore[arg-type]
    assert (seen["scheme"], seen["client"][0]) == (("https", "198.51.100.9") if believed else ("http", peer))
