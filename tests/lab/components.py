"""What some tests need beside Python: where it is found, and what Debian calls it.

`python -m tests.lab.components` prints the packages of what is missing here.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.lab.asterisk_program import find_asterisk
from tests.lab.twilio_openapi import find_twilio_openapi


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A server or a browser that a fixture starts."""

    name: str
    fixture: str
    """Tests that use this fixture need it."""
    debian: str
    """Debian's package; empty where another script of `ops/` brings it."""
    find: Callable[[], Path | None]
    script: str = ""

    @property
    def comes_from(self) -> str:
        """How to get it."""
        return f"Debian's package: {self.debian}" if self.debian else f"`sh {self.script}` brings it"


@cache
def find_postgresql() -> Path | None:
    """The folder of PostgreSQL's programs, newest version first; Debian keeps it off the PATH."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    for root, pattern in (
        ("/usr/lib/postgresql", "*/bin"),
        ("/opt/homebrew/opt", "postgresql*/bin"),
        ("/usr/local/opt", "postgresql*/bin"),
    ):
        folders += sorted(Path(root).glob(pattern), reverse=True)
    return next((folder for folder in folders if _holds_a_server(folder)), None)


def _holds_a_server(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()


@cache
def find_chromium() -> Path | None:
    """A Chromium that runs. Ubuntu's package of that name is only a pointer to a snap."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = [Path(path) for name in names if (path := shutil.which(name))]
    applications = ("Chromium", "Google Chrome")
    found += [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in applications]
    return next((path for path in found if _says_its_version(path)), None)


def _says_its_version(program: Path) -> bool:
    if not program.exists():
        return False
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and "Chrom" in done.stdout


@cache
def find_espeak() -> Path | None:
    """The text-to-speech that the line speaks with."""
    path = shutil.which("espeak-ng")
    return Path(path) if path else None


@cache
def find_sipp() -> Path | None:
    """What calls with hundreds of telephones at once."""
    path = shutil.which("sipp")
    return Path(path) if path else None


@cache
def find_node() -> Path | None:
    """What runs the function that Twilio runs."""
    path = shutil.which("node")
    return Path(path) if path else None


COMPONENTS = (
    Component(name="PostgreSQL", fixture="postgres", debian="postgresql", find=find_postgresql),
    Component(name="Chromium", fixture="chromium_path", debian="chromium", find=find_chromium),
    Component(name="Asterisk", fixture="asterisk", debian="", find=find_asterisk, script="ops/asterisk.sh"),
    Component(name="eSpeak NG", fixture="espeak", debian="espeak-ng", find=find_espeak),
    Component(name="SIPp", fixture="sipp", debian="sip-tester", find=find_sipp),
    Component(name="Node.js", fixture="node", debian="nodejs", find=find_node),
    Component(
        name="Twilio's OpenAPI files", fixture="twilio_openapi", debian="", find=find_twilio_openapi,
        script="ops/twilio_openapi.sh",
    ),
)


def needed(fixtures: Collection[str], among: Iterable[Component] = COMPONENTS) -> list[Component]:
    """What a test with these fixtures needs."""
    return [component for component in among if component.fixture in fixtures]


def refuse(component: Component, *, strict: bool) -> None:
    """End the test that needs it: skipped here, failed where everything has to be there (CI)."""
    says = f"needs {component.name}, which is not on this machine"
    if strict:
        pytest.fail(says, pytrace=False)
    pytest.skip(says)


def closing_lines(missing: dict[Component, int]) -> list[str]:
    """What the run says at its end."""
    return [
        f"{tests} {'test' if tests == 1 else 'tests'} could not run: {component.name} is not on this machine "
        f"({component.comes_from})"
        for component, tests in missing.items()
    ]


if __name__ == "__main__":
    for component in COMPONENTS:
        if component.debian and component.find() is None:
            print(component.debian)
