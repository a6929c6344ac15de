"""What the proof has walked, said at the end of the run."""

from __future__ import annotations

from collections import Counter

import pytest

WALKED: Counter[str] = Counter()
LOOKED: Counter[str] = Counter()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Situations, states, and on how many decisions each invariant was looked at."""
    if not WALKED:
        return
    terminalreporter.section("proof")
    for what, count in WALKED.items():
        terminalreporter.line(f"{count:>12,}  {what}")
    for invariant, count in sorted(LOOKED.items()):
        terminalreporter.line(f"{count:>12,}  decisions on which {invariant} was checked")
