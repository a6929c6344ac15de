"""What speaks when our server is dead or hung: a small Studio flow at Twilio itself (V00).

Widgets and their properties: twilio.com/docs/studio/widget-library. A text needs no fallback: it is fetched later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from intersession.carriers.safe import duty_words, safe_words, saved_words
from intersession.carriers.twilio.account import Account
from intersession.carriers.twilio.render import SILENCE_SECONDS
from intersession.core.call import Said

from .account import SILENT, reason
from .duty import code, ensure_duty, found_duty, remove_duty
from .findings import Finding, mend, ok

ABOUT = "fallback"
RUN_AGAIN = "run intersession connect twilio"
LONGEST_TALK = "14400"
"""Seconds that Studio waits for a call to come back, at most; Twilio ends a talk after as long by itself."""


def definition(account: Account, now: datetime, duty: str | None = None) -> dict[str, Any]:
    """The safe words, a message, and that it is saved; 9 says the words again, at any time.

    With `duty`, the address of what rings the duty number, that person is rung after the first words; whoever talked
    with them and stays on the line hears the safe words as well. No widget that gathers input is used: it would also
    listen to speech and turn it into text (S08).
    """
    return {
        "description": "Speaks when the practice's own server does not answer",
        "initial_state": "Trigger",
        "flags": {"allow_concurrent_calls": True},
        "states": [
            _widget(
                "Trigger", "trigger", [_to("incomingCall", "hello" if duty else "words"), _to("incomingMessage")], {}, 0
            ),
            _words("words", account, safe_words(account, now), "message", 1),
            _message(account),
            _again(),
            _words("saved", account, saved_words(account, now), None, 4),
            *(_rings(account, now, duty) if duty else ()),
        ],
    }


def ensure_flow(client: Any, account: Account, now: datetime) -> str:
    """The address that Twilio calls the flow by. Where there is none it is made, without a duty number yet."""
    flow = _flow(client, account) or client.studio.v2.flows.create(
        friendly_name=_name(account), status="published", definition=definition(account, now)
    )
    return address(client, flow.sid)


def ensure_fallback(client: Any, account: Account, duty: str, now: datetime) -> None:
    """Bring the flow up to date, with what rings the duty number, which leads back to it. `duty`: nothing for none."""
    flow = _flow(client, account)
    ring = ensure_duty(client, account, duty, address(client, flow.sid), now) if duty else None
    wanted = definition(account, now, ring)
    if not _is_current(client, flow, wanted):
        client.studio.v2.flows(flow.sid).update(status="published", definition=wanted)
    if not duty:
        remove_duty(client)


def find_fallback(client: Any, account: Account) -> str | None:
    """The address of the flow that is there."""
    flow = _flow(client, account)
    return None if flow is None else address(client, flow.sid)


def check_fallback(client: Any, account: Account, duty: str, now: datetime) -> Finding:
    """It is there, published, says today's words, and rings the duty number that was given, if one was."""
    try:
        flow = _flow(client, account)
        if flow is None:
            return mend(ABOUT, f"nothing at Twilio speaks when this server is down: {RUN_AGAIN}")
        found = found_duty(client)
        if found is not None and not duty:
            return mend(ABOUT, f"Twilio still has a duty number that was taken back: {RUN_AGAIN}")
        if duty and (found is None or found[1] != code(account, duty, address(client, flow.sid), now)):
            return mend(ABOUT, f"Twilio does not ring the duty number as it should: {RUN_AGAIN}")
        if not _is_current(client, flow, definition(account, now, found[0] if found else None)):
            return mend(ABOUT, f"what Twilio says when this server is down is not what the line says: {RUN_AGAIN}")
    except SILENT as error:
        return mend(ABOUT, reason(error))
    rings = " and rings the duty number" if duty else ""
    return ok(ABOUT, f"Twilio speaks the safety words{rings} by itself when this server is down")


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


def _rings(account: Account, now: datetime, duty: str) -> tuple[dict[str, Any], ...]:
    """Where it cannot be asked, or does not come back, the caller goes on to the message all the same."""
    words = duty_words(account, now)
    waits = {"url": duty, "method": "POST", "timeout": LONGEST_TALK}
    ways = [_to("return", "talked"), _to("timeout", "no-one"), _to("fail", "no-one")]
    return (
        _words("hello", account, (words.hello, words.ringing), "duty", 5),
        _widget("duty", "add-twiml-redirect", ways, waits, 6),
        _split("talked", "{{widgets.duty.talked}}", "yes", "words", "no-one", 7),
        _words("no-one", account, (words.no_one,), "message", 8),
    )


def _message(account: Account) -> dict[str, Any]:
    """Who said nothing hears the words again."""
    recording = {
        "transcribe": False, "max_length": account.longest_seconds, "timeout": SILENCE_SECONDS, "play_beep": "true",
        "finish_on_key": "9#", "trim": "trim-silence",
    }  # fmt: skip
    ends = [_to("recordingComplete", "again"), _to("noAudio", "words"), _to("hangup")]
    return _widget("message", "record-voicemail", ends, recording, 2)


def _again() -> dict[str, Any]:
    return _split("again", "{{widgets.message.Digits}}", "9", "words", "saved", 3)


def _split(name: str, of: str, value: str, then: str, otherwise: str, row: int) -> dict[str, Any]:
    same = {"friendly_name": value, "arguments": [of], "type": "equal_to", "value": value}
    ways = [_to("noMatch", otherwise), {**_to("match", then), "conditions": [same]}]
    return _widget(name, "split-based-on", ways, {"input": of}, row)


def _widget(
    name: str, kind: str, transitions: list[dict[str, Any]], properties: dict[str, Any], row: int
) -> dict[str, Any]:
    offset = {"offset": {"x": 0, "y": 250 * row}}
    return {"name": name, "type": kind, "transitions": transitions, "properties": properties | offset}


def _to(event: str, following: str | None = None) -> dict[str, Any]:
    return {"event": event} if following is None else {"event": event, "next": following}
