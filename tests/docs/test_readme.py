"""What the first pages tell people to type and to look at is there."""

from __future__ import annotations

import re

import pytest

from intersession.cli.main import COMMANDS
from ops.pictures import PICTURES, SIZES

from .cited import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", "docs/README.md", "docs/install.md")
MENU = {"phones", "now", "clients", "words"}
"""The screens of the menu, which are photographed."""


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_is_one(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", _text("Makefile"), re.M))
    assert set(re.findall(r"(?:^    |`)make ([a-z]+)", _text(page), re.M)) <= targets


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_one(page: str) -> None:
    commands = {module.__name__.rpartition(".")[2] for module in COMMANDS}
    assert set(re.findall(r"(?:bin/|`)intersession ([a-z]+)", _text(page))) <= commands


def test_every_picture_is_one_that_is_taken() -> None:
    names = re.findall(rf"{PICTURES.relative_to(ROOT)}/([a-z]+)-([a-z]+)\.png", _text("README.md"))
    assert names
    assert {screen for screen, _ in names} <= MENU
    assert {size for _, size in names} <= set(SIZES)


def test_every_picture_says_what_is_on_it() -> None:
    pictures = re.findall(r"<img [^>]*>", _text("README.md"))
    assert [one for one in pictures if not re.search(r'alt="[^"]{20,}"', one)] == []


def test_every_document_is_in_the_list() -> None:
    listed = _text("docs/README.md")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert [page for page in pages if f"({page})" not in listed] == []


def test_every_option_of_serve_is_told() -> None:
    source = (ROOT / "src/intersession/cli/serve.py").read_text(encoding="utf-8")
    options = re.findall(r'"(--[a-z-]+)"', source)
    assert options
    assert [one for one in options if f"`{one}`" not in _text("docs/install.md")] == []
