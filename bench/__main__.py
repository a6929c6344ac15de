"""`python -m bench`: one run, one table."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from .decisions import played
from .figures import Figure, table
from .hot_path import hot_path
from .practice import seed
from .size import QUICK, Size
from .timers import timers
from .where import top

HERE = Path(__file__).parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Measure and print. It fails where something was lost, never because something was slow."""
    options = _options(arguments)
    size = QUICK if options.quick else Size(rounds=options.rounds)
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as made:
        print(_measured(Path(made), size))
    return 0


def _measured(folder: Path, size: Size) -> str:
    practice, mix = seed(folder, size.most_texts), played()
    figures, said, texts_profile = hot_path(practice, folder, size, mix)
    more, timers_said = timers(practice, folder, size)
    decided = ...
    return table([*figures, *more])


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see that it runs; its figures mean nothing")
    parser.add_argument("--rounds", type=int, default=Size.rounds, help="interleaved rounds (%(default)s)")
    parser.add_argument(
        "--folder", type=Path, default=HERE / "var" / "bench", help="on the disk that is measured; never a disk in memory"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
