"""A test call and a test text, to a phone that the installer names."""

from __future__ import annotations

from typing import Any

from twilio.twiml.voice_response import VoiceResponse

from intersession.carriers.twilio.account import Account
from intersession.carriers.twilio.numbers import e164

from .account import SILENT, reason
from .findings import CannotConnect, Finding, mend, ok

WORDS = "This is a test of your practice's line. You can hang up now."


def checked_phone(text: str, country: str) -> str:
    """A telephone number as typed, in E.164. CannotConnect where it is none."""
    found = e164(text, country)
    if found is None:
        raise CannotConnect(f"“{text}” is no telephone number: give it with its country, such as +1 202 555 0142")
    return found


def call(client: Any, account: Account, to: str, show: str) -> Finding:
    """Twilio says a sentence; our server has no part in it."""
    response: Any = VoiceResponse  # the SDK is not typed
    spoken = response()
    spoken.say(WORDS, voice=account.voices["en-US"], language="en-US")
    return _tried("test call", lambda: client.calls.create(to=to, from_=show, twiml=str(spoken)), "it should ring now")


def text(client: Any, to: str, show: str) -> Finding:
    """Accepted is not delivered: what waits for registration is accepted, and then blocked."""
    return _tried(
        "test text", lambda: client.messages.create(to=to, from_=show, body=WORDS),
        "accepted. If it does not come within a minute, the texting registration is not done",
    )  # fmt: skip


def _tried(about: str, attempt: Any, done: str) -> Finding:
    try:
        attempt()
    except SILENT as error:
        return mend(about, reason(error))
    return ok(about, done)
