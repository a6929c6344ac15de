"""What `make` stands on: the command it writes, and the port it finds."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from ops.free_port import free_port
from ops.link import link

ROOT = Path(__file__).resolve().parents[2]


def test_the_command_runs_the_checkout_it_was_made_for(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with spaces"
    package = folder / "src" / "intersession"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "cli.py").write_text("import sys\ndef main():\n    print('heard', sys.argv[1:])\n    return 7\n")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    packages = next((folder / ".venv" / "lib").glob("python*/site-packages"))

    command = link(folder / "src", packages, folder / ".venv" / "bin", str(folder / ".venv" / "bin" / "python"))

    done = subprocess.run([command, "play", "a b"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (7, "heard ['play', 'a b']\n")


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port


def test_make_alone_names_every_target() -> None:
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split()[1] for line in listed.splitlines()] == [
        "help", "demo", "serve", "test", "check", "prove", "soak", "bench", "pictures",
    ]  # fmt: skip
