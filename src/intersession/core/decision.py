"""What `decide` returns: commands, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One plain sentence for the "Why?" panel, with the rule it comes from."""

    rule: str
    says: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The outcome for one event. Stored as it is; "Why?" and `explain` print the stored one (INV-17)."""

    rule: str
    """The one base rule, by its permanent id."""
    modifiers: tuple[str, ...] = ()
    """Rules that changed how the base rule is carried out: language, relay, shared phone, burst."""
    layer: str = "default"
    """The policy layer whose value won, where a value of the policy decided."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The reduced situation: closed values only, no content."""
    reasons: tuple[Reason, ...] = ()
    commands: tuple[Command, ...] = ()
    policy_version: int = 0
