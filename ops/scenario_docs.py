"""Writes the lists in docs/scenarios.md that follow from the code: `python ops/scenario_docs.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from intersession.core.disposition import Disposition
from intersession.core.tasks import TaskKind
from intersession.stories.acts import ACTS
from intersession.stories.expects import EXPECTS
from intersession.stories.grammar import Grammar

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scenarios.md"
LIST = re.compile(r"(<!-- list: (\w+) -->\n)(.*?)(<!-- end of list -->)", re.S)


def filled(text: str) -> str:
    """The page with its lists as they are now. KeyError for a list that there is not."""
    return LIST.sub(lambda found: found[1] + "\n" + LISTS[found[2]]() + "\n\n" + found[4], text)


def sentences(grammar: Grammar[Any, Any]) -> str:
    """One row a sentence: its example, and what it means."""
    rows = (f"| `{_cell(one.example)}` | {_cell(one.means)} |" for one in grammar.sentences)
    return "\n".join(("| Sentence | What it means |", "|---|---|", *rows))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _words(words: type[Disposition] | type[TaskKind]) -> str:
    return ", ".join(f"`{one.value}`" for one in words)


LISTS: Mapping[str, Callable[[], str]] = {
    "acts": lambda: sentences(ACTS),
    "expects": lambda: sentences(EXPECTS),
    "dispositions": lambda: _words(Disposition),
    "tasks": lambda: _words(TaskKind),
}

if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text()))
