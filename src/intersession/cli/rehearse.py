"""`intersession rehearse`: what would happen if somebody called or texted at some time, and by which rule."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from intersession.stories.acts import ACTS
from intersession.stories.cast import cast_of
from intersession.stories.source import StoryError, read
from intersession.stories.times import instant
from intersession.stories.transcript import Transcript
from intersession.stories.world import World

WATCHED = timedelta(minutes=30)


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("rehearse", help="what would happen if CLIENT did X at T, and by which rule")
    parser.add_argument("practice", type=Path, help="a story or a cast file that describes the practice")
    parser.add_argument("does", help='what is done, as in a story: "MK texts main \\"cannot sleep\\""')
    parser.add_argument("--at", required=True, help='when: "Sun 23:10" or "2027-02-14 23:10"')
    parser.add_argument("--then", action="append", default=[], metavar="SENTENCE",
                        help="what is done next, 30 seconds later; may be given several times")  # fmt: skip
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Nothing real is touched: it all happens in a world of its own."""
    cast = cast_of(read(options.practice), start=datetime.now(UTC))
    try:
        at = instant(options.at, cast.start, cast.zone)
        sentences = [options.does, *options.then]
        found = [(sentence, ACTS.find(sentence)) for sentence in sentences]
    except ValueError as error:
        raise StoryError(f"rehearse: {error}") from error
    with World(replace(cast, start=at)) as world:
        transcript = Transcript(world, print)
        transcript.title(f"If {options.does}", "")
        for sentence, (act, parts) in found:
            transcript.did(sentence)
            try:
                act.act(world, **parts)
            except (ValueError, LookupError) as error:
                raise StoryError(f"rehearse: {error}") from error
            world.go_to(world.now() + timedelta(seconds=30))
            transcript.passed()
        world.go_to(world.now() + WATCHED)
        transcript.passed()
    return 0
