"""Prints the first free port on this machine, from the one given on: `python ops/free_port.py 8000`."""

from __future__ import annotations

import socket
import sys

TRIES = 100


def free_port(first: int) -> int:
    """The first port on which a server can listen, `first` or one of the hundred from there."""
    return next(port for port in range(first, first + TRIES) if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    print(free_port(int(sys.argv[1]) if len(sys.argv) > 1 else 8000))
