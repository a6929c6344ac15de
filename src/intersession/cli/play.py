"""`intersession play FILE…`: play stories through the whole line, and fail at the first difference."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from intersession.stories.play import load, play
from intersession.stories.source import StoryError


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("play", help="play stories (scenarios/*.toml) and print what happens")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("-q", "--quiet", action="store_true", help="no transcript, only how each story ended")
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """0 where every story went as it says."""
    failed = 0
    for path in options.files:
        try:
            with play(load(path), None if options.quiet else print):
                print(f"\n{path.name}: as told.\n" if not options.quiet else f"{path.name}: as told.")
        except StoryError as error:
            failed += 1
            print(error, file=sys.stderr)
    if len(options.files) > 1:
        print(f"{len(options.files) - failed} of {len(options.files)} stories went as they say.")
    return 1 if failed else 0
