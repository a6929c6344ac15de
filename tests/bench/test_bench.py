"""The measurements run, lose nothing and print their table. How fast anything is, no test says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.__main__ import main
from bench.callers import missing
from bench.checks import Wrong, check, check_calls
from bench.figures import Figure, percentile, rates, table
from bench.practice import seed
from intersession.corridor.db import Db

LINES = ("texts", "slow-disk", "slow-disk-one-by-one", "timers")


def test_a_quick_run_prints_one_table_and_every_seal_is_intact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quick", "--folder", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    for measured in ("texts taken", "decisions of one core", "answer at", "wake-up", "memory with"):
        assert any(line.startswith(measured) for line in printed.splitlines()), measured
    for line in LINES:
        (checked,) = [one for one in printed.splitlines() if one.startswith(f"{line}: ")]
        assert "every event once, seal intact over" in checked
    (said,) = [one for one in printed.splitlines() if one.startswith("telephones: ")]
    if missing():
        assert "not measured" in said
    else:
        assert "every one once, seal intact over" in said
        for measured in ("call's first sound", "from a key 1 until the on-call phone rings"):
            assert any(line.startswith(measured) for line in printed.splitlines()), measured
    assert not list(tmp_path.iterdir()), "nothing is left behind"


def test_INV_02_a_text_that_is_missing_is_found(tmp_path: Path) -> None:
    practice = seed(tmp_path, 4)
    with pytest.raises(Wrong, match="1 are missing"):
        check(practice.path, practice, texts=1)


def test_a_journal_without_a_seal_is_found(tmp_path: Path) -> None:
    practice = seed(tmp_path, 4)
    with pytest.raises(Wrong, match="seal"):
        check(practice.path, practice, texts=0)


def test_an_event_that_was_set_aside_is_found(tmp_path: Path) -> None:
    practice = seed(tmp_path, 4)
    db = Db(str(practice.path))
    db.run("INSERT INTO set_aside (id, practice_id, at, error, sealed_event) VALUES ('x', 'p', 0, 'E', x'00')")
    db.close()
    with pytest.raises(Wrong, match="events set aside: 1"):
        check(practice.path, practice, texts=0)


def test_INV_02_a_call_that_is_missing_is_found(tmp_path: Path) -> None:
    practice = seed(tmp_path, 4)
    with pytest.raises(Wrong, match="calls that ended: 0 instead of 1"):
        check_calls(practice.path, practice, calls=1)


def test_ratios_are_made_round_by_round() -> None:
    figure = rates("texts", ours=[10, 30, 20], limit=[10, 10, 40], target=1.0)
    assert (figure.ratio, figure.spread) == (1.0, (0.5, 3.0))
    assert figure.met
    assert "falls short" in table([rates("texts", [1], [4], 0.5)])


def test_a_ceiling_is_met_below_it() -> None:
    under = Figure(what="p99", ours="", limit="", ratio=4.9, target=5.0, at_least=False)
    over = Figure(what="p99", ours="", limit="", ratio=5.0, target=5.0, at_least=False)
    assert [under.met, over.met] == [True, False]


@pytest.mark.parametrize(("share", "found"), [(0.5, 2), (0.99, 4), (0.25, 1), (1.0, 4)])
def test_a_percentile_is_a_value_that_was_measured(share: float, found: int) -> None:
    assert percentile([4, 1, 3, 2], share) == found
