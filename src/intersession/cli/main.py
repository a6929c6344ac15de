"""The commands and their options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from intersession import __version__
from intersession.stories.source import StoryError

from . import account, connect, demo, doctor, explain, logs, play, rehearse, serve

COMMANDS = (demo, serve, account, connect, doctor, play, explain, rehearse)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(
        prog="intersession", description="A self-hosted contact line between therapy sessions."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.register(commands)
    chosen = parser.parse_args(arguments)
    logs.configure()
    try:
        return int(chosen.run(chosen))
    except StoryError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
