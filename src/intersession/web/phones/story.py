"""One or two sentences above the handsets: what is happening on them now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .show import Kind, Screen, busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The sentences, and the contact they are about."""

    says: str
    time: str
    also: str = ""
    contact: str = ""


def story(shown: Sequence[Screen]) -> Story:
    """Told from the screens alone."""
    client = next((one for one in shown if one.is_client and one.busy), None)
    if client is None:
        return _nobody_calls(shown)
    same = [one for one in shown if one.contact == client.contact]
    rings = [one for one in same if not one.is_client and one.kind is Kind.RINGING]
    talks = busy(same, Kind.TALKING, client=False)
    asked = busy(same, Kind.CALL, client=False)
    match client.kind:
        case Kind.TALKING if talks is not None:
            says = f"{client.holder} and {talks.holder} talk. Each phone shows only the practice's number."
        case Kind.TALKING:
            says = f"{client.holder} is connected."
        case Kind.CRISIS:
            says = f"{client.holder} talks with 988, the crisis line. It sees {client.holder}'s own number."
        case Kind.RECORDING:
            says = f"{client.holder} is leaving a message. Hanging up, 1, 9 and pound all keep it."
        case Kind.RINGING:
            says = f"{client.holder}'s phone rings and shows the practice's number."
        case Kind.CALL | Kind.REST:
            says = (
                f"{client.holder} is on the line." if rings or asked else f"{client.holder} called and hears the line."
            )
    return Story(says=says, time=client.time, also=_also(client, rings, asked, shown), contact=client.contact)


def _also(client: Screen, rings: Sequence[Screen], asked: Screen | None, shown: Sequence[Screen]) -> str:
    if asked is not None:
        return f"{asked.holder} picked up and decides by key. Nobody is connected before that."
    if rings:
        whose = "that phone's number" if len(rings) == 1 else "those phones' numbers"
        return f"{_phones(rings)} only “{rings[0].name}”. {client.holder} will never see {whose}."
    dark = [one.holder for one in shown if not one.is_client and not one.busy]
    return f"{_and(dark)}: dark." if dark and client.kind in (Kind.CALL, Kind.RECORDING) else ""


def _nobody_calls(shown: Sequence[Screen]) -> Story:
    time = shown[0].time if shown else ""
    rings = [one for one in shown if one.kind is Kind.RINGING]
    if rings:
        return Story(says=f"{_phones(rings)} only “{rings[0].name}”.", time=time, contact=rings[0].contact)
    busy_one = next((one for one in shown if one.busy), None)
    if busy_one is not None:
        return Story(says=f"{busy_one.holder} is on the phone with the line.", time=time, contact=busy_one.contact)
    first = next((one for one in shown if one.is_client), None)
    invited = f" Call or text the line from {first.holder}'s phone." if first is not None else ""
    return Story(says=f"All phones are at rest.{invited}", time=time)


def _phones(rings: Sequence[Screen]) -> str:
    if len(rings) == 1:
        return f"{rings[0].holder}'s phone rings and shows"
    return f"The phones of {_and([one.holder for one in rings])} ring and show"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
