"""How long a caller waits for the first sound, and for the on-call phone to ring: on real Asterisk, by telephones.

The limit is the same Asterisk with a dialplan that does nothing but pick up and play the same file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .callers import Callers, callers
from .checks import check_calls
from .figures import Figure, milliseconds
from .practice import Seed
from .size import Size

FIRST_SOUND, RINGS = 0.020, 0.300
"""Seconds that the line may add until a caller hears something; and from a key 1 until the on-call phone rings."""


@dataclass(slots=True)
class Waits:
    """Seconds, round by round."""

    bare: list[float] = field(default_factory=list)
    line: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    rings: list[float] = field(default_factory=list)
    added: list[float] = field(default_factory=list)
    """A round's median beside the bare one's."""


def telephones(seed: Seed, folder: Path, size: Size) -> tuple[list[Figure], str]:
    """Figures, and what the checks said. Each round has a line of its own: what follows from its calls, such as pages
    for those who hung up, rings nobody in the next."""
    waits, calls, rows = Waits(), 0, 0
    for number in range(size.rounds):
        path = seed.copy(folder / f"telephones-{number}.sqlite3")
        with callers(seed, path) as lab:
            _round(waits, lab, size)
        calls, rows = calls + lab.calls, rows + check_calls(path, seed, lab.calls)
    return _figures(waits), f"telephones: {calls:,} calls, every one once, seal intact over {rows:,} journal rows"


def _round(waits: Waits, lab: Callers, size: Size) -> None:
    """In turn, so that a busy moment of the machine falls on both alike."""
    waits.rings += [lab.rings() for _ in range(size.keys)]
    waits.cold.append(lab.answered_anew())
    lab.play_bare()
    pairs = [(lab.bare(), lab.answered()) for _ in range(size.calls)]
    waits.bare += [bare for bare, _ in pairs]
    waits.line += [line for _, line in pairs]
    waits.added.append(median(line - bare for bare, line in pairs))


def _figures(waits: Waits) -> list[Figure]:
    bare, line, cold = median(waits.bare), median(waits.line), median(waits.cold)
    parts = [one / FIRST_SOUND for one in waits.added]
    return [
        Figure(
            what=f"call's first sound beside bare Asterisk's: what is added, beside {milliseconds(FIRST_SOUND)}",
            ours=milliseconds(line), limit=milliseconds(bare), ratio=median(waits.added) / FIRST_SOUND,
            spread=(min(parts), max(parts)), target=1.0, at_least=False,
        ),
        Figure(
            what="  the same with words that are spoken for the first time", ours=milliseconds(cold),
            limit=milliseconds(bare), ratio=(cold - bare) / FIRST_SOUND,
        ),
        Figure(
            what=f"from a key 1 until the on-call phone rings, beside {milliseconds(RINGS)}",
            ours=milliseconds(median(waits.rings)), limit=milliseconds(RINGS), ratio=median(waits.rings) / RINGS,
            spread=(min(waits.rings) / RINGS, max(waits.rings) / RINGS), target=1.0, at_least=False,
        ),
    ]  # fmt: skip
