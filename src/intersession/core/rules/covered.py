"""Greetings that name who is away and who stands in (V18, D15, §4.7)."""

from __future__ import annotations

from datetime import datetime

from ..facts import Client, Facts, Staff
from ..hours import until
from ..seats import cover_of
from ..wording.compose import Phrase, Until, phrase


def covered_greeting(facts: Facts, client: Client | None, now: datetime) -> tuple[Phrase, ...]:
    """Said while the cover is rung (D11)."""
    staff = clinician(facts, client)
    cover = cover_of(staff, facts.practice, now) if staff else None
    if staff is None or cover is None:
        return ()
    facts_said = {"line_name": line_name(facts), "who": staff.said_as, "back": back(staff, now)}
    return (phrase("G-OFF-COVER", cover=said_cover(cover), **facts_said),)


def clinician(facts: Facts, client: Client | None) -> Staff | None:
    """The clinician that a greeting speaks of: the client's primary, else whose line it is."""
    own = client.primary if client and client.primary else None
    of_line = facts.line.staff if facts.line else None
    wanted = own or of_line
    return facts.practice.staff.get(wanted) if wanted else None


def said_cover(cover: Staff) -> str | None:
    """The cover's name as agreed; None, and so "our team", where it was not."""
    return cover.said_as if cover.named_as_cover else None


def back(staff: Staff, now: datetime) -> Until | None:
    """When the present absence ends."""
    end = until(staff.schedule, now)
    return Until(end) if end else None


def line_name(facts: Facts) -> str | None:
    """How the line may name itself; None on a neutral line."""
    return facts.line.said_as if facts.line is not None and not facts.line.neutral else None
