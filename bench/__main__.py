"""`python -m bench`: one run, one table."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
from pathlib import Path

from .callers import missing
from .decisions import Mix, played
from .figures import Figure, table
from .hot_path import hot_path
from .practice import Seed, seed
from .size import QUICK, Size
from .telephones import telephones
from .timers import timers

HERE = Path(__file__).parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Measure and print. It fails where something was lost, never because something was slow."""
    options = _options(arguments)
    size = QUICK if options.quick else Size(rounds=options.rounds)
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as made:
        _measured(Path(made), size)
    return 0


def _measured(folder: Path, size: Size) -> None:
    practice, mix = seed(folder, size.most_texts), played()
    figures, checked = hot_path(practice, folder, size, mix)
    for measure in (timers, on_telephones):
        more, said = measure(practice, folder, size)
        figures += more
        checked.append(said)
    print(f"\n{table(figures)}\n\n{_circumstances(size, mix)}\n")
    for line in checked:
        print(line)
    for figure in figures:
        if figure.profile:
            print(f"\n{figure.what.strip()} falls short. Where the time goes:\n\n{figure.profile}")


def on_telephones(practice: Seed, folder: Path, size: Size) -> tuple[list[Figure], str]:
    """Where there is an Asterisk."""
    if lacks := missing():
        return [], f"telephones: not measured, for this machine has no {lacks} (`make lab` brings it)"
    return telephones(practice, folder, size)


def _circumstances(size: Size, mix: Mix) -> str:
    return (
        f"Medians of {size.rounds} interleaved rounds; trust the ratios. Python {platform.python_version()}, SQLite"
        f" {sqlite3.sqlite_version}, {os.cpu_count()} cores.\nDecided: {mix.told()}."
    )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see that it runs; its figures mean nothing")
    parser.add_argument("--rounds", type=int, default=Size().rounds, help="interleaved rounds (%(default)s)")
    parser.add_argument(
        "--folder",
        type=Path,
        default=HERE / "var" / "bench",
        help="on the disk that is measured; never a disk in memory",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
