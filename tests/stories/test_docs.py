"""docs/scenarios.md says what the format is: its lists are the grammar's, its tables are whole, its example plays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from intersession.stories import cast
from intersession.stories.play import STEP, load, play
from ops.scenario_docs import LIST, LISTS, PAGE, filled

TEXT = PAGE.read_text()
FIELDS = {
    "The file itself": cast.TOP,
    "[practice]": cast.PRACTICE,
    "[lines.NAME]": cast.LINE,
    "[staff.NAME]": cast.STAFF,
    "[clients.NAME]": cast.CLIENT,
    "[[clients.NAME.limits]]": cast.LIMIT,
    "[[on_call]]": cast.SHIFT,
    "[[blocks]]": cast.BLOCK,
    "[[step]]": STEP,
}
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \|", re.M)


def test_the_lists_are_those_of_the_grammar() -> None:
    assert filled(TEXT) == TEXT, "run: python ops/scenario_docs.py"


def test_every_list_is_on_the_page() -> None:
    assert {found[2] for found in LIST.finditer(TEXT)} == set(LISTS)


@pytest.mark.parametrize("table", FIELDS)
def test_every_field_has_its_row(table: str) -> None:
    _, found, after = TEXT.partition(f"### `{table}`\n" if table.startswith("[") else f"### {table}\n")
    assert found, f"there is no heading for {table}"
    rows = ROW.findall(after.partition("\n#")[0])
    assert {name for row in rows for name in re.findall(r"\w+", row)} == FIELDS[table]


def test_the_example_plays(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(title = .*?)```", TEXT, re.S)
    assert example
    (tmp_path / "casts").mkdir()
    for path in (PAGE.parents[1] / "scenarios" / "casts").glob("*.toml"):
        (tmp_path / "casts" / path.name).write_text(path.read_text())
    story = tmp_path / "example.toml"
    story.write_text(example[1])
    with play(load(story)):
        pass


def test_a_story_in_a_folder_finds_the_casts_one_folder_above(tmp_path: Path) -> None:
    (tmp_path / "casts").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / "casts" / "solo.toml").write_text('[lines.main]\nnumber = "+12025550160"\n')
    story = tmp_path / "rules" / "a.toml"
    story.write_text(
        'title = "A"\ncast = "solo"\nstart = 2027-02-09 10:00:00\n[practice]\nname = "A"\n[[step]]\nat = "10:00"\n'
    )
    assert load(story).cast.lines == {"main": "+12025550160"}
