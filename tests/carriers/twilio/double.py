"""A double of Twilio: the official SDK's requests come in, signed webhooks go out, and what our documents say is done.

Its telephones are those of the simulated exchange, so a story sees the same phones whichever carrier it is played on.
Nothing happens by itself: `next_due` says when something is due, `advance` does it.
"""

from __future__ import annotations

import json
import wave
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from twilio.http import HttpClient
from twilio.http.response import Response

from intersession.carriers.port import CrisisTransfer, Dial, Done, Drop, Envelope, Join, Notice, Say, Text, Tone
from intersession.carriers.simulated.exchange import Exchange
from intersession.core.call import Hearing, Said, Then
from intersession.core.events import (
    CallArrived,
    CrisisLegEnded,
    DigitsEntered,
    EndCause,
    Event,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegsJoined,
    PromptEnded,
    TextArrived,
    TextDelivered,
    TextFailed,
    VoicemailLeft,
)
from intersession.core.ids import ClipId, ContactId, LegId, MessageId, RecordingId, caller_leg, contact_of, staff_leg
from tests.sound.tones import tone

from .cloud import ACCOUNT, PUBLIC, Cloud, sid

ANONYMOUS = "+266" "696687"
STATUS = {
    EndCause.HUNG_UP: "completed", EndCause.BUSY: "busy", EndCause.NO_ANSWER: "no-answer", EndCause.FAILED: "failed",
}  # fmt: skip
KEYS = "0123456789*#"
RECORDED_WITHIN = 2
"""Seconds after a caller hung up in which the telephones have told of the recording, if there is one."""
API = f"/2010-04-01/Accounts/{ACCOUNT}"


@dataclass
class Call:
    """One call of Twilio's, and the leg of the exchange that it is."""

    sid: str
    leg: LegId
    fields: dict[str, str]
    told: str
    """The status callback."""
    url: str = ""
    status: str = "in-progress"
    verbs: deque[ET.Element] = field(default_factory=deque)
    doing: ET.Element | None = None
    said: deque[ET.Element] = field(default_factory=deque)
    """What is left of the verb that is being done."""
    digits: str = ""
    wait_until: datetime | None = None
    room: str | None = None
    gone: str = ""
    """Hung up while it was recorded: with this status it is over, once the recording is told."""
    started: datetime | None = None


@dataclass
class Double(HttpClient):
    """One account."""

    cloud: Cloud
    exchange: Exchange
    now: Callable[[], datetime]
    calls: dict[str, Call] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    recordings: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """What came with texts, by `<text>/<media>`."""
    told_length: bool = True
    """False: the recording's webhook says -1, which Twilio documents as "not known yet"."""
    lengths: dict[str, str] = field(default_factory=dict)
    """What the resource of a recording says its duration is; -1 where Twilio never learns it."""
    status: str = "completed"
    """Of its recordings."""
    requests: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """What we asked of it: method, path, fields."""
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """What it asked of us."""
    twice: bool = False
    """Every webhook comes twice; the second answer counts."""
    loses: int = 0
    """Of so many requests of ours, the last one is carried out and its answer never comes."""
    words: dict[str, Said] = field(default_factory=dict)
    """Which wording a sentence is, for a document holds words only."""
    clips: Callable[[ClipId], Said] = lambda clip: Said(id="", text=clip, locale="", clip=clip)
    """What a recorded sentence says."""
    _todo: deque[Callable[[], None]] = field(default_factory=deque)
    _of_contact: dict[ContactId, ContactId] = field(default_factory=dict)
    """The exchange's name of an inbound call, by ours."""
    _notified: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(logger=None, is_async=False, timeout=5)
        self.exchange.report = self._happened

    # ------------------------------------------------------------ time

    def next_due(self) -> datetime | None:
        """When something happens next by itself."""
        times = [call.wait_until for call in self.calls.values() if call.wait_until is not None]
        return self.now() if self._todo else min(times, default=None)

    def advance(self) -> bool:
        """Do what is due by now; whether there was anything."""
        due = [one for one in self.calls.values() if one.wait_until is not None and one.wait_until <= self.now()]
        for call in due:
            call.wait_until = None
            self._later(lambda call=call: self._go_on(call))  # type: ignore[misc]
        did = bool(self._todo)
        while self._todo:
            self._todo.popleft()()
        return did

    def _later(self, do: Callable[[], None]) -> None:
        self._todo.append(do)

    # ------------------------------------------------------------ what happens on the telephones

    def _happened(self, envelope: Envelope) -> None:
        self._later(lambda: self._tell(envelope))

    def _tell(self, envelope: Envelope) -> None:
        event = envelope.event
        match event:
            case CallArrived():
                self._arrived(event, envelope)
            case TextArrived():
                (number,) = envelope.numbers.values()
                to = self._number_of(event.line)
                name = sid("SM")
                self.messages[name] = {"sid": name, "from": number, "to": to, "body": event.body}
                came = [self.exchange.pictures[one.reference] for one in envelope.pictures]
                self.media |= {f"{name}/{sid('ME')}": picture for picture in came}
                self._post_to(self.cloud.text, number, to, event.body, message=name, media=self._media_of(name))
            case TextDelivered() | TextFailed():
                self._text_fate(event)
            case LegsJoined():
                self._conference_starts(event)
            case VoicemailLeft():
                self._recorded(event, envelope)
            case CrisisLegEnded():
                call = self._call(caller_leg(event.contact))
                if call is not None and call.doing is not None:
                    dialled = "completed" if event.reached else "no-answer"
                    self._fetch(call, call.doing.get("action"), {"DialCallStatus": dialled})
            case LegAnswered() | LegEnded() | KeyPressed() | DigitsEntered() | PromptEnded():
                call = self._call(event.leg)
                if call is not None:
                    self._on_leg(call, event)
            case _:
                raise AssertionError(event)

    def _on_leg(self, call: Call, event: Event) -> None:
        match event:
            case LegAnswered():
                call.status, call.started = "in-progress", self.now()
                self._fetch(call, call.url, {})
            case LegEnded():
                self._left(call, STATUS[event.cause])
            case KeyPressed():
                self._pressed(call, event.key)
            case DigitsEntered():
                if call.doing is not None and call.doing.tag == "Gather":
                    most = int(call.doing.get("numDigits") or len(event.digits))
                    self._fetch(call, call.doing.get("action"), {"Digits": event.digits[:most]})
            case PromptEnded():
                self._words_over(call)

    def _arrived(self, event: CallArrived, envelope: Envelope) -> None:
        number = next(iter(envelope.numbers.values()), ANONYMOUS)
        name = sid("CA")
        fields = {
            "CallSid": name, "AccountSid": ACCOUNT, "From": number, "To": self._number_of(event.line),
            "Direction": "inbound",
        }  # fmt: skip
        call = Call(
            name, caller_leg(event.contact), fields, f"{PUBLIC}/twilio/call-status", status="ringing",
            started=self.now(),
        )  # fmt: skip
        self.calls[name] = call
        self._fetch(call, f"{PUBLIC}/twilio/voice", {})

    def _left(self, call: Call, status: str) -> None:
        """A recording is told before the call's end, whichever the telephones tell first."""
        if call.doing is not None and call.doing.tag == "Record":
            call.gone, call.wait_until = status, self.now() + timedelta(seconds=RECORDED_WITHIN)
        else:
            self._over(call, status)

    def _over(self, call: Call, status: str) -> None:
        if call.status in STATUS.values():
            return
        call.status, call.doing, call.wait_until, call.room = status, None, None, None
        call.verbs.clear()
        if call.told:
            self._post(call.told, {**call.fields, "CallStatus": status, "CallDuration": "9"})

    def _pressed(self, call: Call, key: str) -> None:
        doing = call.doing
        if doing is not None and doing.tag == "Dial" and key == "*" and doing.get("hangupOnStar") == "true":
            call.room = None
            self._fetch(call, doing.get("action"), {"DialCallStatus": "answered"})
        if doing is None or doing.tag not in ("Gather", "Record"):
            return
        if doing.tag == "Record":
            call.digits = key
        elif doing.get("numDigits") == "1":
            self._fetch(call, doing.get("action"), {"Digits": key})
        elif key == doing.get("finishOnKey"):
            self._fetch(call, doing.get("action"), {"Digits": call.digits})
        else:
            call.digits += key
            call.wait_until = self.now() + timedelta(seconds=int(doing.get("timeout", "5")))

    def _recorded(self, event: VoicemailLeft, envelope: Envelope) -> None:
        call = self._call(caller_leg(event.contact))
        if call is None or call.doing is None:
            return
        kept = self.exchange.sound(event.recording)
        if kept is not None:
            self.exchange.forget(event.recording)
        if event.silent:
            self._next(call)  # a recording without a sound is dropped, and the next verb is done
            if call.gone:
                self._over(call, call.gone)
            return
        name = sid("RE")
        self.recordings[name] = kept or ("audio/wav", tone(event.seconds or 0.0))
        known = str(round(event.seconds or 0.0))
        self.lengths.setdefault(name, known if self.told_length else "-1")
        gone = call.gone or call.leg not in self.exchange._legs
        self._fetch(
            call, call.doing.get("action"),
            {"RecordingSid": name, "RecordingDuration": known if self.told_length else "-1",
             "Digits": "hangup" if gone else call.digits or "#", "RecordingUrl": f"https://api.example.org/{name}"},
        )  # fmt: skip
        if call.gone:
            self._over(call, call.gone)

    def _conference_starts(self, event: LegsJoined) -> None:
        inside = [call for call in self.calls.values() if call.room and contact_of(call.leg) == event.contact]
        verbs = [call.doing for call in inside if call.doing is not None]
        rooms = [room for verb in verbs if (room := verb.find("Conference")) is not None]
        told = {"ConferenceSid": sid("CF"), "AccountSid": ACCOUNT}
        for room in rooms:
            callback, label = room.get("statusCallback") or "", room.get("participantLabel") or ""
            self._post(callback, {**told, "StatusCallbackEvent": "participant-join", "ParticipantLabel": label})
        if len(rooms) == 2:
            self._post(rooms[0].get("statusCallback") or "", {**told, "StatusCallbackEvent": "conference-start"})

    def _text_fate(self, event: TextDelivered | TextFailed) -> None:
        callback = self._notified.get(event.message)
        if callback:
            status = "delivered" if isinstance(event, TextDelivered) else "undelivered"
            self._post(callback, {"MessageSid": event.message, "AccountSid": ACCOUNT, "MessageStatus": status})

    # ------------------------------------------------------------ documents

    def _fetch(self, call: Call, url: str | None, more: dict[str, str]) -> None:
        call.doing, call.wait_until, call.digits = None, None, ""
        call.verbs.clear()
        response = self._post(url or "", {"CallStatus": call.status, **call.fields, **more})
        assert response.status_code == 200, (url, response.status_code)
        call.verbs.extend(ET.fromstring(response.text))
        self._learn_name(call, response.text)
        self._next(call)

    def _learn_name(self, call: Call, document: str) -> None:
        """Our documents name our leg: so the phones of one contact are known to belong together."""
        _, found, rest = document.partition("/twilio/leg/")
        if found and call.fields["Direction"] == "inbound":
            ours = LegId(rest.split("/")[1])
            self._of_contact[contact_of(ours)] = contact_of(call.leg)

    def _next(self, call: Call) -> None:
        """Do the next verb."""
        call.said.clear()
        if call.status in STATUS.values():
            call.doing = None
            return
        if not call.verbs:
            call.doing = None
            self._order(Drop(contact=contact_of(call.leg), leg=call.leg))
            return
        verb = call.doing = call.verbs.popleft()
        call.status = "in-progress" if verb.tag != "Reject" else call.status
        match verb.tag:
            case "Say":
                self._say(call, [verb])
            case "Gather":
                self._gather(call, verb)
            case "Pause":
                self._wait(call, verb.get("length"))
            case "Redirect":
                self._fetch(call, verb.text, {})
            case "Record":
                hearing = Hearing(keys=verb.get("finishOnKey") or "", then=Then.RECORD)
                self._order(Say(contact=contact_of(call.leg), leg=call.leg, hearing=hearing))
            case "Hangup" | "Reject":
                self._order(Drop(contact=contact_of(call.leg), leg=call.leg))
            case "Dial":
                self._dial(call, verb)
            case _:
                raise AssertionError(f"Twilio has no verb {verb.tag}, or this double does not know it")

    def _gather(self, call: Call, verb: ET.Element) -> None:
        said = [one for one in verb if one.tag == "Say" or _is_greeting(one)]
        call.said.extend(one for one in verb if one.tag == "Play" and not _is_greeting(one))
        if said:
            self._say(call, said)
            return
        if call.said:
            self._play(call, call.said.popleft().text or "")
            return
        self._say(call, [])
        pauses = sum(int(one.get("length", "1")) for one in verb if one.tag == "Pause")
        self._wait(call, str(pauses + int(verb.get("timeout", "5"))))

    def _play(self, call: Call, url: str) -> None:
        """A voicemail, heard for as long as it lasts."""
        name, seconds = self._sound(url)
        hearing = Hearing(plays=RecordingId(name), keys=KEYS)
        self._order(Say(contact=contact_of(call.leg), leg=call.leg, hearing=hearing))
        call.wait_until = self.now() + timedelta(seconds=seconds)

    def _sound(self, url: str) -> tuple[str, float]:
        """Fetched as Twilio does: its name at ours, and its length."""
        path = url.removeprefix(PUBLIC)
        found = self.cloud.get(path)
        assert found.status_code == 200, path
        with wave.open(BytesIO(found.content)) as sound:
            return unquote(path.split("/")[4]), sound.getnframes() / sound.getframerate()

    def _say(self, call: Call, verbs: list[ET.Element]) -> None:
        said = tuple(self._said(verb) for verb in verbs)
        hearing = Hearing(said=said, keys=KEYS, digits=call.doing is not None and call.doing.get("numDigits") is None)
        self._order(Say(contact=contact_of(call.leg), leg=call.leg, hearing=hearing))

    def _said(self, verb: ET.Element) -> Said:
        text = verb.text or ""
        if verb.tag == "Play":
            return self.clips(ClipId(self._sound(text)[0]))
        return self.words.get(text) or Said(id="", text=text, locale=verb.get("language", ""))

    def _words_over(self, call: Call) -> None:
        doing = call.doing
        if doing is None:
            return
        if doing.tag == "Gather" and call.said:
            self._play(call, call.said.popleft().text or "")
        elif doing.tag == "Gather":
            self._wait(call, doing.get("timeout"))
        elif doing.tag == "Say":
            self._go_on(call)

    def _wait(self, call: Call, seconds: str | None) -> None:
        call.wait_until = self.now() + timedelta(seconds=int(seconds or "1"))

    def _go_on(self, call: Call) -> None:
        if call.gone:
            self._over(call, call.gone)
        elif call.doing is not None and call.doing.tag == "Gather" and call.digits:
            self._fetch(call, call.doing.get("action"), {"Digits": call.digits})
        else:
            self._next(call)

    def _dial(self, call: Call, verb: ET.Element) -> None:
        room, number = verb.find("Conference"), verb.find("Number")
        contact = contact_of(call.leg)
        if number is not None:
            seconds = int(verb.get("timeout", "30"))
            self._order(CrisisTransfer(contact=contact, leg=call.leg, numbers=(number.text or "",), seconds=seconds))
            return
        assert room is not None
        call.room = room.text
        self._order(Say(contact=contact, leg=call.leg, hearing=Hearing()))
        together = {one.leg: one for one in self.calls.values() if one.room == call.room}
        outside = together.pop(caller_leg(contact), None)
        if outside is not None and together:
            staff = call.leg if call.leg in together else next(iter(together))
            self._order(Join(contact=contact, staff_leg=staff, outside_leg=outside.leg))

    # ------------------------------------------------------------ the REST API

    def fetch(self, url: str) -> tuple[str, bytes] | None:
        """A recording, or what came with a text."""
        if "/Media/" in url:
            return self.media.get("/".join(url.split("/")[-3::2]))
        return self.recordings.get(url.rpartition("/")[2].removesuffix(".wav"))

    def request(self, method: str, url: str, *_: Any, **more: Any) -> Response:
        """What the SDK asks."""
        path, query = urlsplit(url).path, dict(more.get("params") or {})
        fields = {**query, **(more.get("data") or {})}
        self.requests.append((method, path, fields))
        rest = path.removeprefix(API)
        status, answer = self._answer(method, rest, fields)
        if self.loses and len(self.requests) % self.loses == 0:
            raise requests.ReadTimeout
        return Response(status, answer if isinstance(answer, str) else json.dumps(answer))

    def _answer(self, method: str, path: str, fields: dict[str, Any]) -> tuple[int, Any]:
        match method, path.strip("/").removesuffix(".json").split("/"):
            case "POST", ["Calls"]:
                return 201, self._create_call(fields)
            case "POST", ["Calls", name]:
                return self._update_call(name, fields)
            case "GET", ["Calls"]:
                return 200, {"calls": [self._listed(call) for call in self.calls.values() if _matches(call, fields)]}
            case "POST", ["Messages"]:
                return 201, self._create_message(fields)
            case "GET", ["Messages"]:
                return 200, {"messages": [one for one in self.messages.values() if one["to"] == fields["To"]]}
            case "DELETE", ["Recordings", name]:
                return (204, "") if self.recordings.pop(name, None) else (404, {"code": 20404, "message": "not found"})
            case "GET", ["Recordings", name]:
                return 200, {"sid": name, "status": self.status, "duration": self.lengths[name]}
            case "GET", ["Messages", text, "Media"]:
                return 200, {"media_list": [
                    {"sid": name, "content_type": kind, "uri": urlsplit(where).path + ".json"}
                    for where, kind in self._media_of(text) for name in [where.rpartition("/")[2]]
                ]}  # fmt: skip
            case "DELETE", ["Messages", text, "Media", name]:
                gone = (404, {"code": 20404, "message": "not found"})
                return (204, "") if self.media.pop(f"{text}/{name}", None) else gone
            case "GET", ["Conferences"]:
                rooms = {call.room for call in self.calls.values()}
                found = [{"sid": f"CF-{room}"} for room in rooms if room == fields.get("FriendlyName")]
                return 200, {"conferences": found}
            case "POST", ["Conferences", _, "Participants", name]:
                self._announce(name, fields["AnnounceUrl"])
                return 200, {"call_sid": name}
            case _:
                raise AssertionError(f"this double does not know {method} {path}")

    def _media_of(self, text: str) -> list[tuple[str, str]]:
        """Addresses and types, as the webhook names them."""
        api = f"https://api.twilio.com{API}/Messages"
        return [
            (f"{api}/{name.replace('/', '/Media/')}", kind)
            for name, (kind, _) in self.media.items() if name.startswith(f"{text}/")
        ]  # fmt: skip

    def _create_call(self, fields: dict[str, Any]) -> dict[str, Any]:
        name, url = sid("CA"), str(fields["Url"])
        ours = LegId(urlsplit(url).path.split("/leg/")[1].split("/")[1])
        known = {
            "CallSid": name, "AccountSid": ACCOUNT, "From": fields["From"], "To": fields["To"],
            "Direction": "outbound-api",
        }  # fmt: skip
        call = Call(name, ours, known, fields.get("StatusCallback", ""), url, "ringing")
        self.calls[name] = call
        self._later(lambda: self._ring(call, int(fields["Timeout"])))
        return {"sid": name, "status": "queued"}

    def _ring(self, call: Call, seconds: int) -> None:
        call.leg = leg = self._exchange_leg(call.leg)
        order = Dial(
            contact=contact_of(leg), leg=leg, to=call.fields["To"], show=call.fields["From"], seconds=seconds
        )
        if not isinstance(self.exchange.run(order), Done):
            self._over(call, "failed")

    def _exchange_leg(self, ours: LegId) -> LegId:
        contact = self._of_contact.get(contact_of(ours))
        if contact is None or ":" in ours:
            return LegId(ours.replace(":", "_"))
        return staff_leg(contact, int(ours.rpartition(".")[2]))

    def _update_call(self, name: str, fields: dict[str, Any]) -> tuple[int, Any]:
        call = self.calls.get(name)
        if call is None or call.status in STATUS.values():
            return 400, {"code": 21220, "message": "Call is not in-progress. Cannot redirect.", "status": 400}
        if fields.get("Status") == "completed":
            self._order(Drop(contact=contact_of(call.leg), leg=call.leg))
        elif call.status == "ringing" and call.fields["Direction"] != "inbound":
            return 400, {"code": 21220, "message": "Call is not in-progress. Cannot redirect.", "status": 400}
        else:
            call.room = None
            self._later(lambda: self._fetch(call, fields["Url"], {}) if call.status == "in-progress" else None)
        return 200, {"sid": name, "status": call.status}

    def _create_message(self, fields: dict[str, Any]) -> dict[str, Any]:
        name, callback = sid("SM"), fields.get("StatusCallback", "")
        self.messages[name] = {"sid": name, "from": fields["From"], "to": fields["To"], "body": fields["Body"]}
        self._notified[name] = callback
        if callback:
            text = Text(message=MessageId(name), show=fields["From"], to=fields["To"], body=fields["Body"])
            self._order(text)
        else:
            self._order(Notice(to=fields["To"], show=fields["From"], body=fields["Body"]))
        return {"sid": name, "status": "queued"}

    def _announce(self, name: str, url: str) -> None:
        """One participant hears it, and stays in the conference."""
        self._later(lambda: self._heard_in_room(self.calls[name], url))

    def _heard_in_room(self, call: Call, url: str) -> None:
        document = ET.fromstring(self._post(url, {"CallSid": call.sid}).text)
        if document.find("Play") is not None:
            self._order(Tone(contact=contact_of(call.leg), leg=call.leg))
        said = tuple(self._said(verb) for verb in document.findall("Say"))
        if said:
            self.exchange.announce(call.leg, said)

    # ------------------------------------------------------------ small things

    def _order(self, order: Any) -> None:
        assert isinstance(self.exchange.run(order), Done)

    def _call(self, leg: LegId) -> Call | None:
        return next((call for call in self.calls.values() if call.leg == leg), None)

    def _number_of(self, line: str) -> str:
        return next(number for number, here in self.exchange.lines.items() if here.line == line)

    def _listed(self, call: Call) -> dict[str, Any]:
        started = format_datetime(call.started) if call.started else None
        return {
            "sid": call.sid, "from": call.fields["From"], "to": call.fields["To"], "status": call.status,
            "direction": call.fields["Direction"], "start_time": started,
        }  # fmt: skip

    def _post(self, url: str, fields: dict[str, str]) -> Any:
        assert url.startswith(PUBLIC), url
        path = url.removeprefix(PUBLIC).partition("#")[0]
        self.posts.append((path, fields))
        if self.twice:
            self.cloud.post(path, fields)
        return self.cloud.post(path, fields)

    def _post_to(self, post: Callable[..., Any], *args: Any, **more: Any) -> None:
        assert post(*args, **more).status_code == 200


def _matches(call: Call, fields: dict[str, Any]) -> bool:
    return fields.get("To") in (None, call.fields["To"])


def _is_greeting(verb: ET.Element) -> bool:
    """A sentence in somebody's own voice."""
    return verb.tag == "Play" and "/sound/greeting/" in (verb.text or "")
