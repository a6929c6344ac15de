"""Twilio as a carrier: what it is ordered, by its REST API. Its legs fetch what they hear.

A request that was never answered may have been carried out all the same: a call or a text of unknown outcome is looked
up in Twilio's lists, and where it is not found there, a person is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

from intersession.core.ids import LegId, LineId, RecordingId

from ..port import (
    Announce,
    Capabilities,
    CrisisTransfer,
    Dial,
    Done,
    Drop,
    Envelope,
    Failed,
    Join,
    LookAgain,
    Mail,
    Notice,
    NotReady,
    Order,
    Outcome,
    Refuse,
    Say,
    Text,
    Tone,
    Unknown,
)
from .missed import Missed
from .parse import Reader, length
from .steps import Kind, Steps

CAPABILITIES = Capabilities(
    pulls=True, crisis_transfer=True, presents_caller=True, withholds_number=False, static_fallback=True,
    self_managed_keywords=False, legs_per_second=1.0,
)  # fmt: skip
CALL_IS_OVER = frozenset({20404, 21220})
"""Twilio's errors for a call that cannot be changed any more."""
GOES_ON = ("queued", "initiated", "ringing", "in-progress")
"""A call of before that is over is not the one whose answer was lost."""
ENDED = ("completed", "absent")
"""States of a recording in which nothing of it changes any more."""
BUSY = 429
PAUSES = (0.3, 0.7, 1.5)
"""Seconds before each further try of what Twilio was too busy for: it says that nothing was done. All in all no longer
than an errand can wait, and whoever stands behind it: they would be told the same."""
API = "https://api.twilio.com/2010-04-01"
CLOCKS_DIFFER = timedelta(minutes=1)

Attempt = Callable[[], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Twilio:
    """One account. `client` is the SDK's `twilio.rest.Client`; `reference` knows Twilio's names of our legs."""

    reader: Reader
    client: Any
    steps: Steps
    reference: Callable[[LegId], str | None]
    fetch: Callable[[str], tuple[str, bytes] | None]
    """Sounds and pictures by their address."""
    now: Callable[[], datetime]
    rest: Callable[[float], None] = time.sleep
    """Seconds between two tries."""
    name: str = "twilio"
    capabilities: Capabilities = CAPABILITIES

    def run(self, order: Order) -> Outcome:
        """Carry out one order. What went wrong is an outcome."""
        match order:
            case Dial():
                return self._dial(order)
            case LookAgain():
                return self._change(order.leg, url=self._hurried(Kind.LOOK, order.leg), method="POST")
            case Announce():
                url = self._hurried(Kind.ANNOUNCE, order.third)
                return self._twice(lambda: self._announce(order.leg, order.room, url))
            case Drop():
                return self._change(order.leg, status="completed")
            case Tone():
                return self._tone(order)
            case Text():
                return self._text(order)
            case Notice():
                return self._send(to=order.to, from_=order.show, body=order.body)
            case Mail():
                return Failed("this carrier has no e-mail")
            case Say() | Join() | CrisisTransfer() | Refuse():
                return Failed("the legs of this carrier fetch what they hear")
            case _:
                assert_never(order)

    def missed(self, line: LineId, since: datetime) -> Iterable[Envelope]:
        """What happened on a line while nobody listened."""
        return Missed(self.reader, self.client).of(line, since)

    def sound(self, recording: RecordingId) -> tuple[str, bytes] | None:
        """A recording that Twilio keeps; None where it is not there yet."""
        return self.fetch(f"{API}/Accounts/{self.client.account_sid}/Recordings/{recording}.wav")

    def length(self, recording: RecordingId) -> float | None:
        """Seconds, by Twilio's own record of it; None where it says that it does not know."""
        found = self.client.recordings(recording).fetch()
        if str(found.status) not in ENDED:
            raise NotReady
        return length(str(found.duration))

    def forget(self, recording: RecordingId) -> None:
        """Delete a recording there. Gone already is gone."""
        _gone(self.client.recordings(recording))

    def picture(self, reference: str) -> tuple[str, bytes] | None:
        """What came with a text; None where it is not there."""
        message, media = _names(reference)
        return self.fetch(f"{API}/Accounts/{self.client.account_sid}/Messages/{message}/Media/{media}")

    def forget_picture(self, reference: str) -> None:
        """Delete it there. Gone already is gone."""
        message, media = _names(reference)
        _gone(self.client.messages(message).media(media))

    # ------------------------------------------------------------ calls

    def _dial(self, order: Dial) -> Outcome:
        if order.show is None:
            return Failed("Twilio cannot withhold the number of a call")
        told = {
            "url": self._hurried(Kind.ANSWERED, order.leg), "method": "POST", "timeout": order.seconds,
            "status_callback": self.reader.account.url(self.steps.first(Kind.STATUS, order.leg).path),
            "status_callback_method": "POST", "status_callback_event": ["completed"],
        }  # fmt: skip
        ends = {"to": order.to, "from_": order.show}
        return self._once(
            lambda: self.client.calls.create(**ends, **told),
            lambda since: self.client.calls.list(to=order.to, start_time_after=since, limit=20),
            lambda call: call._from == order.show and str(call.status) in GOES_ON,
        )

    def _change(self, leg: LegId, **how: Any) -> Outcome:
        """Change a call that is up. It may be done twice, so it is tried again; one that is over needs no change."""
        reference = self.reference(leg)
        if reference is None:
            return Failed("Twilio's name of this leg is not known")
        return self._twice(lambda: _unless_over(lambda: self.client.calls(reference).update(**how)))

    def _tone(self, order: Tone) -> Outcome:
        return self._twice(lambda: self._announce(order.leg, order.leg, self.reader.account.url("/twilio/tone")))

    def _announce(self, leg: LegId, room: LegId, url: str) -> Any:
        """To one participant alone."""
        found = self.client.conferences.list(friendly_name=str(room), status="in-progress", limit=1)
        if not found:
            return None  # whoever was in it has left: that is an event of its own
        participant = self.client.conferences(found[0].sid).participants(self.reference(leg))
        return _unless_over(lambda: participant.update(announce_url=url, announce_method="POST"))

    # ------------------------------------------------------------ texts

    def _text(self, order: Text) -> Outcome:
        callback = self.reader.account.url(f"/twilio/text-status?message={order.message}")
        return self._send(to=order.to, from_=order.show, body=order.body, status_callback=callback)

    def _send(self, **text: str) -> Outcome:
        return self._once(
            lambda: self.client.messages.create(**text),
            lambda since: self.client.messages.list(
                to=text["to"], from_=text["from_"], date_sent_after=since, limit=20
            ),
            lambda message: message.body == text["body"],
        )

    # ------------------------------------------------------------ what came of it

    def _once(self, create: Attempt, listed: Callable[[datetime], Any], is_it: Callable[[Any], bool]) -> Outcome:
        """Never twice: where Twilio's answer did not come, its list says whether it was done."""
        since = self.now() - CLOCKS_DIFFER
        outcome = _tried(lambda: self._patiently(create))
        if not isinstance(outcome, Unknown):
            return outcome
        found = self._twice(lambda: next((one for one in listed(since) if is_it(one)), None))
        return found if isinstance(found, Done) and found.reference else outcome

    def _twice(self, attempt: Attempt) -> Outcome:
        """For what may be done twice."""
        outcome = _tried(lambda: self._patiently(attempt))
        return outcome if isinstance(outcome, Done) else _tried(attempt)

    def _patiently(self, attempt: Attempt) -> Any:
        """Tried again while Twilio is too busy for it."""
        for pause in PAUSES:
            try:
                return attempt()
            except TwilioRestException as error:
                if error.status != BUSY:
                    raise
                self.rest(pause)
        return attempt()

    def _hurried(self, kind: Kind, leg: LegId) -> str:
        return self.reader.account.hurried(self.steps.first(kind, leg).path)


def _names(reference: str) -> tuple[str, str]:
    """Of a text and of what came with it. LookupError for what is another carrier's name."""
    message, _, media = reference.partition("/")
    if not (message.isalnum() and media.isalnum()):
        raise LookupError("this is no name of Twilio's")
    return message, media


def _gone(resource: Any) -> None:
    try:
        resource.delete()
    except TwilioRestException as error:
        if error.status != 404:
            raise


def _unless_over(change: Attempt) -> Any:
    try:
        return change()
    except TwilioRestException as error:
        if error.code not in CALL_IS_OVER:
            raise
        return None


def _tried(attempt: Attempt) -> Outcome:
    """Twilio's own refusals say that nothing was done; its breakdowns, and silence, say nothing."""
    try:
        return Done(str(getattr(attempt(), "sid", "") or ""))
    except TwilioRestException as error:
        reason = f"Twilio answered {error.status}, code {error.code}"
        return Unknown(reason) if error.status >= 500 else Failed(reason)
    except (TwilioException, requests.RequestException, OSError) as error:
        return Unknown(type(error).__name__)
