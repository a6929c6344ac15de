"""A story's world on a real Asterisk: real telephones, real sound, and time that is real while any call is up."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from intersession.carriers.asterisk.carrier import Asterisk
from intersession.carriers.asterisk.parse import Reader
from intersession.carriers.asterisk.recording import measured
from intersession.core.ids import RecordingId
from intersession.corridor.legs import Legs
from intersession.server.asterisk import Played
from intersession.stories.cast import Cast
from intersession.stories.play import Story
from intersession.stories.world import World
from tests.lab.asterisk import Switch
from tests.lab.exchange import RealExchange
from tests.lab.sentences import Sentences
from tests.lab.sights import Sights
from tests.lab.telephones import Network, Telephone

QUIET = 0.25
"""Seconds in which nothing happens, after which nothing more is to come."""
SETTLES_WITHIN = 8.0
LOOKS_EVERY = 0.02
SPEAKS = re.compile(r"^(?P<who>[A-Z][\w-]*(?: \d)?) says ")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where stories are played."""

    switch: Switch
    network: Network


def speakers(story: Story) -> frozenset[str]:
    """The numbers of those who leave a message with words in it."""
    found = (SPEAKS.match(sentence) for step in story.steps for sentence in step.do)
    return frozenset(story.cast.phones[match["who"]] for match in found if match is not None)


class RealTelephones(World):
    """A world whose telephones are real.

    Its clock stands while somebody acts, and catches up with real time while the story waits. It jumps where no call
    is up. And it jumps over the rest of a settled talk, in which everybody hears the other, and of a wait in silence:
    where nothing rings, plays or is recorded, up to what the line does next.
    """

    patience = timedelta(seconds=12)
    precision = timedelta(seconds=3)
    stage: Stage
    speakers: Collection[str] = ()
    pace = 1.0
    """How much quicker than people words are said; stories are told at people's own."""

    def __init__(self, cast: Cast) -> None:
        super().__init__(cast)
        switch, network = self.stage.switch, self.stage.network
        setup, phones = self.cast.setup, self.cast.phones
        numbers = {number: here.line for number, here in self.exchange.lines.items()}
        numbers |= {line.urgent_number: numbers[line.number] for line in setup.lines if line.urgent_number}
        pbx = replace(switch.pbx, lines=numbers, practice=setup.id)
        folder = Path(self._folder.name)
        sentences, self.sounds = Sentences(folder, self.pace), Legs(self.address, self.keyring)
        reader = Reader(pbx=pbx, key_of=self.keyring.number_key, digest=self.keyring.digest)
        played = Played(folder / "played", self.sounds)
        self.carrier = Asterisk(reader, lambda told: self.real.take(told), self.now, sentences, played.file)
        self.sights = Sights(
            network=network, sentences=sentences, now=self.now, people=frozenset(phones.values()),
            staff=frozenset(phone.number for one in setup.staff for phone in one.phones), speakers=self.speakers,
        )  # fmt: skip
        lines, report = self.exchange.lines, self.corridor.submit
        self.exchange = self.real = real = RealExchange(self.sights, self.carrier, lines, report)
        real.listeners.append(self._saw)
        self.beside = [real]
        del self.corridor.carriers["simulated"]
        self._anchor: tuple[datetime, float] | None = None
        self.carrier.start()
        assert self.carrier.wait_connected()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        switch = self.stage.switch
        self.carrier.stop()
        self.stage.network.clear()
        switch.ask("channel request hangup all")
        end = time.monotonic() + 5
        while switch.channels() and time.monotonic() < end:
            time.sleep(0.05)
        switch.ask("database deltree intersession")
        switch.ask("database deltree intersession-texts")
        self.sounds.close()
        super().__exit__(kind, error, trace)

    # ------------------------------------------------------------ time

    def settle(self) -> None:
        """Until nothing more comes of what was done. The clock stands."""
        end = time.monotonic() + SETTLES_WITHIN
        while time.monotonic() < end:
            self._turn()
            if time.monotonic() - self.sights.stirred > QUIET and not self.real.owes:
                return
            time.sleep(LOOKS_EVERY)

    def go_to(self, at: datetime) -> None:
        """Let time pass."""
        self.settle()
        while self.now() < at:
            if self.sights.busy:
                self._live(at)
            else:
                self._anchor = None
                self.clock.at_least(min(at, self.next_due() or at))
            self.settle()
        if not self.sights.busy:
            self._anchor = None

    def _live(self, at: datetime) -> None:
        """Really, until then, or until the last call is over."""
        while self.sights.busy and self.now() < at:
            self._tick(at)
            self._turn()
            if self.sights.calm:
                self.clock.at_least(min(at, self.next_due() or at))
                self._anchor = None
                self._turn()
            time.sleep(LOOKS_EVERY)

    def _tick(self, at: datetime) -> None:
        """The clock goes on to what real time says; what falls due on the way happens at its own instant."""
        if self._anchor is None:
            self._anchor = (self.now(), time.monotonic())
        began, since = self._anchor
        to = min(at, began + timedelta(seconds=time.monotonic() - since))
        due = self.next_due()
        self.clock.at_least(min(to, due) if due is not None else to)

    def _turn(self) -> None:
        for _ in range(1000):
            self.corridor.pump()
            if sum(one.advance() for one in self.beside) == 0:
                return

    # ------------------------------------------------------------ what must not be there

    def leaks(self) -> list[str]:
        """Every SIP message that told a telephone somebody's number but its own; or the machine's name.

        The crisis line alone may see a client's.
        """
        staff = {phone.number for one in self.cast.setup.staff for phone in one.phones}
        outside = set(self.cast.phones.values()) - staff
        found: list[str] = []
        for phone in self.stage.network.phones.values():
            crisis = phone.number not in self.sights.people
            hidden = (staff if crisis else staff | outside) - {phone.number}
            found += [f"{phone.number}: {one}" for one in _tells(phone, hidden, self.stage.switch.host)]
        return found

    def soundless(self) -> list[str]:
        """Every message that was left with words in it, and of which no sound lies with us."""
        rows = self.db.rows("SELECT id FROM recording WHERE silent = 0 AND media_type <> 'text/plain'")
        kept = {str(id_): self.sounds.sound(RecordingId(id_)) for (id_,) in rows}
        return [id_ for id_, found in kept.items() if found is None or measured(found[1])[1]]

    def messages(self) -> int:
        """How many SIP messages there were."""
        return sum(len(phone.messages) for phone in self.stage.network.phones.values())


def _tells(phone: Telephone, hidden: Collection[str], host: str) -> list[str]:
    secrets = [*(number.removeprefix("+1") for number in hidden), f"@{host}"]
    told = (text for way, text in phone.messages if way == "in")
    return [text.partition("\r\n")[0] for text in told if any(one in text for one in secrets)]


class OnAsterisk(RealTelephones):
    """Its lines end at Asterisk, and nothing stands between."""

    def __init__(self, cast: Cast, stage: Stage, speakers: Collection[str] = (), pace: float = 1.0) -> None:
        self.stage, self.speakers, self.pace = stage, speakers, pace
        lines = tuple(replace(one, carrier="asterisk") for one in cast.setup.lines)
        super().__init__(replace(cast, setup=replace(cast.setup, lines=lines)))
        self.corridor.carriers["asterisk"] = self.real
