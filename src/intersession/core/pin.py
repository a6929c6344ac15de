"""Wrong PINs are counted for each person, over all calls: guessing closes the telephone menu for a while (D21)."""

from __future__ import annotations

from datetime import datetime, timedelta

from .commands import Command, NotePin, TellStaff
from .facts import Facts
from .ids import ContactId, StaffId

AT_MOST = 6
"""Wrong PINs in a row: two calls of three tries."""
CLOSED_FOR = timedelta(hours=1)
LONGEST = timedelta(hours=24)


def counted(staff: StaffId, contact: ContactId, facts: Facts, now: datetime) -> tuple[Command, ...]:
    """What follows for the count. Each time it closes, it closes for twice as long; the person is told."""
    if facts.pin_ok:
        return (NotePin(staff=staff, wrong=0),) if facts.pin_wrong else ()
    if facts.pin_locked:
        return ()
    wrong = facts.pin_wrong + 1
    rounds, rest = divmod(wrong, AT_MOST)
    if rest:
        return (NotePin(staff=staff, wrong=wrong),)
    until = now + min(LONGEST, CLOSED_FOR * 2 ** (rounds - 1))
    told = [TellStaff(staff=one, contact=contact, what="pin_locked") for one in _told(staff, facts)]
    return (NotePin(staff=staff, wrong=wrong, locked_until=until), *told)


def closes(facts: Facts) -> bool:
    """Whether the telephone menu is closed to this person, or is with this try."""
    return facts.pin_locked or (facts.pin_wrong + 1) % AT_MOST == 0


def _told(staff: StaffId, facts: Facts) -> tuple[StaffId, ...]:
    director = facts.practice.director
    return (staff, director) if director is not None and director != staff else (staff,)
