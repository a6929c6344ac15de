"""A caller whom the dialplan took: what they leave there is asked for as soon as they have hung up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from intersession.carriers.asterisk.legs import Board, Leg
from intersession.carriers.asterisk.parse import Reader
from intersession.carriers.asterisk.pbx import Pbx
from intersession.carriers.asterisk.recovery import Recovery
from intersession.carriers.asterisk.told import Told
from intersession.core.events import EndCause
from intersession.core.ids import ContactId, LegId

AT = datetime(2027, 2, 9, 20, 12, tzinfo=UTC)
CALL = ContactId("one")


class Ari:
    """Nothing is up any more."""

    async def tried(self, method: str, path: str, **_: object) -> bool:
        return False


async def asked(pbx: Pbx, reader: Reader, leg: Leg) -> int:
    """How often it is asked what was missed, once that leg is over."""
    behind: list[None] = []
    board = Board(pbx, cast(Any, Ari()), reader, Told(lambda envelope: None), lambda: AT)
    none = cast(Any, None)
    Recovery(board, none, none, none, lambda: behind.append(None)).over(board.legs.add(leg), EndCause.HUNG_UP)
    await asyncio.gather(*board.tasks)
    return len(behind)


@pytest.mark.parametrize(
    ("leaving", "fell_back", "times"),
    [(False, False, 1), (True, True, 1), (True, False, 0)],
    ids=["their lease lapsed", "we let them go", "they hung up"],
)
def test_whoever_is_with_the_fallback_is_asked_for(
    pbx: Pbx, reader: Reader, leaving: bool, fell_back: bool, times: int
) -> None:
    leg = Leg(LegId("one.0"), CALL, "channel-7", up=True, leaving=leaving, fell_back=fell_back)
    assert asyncio.run(asked(pbx, reader, leg)) == times


def test_a_leg_that_we_dialled_has_no_fallback(pbx: Pbx, reader: Reader) -> None:
    assert asyncio.run(asked(pbx, reader, Leg(LegId("one.1"), CALL, "one.1", up=True))) == 0
