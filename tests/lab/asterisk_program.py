"""Where Asterisk's program is on this machine."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def find_asterisk() -> Path | None:
    """The program that `ops/asterisk.sh` has put beside the project, or the system's own if it is new enough."""
    own = ROOT / "var" / "asterisk" / "bin" / "asterisk"
    on_path = shutil.which("asterisk")
    found = [path for path in (own, Path(on_path) if on_path else None) if path is not None and path.exists()]
    return next((path for path in found if _new_enough(path)), None)


def _new_enough(program: Path) -> bool:
    """Requests over the event socket need 22.4."""
    try:
        says = subprocess.run([program, "-V"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = says.removeprefix("Asterisk ").split(".")
    return version[0].isdigit() and int(version[0]) >= 22
