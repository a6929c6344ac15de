"""Twilio on a bad day: every third request is not answered as it should be, and what it tells us comes late, in any
order."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import requests
from twilio.http.response import Response

from intersession.stories.cast import Cast

from .cloud import PUBLIC
from .conftest import account_of, reader_of
from .double import Double
from .played import OnTwilio

TOLD = ("/twilio/call-status", "/twilio/text-status", "/twilio/leg/status/", "/twilio/leg/joined/")
"""What Twilio tells without waiting for words: nothing of it has to come at once, or in its order."""
LATE = 1.0
"""Seconds at the most."""

Ask = Callable[[], Response]
Answer = Callable[[Ask], Response]


def _broke(ask: Ask) -> Response:
    return Response(500, json.dumps({"code": 20500, "message": "internal", "status": 500}))


def _broke_afterwards(ask: Ask) -> Response:
    ask()
    return _broke(ask)


def busy(ask: Ask) -> Response:
    """Too many at once: nothing was done (https://www.twilio.com/docs/api/errors/20429)."""
    return Response(429, json.dumps({"code": 20429, "message": "too many requests", "status": 429}))


def _silent(ask: Ask) -> Response:
    raise requests.ConnectTimeout


def _silent_afterwards(ask: Ask) -> Response:
    ask()
    raise requests.ReadTimeout


TROUBLES = (_broke, busy, _silent, _broke_afterwards, _silent_afterwards, busy)


@dataclass
class Trouble:
    """Between the line and the double, both ways."""

    double: Double
    dice: Random
    troubles: Sequence[Answer] = TROUBLES
    """Instead of every third answer, in turn."""
    late: float = LATE
    asked: int = 0
    told: list[tuple[datetime, int, str, dict[str, str]]] = field(default_factory=list)
    """What is on its way to us: when it comes, its number, address and form."""
    out_of_order: int = 0

    def __post_init__(self) -> None:
        self._ask, self._post = self.double.request, self.double._post
        self.double.request, self.double._post = self.request, self.post  # type: ignore[method-assign]

    def request(self, method: str, url: str, *how: Any, **more: Any) -> Response:
        """What the SDK asks."""
        self.asked += 1

        def ask() -> Response:
            return self._ask(method, url, *how, **more)

        if self.asked % 3 or not self.troubles:
            return ask()
        return self.troubles[self.asked // 3 % len(self.troubles)](ask)

    def post(self, url: str, form: dict[str, str]) -> Any:
        """What the double tells: where it waits for no document, later."""
        if not url.removeprefix(PUBLIC).startswith(TOLD):
            return self._post(url, form)
        at = self.double.now() + timedelta(seconds=self.dice.uniform(0, self.late))
        self.told.append((at, len(self.told), url, form))
        return None

    def next_due(self) -> datetime | None:
        """When the next of it comes."""
        return min((at for at, *_ in self.told), default=None)

    def advance(self) -> bool:
        """What has come by now; whether there was anything."""
        come = sorted(one for one in self.told if one[0] <= self.double.now())
        for one in come:
            self.out_of_order += any(other[1] < one[1] for other in self.told if other[0] > one[0])
            self.told.remove(one)
            self._post(one[2], one[3])
        return bool(come)


class OnTroubledTwilio(OnTwilio):
    """A story's world on such a day. Nobody waits really between two tries."""

    def __init__(
        self, cast: Cast, *, seed: str = "", troubles: Sequence[Answer] = TROUBLES, late: float = LATE
    ) -> None:
        super().__init__(cast)
        self.trouble = Trouble(self.double, Random(seed), troubles, late)
        self.beside.append(self.trouble)
        self.reader = reader_of(account_of(self.cast), self.keyring)
        self.rests: list[float] = []
        object.__setattr__(self.corridor.carriers["twilio"], "rest", self.rests.append)
