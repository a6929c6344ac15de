"""What a check has found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands."""

    OK = "ok"
    WAIT = "wait"
    """Somebody else has to act, at their own pace."""
    MEND = "mend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line: what was looked at, how it stands, and, unless it is well, what to do."""

    about: str
    state: State
    says: str

    def __str__(self) -> str:
        return f"{self.state:<5} {self.about}: {self.says}"


class CannotConnect(RuntimeError):
    """Nothing was changed; says what stands against it, and what to do."""


def ok(about: str, says: str) -> Finding:
    """It is as it should be."""
    return Finding(about=about, state=State.OK, says=says)


def wait(about: str, says: str) -> Finding:
    """It will be, once somebody else has acted."""
    return Finding(about=about, state=State.WAIT, says=says)


def mend(about: str, says: str) -> Finding:
    """It is not."""
    return Finding(about=about, state=State.MEND, says=says)
