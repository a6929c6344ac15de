"""What Twilio kept while we were down, through the official SDK against canned answers of its API."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from intersession.carriers.twilio.duty import NOTE, SERVICE
from intersession.core.ids import LineId
from intersession.corridor.reconcile import reconcile
from tests.carriers.twilio.cloud import ACCOUNT, sid
from tests.carriers.twilio.conftest import Line

SINCE = datetime(2027, 2, 9, 20, tzinfo=UTC)


class Api(HttpClient):
    """Answers as Twilio's REST API does; it has one page of each."""

    def __init__(self, **lists: list[dict[str, Any]]) -> None:
        self.lists, self.asked = lists, list[tuple[str, dict[str, Any]]]()
        self.down, self.mute = False, set[str]()

    def request(self, method: str, uri: str, params: Any = None, *_: Any, **__: Any) -> Response:
        name = uri.rsplit("/", 1)[-1].removesuffix(".json").lower()
        self.asked.append((name, params))
        if self.down or name in self.mute:
            return Response(503, json.dumps({"code": 20503, "message": "unavailable", "status": 503}))
        if "serverless" in uri:
            meta = {"page": 0, "page_size": 50, "next_page_url": None, "key": name}
            return Response(200, json.dumps({name: self.lists.get(name, []), "meta": meta}))
        rows = [row for row in self.lists[name] if all(_fits(row, params, key) for key in ("To", "CallSid"))]
        return Response(200, json.dumps({name: rows, "next_page_uri": None, "page": 0, "page_size": 50}))


def _fits(row: dict[str, Any], params: dict[str, Any], key: str) -> bool:
    mine = {"To": "to", "CallSid": "call_sid"}[key]
    return key not in params or row.get(mine) == params[key]


def call(line: Line, name: str, **more: Any) -> dict[str, Any]:
    return {
        "sid": name, "from": line.number("JS"), "to": line.listed("coaching"), "direction": "inbound",
        "status": "completed", "start_time": "Tue, 09 Feb 2027 20:30:00 +0000",
        "end_time": "Tue, 09 Feb 2027 20:31:00 +0000", **more,
    }  # fmt: skip


def recording(of: str, name: str, duration: str = "20") -> dict[str, Any]:
    return {"sid": name, "call_sid": of, "duration": duration, "date_created": "Tue, 09 Feb 2027 20:30:20 +0000"}


def text(line: Line, name: str, **more: Any) -> dict[str, Any]:
    return {
        "sid": name, "from": line.number("JS"), "to": line.listed("coaching"), "direction": "inbound",
        "body": "are you there", "num_media": "0", "date_sent": "Tue, 09 Feb 2027 20:40:00 +0000", **more,
    }  # fmt: skip


def asked(line: Line, api: Api) -> None:
    """Reconcile, as at start."""
    client = Client(ACCOUNT, "secret", http_client=api)
    line.world.corridor.carriers["twilio"] = replace(line.carrier, client=client)
    reconcile(line.world.db, line.world.corridor.carriers, line.world.corridor.submit, line.world.now())
    line.world.corridor.pump()


def test_a_call_and_its_message_are_brought_in_with_their_true_times(line: Line) -> None:
    api = Api(calls=[call(line, "CA1")], recordings=[recording("CA1", "RE1")], messages=[text(line, "SM1")])
    asked(line, api)
    at = line.world.db.value("SELECT at FROM contact WHERE channel = 'voice'")
    assert at == int(datetime(2027, 2, 9, 20, 30, tzinfo=UTC).timestamp() * 1_000_000)
    assert line.count("contact WHERE flags LIKE '%fell_back%'") == 1
    assert line.count("recording WHERE id = 'RE1' AND seconds = 20") == 1
    assert line.count("message WHERE direction = 'in'") == 1
    assert all(task.owner for task in line.world.tasks("JS"))
    assert {name for name, _ in api.asked} == {"calls", "services", "recordings", "messages"}


def by_duty(line: Line, *notes: str) -> Api:
    """The fallback took two calls; the duty number's function noted this."""
    calls = [call(line, "CA1"), call(line, "CA2", **{"from": line.number("Stranger")})]
    return Api(
        calls=calls, recordings=[], messages=[], logs=[{"sid": "NO1", "message": note} for note in notes],
        services=[{"sid": "ZS1", "unique_name": "elsewhere"}, {"sid": "ZS2", "unique_name": SERVICE}],
        environments=[{"sid": "ZE1", "unique_name": "duty"}],
    )  # fmt: skip


def test_V00_a_call_that_the_duty_person_took_with_their_key_is_told_so_and_no_other(line: Line) -> None:
    api = by_duty(line, "something else", f"{NOTE}CA1")
    asked(line, api)
    assert line.count("contact WHERE flags LIKE '%fell_back%'") == 2
    assert line.count("contact WHERE flags LIKE '%duty_answered%'") == 1
    assert line.world.tasks("Stranger")
    (since, *_) = (params["StartDate"] for name, params in api.asked if name == "logs")
    assert since < "2027-02-09T20:30"
    assert [name for name, _ in api.asked].count("environments") == 1, "only of our own service"


def test_notes_that_twilio_does_not_give_lose_no_call(line: Line) -> None:
    api = by_duty(line, f"{NOTE}CA1")
    api.mute.add("logs")
    asked(line, api)
    assert line.count("contact WHERE flags LIKE '%fell_back%'") == 2
    assert line.count("contact WHERE flags LIKE '%duty_answered%'") == 0


def test_INV_02_what_was_told_live_is_not_brought_in_again(line: Line) -> None:
    leg = line.cloud.call(line.number("Stranger"), line.listed("main"))
    leg.listen()
    name = sid("RE")
    leg.record(20, recording=name)
    leg.hang_up()
    message = sid("SM")
    line.cloud.text(line.number("JS"), line.listed("coaching"), "are you there", message=message)
    before = (line.count("contact"), line.count("recording"), line.count("task"), line.count("journal"))
    mine = call(line, leg.fields["CallSid"], **{"from": line.number("Stranger"), "to": line.listed("main")})
    asked(line, Api(calls=[mine], recordings=[recording(mine["sid"], name)], messages=[text(line, message)]))
    assert (line.count("contact"), line.count("recording"), line.count("task"), line.count("journal")) == before


def test_a_message_whose_webhook_never_came_is_found(line: Line) -> None:
    leg = line.cloud.call(line.number("Stranger"), line.listed("main"))
    leg.listen()
    mine = call(line, leg.fields["CallSid"], **{"from": line.number("Stranger"), "to": line.listed("main")})
    asked(line, Api(calls=[mine], recordings=[recording(mine["sid"], "RE9", "-1")], messages=[]))
    assert line.count("recording WHERE id = 'RE9' AND NOT silent") == 1
    assert len(line.world.tasks("Stranger")) == 1


@pytest.mark.parametrize("other", [{"direction": "outbound-api"}, {"status": "in-progress"}])
def test_calls_of_ours_and_calls_that_go_on_are_left_alone(line: Line, other: dict[str, str]) -> None:
    ours = text(line, "SM1", direction="outbound-api")
    asked(line, Api(calls=[call(line, "CA1", **other)], recordings=[], messages=[ours]))
    assert line.count("contact") == 0


def test_a_carrier_that_cannot_be_asked_says_so(line: Line) -> None:
    api = Api()
    api.down = True
    carrier = replace(line.carrier, client=Client(ACCOUNT, "secret", http_client=api))
    with pytest.raises(TwilioException):
        list(carrier.missed(LineId("coaching"), SINCE))


def test_X10_pictures_of_a_text_that_nobody_told_us_of_are_found(line: Line) -> None:
    mms = text(line, "MM1", num_media="1")
    uri = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1.json"
    mine = {"sid": "ME1", "content_type": "image/png", "uri": uri}
    api = Api(calls=[], recordings=[], messages=[mms, text(line, "SM2")], media=[mine])
    asked(line, api)
    assert line.count("picture WHERE sealed_reference IS NOT NULL AND media_type = 'image/png'") == 1
    assert [name for name, _ in api.asked].count("media") == 1, "only of the text that has any"
