"""What a leg hears now. Most carriers are told; where a carrier's legs fetch it, it is kept for them here."""

from __future__ import annotations

from intersession.core.commands import Announce, ConnectLeg, LookAgain, Standing
from intersession.core.ids import LegId
from intersession.records.sealing import seal

from ..codec import dump_kind
from .errands import errand, line_of
from .turn import Turn


def stand(turn: Turn, command: Standing) -> None:
    """The carrier's order; or, for each leg that fetches, what it gets. The leg that waits for the answer to this very
    event has it at once, the others are made to look again."""
    if line_of(turn, command, command.contact) not in turn.pulls:
        errand(turn, command, command.contact)
        return
    for leg in _legs(command):
        _keep(turn, leg, command)
        if leg != turn.answers:
            errand(turn, LookAgain(contact=command.contact, leg=leg), command.contact)
    if isinstance(command, ConnectLeg) and command.third_to is not None:
        about, outside, third = command.contact, command.outside_leg, command.staff_leg
        errand(turn, Announce(contact=about, leg=outside, third=third, room=command.third_to), about)


def _legs(command: Standing) -> tuple[LegId, ...]:
    if not isinstance(command, ConnectLeg):
        return (command.leg,)
    return (command.staff_leg,) if command.third_to is not None else (command.staff_leg, command.outside_leg)


def _keep(turn: Turn, leg: LegId, command: Standing) -> None:
    key = turn.keys.key(turn.db, command.contact)
    turn.db.run(
        "INSERT INTO carrier_leg (id, practice_id, contact, version, sealed_standing) VALUES (?,?,?,1,?)"
        " ON CONFLICT (id) DO UPDATE SET version = carrier_leg.version + 1, sealed_standing = excluded.sealed_standing",
        (leg, turn.practice, command.contact, seal(key, dump_kind(command), f"leg:standing:{leg}")),
    )
