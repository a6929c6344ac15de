"""What is missing is said, and in CI it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.components import COMPONENTS, Component, closing_lines, needed, refuse

KETTLE = Component(name="Kettle", fixture="kettle", debian="kettle-bin", find=lambda: None)
CUP = Component(name="Cup", fixture="cup", debian="cup", find=lambda: Path("/usr/bin/cup"))


def test_a_test_needs_what_its_fixtures_start() -> None:
    assert needed(["tmp_path", "kettle"], (KETTLE, CUP)) == [KETTLE]
    assert needed(["tmp_path"]) == []


def test_every_component_has_its_fixture(request: pytest.FixtureRequest) -> None:
    manager = request.session._fixturemanager
    assert all(manager.getfixturedefs(component.fixture, request.node) for component in COMPONENTS)


def test_a_missing_component_skips_here() -> None:
    with pytest.raises(pytest.skip.Exception, match="needs Kettle"):
        refuse(KETTLE, strict=False)


def test_a_missing_component_fails_in_ci() -> None:
    with pytest.raises(pytest.fail.Exception, match="needs Kettle"):
        refuse(KETTLE, strict=True)


def test_the_run_ends_with_what_was_missing() -> None:
    assert closing_lines({KETTLE: 1, CUP: 12}) == [
        "1 test could not run: Kettle is not on this machine (Debian's package: kettle-bin)",
        "12 tests could not run: Cup is not on this machine (Debian's package: cup)",
    ]
    script = Component(name="Pot", fixture="pot", debian="", find=lambda: None, script="ops/pot.sh")
    assert closing_lines({script: 2}) == [
        "2 tests could not run: Pot is not on this machine (`sh ops/pot.sh` brings it)",
    ]
    assert closing_lines({}) == []
