"""What Asterisk keeps is forgotten when it says so, and not before."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from intersession.carriers.asterisk.carrier import Asterisk
from intersession.carriers.asterisk.client import Refused
from intersession.core.ids import RecordingId


class Ari:
    """Answers with one status."""

    def __init__(self, status: int) -> None:
        self.status, self.asked = status, list[str]()

    async def ask(self, method: str, path: str, **_: object) -> None:
        self.asked.append(f"{method} {path}")
        self._refuse()

    async def fetch(self, path: str) -> bytes:
        self._refuse()
        return b"RIFF"

    def _refuse(self) -> None:
        if self.status >= 400:
            raise Refused(self.status, "no")


def asterisk(status: int, monkeypatch: pytest.MonkeyPatch) -> Asterisk:
    made = Asterisk.__new__(Asterisk)
    made._ari = Ari(status)  # type: ignore[assignment]

    def at_once(act: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        try:
            act().send(None)
        except StopIteration as done:
            return done.value
        raise AssertionError("it waited")

    monkeypatch.setattr(made, "_soon", at_once)
    return made


@pytest.mark.parametrize("status", [200, 404])
def test_what_is_gone_is_forgotten(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = asterisk(status, monkeypatch)
    made.forget(RecordingId("r1"))
    assert made._ari.asked == ["DELETE recordings/stored/r1"]  # type: ignore[attr-defined]


def test_what_cannot_be_deleted_or_given_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    made = asterisk(500, monkeypatch)
    with pytest.raises(Refused):
        made.forget(RecordingId("r1"))
    with pytest.raises(Refused):
        made.sound(RecordingId("r1"))


def test_a_sound_is_given_or_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asterisk(200, monkeypatch).sound(RecordingId("r1")) == ("audio/wav", b"RIFF")
    assert asterisk(404, monkeypatch).sound(RecordingId("r1")) is None
