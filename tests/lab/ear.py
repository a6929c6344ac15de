"""What somebody hears on a telephone, from the packets that come in and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from intersession.core.call import Said
from tests.lab.sentences import WORDS, Sentences, tones_of

Heard = Said | int
"""A sentence; or the hertz of a voice, of the beep or its like."""

SURE = 3
"""Packets in a row after which something is heard: at its edges a tone is smeared over its neighbours."""
OVER, VOICE_OVER = 5, 25
"""Packets without it after which it is over. Who presses a key is silent for eleven."""
QUIET = 0.5
"""Seconds without any packet after which everything is over."""


@dataclass(slots=True)
class Ear:
    """One line's ear."""

    sentences: Sentences
    now: set[Heard] = field(default_factory=set)
    """What is heard at this moment."""
    last: float = 0.0
    """When the last packet came."""
    _taken: int = 0
    _rows: dict[Heard, int] = field(default_factory=dict)
    _gaps: dict[Heard, int] = field(default_factory=dict)

    def listen(self, packets: list[tuple[float, bytes]], at: float) -> list[Heard]:
        """Everything that begins to be heard by an instant. `packets` grow; those of before are not heard again."""
        begun: list[Heard] = []
        new = packets[self._taken : len(packets)]
        self._taken += len(new)
        for came, packet in new:
            self.last = came
            begun += self._take(self._sounds(packet))
        if at - self.last > QUIET:
            self.now.clear()
            self._rows.clear()
        return begun

    def _sounds(self, packet: bytes) -> set[Heard]:
        tones = tones_of(packet)
        words = self.sentences.known(frozenset(tone for tone in tones if tone in WORDS))
        others: set[Heard] = {tone for tone in tones if tone not in WORDS}
        return others if words is None else {words, *others}

    def _take(self, sounds: set[Heard]) -> list[Heard]:
        self._rows = {one: self._rows.get(one, 0) + 1 for one in sounds}
        begun = [one for one, row in self._rows.items() if row >= SURE and one not in self.now]
        self.now.update(begun)
        self._gaps = {one: 0 if one in sounds else self._gaps.get(one, 0) + 1 for one in self.now}
        self.now -= {one for one, gap in self._gaps.items() if gap >= _over_after(one)}
        return begun


def _over_after(one: Heard) -> int:
    return VOICE_OVER if isinstance(one, int) and one < WORDS.start else OVER
