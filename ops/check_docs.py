"""Reads every file that goes into the repository: `python ops/check_docs.py`.

Links and paths in the documents must exist; no file may hold a machine's path, a package index's address, a
telephone number that could be somebody's, or anything that looks like a secret.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

Found = tuple[int, str]
"""A line number, and what is wrong there."""

ROOT = Path(__file__).resolve().parents[1]

# ---------------------------------------------------------------- documents

FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.M | re.S)
LINK = re.compile(r"\]\(<?([^)<>\s]+)>?(?:\s+\"[^\"]*\")?\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)
PATH = re.compile(r"`((?:src|tests|docs|scenarios|ops|bench)/[^`\s]*)`")
PLACEHOLDER = re.compile(r"[<>{}…]|\.\.\.|NAME")


def dead_links(text: str, folder: Path) -> Iterator[Found]:
    """Relative links whose target is not there."""
    text = _without_fences(text)
    for match in LINK.finditer(text):
        target = match[1].partition("#")[0]
        if target and not ELSEWHERE.match(target) and not (folder / target).exists():
            yield _line(text, match), f"links to {target}, which does not exist"


def dead_paths(text: str, root: Path) -> Iterator[Found]:
    """Paths in backticks that are not there; `*` stands for any name."""
    text = _without_fences(text)
    for match in PATH.finditer(text):
        path = re.split(r"::|:\d|#", match[1])[0].rstrip("/")
        if not PLACEHOLDER.search(path) and not any(root.glob(path)):
            yield _line(text, match), f"names {path}, which does not exist"


def _without_fences(text: str) -> str:
    """The same lines, those of code blocks empty."""
    return FENCE.sub(lambda block: "\n" * block[0].count("\n"), text)


# ---------------------------------------------------------------- every file

MACHINE = re.compile(r"(?<![\w.:/-])/(?:work|root|home/\w+|Users/\w+)/")
INDEX = re.compile(r"https?://[^\s\"']+|--(?:extra-)?index-url\S*|--find-links\S*|--trusted-host\S*")
AMERICAN = re.compile(r"(?<![\w.#-])(?:\+?1[-. ]?)?\(?([2-9]\d\d)\)?[-. ]{0,2}([2-9]\d\d)[-. ]?(\d{4})(?![\w-])")
FOREIGN = re.compile(r"(?<![\w+])\+(?!1)([2-9]\d{7,14})(?!\w)")
SECRETS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}"),
    re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    re.compile(r"\b(?:AC|SK)([0-9a-f]{32})\b"),
    re.compile(r"(?:password|secret|token|api_key)\"?\s*[:=]\s*[\"']([A-Za-z0-9+/=_-]{20,})[\"']", re.I),
)

LIFELINE = "8002738255"
LONDON_DRAMA = "44207946"
"""Numbers that the British regulator keeps free for fiction: +44 20 7946 0000 to 0999."""
MADE_UP = 8
"""A made-up secret repeats itself; a real one has more different characters than this."""

LISTS = re.compile(r"requirements.*\.(?:txt|in)$|requirements/|package-lock\.json$|\.lock$|pylock.*\.toml$")


def machine_paths(text: str) -> Iterator[Found]:
    """Where somebody's work lies on somebody's disk."""
    for match in MACHINE.finditer(text):
        yield _line(text, match), f"holds a machine's path, {match[0]}"


def index_addresses(text: str) -> Iterator[Found]:
    """Which index a package came from is for each installation to say."""
    for match in INDEX.finditer(text):
        yield _line(text, match), f"holds an index's address, {match[0]}"


def real_numbers(text: str) -> Iterator[Found]:
    """Telephone numbers that somebody may have. 555-0100 to 555-0199 belong to nobody, in every area."""
    for match in AMERICAN.finditer(text):
        area, exchange, rest = match.groups()
        fictional = exchange == "555" and rest.startswith("01")
        if not fictional and area + exchange + rest != LIFELINE:
            yield _line(text, match), f"holds the number {match[0].strip()}; take a 555-01xx"
    for match in FOREIGN.finditer(text):
        if not (match[1].startswith(LONDON_DRAMA + "0") and len(match[1]) == 12):
            yield _line(text, match), f"holds the number {match[0]}; take +44 20 7946 0xxx"


def secrets_like(text: str) -> Iterator[Found]:
    """Keys, tokens and passwords, going by their shape. What was found is not printed."""
    for pattern in SECRETS:
        for match in pattern.finditer(text):
            if not match.groups() or len(set(match[1])) > MADE_UP:
                yield _line(text, match), "holds what looks like a secret"


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


# ---------------------------------------------------------------- all together

EVERYWHERE: tuple[Callable[[str], Iterator[Found]], ...] = (machine_paths, secrets_like)


def check(root: Path, path: PurePosixPath) -> Iterator[Found]:
    """All that is wrong with one file."""
    text = _read(root / path)
    if text is None:
        return
    for rule in EVERYWHERE:
        yield from rule(text)
    if LISTS.search(str(path)):
        yield from index_addresses(text)
    elif "vendor" not in path.parts:
        yield from real_numbers(text)
    if path.suffix == ".md":
        yield from dead_links(text, (root / path).parent)
        yield from dead_paths(text, root)


def _read(path: Path) -> str | None:
    """Text, or None for what is none: a picture, a sound, a file that was deleted meanwhile."""
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return None


def repository_files(root: Path) -> list[PurePosixPath]:
    """What is in the repository, and what would be added to it."""
    asked = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return sorted({PurePosixPath(name) for name in listed.split("\0") if name})


def main(root: Path = ROOT) -> int:
    """Print what is wrong; 1 if there is anything."""
    files = repository_files(root)
    found = [f"{path}:{line}: {says}" for path in files for line, says in sorted(check(root, path))]
    print("\n".join(found) if found else f"{len(files)} files read: links, paths and contents are in order.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
