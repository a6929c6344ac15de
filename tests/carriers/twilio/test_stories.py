"""Every story is played on Twilio's double too: the same telephones, the same words, the same record."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from intersession.carriers.twilio.carrier import CAPABILITIES
from intersession.stories.cast import Cast
from intersession.stories.play import Difference, load, play
from tests.stories.table import STORIES, TWILIO, lacks

from .played import OnTwilio

PATHS = tuple(STORIES.values())


def _played(path: Path, make: Callable[[Cast], OnTwilio]) -> None:
    if lacks(TWILIO, path.stem):
        with pytest.raises(Difference):
            play(load(path), make=make)
    else:
        play(load(path), make=make).__exit__(None, None, None)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_story_goes_on_twilio_as_it_goes_on_simulated_phones(path: Path) -> None:
    _played(path, OnTwilio)


@pytest.mark.parametrize("path", PATHS[::5], ids=lambda path: path.stem)
def test_INV_02_some_go_alike_where_webhooks_come_twice_and_answers_are_lost(path: Path) -> None:
    _played(path, partial(OnTwilio, twice=True, loses=3))


@pytest.mark.soak
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_INV_02_all_go_alike_where_webhooks_come_twice_and_answers_are_lost(path: Path) -> None:
    _played(path, partial(OnTwilio, twice=True, loses=3))


def test_what_it_lacks_stands_in_its_capabilities() -> None:
    assert not CAPABILITIES.withholds_number
