"""Story × carrier: which stories there are, what each carrier lacks for which, and the table that is printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parents[2] / "scenarios"
STORIES = {path.stem: path for path in sorted(SCENARIOS.rglob("*.toml")) if path.parent.name != "casts"}
SIMULATED, TWILIO, ASTERISK, BOTH = "simulated", "twilio double", "asterisk", "double on asterisk"
TWILIO_LACKS = {
    "e01-mail-from-a-client": "e-mail goes by another carrier",
    "e02-mail-from-a-stranger": "e-mail goes by another carrier",
    "o08-number-withheld": "Twilio cannot withhold the number of a call",
    "v26-relay": "Twilio does not say that a call comes by relay",
}
"""What this carrier cannot do, and what it lacks for it."""
ASTERISK_LACKS = {
    "e01-mail-from-a-client": "e-mail goes by another carrier",
    "e02-mail-from-a-stranger": "e-mail goes by another carrier",
    "v26-relay": "nothing in a SIP call says that it comes by relay",
    "v26-relay-message-is-never-silence": "nothing in a SIP call says that it comes by relay",
    "x10-picture": "a SIP text carries no picture",
    "x12-not-delivered": "a SIP text has no delivery report",
}
"""The same of this one, with telephones that are real."""
LACKS: Mapping[str, Mapping[str, str]] = {
    SIMULATED: {},
    TWILIO: TWILIO_LACKS,
    ASTERISK: ASTERISK_LACKS,
    BOTH: {**ASTERISK_LACKS, **TWILIO_LACKS},
}
"""By carrier, in the table's order."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One story on one carrier."""

    story: str
    carrier: str
    says: str


def lacks(carrier: str, story: str) -> str:
    """Why this story cannot go on this carrier as it is told; empty where it can."""
    return LACKS[carrier].get(story, "")


def cells(reports: Iterable[object]) -> Iterator[Cell]:
    """What tests that have the property `cell` came to."""
    for report in reports:
        if not isinstance(report, pytest.TestReport):
            continue
        found = dict(report.user_properties).get("cell")
        if found is not None and (report.when == "call" or report.failed):
            carrier, _, story = str(found).partition(": ")
            why = lacks(carrier, story)
            yield Cell(story, carrier, "FAILED" if report.failed else f"lacks: {why}" if why else "ok")


def table(found: Iterable[Cell]) -> list[str]:
    """One line a story, one column a carrier; then how many went how."""
    by: dict[str, dict[str, str]] = {}
    for cell in found:
        by.setdefault(cell.story, {})[cell.carrier] = cell.says
    rows = [["story", *LACKS]] + [[story, *(by[story].get(one, "-") for one in LACKS)] for story in sorted(by)]
    wide = [max(len(row[at]) for row in rows) for at in range(len(LACKS) + 1)]
    lines = ["  ".join(one.ljust(width) for one, width in zip(row, wide, strict=True)).rstrip() for row in rows]
    return [*lines, *(_sum(carrier, by) for carrier in LACKS)]


def _sum(carrier: str, by: Mapping[str, Mapping[str, str]]) -> str:
    told = [row[carrier] for row in by.values() if carrier in row]
    failed, lacking = told.count("FAILED"), sum(one.startswith("lacks") for one in told)
    return f"{carrier}: {told.count('ok')} ok, {lacking} lack something, {failed} FAILED"
