"""How all tests run: the lab's servers and browser, Hypothesis, and what is said at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.lab.components import (
    Component,
    closing_lines,
    find_chromium,
    find_espeak,
    find_node,
    find_postgresql,
    find_sipp,
    needed,
    refuse,
)
from tests.lab.postgres import Postgres, private_server
from tests.lab.twilio_openapi import find_twilio_openapi
from tests.stories.table import cells, table

CI = os.environ.get("CI", "").lower() in ("true", "1")

# A slow machine is no bug; and a change that is submitted twice is judged by the same examples twice.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if CI else "here")

MISSING = pytest.StashKey[dict[Component, int]]()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this run's own."""
    programs = find_postgresql()
    assert programs is not None
    with private_server(programs) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def _databases_of_their_own(django_db_blocker: Any) -> Iterator[None]:
    """Tests make the databases that they use; Django's one test database does not exist here."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser that Playwright drives: `launch(executable_path=...)`."""
    path = find_chromium()
    assert path is not None
    return path


@pytest.fixture(scope="session")
def espeak() -> Path:
    """The program that speaks."""
    path = find_espeak()
    assert path is not None
    return path


@pytest.fixture(scope="session")
def sipp() -> Path:
    """The program that calls with many telephones at once."""
    path = find_sipp()
    assert path is not None
    return path


@pytest.fixture(scope="session")
def node() -> Path:
    """The program that runs what Twilio runs."""
    path = find_node()
    assert path is not None
    return path


@pytest.fixture(scope="session")
def twilio_openapi() -> Path:
    """Twilio's official OpenAPI files."""
    path = find_twilio_openapi()
    assert path is not None
    return path


def pytest_configure(config: pytest.Config) -> None:
    config.stash[MISSING] = {}
    if not config.option.markexpr:
        config.option.markexpr = "not prove and not soak"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever uses a lab fixture is a lab test: `-m "not lab"` leaves it out."""
    for item in items:
        if needed(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.lab)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for component in needed(getattr(item, "fixturenames", ())):
        if component.find() is None:
            missing = item.config.stash[MISSING]
            missing[component] = missing.get(component, 0) + 1
            refuse(component, strict=CI)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = [cell for reports in terminalreporter.stats.values() for cell in cells(reports)]
    if found and config.option.markexpr == "soak":
        terminalreporter.section("story × carrier")
        for line in table(found):
            terminalreporter.write_line(line)
    lines = closing_lines(config.stash[MISSING])
    if lines:
        terminalreporter.section("what could not run here")
        for line in lines:
            terminalreporter.write_line(line)
