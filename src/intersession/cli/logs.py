"""Logs: one line an event, with allowed keys only. No name, number, body or local variable ever gets in."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "kind", "outcome", "error", "size", "waiting", "carrier", "lane", "status",
        "port", "seconds", "count", "rule", "where",
    }
)  # fmt: skip


def configure() -> None:
    """Once, at start."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where,
            _allowed_only,
            structlog.processors.LogfmtRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


def _where(logger: Any, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception: its type and place. Its message may hold content."""
    del logger, method
    found = entry.pop("exc_info", None)
    if found:
        error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
        frames = getattr(error, "__traceback__", None)
        while frames is not None and frames.tb_next is not None:
            frames = frames.tb_next
        entry["error"] = type(error).__name__
        if frames is not None:
            code = frames.tb_frame.f_code
            entry["where"] = f"{code.co_filename.rsplit('/', 1)[-1]}:{frames.tb_lineno}"
    return entry


def _allowed_only(logger: Any, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    del logger, method
    return {key: value for key, value in entry.items() if key in ALLOWED}
