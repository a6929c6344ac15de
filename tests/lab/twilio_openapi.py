"""Twilio's official OpenAPI files as a judge of what we ask: each path, each field, each value.

Stricter than a mock server: a field that the files do not know is wrong, for Twilio ignores it without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response

ROOT = Path(__file__).parents[2]
FILES = (
    "twilio_api_v2010.json", "twilio_studio_v2.json", "twilio_messaging_v1.json", "twilio_pricing_v1.json",
    "twilio_pricing_v2.json", "twilio_serverless_v1.json",
)  # fmt: skip
FORM = "application/x-www-form-urlencoded"
UPLOAD = "https://serverless-upload.twilio.com/"
"""In none of the files: a form with a file (twilio.com/docs/serverless/api/resource/function-version)."""
NUMBER, TRUTH, ADDRESS = re.compile(r"-?\d+(\.\d+)?"), ("true", "false"), re.compile(r"https?://")


def find_twilio_openapi() -> Path | None:
    """The folder that `ops/twilio_openapi.sh` has made."""
    folder = ROOT / "var" / "twilio-openapi"
    return folder if all((folder / name).exists() for name in FILES) else None


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    address: re.Pattern[str]
    form: Mapping[str, Any] | None
    query: Mapping[str, Any]
    needs: frozenset[str]
    document: Mapping[str, Any]

    def faults(self, query: Mapping[str, list[str]], form: Mapping[str, list[str]]) -> Iterator[str]:
        """What is wrong with a request."""
        yield from (f"{name} is missing" for name in sorted(self.needs - form.keys()))
        for known, given in ((self.query, query), (self.form or {}, form)):
            for name, values in given.items():
                if name not in known:
                    yield f"{name} is unknown"
                else:
                    yield from self._values(name, _plain(self.document, known[name]), values)

    def _values(self, name: str, schema: Mapping[str, Any], values: list[str]) -> Iterator[str]:
        if schema.get("type") == "array":
            schema = _plain(self.document, schema["items"])
        elif len(values) > 1:
            yield f"{name} is given {len(values)} times"
        yield from (f"{name}: {value!r} is wrong" for value in values if not _fits(schema, value))


class Contract:
    """All that may be asked."""

    def __init__(self, folder: Path) -> None:
        self.operations = [one for name in FILES for one in _operations(json.loads((folder / name).read_text()))]

    def faults(self, method: str, url: str, params: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
        """What is wrong with a request; empty where nothing is."""
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.netloc}{parts.path}"
        found = next((one for one in self.operations if one.method == method and one.address.fullmatch(address)), None)
        if found is None:
            return [f"{method} {address} does not exist"]
        query = {**parse_qs(parts.query, keep_blank_values=True), **_written(params)}
        return [f"{method} {address}: {fault}" for fault in found.faults(query, _written(data))]


@dataclass
class Judged(HttpClient):
    """Between the official SDK and whatever answers it."""

    contract: Contract
    inner: Any

    def __post_init__(self) -> None:
        self.asked = 0
        self.faults: list[str] = []

    def request(self, method: str, uri: str, params: Any = None, data: Any = None, *a: Any, **more: Any) -> Response:
        self.asked += 1
        if not uri.startswith(UPLOAD):
            self.faults += self.contract.faults(method, uri, params or {}, data or {})
        answer: Response = self.inner.request(method, uri, params=params, data=data, **more)
        return answer


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        (server, *_) = item.get("servers") or document["servers"]
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(server["url"] + path))
        for method in ("get", "post", "delete"):
            if method in item:
                yield _operation(method.upper(), re.compile(pattern), item, item[method], document)


def _operation(method: str, address: re.Pattern[str], item: Any, one: Any, document: Any) -> Operation:
    parameters = [_plain(document, each) for each in (*item.get("parameters", ()), *one.get("parameters", ()))]
    query = {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}
    content = one.get("requestBody", {}).get("content", {})
    form = _plain(document, content[FORM]["schema"]) if FORM in content else {}
    return Operation(
        method, address, form.get("properties"), query, frozenset(form.get("required", ())), document
    )


def _plain(document: Mapping[str, Any], schema: Any) -> Any:
    """With references followed."""
    while "$ref" in schema:
        found: Any = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        schema = found
    return schema


def _fits(schema: Mapping[str, Any], value: str) -> bool:
    kind = schema.get("type")
    if "enum" in schema and value not in schema["enum"]:
        return False
    if kind in ("integer", "number") and not NUMBER.fullmatch(value):
        return False
    if kind == "boolean" and value not in TRUTH:
        return False
    if schema.get("format") == "uri" and value and not ADDRESS.match(value):
        return False
    # an empty value takes a setting away, where the pattern speaks of what it may be
    return not value or "pattern" not in schema or re.search(schema["pattern"], value) is not None


def _written(fields: Mapping[str, Any]) -> dict[str, list[str]]:
    """As requests writes them: a list is the same field several times."""
    return {
        name: [_value(one) for one in (value if isinstance(value, list | tuple) else [value])]
        for name, value in fields.items()
    }


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def contract_of(folder: Path) -> Contract:
    """Read once a run."""
    return Contract(folder)
