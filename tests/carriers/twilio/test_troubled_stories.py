"""Every story on a day on which Twilio refuses, breaks down and is silent. Not everything can happen as it is told; but
nothing is lost, nothing is sent twice, and whatever went wrong somebody owes (INV-02, INV-03)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from intersession.corridor.seal import Intact
from intersession.stories.acts import ACTS
from intersession.stories.play import load, play
from tests.drills.books import unowned
from tests.stories.table import STORIES, TWILIO, lacks

from .trouble import TROUBLES, OnTroubledTwilio, busy

PATHS = tuple(STORIES.values())
AFTER = timedelta(hours=1)
TEXT = "direction = 'out' AND contact NOT IN (SELECT id FROM contact WHERE channel = 'email')"
MAYBE_SENT = ("sent", "delivered", "maybe", "failed")
"""What a text can be that Twilio has taken; failed, where it said so afterwards."""


@contextmanager
def lived(path: Path) -> Iterator[OnTroubledTwilio]:
    """Everybody does what the story says, where that can be done; then they hang up."""
    story = load(path)
    with OnTroubledTwilio(story.cast, seed=path.stem) as world:
        assert isinstance(world, OnTroubledTwilio)
        for step in story.steps:
            world.go_to(step.at)
            for sentence in step.do:
                _does(world, sentence)
        for number in list(world.exchange.handsets):
            world.exchange.hang_up(number)
        world.go_to(world.now() + AFTER)
        yield world


def _does(world: OnTroubledTwilio, sentence: str) -> None:
    found, parts = ACTS.find(sentence)
    with suppress(ValueError, LookupError):  # such as: nothing rings that could be picked up
        found.act(world, **parts)
    world.settle()


def wrong(world: OnTroubledTwilio) -> list[str]:
    """Everything that does not balance, in plain words."""
    return [*_lost(world), *_unowned(world), *_texts(world), *_untold(world), *_left(world)]


def _lost(world: OnTroubledTwilio) -> Iterator[str]:
    """INV-02: every call and every text that reached Twilio is with us."""
    reader = world.reader
    kept = {row[0] for table in ("contact", "message") for row in world.db.rows(f"SELECT id FROM {table}")}
    for call in world.double.calls.values():
        if call.fields["Direction"] == "inbound" and reader.contact(call.fields) not in kept:
            yield f"call {call.sid} is no contact"
    for text in world.double.messages.values():
        form = {"MessageSid": text["sid"], "From": text["from"], "To": text["to"], "Body": text["body"]}
        came = reader.text(form, world.now()).event
        if text["to"] in reader.account.lines and came.id.removesuffix(":arrived") not in kept:
            yield f"text {text['sid']} is not with us"


def _unowned(world: OnTroubledTwilio) -> Iterator[str]:
    """INV-03. What staff do at their own menu (V04) is nobody's to answer."""
    rows = world.db.rows("SELECT contact FROM journal WHERE kind = 'CallArrived' AND rule = 'V04'")
    return (one for one in unowned(world.db) if not any(contact in one for (contact,) in rows))


def _texts(world: OnTroubledTwilio) -> Iterator[str]:
    """No text is sent twice; what we say of it is so, or that we do not know."""
    sent = Counter(told.rpartition("message=")[2] for told in world.double._notified.values() if told)
    yield from (f"text {message} was sent {times} times" for message, times in sent.items() if times > 1)
    for message, state in world.db.rows(f"SELECT id, state FROM message WHERE {TEXT}"):
        if (state in ("sent", "delivered") and not sent[message]) or (sent[message] and state not in MAYBE_SENT):
            yield f"text {message} is {state}, and was sent {sent[message]} times"


def _untold(world: OnTroubledTwilio) -> Iterator[str]:
    """What was not done, or may not have been, is an event, and so somebody's."""
    rows = world.db.rows("SELECT id, kind, state FROM errand WHERE state IN ('failed', 'unknown')")
    told = {row[0] for row in world.db.rows("SELECT id FROM seen_event WHERE id LIKE 'errand:%'")}
    yield from (f"{kind} {state} and nobody was told" for id_, kind, state in rows if f"errand:{id_}" not in told)


def _left(world: OnTroubledTwilio) -> Iterator[str]:
    """Nothing hangs, is set aside, or is not sealed."""
    for what, sql in (
        ("calls go on", "SELECT count(*) FROM call WHERE phase <> 'ended'"),
        ("events were set aside", "SELECT count(*) FROM set_aside"),
        ("errands hang", "SELECT count(*) FROM errand WHERE state = 'claimed'"),
        ("texts wait for nothing", f"SELECT count(*) FROM message WHERE {TEXT} AND state = 'sending'"),
    ):
        if found := world.db.value(sql):
            yield f"{found} {what}"
    if not isinstance(world.sealed(), Intact):
        yield "the seal is broken"


def test_the_day_is_a_bad_one() -> None:
    with lived(STORIES["01a-nobody-answers"]) as world:
        assert world.trouble.asked >= 3 * len(TROUBLES)
        assert world.trouble.out_of_order
        assert world.rests


@pytest.mark.parametrize("path", PATHS[::8], ids=lambda path: path.stem)
def test_INV_02_in_some_nothing_is_lost_on_a_bad_day(path: Path) -> None:
    with lived(path) as world:
        assert wrong(world) == []


@pytest.mark.soak
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_INV_02_in_none_anything_is_lost_on_a_bad_day(path: Path) -> None:
    with lived(path) as world:
        assert wrong(world) == []


@pytest.mark.soak
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_all_go_alike_where_twilio_was_only_busy(path: Path) -> None:
    """Every third request was refused at first, and nobody has noticed."""
    if lacks(TWILIO, path.stem):
        pytest.skip("Twilio cannot do what this story needs")
    play(load(path), make=partial(OnTroubledTwilio, troubles=(busy,), late=0.0)).__exit__(None, None, None)
