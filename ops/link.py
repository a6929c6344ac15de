"""Makes the `intersession` command of this virtual environment run this checkout.

An editable install would need a build tool in the environment of everybody who only wants to see the demo.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

SRC = Path(__file__).resolve().parents[1] / "src"

# The kernel cuts a first line short and splits it at spaces: so sh starts Python, whatever the folder is called.
COMMAND = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from intersession.cli import main

sys.exit(main())
"""


def link(src: Path, packages: Path, scripts: Path, python: str) -> Path:
    """Put `src` on the environment's path and write the command; where that is."""
    (packages / "intersession.pth").write_text(f"{src}\n", encoding="utf-8")
    command = scripts / "intersession"
    command.write_text(COMMAND.format(python=python), encoding="utf-8")
    command.chmod(0o755)
    return command


if __name__ == "__main__":
    if sys.prefix == sys.base_prefix:
        sys.exit("Run this with the Python of a virtual environment: .venv/bin/python ops/link.py")
    link(SRC, Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("scripts")), sys.executable)
