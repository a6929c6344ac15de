"""A story's file: its values, and in which line each of them stands, so that a mistake can be named."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")


class StoryError(ValueError):
    """A story cannot be read. Says the file, the line, the field, and what was expected."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file, read."""

    path: Path
    text: str
    values: dict[str, Any]

    def error(self, where: str, says: str, near: str = "") -> StoryError:
        """A mistake in the field `where`, such as `step 3.do`; `near` is the very text, where a list has several."""
        line = self.line_of(where, near)
        return StoryError(f"{self.path.name} line {line}: {where}: {says}")

    def line_of(self, where: str, near: str = "") -> int:
        """The line in which a field stands, counted from 1; its table's, where it has no line of its own."""
        table, _, key = where.rpartition(".")
        start, end = self._table(table or where)
        lines = self.text.splitlines()
        if near:
            found = [i for i in range(start, end) if near in lines[i]]
            if found:
                return found[0] + 1
        keyed = [i for i in range(start, end) if (match := KEY.match(lines[i])) and match[1].strip("\"'") == key]
        return (keyed[0] if keyed else start) + 1

    def _table(self, table: str) -> tuple[int, int]:
        """From the line of a table's header up to the next one: `step 3` is the third `[[step]]`."""
        name, _, number = table.partition(" ")
        wanted = int(number) if number.isdigit() else 1
        lines = self.text.splitlines()
        heads = [(i, match[2]) for i, line in enumerate(lines) if (match := HEADER.match(line))]
        seen = 0
        for position, (line, head) in enumerate(heads):
            if head == name:
                seen += 1
                if seen == wanted:
                    after = heads[position + 1][0] if position + 1 < len(heads) else len(lines)
                    return line, after
        return 0, heads[0][0] if heads else len(lines)


def read(path: Path) -> Source:
    """Read a TOML file. StoryError where it is none, or is not there."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise StoryError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise StoryError(f"{path.name}: is not UTF-8 text (byte {error.start})") from error
    try:
        return Source(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = found[1] if found else str(len(text.splitlines()))
        says = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise StoryError(f"{path.name} line {line}: this is not TOML: {says}") from error
