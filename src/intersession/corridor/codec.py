"""Core values to JSON and back: call states, tasks, hearings, orders, set-aside events."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, TypeVar, get_args

from cattrs import Converter

from intersession.core.commands import CarrierCommand
from intersession.core.events import Event
from intersession.records.fields import from_micros, to_micros

T = TypeVar("T")

_converter = Converter(omit_if_default=True, prefer_attrib_converters=False)
_converter.register_unstructure_hook(datetime, to_micros)
_converter.register_structure_hook(datetime, lambda value, _: from_micros(value))

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for union in (Event, CarrierCommand) for kind in get_args(union)
}


def dump(value: object) -> str:
    """Compact JSON of one core value."""
    return json.dumps(_converter.unstructure(value), separators=(",", ":"), ensure_ascii=False)


def load(text: str, kind: type[T]) -> T:
    """The value again."""
    return _converter.structure(json.loads(text), kind)


def dump_kind(value: object) -> str:
    """JSON with the name of its kind, for members of a union."""
    body = {"kind": type(value).__name__, "value": _converter.unstructure(value)}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def load_kind(text: str) -> Any:
    """A member of Event or CarrierCommand."""
    body = json.loads(text)
    return _converter.structure(body["value"], KINDS[body["kind"]])

