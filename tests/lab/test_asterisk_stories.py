"""Stories on real telephones and a real Asterisk, and with Twilio's double put in front of the same real calls.

What a telephone shows and hears is told from its SIP messages and its sound. After each story every SIP message of
every telephone is looked at for numbers that must not be there: the crisis leg alone carries the client's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.lab.asterisk import Switch
from tests.lab.players import Part, Players
from tests.stories.table import ASTERISK, BOTH, STORIES, lacks

AT_ONCE = 14
"""Stories; each has an Asterisk of its own, which uses a twentieth of a core."""
ONE_OF_EACH_KIND = {
    ASTERISK: (
        "00b-cut-off", "03-forty-texts", "05b-help", "09b-the-supervisor-joins", "11a-server-down-and-nobody-answered",
        "d16-hard-reject", "d41-no-on-call-transfer", "o08-number-withheld", "v04-staff-dial-in",
        "v06-unknown-leaves-a-message", "v10-urgent-after-pick-up", "x12-not-delivered",
    ),
    BOTH: ("00b-cut-off", "05b-help", "d41-no-on-call-transfer", "v06-unknown-leaves-a-message",
           "v10-urgent-after-pick-up"),
}  # fmt: skip
"""Cut off and called back, many texts, a third leg, an outage, a refusal, the crisis line, a withheld number, a PIN, a
message, a race; and one that a SIP text cannot play."""

Tell = Callable[[str, object], None]


@pytest.fixture(scope="session")
def players(request: pytest.FixtureRequest, asterisk: Switch) -> Iterator[Players]:
    """All stories that this run asks for, several at once."""
    of_tests = (getattr(item, "callspec", None) for item in request.session.items if "players" in item.fixturenames)
    parts = dict.fromkeys(one.params["part"] for one in of_tests if one is not None)
    long_ones_first = sorted(parts, key=lambda part: part.path.stat().st_size, reverse=True)
    with Players(long_ones_first, AT_ONCE) as playing:
        yield playing


def _goes_as_it_says(part: Part, players: Players, tell: Tell) -> None:
    story = part.path.stem
    tell("cell", f"{part.carrier}: {story}")
    played = players.played(part)
    tell("seconds", played.seconds)
    if lacks(part.carrier, story):
        assert played.says.startswith("Difference"), "it can be played after all: take it from the table"
    else:
        assert not played.says


def _id(part: Part) -> str:
    return f"{part.carrier.replace(' ', '-')}-{part.path.stem}"


@pytest.mark.parametrize(
    "part", [Part(one, STORIES[story]) for one, stories in ONE_OF_EACH_KIND.items() for story in stories], ids=_id
)
def test_one_of_each_kind_goes_as_it_says(part: Part, players: Players, record_property: Tell) -> None:
    _goes_as_it_says(part, players, record_property)


@pytest.mark.soak
@pytest.mark.parametrize("part", [Part(one, path) for path in STORIES.values() for one in (ASTERISK, BOTH)], ids=_id)
def test_every_story_goes_as_it_says(part: Part, players: Players, record_property: Tell) -> None:
    _goes_as_it_says(part, players, record_property)
