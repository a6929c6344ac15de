"""The layers of a policy, and which one wins (S23).

A value is found by walking the layers from the practice down to the client: the lowest layer's value wins,
unless one above it has locked it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any, assert_never, get_type_hints

from .policy import Policy
from .policy_values import PolicyError, read, unknown


class Level(StrEnum):
    """The layers of a policy, the uppermost first."""

    PRACTICE = "practice"
    PROGRAM = "program"
    SUPERVISOR = "supervisor"
    CLINICIAN = "clinician"
    CLIENT = "client"


class Lock(StrEnum):
    """What an upper layer leaves to those below it."""

    FIXED = "fixed"
    AT_LEAST = "at_least"
    """A floor: those below may only raise it, or switch it on."""
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one layer sets, and what it locks for those below it."""

    level: Level
    name: str
    """Whose layer it is, as staff know it."""
    values: Mapping[str, object] = field(default_factory=dict)
    """By the names of `Policy`; times may be "08:00", tuples lists."""
    locks: Mapping[str, Lock] = field(default_factory=dict)
    """By the same names. Where the layer sets no value itself, what it inherits is locked."""

    def __str__(self) -> str:
        return f'{self.level} layer "{self.name}"'


class Verdict(StrEnum):
    """What became of the value of one layer."""

    WON = "won"
    OVERRULED = "overruled"
    """A layer below set another one."""
    HELD_BACK = "held_back"
    """A lock of a layer above stands against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One layer's value of one name, and what became of it: a line of the "Why?" view."""

    source: str
    """The level; `default` for what comes with the program."""
    name: str
    value: Any
    verdict: Verdict
    held_by: str = ""
    """The level whose lock holds it back."""


@dataclass(frozen=True, slots=True)
class _Bound:
    lock: Lock
    value: Any
    source: str


def effective(layers: Sequence[Layer]) -> tuple[Policy, dict[str, str]]:
    """The policy in force, and for each name that a layer sets the level whose value won.

    Layers come from the practice down to the client. Raises PolicyError, which says which value of which
    layer is wrong and what was expected.
    """
    _check(layers)
    names = dict.fromkeys(name for layer in layers for name in layer.values)
    winners = {name: winner(explain(name, layers)) for name in names}
    policy = replace(Policy(), **{name: won.value for name, won in winners.items()})
    _check_whole(policy)
    return policy, {name: won.source for name, won in winners.items()}


def explain(name: str, layers: Sequence[Layer]) -> tuple[Standing, ...]:
    """Every layer's value of one name, the default first, and which of them won."""
    won = Standing(source="default", name="", value=getattr(Policy(), name), verdict=Verdict.WON)
    lost: list[Standing] = []
    bounds: list[_Bound] = []
    for layer in layers:
        if name in layer.values:
            tried = _tried(name, layer, bounds)
            if tried.verdict is Verdict.WON:
                won, tried = tried, replace(won, verdict=Verdict.OVERRULED)
            lost.append(tried)
        if name in layer.locks:
            bounds.append(_Bound(layer.locks[name], won.value, layer.level))
    places = ("default", *Level)
    return tuple(sorted((won, *lost), key=lambda one: places.index(one.source)))


def winner(standings: Sequence[Standing]) -> Standing:
    """The one that won."""
    return next(one for one in standings if one.verdict is Verdict.WON)


def _tried(name: str, layer: Layer, bounds: Sequence[_Bound]) -> Standing:
    value = read(_types()[name], layer.values[name], f"{layer}, {name}")
    held_by = next((bound.source for bound in bounds if _forbids(bound, value)), "")
    verdict = Verdict.HELD_BACK if held_by else Verdict.WON
    return Standing(source=layer.level, name=layer.name, value=value, verdict=verdict, held_by=held_by)


def _forbids(bound: _Bound, value: Any) -> bool:
    match bound.lock:
        case Lock.FIXED:
            return bool(value != bound.value)
        case Lock.AT_LEAST:
            return bool(value < bound.value)
        case Lock.AT_MOST:
            return bool(value > bound.value)
        case _:
            assert_never(bound.lock)


@cache
def _types() -> Mapping[str, Any]:
    return get_type_hints(Policy)


def _check(layers: Sequence[Layer]) -> None:
    """Names are known, locks can be obeyed, and the layers stand in order."""
    for upper, lower in pairwise(layers):
        if _place(lower) < _place(upper):
            raise PolicyError(f"the {lower} comes after the {upper}: give them from practice down to client")
    for layer in layers:
        for name in (*layer.values, *layer.locks):
            if name not in _types():
                raise unknown(name, _types(), str(layer))
        for name, lock in layer.locks.items():
            if lock is not Lock.FIXED and _types()[name] not in (int, float, bool, time):
                raise PolicyError(f"{layer}, {name}: only numbers, times and switches have a floor")


def _place(layer: Layer) -> int:
    return list(Level).index(layer.level)


def _check_whole(policy: Policy) -> None:
    """Values that each read well and make no sense together."""
    if policy.text_from >= policy.text_to:
        got = f"{policy.text_from:%H:%M} to {policy.text_to:%H:%M}"
        raise PolicyError(f"text_from, text_to: texts must begin before they end, got {got}")
    if list(policy.page_minutes) != sorted(policy.page_minutes):
        raise PolicyError(f"page_minutes: expected rising minutes, got {policy.page_minutes}")
    if min(policy.accept_seconds, policy.accept_urgent_seconds, policy.cap_seconds) < 1:
        raise PolicyError("accept_seconds, accept_urgent_seconds, cap_seconds: expected at least 1 second")
