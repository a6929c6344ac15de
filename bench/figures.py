"""Figures and the one table: medians of interleaved rounds, each as a ratio to its limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table. `ratio` and `target` are numbers to compare; the other columns are words."""

    what: str
    ours: str
    limit: str
    ratio: float
    spread: tuple[float, float] | None = None
    target: float | None = None
    """None: nothing is promised, it is shown beside the others."""
    at_least: bool = True
    """The target is a floor; else it is a ceiling."""
    profile: str = ""
    """Where the time went, where the target was not reached."""

    @property
    def met(self) -> bool:
        """The target is reached."""
        if self.target is None:
            return True
        return self.ratio >= self.target if self.at_least else self.ratio < self.target


def rates(what: str, ours: Sequence[float], limit: Sequence[float], target: float | None = None) -> Figure:
    """Two rates measured in turn: the median of each, and the median of the ratios round by round."""
    ratios = [ours / limit for ours, limit in zip(ours, limit, strict=True)]
    return Figure(
        what=what, ours=f"{median(ours):,.0f}/s", limit=f"{median(limit):,.0f}/s", ratio=median(ratios),
        spread=(min(ratios), max(ratios)), target=target,
    )  # fmt: skip


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share) - 1)]


def milliseconds(seconds: float) -> str:
    """Seconds, as milliseconds in words."""
    return f"{seconds * 1000:.1f} ms"


HEAD = ("measured", "here", "beside", "ratio", "min-max", "target", "")


def table(figures: Sequence[Figure]) -> str:
    """All figures, in columns."""
    rows = [HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(_cell(cell, width, column) for column, (cell, width) in enumerate(zip(row, widths, strict=True)))
             for row in rows]  # fmt: skip
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _row(figure: Figure) -> tuple[str, ...]:
    spread = "" if figure.spread is None else f"{_number(figure.spread[0])}-{_number(figure.spread[1])}"
    promised = "at least" if figure.at_least else "under"
    target = "" if figure.target is None else f"{promised} {_number(figure.target)}"
    short = "" if figure.met else "falls short"
    return (figure.what, figure.ours, figure.limit, _number(figure.ratio), spread, target, short)


def _cell(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column in (0, len(HEAD) - 1) else cell.rjust(width)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
