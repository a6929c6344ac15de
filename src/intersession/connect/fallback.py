"""What speaks when our server is dead or hung: a small Studio flow at Twilio itself (V00).

Widgets and their properties: twilio.com/docs/studio/widget-library. A text needs no fallback: it is fetched later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from intersession.carriers.safe import safe_words, saved_words
from intersession.carriers.twilio.account import Account
from intersession.carriers.twilio.render import SILENCE_SECONDS
from intersession.core.call import Said

from .account import SILENT, reason
from .findings import Finding, mend, ok

ABOUT = "fallback"
RUN_AGAIN = "run intersession connect twilio"


def definition(account: Account, now: datetime) -> dict[str, Any]:
    """The safe words, a message, and that it is saved; 9 says the words again, at any time.

    No widget that gathers input is used: it would also listen to speech and turn it into text (S08).
    """
    return {
        "description": "Speaks when the practice's own server does not answer",
        "initial_state": "Trigger",
        "flags": {"allow_concurrent_calls": True},
        "states": [
            _widget("Trigger", "trigger", [_to("incomingCall", "words"), _to("incomingMessage")], {}, 0),
            _words("words", account, safe_words(account, now), "message", 1),
            _message(account),
            _again(),
            _words("saved", account, saved_words(account, now), None, 4),
        ],
    }


def ensure_fallback(client: Any, account: Account, now: datetime) -> str:
    """Make the flow, or bring its words up to date; the address that Twilio calls it by."""
    wanted, flow = definition(account, now), _flow(client, account)
    if flow is None:
        flow = client.studio.v2.flows.create(friendly_name=_name(account), status="published", definition=wanted)
    elif not _is_current(client, flow, wanted):
        client.studio.v2.flows(flow.sid).update(status="published", definition=wanted)
    return address(client, flow.sid)


def find_fallback(client: Any, account: Account) -> str | None:
    """The address of the flow that is there."""
    flow = _flow(client, account)
    return None if flow is None else address(client, flow.sid)


def check_fallback(client: Any, account: Account, now: datetime) -> Finding:
    """It is there, published, and says today's words."""
    try:
        flow = _flow(client, account)
        if flow is None:
            return mend(ABOUT, f"nothing at Twilio speaks when this server is down: {RUN_AGAIN}")
        if not _is_current(client, flow, definition(account, now)):
            return mend(ABOUT, f"what Twilio says when this server is down is not what the line says: {RUN_AGAIN}")
    except SILENT as error:
        return mend(ABOUT, reason(error))
    return ok(ABOUT, "Twilio speaks the safety words by itself when this server is down")


def address(client: Any, flow: str) -> str:
    """Where a call enters a flow."""
    return f"https://webhooks.twilio.com/v1/Accounts/{client.account_sid}/Flows/{flow}"


def _flow(client: Any, account: Account) -> Any:
    return next((one for one in client.studio.v2.flows.list() if one.friendly_name == _name(account)), None)


def _is_current(client: Any, flow: Any, wanted: dict[str, Any]) -> bool:
    there = client.studio.v2.flows(flow.sid).fetch()
    states = {state["name"]: state for state in there.definition["states"]}
    return str(there.status) == "published" and all(
        _is_within(state, states.get(state["name"])) for state in wanted["states"]
    )


def _is_within(wanted: dict[str, Any], there: dict[str, Any] | None) -> bool:
    """Twilio may add properties and events of its own, and move a widget."""
    if there is None or there["type"] != wanted["type"]:
        return False
    same = all(there["properties"].get(k) == v for k, v in wanted["properties"].items() if k != "offset")
    return same and _ways(there) == _ways(wanted)


def _ways(widget: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["event"], one["next"]) for one in widget["transitions"] if one.get("next")}


def _name(account: Account) -> str:
    return f"Intersession fallback of {account.practice}"


def _words(name: str, account: Account, said: tuple[Said, ...], then: str | None, row: int) -> dict[str, Any]:
    words = " ".join(one.text for one in said)
    spoken = {"say": words, "language": account.locale, "voice": account.voices[account.locale], "loop": 1}
    return _widget(name, "say-play", [_to("audioComplete", then)], spoken, row)


def _message(account: Account) -> dict[str, Any]:
    """Who said nothing hears the words again."""
    recording = {
        "transcribe": False, "max_length": account.longest_seconds, "timeout": SILENCE_SECONDS, "play_beep": "true",
        "finish_on_key": "9#", "trim": "trim-silence",
    }  # fmt: skip
    ends = [_to("recordingComplete", "again"), _to("noAudio", "words"), _to("hangup")]
    return _widget("message", "record-voicemail", ends, recording, 2)


def _again() -> dict[str, Any]:
    digits = "{{widgets.message.Digits}}"
    nine = {"friendly_name": "9", "arguments": [digits], "type": "equal_to", "value": "9"}
    ways = [_to("noMatch", "saved"), {**_to("match", "words"), "conditions": [nine]}]
    return _widget("again", "split-based-on", ways, {"input": digits}, 3)


def _widget(
    name: str, kind: str, transitions: list[dict[str, Any]], properties: dict[str, Any], row: int
) -> dict[str, Any]:
    offset = {"offset": {"x": 0, "y": 250 * row}}
    return {"name": name, "type": kind, "transitions": transitions, "properties": properties | offset}


def _to(event: str, following: str | None = None) -> dict[str, Any]:
    return {"event": event} if following is None else {"event": event, "next": following}
