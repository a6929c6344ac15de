"""What the repository's own reading of its files finds, and what it leaves alone.

What is forbidden is put together here from pieces, so that this file may pass too.
"""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath

import pytest

from ops import check_docs

ROOT = Path(__file__).resolve().parents[2]
REAL_EXCHANGE = "212-" + "867-5309"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "src" / "line").mkdir(parents=True)
    (tmp_path / "docs" / "here.md").write_text("Here.\n")
    (tmp_path / "src" / "line" / "voice.py").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    "link",
    [
        "[a](gone.md)",
        "[a](../docs/gone.md#part)",
        '[a](gone.md "Title")',
        "![a](gone.png)",
    ],
)
def test_a_dead_link_is_found(tree: Path, link: str) -> None:
    assert [line for line, _ in check_docs.dead_links(f"one\n\n{link}\n", tree / "docs")] == [3]


@pytest.mark.parametrize(
    "link",
    [
        "[a](here.md)",
        "[a](here.md#part)",
        "[a](#part)",
        "[a](../src/)",
        "[a](mailto:a@example.org)",
        "[a](https://example.org/x)",
    ],
)
def test_a_good_link_is_not(tree: Path, link: str) -> None:
    assert list(check_docs.dead_links(link, tree / "docs")) == []


def test_links_in_a_code_block_are_only_shown(tree: Path) -> None:
    assert list(check_docs.dead_links("```\n[a](gone.md)\n```\n", tree)) == []


def test_a_path_that_does_not_exist_is_found_on_its_line(tree: Path) -> None:
    text = "```\n`src/gone.py`\n```\nSee `src/line/gone.py`.\n"
    assert list(check_docs.dead_paths(text, tree)) == [(4, "names src/line/gone.py, which does not exist")]


@pytest.mark.parametrize(
    "path",
    [
        "src/line/voice.py",
        "src/line/",
        "src/line/*.py",
        "src/line/voice.py:12",
        "src/line/voice.py::Route",
        "docs/<number>.md",
    ],
)
def test_a_path_that_exists_or_is_a_pattern_is_not(tree: Path, path: str) -> None:
    assert list(check_docs.dead_paths(f"See `{path}`.", tree)) == []


def test_a_pattern_that_fits_nothing_is_found(tree: Path) -> None:
    assert len(list(check_docs.dead_paths("See `src/*.toml`.", tree))) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/wo" + "rk/main/x",
        "/ro" + "ot/.venv",
        "/ho" + "me/ada/x",
        "/Us" + "ers/ada/x",
    ],
)
def test_a_machines_path_is_found(path: str) -> None:
    assert len(list(check_docs.machine_paths(f"cd {path}"))) == 1


@pytest.mark.parametrize(
    "path",
    [
        "https://example.org/wo" + "rk/x",
        "frame/ho" + "me/now.html",
        "/usr/lib/postgresql",
    ],
)
def test_another_path_is_not(path: str) -> None:
    assert list(check_docs.machine_paths(path)) == []


@pytest.mark.parametrize(
    "number",
    [
        REAL_EXCHANGE,
        "+1" + "212" + "8675309",
        "(212) " + "867-5309",
        "212." + "867.5309",
        "1-" + REAL_EXCHANGE,
        "2128" + "675309",
    ],
)
def test_a_number_that_somebody_may_have_is_found(number: str) -> None:
    assert len(list(check_docs.real_numbers(f"Call {number}."))) == 1


@pytest.mark.parametrize(
    "number",
    [
        "212-555-0142",
        "+12125550199",
        "(212) 555-0100",
        "911",
        "988",
        "1-800-273-8255",
        "+18002738255",
        "+442079460958",
    ],
)
def test_a_number_that_nobody_has_is_not(number: str) -> None:
    assert list(check_docs.real_numbers(f"Call {number}.")) == []


def test_555_alone_does_not_make_a_number_free() -> None:
    assert len(list(check_docs.real_numbers("212-555-" + "2368"))) == 1


def test_a_foreign_number_is_found() -> None:
    assert len(list(check_docs.real_numbers("+4420" + "71234567"))) == 1


@pytest.mark.parametrize(
    "other",
    [
        "2026-11-25T09:04:08",
        "at 1795597448000000 µs",
        "a1b2-2128-675309ff",
        "#2128" + "675309",
        "v2.128." + "6753091",
    ],
)
def test_other_figures_are_not_numbers(other: str) -> None:
    assert list(check_docs.real_numbers(other)) == []


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN " + "PRIVATE KEY-----",
        "AC" + "0123456789abcdef" * 2,
        "gh" + "p_" + "a1B2" * 9,
        "AK" + "IA" + "ABCDEFGH" * 2,
        'api_key = "' + 'Zk3vQ9xT7mB2nL8wR5pY"',
    ],
)
def test_a_secret_is_found_and_not_repeated(secret: str) -> None:
    ((line, says),) = check_docs.secrets_like(f"first\n{secret}\n")
    assert (line, says) == (2, "holds what looks like a secret")


@pytest.mark.parametrize(
    "made_up",
    [
        "AC" + "0" * 32,
        'password = "' + "x" * 24 + '"',
        "token = make_token()",
        'secret = ""',
    ],
)
def test_a_made_up_secret_is_not(made_up: str) -> None:
    assert list(check_docs.secrets_like(made_up)) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-" + "url https://x.example/simple",
        '"resol' + 'ved": "https://x.example/a.tgz"',
    ],
)
def test_an_index_address_is_found_in_a_list_of_packages(tree: Path, line: str) -> None:
    (tree / "package-lock.json").write_text(line)
    assert list(check_docs.check(tree, PurePosixPath("package-lock.json")))
    (tree / "docs" / "links.md").write_text("<https://example.org>")
    assert list(check_docs.check(tree, PurePosixPath("docs/links.md"))) == []


def test_a_picture_is_not_read(tree: Path) -> None:
    (tree / "docs" / "now.png").write_bytes(b"\x89PNG\xff\xfe")
    assert list(check_docs.check(tree, PurePosixPath("docs/now.png"))) == []


def test_everything_that_would_be_added_is_read_and_the_exit_says_so(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "--quiet", str(tree)], check=True)
    (tree / ".gitignore").write_text("kept-out.md\n")
    (tree / "kept-out.md").write_text(f"Call {REAL_EXCHANGE}\n")
    assert check_docs.main(tree) == 0
    (tree / "docs" / "new.md").write_text(f"Call {REAL_EXCHANGE}\n")
    assert check_docs.main(tree) == 1
    assert f"docs/new.md:1: holds the number {REAL_EXCHANGE}" in capsys.readouterr().out


def test_this_test_may_be_in_the_repository_itself() -> None:
    assert list(check_docs.check(ROOT, PurePosixPath("tests/ops/test_check_docs.py"))) == []
