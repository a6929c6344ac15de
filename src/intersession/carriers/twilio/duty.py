"""The duty number that Twilio itself rings while the line is down (V00): who took a call there."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import requests
from twilio.base.exceptions import TwilioException

SERVICE = "intersession-duty"
"""What the service is called that `connect` makes at Twilio."""
NOTE = "taken "
"""What its function notes when key 1 was pressed, with the caller's call behind. Twilio keeps notes for 30 days."""
NOTED = re.compile(rf"{NOTE}(CA\w+)")


def taken(client: Any, since: datetime) -> frozenset[str]:
    """The calls, by SID, that the duty person took by key 1.

    Empty where Twilio does not say: then a caller is called back who need not have been, and no one is forgotten.
    """
    try:
        notes = list(_notes(client.serverless.v1, since))
    except (TwilioException, requests.RequestException, OSError):
        return frozenset()
    return frozenset(found[1] for note in notes if (found := NOTED.search(note)))


def _notes(serverless: Any, since: datetime) -> Any:
    for service in serverless.services.list():
        if service.unique_name == SERVICE:
            there = serverless.services(service.sid)
            for environment in there.environments.list():
                yield from (str(one.message) for one in there.environments(environment.sid).logs.list(start_date=since))
