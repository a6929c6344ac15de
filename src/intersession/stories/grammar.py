"""Sentences of stories: each kind is a pattern, an example, and a function. The documentation is made from them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

World = TypeVar("World")
Result = TypeVar("Result")

NAMED = {
    "who": r"(?P<who>[A-Z][\w-]*(?: \d)?)",
    "other": r"(?P<other>[A-Z][\w-]*(?: \d)?)",
    "line": r"(?P<line>[a-z][\w-]*)",
    "words": r'(?:"(?P<words>[^"]*)"|(?P<id>[A-Z][A-Z0-9-]+))',
    "body": r'"(?P<body>[^"]*)"',
    "because": r'(?: because "(?P<because>[^"]*)")?',
    "time": r"(?P<time>\+?[\w: -]*\d[\w: -]*)",
    "number": r"(?P<number>\d+)",
    "rule": r"(?P<rule>[A-Z]+-?\d+[a-z]?)",
    "word": r"(?P<word>[a-z0-9_]+)",
}


@dataclass(frozen=True, slots=True)
class Sentence(Generic[World, Result]):
    """One kind of sentence."""

    pattern: re.Pattern[str]
    example: str
    means: str
    act: Callable[..., Result]


class Grammar(Generic[World, Result]):
    """All sentences of one kind of field."""

    def __init__(self) -> None:
        self.sentences: list[Sentence[World, Result]] = []

    def sentence(
        self, form: str, *, example: str, means: str
    ) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
        """Register a function under a form such as `{who} calls {line}`."""
        pattern = re.compile(form.format(**NAMED))

        def register(act: Callable[..., Result]) -> Callable[..., Result]:
            self.sentences.append(Sentence(pattern, example, means, act))
            return act

        return register

    def find(self, text: str) -> tuple[Sentence[World, Result], dict[str, Any]]:
        """The sentence that fits, and its parts. ValueError, with the nearest examples, where none does."""
        for sentence in self.sentences:
            match = sentence.pattern.fullmatch(text.strip())
            if match is not None:
                return sentence, {name: value for name, value in match.groupdict().items() if value is not None}
        raise ValueError(f"{text!r} is not understood; expected a sentence such as {self._near(text)}")

    def _near(self, text: str) -> str:
        """By their words without names, so that a slip of the pen finds its sentence."""
        plain = {_plain(sentence.example): sentence.example for sentence in self.sentences}
        near = get_close_matches(_plain(text), list(plain), n=2, cutoff=0.3) or list(plain)[:2]
        return " or ".join(f"`{plain[one]}`" for one in near)


def _plain(text: str) -> str:
    return re.sub(r"\b[A-Z][\w-]*\b|\"[^\"]*\"", "", text).strip()
