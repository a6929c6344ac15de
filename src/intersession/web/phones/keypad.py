"""Keys as they are drawn: those that do something now, and in a word what."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.call import Hearing, Then

ALL = "123456789*0#"
CALLER = {"0": "desk", "1": "urgent", "2": "page", "8": "Español", "9": "crisis", "#": "done"}
"""What the keys mean wherever a caller hears a greeting or waits (§2)."""

_TAKE, _PASS = "Take it", "Pass it on"
MENUS: dict[str, dict[str, str]] = {
    "MENU": {"1": "Take the call", "2": _PASS, "3": "Say when you will call"},
    "MENU-URG": {"1": "Take the call", "2": _PASS},
    "MENU-3": {"1": "In 15 minutes", "2": "In 30 minutes", "3": "In one hour"},
    "CUT-CLIENT": {"1": "Call back now"},
    "OB-CALL": {"1": "Call now", "2": "Later"},
    "PG-1": {"1": _TAKE, "2": _PASS, "3": "Hear it again"},
    "PG-AGAIN": {"1": _TAKE, "2": _PASS, "3": "Hear it again"},
    "PG-ALL": {"1": _TAKE, "2": _PASS, "3": "Hear it again"},
    "PG-ACK": {"1": "Call back now", "2": _PASS},
    "PG-ACK-CALL": {"1": "Call back now", "2": _PASS},
}
"""Menus that staff hear, by wording id; the words themselves are spoken, these stand on the buttons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key on the screen."""

    key: str
    label: str = ""
    live: bool = False
    name: str = ""
    """For a screen reader, where the sign has no good sound."""

    @property
    def crisis(self) -> bool:
        """The crisis line's own key."""
        return self.live and self.label == CALLER["9"]


def menu(hearing: Hearing) -> tuple[Key, ...]:
    """The few keys of a menu that is being said; empty where it is none of the known ones."""
    for said in reversed(hearing.said):
        labels = MENUS.get(said.id)
        if labels is not None and set(hearing.keys) <= set(labels):
            return tuple(Key(key=key, label=labels[key], live=True) for key in labels if key in hearing.keys)
    return ()


def keypad(hearing: Hearing, *, staff: bool) -> tuple[Key, ...]:
    """All twelve, live ones with what they do where it is a caller's; none where none would do anything."""
    ends = "#" if hearing.then is Then.RECORD else ""
    live = ALL if hearing.digits else hearing.keys + ends
    if not live:
        return ()
    return tuple(
        Key(
            key=key,
            label=CALLER.get(key, "") if key in live and not staff else "",
            live=key in live,
            name={"*": "star", "#": "pound"}.get(key, key),
        )
        for key in ALL
    )
