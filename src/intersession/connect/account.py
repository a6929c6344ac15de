"""Whether an account at Twilio is there, is ours, and may be used."""

from __future__ import annotations

import json
import re
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.response import Response

from .findings import CannotConnect, Finding, mend, ok

SID = re.compile(r"AC[0-9a-f]{32}")
ABOUT = "Twilio account"
SILENT = (TwilioException, requests.RequestException, OSError)
"""Twilio's refusals, and Twilio not answering."""
TRIAL = (
    "a trial account calls and texts only numbers that you have verified at Twilio, and says so before each call: "
    "upgrade it before a client calls"
)


def checked_sid(text: str) -> str:
    """An account's SID as typed. CannotConnect for anything else."""
    sid = text.strip()
    if not SID.fullmatch(sid):
        raise CannotConnect("this is no account SID: it begins with AC and has 34 characters (Twilio's console)")
    return sid


def check_account(client: Any) -> Finding:
    """Active, and no trial."""
    try:
        found = client.api.accounts(client.account_sid).fetch()
    except SILENT as error:
        return mend(ABOUT, reason(error))
    if str(found.status) != "active":
        return mend(ABOUT, f"it is {found.status}. Twilio's console says why, and how to open it again")
    return mend(ABOUT, TRIAL) if str(found.type) == "Trial" else ok(ABOUT, "active")


def reason(error: Exception) -> str:
    """What Twilio's refusal means, and what to do."""
    status, code = _answered(error)
    if status is None:
        return f"Twilio cannot be asked ({type(error).__name__}). Look at this machine's way to the internet"
    if status == 401:
        return "the auth token does not fit this account SID. Copy both anew from Twilio's console"
    if status >= 500:
        return f"Twilio itself is in trouble ({status}). status.twilio.com says more; try again later"
    return f"Twilio refuses, status {status}, code {code}: twilio.com/docs/api/errors/{code} says why"


def _answered(error: Exception) -> tuple[int | None, int | None]:
    """Status and code. Of a list the SDK raises a plain error, with the answer as its last word."""
    if isinstance(error, TwilioRestException):
        return error.status, error.code
    if isinstance(error, TwilioException) and isinstance(error.args[-1], Response):
        return error.args[-1].status_code, _code(error.args[-1].text)
    return None, None


def _code(body: str) -> int | None:
    """None where something on the way has answered in Twilio's place."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found.get("code") if isinstance(found, dict) else None
