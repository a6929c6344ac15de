"""Every rule, invariant and ruling by its permanent id: when it holds, what it does, where it comes from.

The sentences are in `registered/*.toml` beside this file; the numbers are read from `Policy`, so that they
cannot differ from what is applied.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from ..policy import Policy

RULES = ("calls", "texts", "others")
INVARIANTS = "invariants"
RULINGS = "rulings"
NUMBERS = "numbers"


class State(StrEnum):
    """How far a rule is there."""

    WORKS = "works"
    PARTLY = "partly"
    WAITS = "waits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One entry of the registry. An invariant has no `when`; a ruling's is the question that it answers."""

    id: str
    when: str = ""
    what: str
    numbers: tuple[str, ...] = ()
    """The values of the policy that it uses, by their names."""
    source: str = ""
    state: State
    missing: str = ""
    """What is not there, where the state is partly or waits."""
    lives: str = ""
    """The file to change, under src/intersession."""
    shown: tuple[str, ...] = ()
    """Stories under scenarios/, and tests as `tests/file.py::name`."""

    def defaults(self, policy: Policy | None = None) -> Mapping[str, object]:
        """Its numbers as they are when nobody sets them, or in a policy."""
        values = policy or Policy()
        return {name: getattr(values, name) for name in self.numbers}


@cache
def registry() -> Mapping[str, Rule]:
    """Everything by id. Raises TypeError or ValueError for an entry that is not whole."""
    found: dict[str, Rule] = {}
    for part in (*RULES, INVARIANTS, RULINGS):
        found.update(entries(part))
    return MappingProxyType(found)


@cache
def entries(part: str) -> Mapping[str, Rule]:
    """One part of the registry: calls, texts, others, invariants or rulings."""
    return MappingProxyType({id_: _rule(id_, entry) for id_, entry in _read(part).items()})


def meanings() -> Mapping[str, str]:
    """What each value of the policy means, by its name."""
    return _read(NUMBERS)


def _rule(id_: str, entry: dict[str, Any]) -> Rule:
    lists: dict[str, Any] = {name: tuple(entry[name]) for name in ("numbers", "shown") if name in entry}
    lists["state"] = State(entry["state"])
    return Rule(id=id_, **(entry | lists))


@cache
def _read(part: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("registered", f"{part}.toml").read_text(encoding="utf-8"))
