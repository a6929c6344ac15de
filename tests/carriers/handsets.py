"""The simulated telephones as the sides of the contract: of people outside, and of staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from intersession.carriers.port import Envelope
from intersession.carriers.simulated.handset import Leg, LegNow, Side
from intersession.stories.world import World


@dataclass
class Handset:
    """Somebody's simulated telephone."""

    world: World
    number: str = ""

    def call(self, who: str, line: str) -> None:
        self.number = self.world.cast.phones[who]
        self.world.exchange.call(self.number, self.world.cast.lines[line])
        self.world.settle()

    def hears(self) -> str:
        leg = self.world.exchange.handset(self.number).leg
        assert leg is not None
        return " ".join(one.text for one in leg.hearing.said)

    def listen(self) -> None:
        leg = self.world.exchange.handset(self.number).leg
        assert leg is not None
        assert leg.said_until is not None
        self.world.go_to(leg.said_until)

    def press(self, key: str) -> None:
        self.world.exchange.press(self.number, key)
        self.world.settle()

    def leave_message(self, seconds: int) -> None:
        assert self.world.exchange.say(self.number, "Hello")
        self.world.go_to(self.world.now() + timedelta(seconds=seconds))
        self.press("#")

    def hang_up(self) -> None:
        self.world.exchange.hang_up(self.number)
        self.world.settle()

    def text(self, who: str, line: str, body: str, times: int = 1) -> None:
        told: list[Envelope] = []
        self.world.exchange.report = told.append
        self.world.exchange.text(self.world.cast.phones[who], self.world.cast.lines[line], body)
        for envelope in told * times:
            self.world.corridor.submit(envelope)
        self.world.corridor.pump()


class Handsets(Handset):
    """Everybody's."""

    def listen(self) -> None:
        super().listen()
        self.later(2)  # whoever stands between may take a moment to say that the words are over

    def later(self, seconds: float) -> None:
        self.world.go_to(self.world.now() + timedelta(seconds=seconds))

    def rings(self, who: str) -> str | None:
        leg = self._of(who)
        return leg.shows if leg is not None and leg.state is LegNow.RINGING else None

    def pick_up(self, who: str) -> None:
        assert self.world.exchange.pick_up(self.world.cast.phones[who])
        self.later(1)

    def key(self, who: str, key: str) -> None:
        assert self.world.exchange.press(self.world.cast.phones[who], key)
        self.world.settle()

    def put_down(self, who: str) -> None:
        assert self.world.exchange.hang_up(self.world.cast.phones[who])
        self.world.settle()

    def heard_by(self, who: str) -> str:
        number = self.world.cast.phones[who]
        seen = (one for one in self.world.seen if one.number == number and one.what == "hears")
        return " ".join(said.text for one in seen for said in one.said)

    def together(self, who: str, other: str) -> bool:
        one, two = self._of(who), self._of(other)
        talking = [leg for leg in (one, two) if leg is not None and leg.state is LegNow.TALKING]
        return len(talking) == 2 and talking[0].contact == talking[1].contact and talking[0].other is Side.PERSON

    def in_call(self, who: str) -> bool:
        return not self.world.exchange.handset(self.world.cast.phones[who]).free

    def _of(self, who: str) -> Leg | None:
        return self.world.exchange.handset(self.world.cast.phones[who]).leg
