"""What Twilio is ordered, by the official SDK, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from intersession.carriers.port import (
    Announce,
    Dial,
    Done,
    Drop,
    Failed,
    LookAgain,
    Mail,
    Notice,
    NotReady,
    Order,
    Outcome,
    Say,
    Text,
    Tone,
    Unknown,
)
from intersession.carriers.twilio.account import HURRY, Account
from intersession.carriers.twilio.carrier import Twilio
from intersession.carriers.twilio.parse import Reader
from intersession.carriers.twilio.steps import Steps
from intersession.core.call import Hearing
from intersession.core.ids import ContactId, LegId, MessageId, NumberKey, PracticeId, RecordingId
from tests.carriers.twilio.cloud import ACCOUNT, PUBLIC, TOKEN

NOW = datetime(2027, 2, 9, 20, 12, tzinfo=UTC)
CONTACT, LEG = ContactId("tw-1"), LegId("tw-1.1")
DIAL = Dial(contact=CONTACT, leg=LEG, to="+12025550142", show="+12025550100", seconds=25)
TEXT = Text(message=MessageId("m1"), show="+12025550100", to="+12025550151", body="Yes, at three.")

Answer = Callable[[], Response]


class Api(HttpClient):
    """Answers in their order, and what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, str, dict[str, Any]]]()

    def request(self, method: str, url: str, params: Any = None, data: Any = None, *_: Any, **__: Any) -> Response:
        self.asked.append((method, url.rpartition(ACCOUNT)[2], {**(params or {}), **(data or {})}))
        return self.answers.pop(0)()


def says(status: int, /, **body: Any) -> Answer:
    return lambda: Response(status, json.dumps(body))


def refuses(status: int, code: int) -> Answer:
    return says(status, code=code, message="no", status=status)


def silent() -> Response:
    raise requests.ConnectTimeout


def carrier(*answers: Answer, reference: str | None = "CA9") -> tuple[Twilio, Api]:
    api = Api(*answers)
    account = Account(practice=PracticeId("p"), public_url=PUBLIC, tokens=(TOKEN,), lines={}, zone="America/New_York")
    made = Twilio(
        reader=Reader(account=account, key_of=NumberKey, digest=lambda text: "d"),
        client=Client(ACCOUNT, TOKEN, http_client=api), steps=Steps(lambda text: "t"),
        reference=lambda leg: reference, fetch=lambda url: ("audio/wav", url.encode()), now=lambda: NOW,
    )  # fmt: skip
    return made, api


def run(order: Order, *answers: Answer, reference: str | None = "CA9") -> tuple[Outcome, Api]:
    made, api = carrier(*answers, reference=reference)
    return made.run(order), api


# ---------------------------------------------------------------- calls


def test_a_staff_phone_is_rung_from_the_practices_number_and_tells_us_by_its_own_addresses() -> None:
    outcome, api = run(DIAL, says(201, sid="CA1"))
    assert outcome == Done("CA1")
    ((method, path, asked),) = api.asked
    assert (method, path) == ("POST", "/Calls.json")
    assert asked == {
        "To": "+12025550142", "From": "+12025550100", "Timeout": 25, "Method": "POST",
        "Url": f"{PUBLIC}/twilio/leg/answered/tw-1.1/0/t{HURRY}",
        "StatusCallback": f"{PUBLIC}/twilio/leg/status/tw-1.1/0/t",
        "StatusCallbackMethod": "POST", "StatusCallbackEvent": ["completed"],
    }  # fmt: skip


def test_a_number_cannot_be_withheld_and_nothing_is_dialled() -> None:
    shown = Dial(contact=CONTACT, leg=LEG, to="+12025550142", show=None, seconds=25)
    outcome, api = run(shown)
    assert isinstance(outcome, Failed)
    assert not api.asked


@pytest.mark.parametrize("order", [DIAL, TEXT])
@pytest.mark.parametrize(("status", "code"), [(400, 21211), (401, 20003), (404, 20404)])
def test_a_refusal_says_that_nothing_was_done(order: Order, status: int, code: int) -> None:
    outcome, api = run(order, refuses(status, code))
    assert outcome == Failed(f"Twilio answered {status}, code {code}")
    assert len(api.asked) == 1


def test_a_call_of_unknown_outcome_is_looked_up() -> None:
    before = {"sid": "CA6", "from": DIAL.show, "to": DIAL.to, "status": "no-answer"}
    listed = says(200, calls=[before, {**before, "sid": "CA7", "status": "ringing"}])
    outcome, api = run(DIAL, silent, listed)
    assert outcome == Done("CA7")
    assert api.asked[1][0] == "GET"


@pytest.mark.parametrize("second", [says(200, calls=[]), silent, refuses(500, 20500)])
def test_a_call_that_is_not_found_stays_unknown(second: Answer) -> None:
    outcome, _ = run(DIAL, refuses(503, 20503), second, second)
    assert isinstance(outcome, Unknown)


def test_a_leg_is_made_to_look_again_by_an_address_that_says_nothing() -> None:
    outcome, api = run(LookAgain(contact=CONTACT, leg=LEG), says(200, sid="CA9"))
    assert isinstance(outcome, Done)
    assert api.asked == [
        ("POST", "/Calls/CA9.json", {"Url": f"{PUBLIC}/twilio/leg/look/tw-1.1/0/t{HURRY}", "Method": "POST"})
    ]


@pytest.mark.parametrize("order", [LookAgain(contact=CONTACT, leg=LEG), Drop(contact=CONTACT, leg=LEG)])
def test_a_call_that_is_over_needs_no_change(order: Order) -> None:
    assert isinstance(run(order, refuses(400, 21220))[0], Done)
    assert isinstance(run(order, refuses(404, 20404))[0], Done)


def test_a_change_is_tried_twice_for_it_may_be_done_twice() -> None:
    outcome, api = run(Drop(contact=CONTACT, leg=LEG), silent, says(200, sid="CA9"))
    assert isinstance(outcome, Done)
    assert [asked for _, _, asked in api.asked] == [{"Status": "completed"}] * 2
    assert isinstance(run(Drop(contact=CONTACT, leg=LEG), silent, silent)[0], Unknown)


def test_a_leg_whose_name_is_not_known_cannot_be_changed() -> None:
    outcome, api = run(Drop(contact=CONTACT, leg=LEG), reference=None)
    assert isinstance(outcome, Failed)
    assert not api.asked


def test_S34_the_tone_is_announced_to_its_participant_alone() -> None:
    outcome, api = run(
        Tone(contact=CONTACT, leg=LEG), says(200, conferences=[{"sid": "CF1"}]), says(200, call_sid="CA9")
    )
    assert isinstance(outcome, Done)
    assert api.asked[0][2]["FriendlyName"] == "tw-1.1"
    assert api.asked[1][1:] == (
        "/Conferences/CF1/Participants/CA9.json", {"AnnounceUrl": f"{PUBLIC}/twilio/tone", "AnnounceMethod": "POST"}
    )  # fmt: skip


def test_S26_who_joins_is_announced_in_the_room_of_the_first() -> None:
    order = Announce(contact=CONTACT, leg=LegId("tw-1.0"), third=LegId("tw-1.2"), room=LEG)
    _, api = run(order, says(200, conferences=[{"sid": "CF1"}]), says(200, call_sid="CA9"))
    assert api.asked[1][2]["AnnounceUrl"] == f"{PUBLIC}/twilio/leg/announce/tw-1.2/0/t{HURRY}"


def test_nothing_is_announced_in_a_room_that_everybody_left() -> None:
    assert isinstance(run(Tone(contact=CONTACT, leg=LEG), says(200, conferences=[]))[0], Done)


# ---------------------------------------------------------------- texts


def test_a_text_goes_from_the_line_and_its_fate_is_told_by_our_own_name_of_it() -> None:
    outcome, api = run(TEXT, says(201, sid="SM1"))
    assert outcome == Done("SM1")
    assert api.asked == [
        (
            "POST", "/Messages.json",
            {"To": TEXT.to, "From": TEXT.show, "Body": TEXT.body,
             "StatusCallback": f"{PUBLIC}/twilio/text-status?message=m1"},
        )
    ]  # fmt: skip


def test_a_text_of_unknown_outcome_is_looked_up_and_never_sent_again() -> None:
    other = {"sid": "SM6", "body": "Something else", "from": TEXT.show, "to": TEXT.to}
    found = says(200, messages=[other, {**other, "sid": "SM7", "body": TEXT.body}])
    outcome, api = run(TEXT, refuses(500, 20500), found)
    assert outcome == Done("SM7")
    assert isinstance(run(TEXT, silent, says(200, messages=[other]))[0], Unknown)
    assert [method for method, _, _ in api.asked] == ["POST", "GET"]


def test_D14_a_notice_to_a_staff_phone_is_a_text_that_nobody_reports_on() -> None:
    _, api = run(Notice(to="+12025550142", show="+12025550100", body="1 item"), says(201, sid="SM1"))
    assert api.asked[0][2] == {"To": "+12025550142", "From": "+12025550100", "Body": "1 item"}


@pytest.mark.parametrize(
    "order",
    [
        Mail(message=MessageId("m"), to="a@example.org", subject="s", body="b"),
        Say(contact=CONTACT, leg=LEG, hearing=Hearing()),
    ],
)  # fmt: skip
def test_what_this_carrier_does_not_do_fails_and_says_so(order: Order) -> None:
    outcome, api = run(order)
    assert isinstance(outcome, Failed)
    assert not api.asked


# ---------------------------------------------------------------- recordings


def test_S08_a_recording_is_fetched_by_its_own_address() -> None:
    made, _ = carrier()
    found = made.sound(RecordingId("RE1"))
    assert found is not None
    assert found[1].decode().endswith(f"/Accounts/{ACCOUNT}/Recordings/RE1.wav")


def test_S08_a_recording_that_is_gone_is_forgotten_and_one_that_cannot_be_deleted_is_not() -> None:
    made, api = carrier(says(204), refuses(404, 20404), refuses(500, 20500))
    made.forget(RecordingId("RE1"))
    made.forget(RecordingId("RE1"))
    with pytest.raises(TwilioRestException):
        made.forget(RecordingId("RE1"))
    assert {(method, path) for method, path, _ in api.asked} == {("DELETE", "/Recordings/RE1.json")}


@pytest.mark.parametrize(("duration", "seconds"), [("20", 20.0), ("-1", None), ("", None)])
def test_S08_how_long_a_recording_is_is_asked_of_its_own_record(duration: str, seconds: float | None) -> None:
    made, api = carrier(says(200, sid="RE1", status="completed", duration=duration))
    assert made.length(RecordingId("RE1")) == seconds
    assert [(method, path) for method, path, _ in api.asked] == [("GET", "/Recordings/RE1.json")]


@pytest.mark.parametrize("status", ["in-progress", "paused", "stopped", "processing"])
def test_S08_a_recording_that_twilio_still_works_on_is_asked_for_again(status: str) -> None:
    made, _ = carrier(says(200, sid="RE1", status=status, duration="-1"))
    with pytest.raises(NotReady):
        made.length(RecordingId("RE1"))


# ---------------------------------------------------------------- pictures


def test_X10_a_picture_is_fetched_from_twilio_itself_by_its_names() -> None:
    made, _ = carrier()
    found = made.picture("MM1/ME1")
    assert found is not None
    assert found[1].decode() == f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"


@pytest.mark.parametrize("reference", ["", "MM1", "call-m1/media/0", "MM1/../../x", "MM1/ME1?x", "/ME1"])
def test_X10_what_is_no_name_of_twilios_is_not_asked_for(reference: str) -> None:
    made, api = carrier()
    with pytest.raises(LookupError):
        made.picture(reference)
    with pytest.raises(LookupError):
        made.forget_picture(reference)
    assert not api.asked


def test_X10_a_picture_that_is_gone_is_forgotten_and_one_that_cannot_be_deleted_is_not() -> None:
    made, api = carrier(says(204), refuses(404, 20404), refuses(500, 20500))
    made.forget_picture("MM1/ME1")
    made.forget_picture("MM1/ME1")
    with pytest.raises(TwilioRestException):
        made.forget_picture("MM1/ME1")
    assert {(method, path) for method, path, _ in api.asked} == {("DELETE", "/Messages/MM1/Media/ME1.json")}
