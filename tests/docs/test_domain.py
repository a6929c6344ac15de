"""docs/domain is what ops/domain_docs.py writes, and nothing else."""

from __future__ import annotations

import re

import pytest

from intersession.core.policy import Policy
from intersession.core.presets import PRESETS
from intersession.core.rules.registry import registry
from ops.domain_docs import FOLDER, pages

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_the_code_is(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name], "run: python ops/domain_docs.py"


def test_there_are_no_other_pages() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_every_entry_has_its_heading() -> None:
    headings = {found for page in PAGES.values() for found in re.findall(r"^### (\S+)$", page, re.M)}
    assert headings == set(registry())


def test_a_number_on_a_page_is_that_of_the_policy() -> None:
    assert f"| `cap_seconds` | {Policy().cap_seconds} |" in PAGES["numbers.md"]


def test_every_preset_is_on_its_page() -> None:
    assert all(f"| `{id_}` | {one.who} |" in PAGES["presets.md"] for id_, one in PRESETS.items())
