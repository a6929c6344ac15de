"""Play a story: step after step, a transcript on the way, the first difference as an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from intersession.corridor.seal import Intact
from intersession.corridor.setup import SetupError

from .acts import ACTS
from .cast import Cast, cast_of
from .expects import EXPECTS, View
from .source import Source, StoryError, read
from .times import instant
from .transcript import Transcript
from .world import World

LOOK_EVERY = timedelta(seconds=0.5)

STEP = {"at", "do", "expect", "note"}

Write = Callable[[str], None]


class Difference(StoryError):
    """The story went otherwise than it says."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: an instant, what is done then, what must be so then."""

    number: int
    at: datetime
    do: tuple[str, ...]
    expect: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Story:
    """A story, read and understood as far as that is possible before it is played."""

    source: Source
    cast: Cast
    title: str
    rules: tuple[str, ...]
    systems: tuple[str, ...]
    steps: tuple[Step, ...]


def load(path: Path) -> Story:
    """Read a story. StoryError names file, line and field of the first mistake."""
    source = read(path)
    cast = cast_of(source)
    steps = tuple(_steps(source, cast))
    if not steps:
        raise source.error("step", "a story needs at least one [[step]]")
    values = source.values
    return Story(
        source, cast, str(values.get("title", path.stem)), tuple(values.get("rules", ())),
        tuple(values.get("systems", ())), steps,
    )  # fmt: skip


def play(story: Story, write: Write | None = None, make: Callable[[Cast], World] = World) -> World:
    """Play it to its end; `write` takes the transcript's lines. Difference at the first thing that is otherwise."""
    try:
        world = make(story.cast)
    except SetupError as error:
        raise story.source.error("practice", f"this practice cannot be set up: {error}") from error
    transcript = Transcript(world, write) if write is not None else None
    if transcript is not None:
        transcript.title(story.title, str(story.source.values.get("story", "")))
    try:
        since = (0, 0)
        for step in story.steps:
            since = _play(story, world, step, transcript, since)
        _ends_well(story, world)
    except BaseException:
        world.__exit__(None, None, None)
        raise
    return world


def _play(
    story: Story, world: World, step: Step, transcript: Transcript | None, since: tuple[int, int]
) -> tuple[int, int]:
    """How much had been seen and turned once its acts were done: the next step looks at what came after that, also
    while this one's expectations were waited for."""
    world.go_to(step.at)
    if transcript is not None:
        transcript.passed()
    for sentence in step.do:
        _do(story, world, step, sentence, transcript)
    if transcript is not None and step.note:
        transcript.note(step.note)
    done = len(world.seen), len(world.turned)
    for sentence in step.expect:
        _check(story, View(world, *since), step, sentence)
    return done


def _do(story: Story, world: World, step: Step, sentence: str, transcript: Transcript | None) -> None:
    found, parts = ACTS.find(sentence)
    if transcript is not None:
        transcript.did(sentence)
    says = _until_so(world, lambda: _tried(lambda: found.act(world, **parts)))
    if says is not None:
        raise _difference(story, step, "do", sentence, says)
    world.settle()
    if transcript is not None:
        transcript.passed()


def _check(story: Story, view: View, step: Step, sentence: str) -> None:
    found, parts = EXPECTS.find(sentence)
    otherwise = _until_so(view.world, lambda: _tried(lambda: found.act(view, **parts)))
    if otherwise is not None:
        raise _difference(story, step, "expect", sentence, otherwise)


def _until_so(world: World, look: Callable[[], str | None]) -> str | None:
    """What is otherwise, at the end of this world's patience: carriers between the telephones take their time."""
    end = world.now() + world.patience
    while (otherwise := look()) is not None and world.now() < end:
        world.go_to(world.now() + LOOK_EVERY)
    return otherwise


def _tried(do: Callable[[], str | None]) -> str | None:
    try:
        return do()
    except (ValueError, LookupError) as error:
        return str(error)


def _difference(story: Story, step: Step, field: str, sentence: str, says: str) -> Difference:
    where = f"step {step.number}.{field}"
    line = story.source.line_of(where, near=sentence)
    local = step.at.astimezone(ZoneInfo(story.cast.zone))
    return Difference(f"{story.source.path.name} line {line}: at {local:%a %H:%M:%S}: {sentence!r}: but {says}")


def _ends_well(story: Story, world: World) -> None:
    """Whatever a story tells: the journal's seal is whole, and nothing was set aside."""
    aside = world.db.rows("SELECT error FROM set_aside")
    if aside:
        raise Difference(f"{story.source.path.name}: events were set aside: {', '.join(row[0] for row in aside)}")
    if not isinstance(world.sealed(), Intact):
        raise Difference(f"{story.source.path.name}: the journal's seal is broken")


def _steps(source: Source, cast: Cast) -> Iterator[Step]:
    at = cast.start
    for number, values in enumerate(source.values.get("step", ()), start=1):
        for key in values:
            if key not in STEP:
                says = f"there is no such field; expected one of {', '.join(sorted(STEP))}"
                raise source.error(f"step {number}.{key}", says, near=key)
        at = _at(source, number, values, at, cast)
        step = Step(number, at, _list(values, "do"), _list(values, "expect"), str(values.get("note", "")))
        for field, sentences, grammar in (("do", step.do, ACTS), ("expect", step.expect, EXPECTS)):
            for sentence in sentences:
                try:
                    grammar.find(sentence)
                except ValueError as error:
                    raise source.error(f"step {number}.{field}", str(error), near=sentence) from error
        yield step


def _at(source: Source, number: int, values: dict[str, Any], before: datetime, cast: Cast) -> datetime:
    if "at" not in values:
        return before
    try:
        at = instant(values["at"], before, cast.zone)
    except ValueError as error:
        raise source.error(f"step {number}.at", str(error)) from error
    if at < before:
        raise source.error(f"step {number}.at", f"{values['at']} lies before the step above it")
    return at


def _list(values: dict[str, Any], key: str) -> tuple[str, ...]:
    written = values.get(key, ())
    return (written,) if isinstance(written, str) else tuple(str(one) for one in written)
