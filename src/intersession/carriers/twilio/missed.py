"""What passed us by while nobody listened: calls that are over, their recordings, and texts, as Twilio keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from intersession.core.events import CallFellBack
from intersession.core.ids import LineId

from ..port import Envelope
from .duty import taken
from .parse import ENDS, Reader, length


@dataclass(frozen=True, slots=True)
class Missed:
    """Reads Twilio's lists. `client` is the SDK's `twilio.rest.Client`."""

    reader: Reader
    client: Any

    def of(self, line: LineId, since: datetime) -> Iterable[Envelope]:
        """With Twilio's times. Events that were told live have the same ids and are known already.

        Raises what the SDK raises: a carrier that cannot be asked has not said that nothing was missed.
        """
        for number, of in self.reader.account.lines.items():
            if of == line:
                yield from self._calls(number, since)
                yield from self._texts(number, since)

    def _calls(self, number: str, since: datetime) -> Iterator[Envelope]:
        found = [
            one for one in self.client.calls.list(to=number, start_time_after=since)
            if one.direction == "inbound" and str(one.status) in ENDS
        ]  # fmt: skip
        by_duty = taken(self.client, since) if found else frozenset()
        for call in found:
            yield from self._call(call, by_duty=call.sid in by_duty)

    def _call(self, call: Any, *, by_duty: bool) -> Iterator[Envelope]:
        """A call that walked the line is known by its arrival: then only its recordings and its end can be new."""
        form = {"CallSid": call.sid, "From": call._from or "", "To": call.to or "", "CallStatus": str(call.status)}
        started = call.start_time or call.date_created
        arrived = self.reader.arrived(form, started)
        first = arrived.event
        fell_back = CallFellBack(
            id=first.id, practice=first.practice, at=started, contact=self.reader.contact(form),
            line=self.reader.line(form), caller=next(iter(arrived.numbers), None),
            answered_by_duty=by_duty,
        )  # fmt: skip
        yield Envelope(event=fell_back, numbers=arrived.numbers)
        yield from self._recordings(call, fell_back)
        ended = self.reader.ended(form, call.end_time or started)
        if ended is not None:
            yield ended

    def _recordings(self, call: Any, of: CallFellBack) -> Iterator[Envelope]:
        found = sorted(self.client.recordings.list(call_sid=call.sid), key=lambda one: one.date_created)
        for recording in found:
            seconds = length(str(recording.duration))
            at = recording.date_created + timedelta(seconds=seconds or 0.0)
            yield Envelope(event=self.reader.left(of.contact, recording.sid, seconds, at))

    def _texts(self, number: str, since: datetime) -> Iterator[Envelope]:
        for text in self.client.messages.list(to=number, date_sent_after=since):
            if text.direction == "inbound":
                form = {
                    "MessageSid": text.sid, "From": text.from_ or "", "To": text.to or "", "Body": text.body or "",
                    "NumMedia": str(text.num_media or 0),
                }  # fmt: skip
                yield self.reader.text({**form, **self._pictures(text)}, text.date_sent or text.date_created)

    def _pictures(self, text: Any) -> dict[str, str]:
        """As the webhook would have named them."""
        found = self.client.messages(text.sid).media.list() if str(text.num_media or 0) != "0" else ()
        form = {f"MediaUrl{place}": one.uri.removesuffix(".json") for place, one in enumerate(found)}
        return form | {f"MediaContentType{place}": one.content_type or "" for place, one in enumerate(found)}
