"""The rest of the table story × carrier: simulated telephones, and Twilio's double on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from intersession.stories.play import Difference, load, play
from intersession.stories.world import World
from tests.carriers.twilio.played import OnTwilio
from tests.stories.table import SIMULATED, STORIES, TWILIO, Cell, lacks, table

WORLDS = {SIMULATED: World, TWILIO: OnTwilio}


@pytest.mark.soak
@pytest.mark.parametrize("carrier", WORLDS)
@pytest.mark.parametrize("path", STORIES.values(), ids=list(STORIES))
def test_every_story_goes_as_it_says(
    carrier: str, path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("cell", f"{carrier}: {path.stem}")
    if lacks(carrier, path.stem):
        with pytest.raises(Difference):
            play(load(path), make=WORLDS[carrier])
    else:
        play(load(path), make=WORLDS[carrier]).__exit__(None, None, None)


def test_the_table_has_a_line_for_each_story_and_counts() -> None:
    cells = [Cell("b", SIMULATED, "ok"), Cell("a", SIMULATED, "FAILED"), Cell("b", TWILIO, "lacks: time")]
    lines = table(cells)
    assert [line.split()[0] for line in lines[:3]] == ["story", "a", "b"]
    assert "lacks: time" in lines[2]
    assert lines[3] == "simulated: 1 ok, 0 lack something, 1 FAILED"
