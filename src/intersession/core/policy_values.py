"""Values of the policy as people write them: read, or refused with what was expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import time
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, get_args, get_origin


class PolicyError(ValueError):
    """A policy cannot be used as it is; the message names the layer, the value, and what was expected."""


def read(kind: Any, value: object, where: str) -> Any:
    """A written value as one of the policy's type `kind`. Raises PolicyError, which begins with `where`."""
    if get_origin(kind) is tuple:
        return _read_tuple(get_args(kind), value, where)
    expected, parse = _reader(kind)
    try:
        return parse(value)
    except ValueError as error:
        raise PolicyError(f"{where}: expected {expected}, got {value!r}") from error


def unknown(name: str, known: Iterable[str], where: str) -> PolicyError:
    """The error for a name that no policy has, with the nearest one that it has."""
    near = get_close_matches(name, list(known), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return PolicyError(f"{where}: there is no policy value {name!r}{hint}")


def _read_tuple(kinds: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)) or len(value) != len(kinds):
        raise PolicyError(f"{where}: expected a list of {len(kinds)} values, got {value!r}")
    return tuple(read(kind, item, where) for kind, item in zip(kinds, value, strict=True))


def _reader(kind: Any) -> tuple[str, Callable[[object], Any]]:
    if kind is bool:
        return "true or false", _bool
    if kind is int:
        return "a whole number, not below 0", _int
    if kind is float:
        return "a number, not below 0", _float
    if kind is time:
        return 'a time such as "08:00"', _time
    if issubclass(kind, StrEnum):
        return f"one of {', '.join(kind)}", kind
    return "text", _str


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError
    return value


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise ValueError
    return float(value)


def _time(value: object) -> time:
    wall = time.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(wall, time) or wall.tzinfo is not None:
        raise ValueError
    return wall


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value
