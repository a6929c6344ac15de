"""Where people's screens are reached: on loopback, or at one public https address behind a proxy that ends TLS."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1")


class ScreensRefused(ValueError):
    """Says what stands against it, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screens:
    """Where to listen, and what is believed about who asks."""

    host: str
    port: int
    url: str
    """The public address without a path; empty where there is none."""
    proxies: tuple[str, ...]
    """Addresses whose word counts for the visitor's own address and for TLS."""

    @property
    def address(self) -> str:
        """What people open."""
        return self.url or f"http://localhost:{self.port}"

    def tell_settings(self, secret: str) -> None:
        """Before Django reads its settings: people sign in here, where, and by what secret sessions are signed."""
        os.environ.setdefault("INTERSESSION_SECRET", secret)
        os.environ["INTERSESSION_SIGN_IN"] = "1"
        os.environ["INTERSESSION_SCREENS_URL"] = self.url

    def uvicorn(self) -> dict[str, Any]:
        """Without a public address nothing that a proxy says counts, and the gate refuses what came through one."""
        return {
            "host": self.host, "port": self.port, "proxy_headers": bool(self.url),
            "forwarded_allow_ips": [*LOOPBACK, *self.proxies],
        }  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    """For `serve`."""
    parser.add_argument("--port", type=int, default=8000, help="people's screens")
    parser.add_argument("--screens-host", default="127.0.0.1",
                        help="where the screens listen; another address than loopback needs --screens-url")  # fmt: skip
    parser.add_argument("--screens-url", default=os.environ.get("INTERSESSION_SCREENS_URL", ""), metavar="https://…",
                        help="the public address of the screens, behind a proxy that ends TLS")  # fmt: skip
    parser.add_argument("--trusted-proxy", action="append", default=[], metavar="ADDRESS",
                        help="a proxy on another machine: its address or network; more than once is fine")  # fmt: skip


def screens_of(options: Namespace) -> Screens:
    """What the options say. Raises ScreensRefused where the screens would not be safe."""
    url = _public(options.screens_url)
    if not url and not _is_loopback(options.screens_host):
        raise ScreensRefused(
            f"--screens-host {options.screens_host} would show the screens to other machines without TLS. Give their "
            "public address with --screens-url https://…, and put a proxy that ends TLS before them; or leave "
            "--screens-host away"
        )
    if options.trusted_proxy and not url:
        raise ScreensRefused("--trusted-proxy means something together with --screens-url https://… only")
    proxies = tuple(_proxy(one) for one in options.trusted_proxy)
    return Screens(host=options.screens_host, port=options.port, url=url, proxies=proxies)


def _public(url: str) -> str:
    if not url:
        return ""
    parts = urlsplit(url)
    plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    if parts.scheme != "https" or not parts.hostname or not plain:
        raise ScreensRefused(
            f"--screens-url {url} is not such an address. Give https:// and the host's name, with a port where it is "
            "not 443, and no path: --screens-url https://line.example.org"
        )
    return f"https://{parts.netloc.lower()}"


def _proxy(address: str) -> str:
    try:
        network = ip_network(address)
    except ValueError as error:
        raise ScreensRefused(f"--trusted-proxy {address} is neither an address nor a network") from error
    if network.prefixlen == 0:
        raise ScreensRefused(f"--trusted-proxy {address} would believe everybody: name the proxy itself")
    return address


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
