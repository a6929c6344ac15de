"""Requests of the official SDK, with time limits: by itself it would wait without end."""

from __future__ import annotations

from typing import Any

from twilio.http.http_client import TwilioHttpClient

SECONDS = 8
"""A staff phone that rings later than this is not worth the wait: its outcome is looked up, and the next is tried."""


class PatientHttp(TwilioHttpClient):
    """Waits so long and no longer, and repeats nothing by itself: the carrier decides what may be repeated."""

    def __init__(self) -> None:
        made: Any = super().__init__
        made(timeout=SECONDS, max_retries=0)
