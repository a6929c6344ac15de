"""`decide` alone, on one core, over the events of stories that were really played."""

from __future__ import annotations

import cProfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from intersession.core.decide import decide
from intersession.core.decision import Decision
from intersession.core.events import Event
from intersession.core.facts import Facts
from intersession.stories import world
from intersession.stories.play import load, play

SCENARIOS = Path(__file__).parents[1] / "scenarios"
STORIES = (
    "00-textbook-coaching-call", "01a-nobody-answers", "02-text-without-an-agreement", "03-forty-texts",
    "06-unknown-number", "09-urgent-under-the-24-hour-rule",
)  # fmt: skip

Asked = tuple[Event, Facts, datetime]


@dataclass(frozen=True, slots=True)
class Mix:
    """What was decided in the stories, in their order."""

    asked: tuple[Asked, ...]

    def told(self) -> str:
        """How many of each kind of event."""
        kinds = Counter(type(event).__name__ for event, _, _ in self.asked)
        return ", ".join(f"{name} {number}" for name, number in kinds.most_common())

    def per_second(self, seconds: float) -> float:
        """Decisions a second, over the whole mix as often as it fits."""
        done, began = 0, time.process_time()
        while (spent := time.process_time() - began) < seconds:
            for event, facts, now in self.asked:
                decide(event, facts, now)
            done += len(self.asked)
        return done / spent

    def profile(self) -> cProfile.Profile:
        """The same, watched."""
        profile = cProfile.Profile()
        with profile:
            self.per_second(1.0)
        return profile


def played() -> Mix:
    """Plays the stories once and keeps what `decide` was asked. It must say the same again."""
    asked: list[Asked] = []
    said: list[Decision] = []

    def recorded(event: Event, facts: Facts, now: datetime) -> Decision:
        decision = decide(event, facts, now)
        asked.append((event, facts, now))
        said.append(decision)
        return decision

    with patch.object(world, "decide", recorded):
        for name in STORIES:
            with play(load(SCENARIOS / f"{name}.toml")):
                pass
    if [decide(*one) for one in asked] != said:
        raise RuntimeError("the same event and the same facts were decided in two ways")
    return Mix(tuple(asked))
