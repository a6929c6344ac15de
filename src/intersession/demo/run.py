"""Put the demo together: its line, its telephones, its screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from intersession.core.ids import PracticeId
from intersession.stories.cast import cast_of
from intersession.stories.source import read
from intersession.stories.times import instant
from intersession.web import line as screens
from intersession.web.live.hub import hub
from intersession.web.phones.demo import Demo, Phone

from .line import DemoLine, Scripted

PRACTICE = Path(__file__).with_name("practice.toml")


@dataclass(slots=True)
class DemoWeek:
    """The week as it runs; started again, it is another line on the same file."""

    folder: Path
    line: DemoLine | None = None

    @property
    def database(self) -> Path:
        """Where its rows are."""
        return self.folder / "demo.sqlite3"

    def begin(self) -> DemoWeek:
        """A fresh week, connected with the screens."""
        story = read(PRACTICE)
        cast = cast_of(story)
        script = [
            Scripted(instant(step["at"], cast.start, cast.zone), sentence)
            for step in story.values["step"]
            for sentence in ([step["do"]] if isinstance(step["do"], str) else step["do"])
        ]
        self.line = DemoLine(cast, hub.publish, self.database, script).start()
        phones = tuple(_phones(cast.phones))
        week = cast.start.astimezone(ZoneInfo(cast.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        demo = Demo(
            exchange=self.line.world.exchange,
            clock=self.line.clock,
            phones=phones,
            line_number=cast.lines["main"],
            line_name="Practice line",
            jump=self.line.jump,
            start_again=self.again,
            week_of=week - timedelta(days=week.weekday()),
        )
        screens.connect(
            screens.Connected(
                corridor=self.line, clock=self.line.clock, practice=PracticeId(cast.setup.id),
                keyring=self.line.world.keyring, database=str(self.database), demo=demo,
            )
        )
        return self

    def again(self) -> None:
        """The same week from its beginning."""
        self.end()
        self.begin()

    def end(self) -> None:
        """Stop the line."""
        screens.disconnect()
        if self.line is not None:
            self.line.stop()


def _phones(numbers: dict[str, str]) -> list[Phone]:
    """In the order in which the screen shows them."""
    return [
        Phone(number=numbers["JS"], title="Client's phone", holder="J-S", client="JS"),
        Phone(number=numbers["Nora"], title="Your phone", holder="Nora Bell", staff="Nora"),
        Phone(number=numbers["MR"], title="Another client's phone", holder="M-R", client="MR"),
        Phone(number=numbers["Evan"], title="On-call phone", holder="Evan Reyes", staff="Evan"),
    ]


