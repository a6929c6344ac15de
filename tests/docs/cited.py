"""What documents may cite: stories that are there, and tests that are there."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
NODE = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)(?:\[(.+)\])?")
"""A test, and the story that it plays where it is played once for each."""


@cache
def stories() -> dict[str, dict[str, object]]:
    """Every story by its path from the root."""
    paths = (path for path in SCENARIOS.rglob("*.toml") if path.parent.name != "casts")
    return {str(path.relative_to(ROOT)): tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}


def wrong_with(cited: str) -> str:
    """Why this is no story and no test; empty where it is one."""
    found = NODE.fullmatch(cited)
    if found is None:
        return "" if cited in stories() else "is no story and no test"
    file, name, played = found.groups()
    if not (ROOT / file).exists() or f"\ndef {name}(" not in (ROOT / file).read_text(encoding="utf-8"):
        return "is no test"
    return "" if played is None or f"scenarios/{played}" in stories() else "plays no story"


def mentions(cited: str, id_: str) -> bool:
    """Whether a story or a test's file names an id: in its lists, its title, its name."""
    if cited in stories():
        story = stories()[cited]
        listed = [*story.get("rules", ()), *story.get("systems", ())]  # type: ignore[misc]
        return id_ in listed or Path(cited).name.startswith(f"{id_.lower()}-")
    file = cited.partition("::")[0]
    spelled = re.escape(id_).replace("\\-", "[-_]?")
    return re.search(rf"(?<![A-Za-z0-9]){spelled}(?![A-Za-z0-9])", (ROOT / file).read_text("utf-8"), re.I) is not None
