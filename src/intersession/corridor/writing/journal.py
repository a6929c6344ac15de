"""The journal: ids, closed values and plain reasons; never content (INV-17)."""

from __future__ import annotations

import json

from intersession import __version__
from intersession.core.decision import Decision

from .turn import Turn


def write_entry(turn: Turn, decision: Decision) -> None:
    """Ids, closed values and plain reasons; never content."""
    event = turn.event
    entry = {
        "event": event.id,
        "rule": decision.rule,
        "modifiers": decision.modifiers,
        "layer": decision.layer,
        "inputs": dict(decision.inputs),
        "reasons": [[reason.rule, reason.says] for reason in decision.reasons],
        "commands": [type(command).__name__ for command in decision.commands],
        "policy": decision.policy_version,
        "code": __version__,
    }
    turn.db.run(
        'INSERT INTO journal (practice_id, at, kind, contact, "by", rule, entry) VALUES (?,?,?,?,?,?,?)',
        (
            turn.practice, turn.at, type(event).__name__, _about(turn, decision), getattr(event, "by", None),
            decision.rule, json.dumps(entry, separators=(",", ":"), ensure_ascii=False),
        ),
    )  # fmt: skip


def _about(turn: Turn, decision: Decision) -> str | None:
    contact = getattr(turn.event, "contact", None)
    if contact is None:
        contact = next((c for command in decision.commands if (c := getattr(command, "contact", None))), None)
    if contact is None and turn.facts.task is not None:
        contact = turn.facts.task.contact
    return contact
