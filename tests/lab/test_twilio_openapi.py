"""What we ask of Twilio, judged by Twilio's own OpenAPI files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from twilio.rest import Client

from intersession.carriers.twilio.duty import taken
from intersession.connect import duty, trials, twilio
from intersession.connect.costs import expected
from intersession.connect.numbers import buy, offers
from intersession.core.ids import RecordingId
from intersession.stories.acts import PICTURE
from intersession.stories.play import load, play
from tests.carriers.twilio.cloud import ACCOUNT, TOKEN
from tests.carriers.twilio.double import Double
from tests.carriers.twilio.played import OnTwilio
from tests.connect.conftest import NOW, SETTINGS, Office
from tests.corridor.conftest import team
from tests.lab.twilio_openapi import Contract, Judged, contract_of
from tests.stories.table import STORIES, TWILIO_LACKS

pytestmark = pytest.mark.lab
CALLS = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
RING = {"To": "+12025550142", "From": "+12025550100", "Url": "https://line.example.org/twilio/voice"}


@pytest.fixture
def contract(twilio_openapi: Path) -> Contract:
    return contract_of(twilio_openapi)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, ""), ({"Tmeout": "25"}, "Tmeout is unknown"), ({"Timeout": "soon"}, "Timeout: 'soon' is wrong"),
        ({"Method": "FETCH"}, "Method: 'FETCH' is wrong"), ({"Record": "yes"}, "Record: 'yes' is wrong"),
        ({"Url": "line.example.org"}, "Url: 'line.example.org' is wrong"), ({"Timeout": [1, 2]}, "is given 2 times"),
        ({"StatusCallbackEvent": ["ringing", "completed"]}, ""),
    ],
)  # fmt: skip
def test_the_judge_sees_what_twilio_would_ignore(contract: Contract, fields: dict[str, Any], fault: str) -> None:
    found = contract.faults("POST", CALLS, {}, {**RING, **fields})
    assert [fault in one for one in found] == ([True] if fault else [])


def test_the_judge_misses_what_is_not_there(contract: Contract) -> None:
    assert contract.faults("POST", CALLS, {}, {"From": "+12025550100"}) == [f"POST {CALLS}: To is missing"]
    assert "does not exist" in contract.faults("POST", CALLS.replace("Calls", "Rings"), {}, RING)[0]


@pytest.mark.parametrize("name", [one for one in STORIES if one not in TWILIO_LACKS][::3])
def test_a_storys_requests_are_as_twilio_has_them(
    contract: Contract, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    answers = Double.request

    def judged(self: Double, method: str, url: str, *given: Any, **more: Any) -> Any:
        found.extend(contract.faults(method, url, more.get("params") or {}, more.get("data") or {}))
        return answers(self, method, url, *given, **more)

    monkeypatch.setattr(Double, "request", judged)
    play(load(STORIES[name]), make=OnTwilio).__exit__(None, None, None)
    assert found == []


def test_all_that_connect_and_doctor_ask_is_as_twilio_has_it(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty, "PAUSE_SECONDS", 0)
    office = Office(tmp_path)
    judge = Judged(contract, office.api)
    client = Client(ACCOUNT, TOKEN, http_client=judge)
    office.api.own("+18005550123", trunk_sid="TK" + "0" * 32, voice_application_sid="AP" + "0" * 32)
    twilio.apply(office.practice, client, SETTINGS, office.assigned, NOW)
    office.api.flow()["status"] = "draft"
    twilio.apply(office.practice, client, SETTINGS, office.assigned, NOW)
    twilio.check(office.practice, client, SETTINGS, office.web, NOW)
    with_duty = {**SETTINGS, "duty": "+12025550188"}
    twilio.apply(office.practice, client, with_duty, office.assigned, NOW)
    twilio.check(office.practice, client, with_duty, office.web, NOW)
    taken(client, NOW)
    twilio.apply(office.practice, client, SETTINGS, office.assigned, NOW)
    buy(client, offers(client, "US", "413")[0].number)
    expected(client, office.numbers)
    trials.call(client, office.practice.account(SETTINGS), "+12025550142", office.numbers[0])
    trials.text(client, "+12025550142", office.numbers[0])
    office.db.close()
    assert judge.faults == []
    assert judge.asked > 20


def test_what_is_asked_of_recordings_and_pictures_is_as_twilio_has_it(contract: Contract, tmp_path: Path) -> None:
    with OnTwilio(team(tmp_path)) as world:
        judge = Judged(contract, world.double)
        made = replace(world.corridor.carriers["twilio"], client=Client(ACCOUNT, TOKEN, http_client=judge))  # type: ignore[type-var]
        name, text = "RE" + "0" * 32, "MM" + "0" * 32
        world.double.lengths[name] = "20"
        world.double.media[f"{text}/ME{'0' * 32}"] = PICTURE
        assert made.length(RecordingId(name)) == 20
        assert [one.content_type for one in made.client.messages(text).media.list()] == ["image/png"]
        assert made.picture(f"{text}/ME{'0' * 32}") == PICTURE
        made.forget_picture(f"{text}/ME{'0' * 32}")
        made.forget(RecordingId(name))
        assert judge.faults == []
        assert judge.asked == 4
        assert not world.double.media
