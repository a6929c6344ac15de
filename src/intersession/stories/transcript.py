"""A story as a readable transcript: who did what, what phones showed and said, what was decided and is owed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from intersession.carriers.simulated.exchange import Seen
from intersession.core.commands import ChangeTask, OpenTask
from intersession.core.tasks import Task
from intersession.corridor.tick import Turned

from .world import World

SIGHTS = {
    "connected": "is connected",
    "beep": "hears a tone; a message can be left",
    "tone": "hears one soft tone",
    "crisis": "is connected with 988",
}


class Transcript:
    """Writes what has happened since it last looked, in the order in which it happened."""

    def __init__(self, world: World, write: Callable[[str], None]) -> None:
        self.world, self.write = world, write
        self._seen = self._turned = 0
        self._names = {number: who for who, number in world.cast.phones.items()}
        self._lines = {
            number: f"the {line.id} line" if number == line.number else f"the {line.id} line, urgent"
            for line in world.cast.setup.lines
            for number in (line.number, line.urgent_number)
            if number
        }
        self._rule = ""
        self._owed: dict[str, str] = {}

    def title(self, title: str, story: str) -> None:
        """The heading."""
        start = self._local(self.world.cast.start)
        self.write(f"{title}\n{'-' * len(title)}")
        if story:
            self.write(story.strip())
        self.write(f"{start:%A} {start.day} {start:%B %Y}, {self.world.cast.zone}\n")

    def did(self, sentence: str) -> None:
        """An act, as the story says it."""
        self._line(self.world.now(), sentence + ".")

    def note(self, note: str) -> None:
        """A remark of the story's author."""
        self.write(f"              ({note})")

    def passed(self) -> None:
        """Everything since the last look."""
        for at, turned in self.world.turned[self._turned :]:
            self._decided(at, turned)
        self._turned = len(self.world.turned)
        for seen in self.world.seen[self._seen :]:
            self._saw(seen)
        self._seen = len(self.world.seen)

    # ------------------------------------------------------------ lines

    def _saw(self, seen: Seen) -> None:
        who = self._names.get(seen.number, seen.number)
        match seen.what:
            case "rings":
                self._line(seen.at, f"{who}'s phone rings: {self._lines.get(seen.shows, 'no number')}.")
            case "hears":
                self._line(seen.at, f"{who} hears: “{' '.join(said.text for said in seen.said)}”")
            case "text":
                self._line(seen.at, f"{who} gets a text: “{seen.text}”")
            case "notice":
                self._line(seen.at, f"{who}'s phone shows: “{seen.text}”")
            case "mail":
                self._line(seen.at, f"{who} gets mail: “{seen.text}”")
            case "silent":
                self._line(seen.at, f"{who}'s phone is silent.")
            case _:
                self._line(seen.at, f"{who} {SIGHTS.get(seen.what, seen.what)}.")

    def _decided(self, at: datetime, turned: Turned) -> None:
        decision = turned.decision
        if decision is None:
            return
        if decision.rule == "D36" and not any(isinstance(one, ChangeTask) for one in decision.commands):
            return  # a shift began or ended, and nothing passed on
        if decision.reasons and decision.rule != self._rule:
            self._line(at, f"[{decision.rule}] {decision.reasons[0].says}")
        self._rule = decision.rule
        for command in decision.commands:
            if isinstance(command, OpenTask | ChangeTask):
                self._owes(at, command.task)

    def _owes(self, at: datetime, task: Task) -> None:
        due = task.due()
        when = f" by {self._local(due):%a %H:%M}" if due is not None else ""
        owed = f"{task.owner or 'nobody'} owes it{when} ({task.kind})"
        if self._owed.get(task.id) != owed:
            self._line(at, f"→ {owed}.")
        self._owed[task.id] = owed

    def _line(self, at: datetime, text: str) -> None:
        self.write(f"{self._local(at):%a %H:%M:%S}  {text}")

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.world.cast.zone))
