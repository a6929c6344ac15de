"""Every wording by id: what it is for and which facts it needs. The words themselves are in the packs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from .values import WordingError


class Kind(StrEnum):
    """What a wording is: how it reaches somebody, and whom."""

    SPOKEN = "spoken"
    TEXT = "text"
    EMAIL = "email"
    SCREEN = "screen"
    SCRIPT = "script"
    AGREEMENT = "agreement"
    WHISPER = "whisper"
    STAFF_SPOKEN = "staff_spoken"
    STAFF_NOTICE = "staff_notice"
    STAFF_EMAIL = "staff_email"
    PUSH = "push"
    SOUND = "sound"

    @property
    def for_client(self) -> bool:
        """Whether a client or a third party hears or reads it."""
        return self in CLIENT_KINDS


CLIENT_KINDS = frozenset({Kind.SPOKEN, Kind.TEXT, Kind.EMAIL, Kind.SCREEN, Kind.SCRIPT, Kind.AGREEMENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What is true of one id in every language."""

    id: str
    group: int
    kind: Kind
    when: str
    """The rule ids it serves, and the case."""
    variables: tuple[str, ...] = ()
    notes: str = ""
    instead: tuple[tuple[str, str], ...] = ()
    """(condition, id): another id that takes over."""


@cache
def index() -> Mapping[str, Wording]:
    """Every wording by id, in the order of its groups."""
    entries = read("index.toml")["words"]
    return MappingProxyType({id_: _wording(id_, entry) for id_, entry in entries.items()})


@cache
def groups() -> Mapping[int, str]:
    """The title of each group."""
    return MappingProxyType({int(number): title for number, title in read("index.toml")["groups"].items()})


@cache
def variable_names() -> frozenset[str]:
    """Every fact that any wording can be given."""
    return frozenset(name for wording in index().values() for name in wording.variables)


def wording(id_: str) -> Wording:
    """One wording by id. Raises WordingError where there is none."""
    found = index().get(id_)
    if found is None:
        raise WordingError(f"there is no wording {id_!r}: see packs/index.toml for all ids")
    return found


def _wording(id_: str, entry: dict[str, Any]) -> Wording:
    return Wording(
        id=id_,
        group=entry["group"],
        kind=Kind(entry["kind"]),
        when=entry["when"],
        variables=tuple(entry.get("variables", ())),
        notes=entry.get("notes", ""),
        instead=tuple(entry.get("instead", {}).items()),
    )


def folder() -> Traversable:
    """Where the packs are, inside the package."""
    return files(__package__).joinpath("packs")


def read(name: str) -> dict[str, Any]:
    """One file of the packs folder, as data. Raises WordingError where it is not valid TOML."""
    try:
        return tomllib.loads(folder().joinpath(name).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise WordingError(f"{name} is not valid TOML: {error}") from error
