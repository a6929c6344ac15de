"""What `connect` sets up at Twilio and in the practice's rows; run again, it repairs and does nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from intersession.connect import trials
from intersession.connect.account import checked_sid
from intersession.connect.costs import Usage, expected, number_price
from intersession.connect.fallback import address, find_fallback
from intersession.connect.findings import CannotConnect
from intersession.connect.lines import Assigned, lines_of
from intersession.connect.numbers import buy, offers
from intersession.connect.reach import checked_url
from intersession.core.ids import LineId
from intersession.corridor.carrier_accounts import account_of
from tests.carriers.twilio.cloud import ACCOUNT, PUBLIC, TOKEN
from tests.connect.conftest import SETTINGS, Office


def test_every_number_leads_here_and_falls_back_at_twilio_itself(office: Office) -> None:
    assert sorted(office.connect()) == sorted(office.numbers)
    flow = address(office.api.client, office.api.flow()["sid"])
    assert flow.startswith(f"https://webhooks.twilio.com/v1/Accounts/{ACCOUNT}/Flows/FW")
    for number in office.numbers:
        there = office.api.number(number)
        assert there["voice_url"].startswith(f"{PUBLIC}/twilio/voice#ct=")
        assert there["voice_fallback_url"] == flow
        assert there["status_callback"] == f"{PUBLIC}/twilio/call-status"
        assert there["sms_url"] == f"{PUBLIC}/twilio/text"
        assert not there["sms_fallback_url"]


def test_the_rows_say_so_in_one_new_version(office: Office) -> None:
    before = office.db.value("SELECT version FROM practice")
    office.connect()
    assert office.db.value("SELECT version FROM practice") == before + 1
    assert {line.carrier for line in lines_of(office.db, office.practice.id)} == {"twilio"}
    assert account_of(office.db, office.keyring, office.practice.id, "twilio") == SETTINGS
    assert TOKEN.encode() not in (office.folder / "line.sqlite3").read_bytes()


def test_run_again_it_changes_nothing_at_twilio(connected: Office) -> None:
    assert connected.connect() == []
    assert connected.api.changes == []


def test_run_again_it_repairs(connected: Office) -> None:
    number = connected.numbers[0]
    connected.api.number(number)["sms_url"] = "https://elsewhere.example"
    connected.api.number(number)["trunk_sid"] = "TK" + "0" * 32
    words = connected.api.flow()["definition"]["states"][1]["properties"]
    words["say"] = "Hello."
    assert connected.connect() == [number]
    assert connected.mends() == ""
    assert len(connected.api.flows) == 1


def test_V00_the_fallback_says_the_safety_words_takes_a_message_and_writes_nothing_down(connected: Office) -> None:
    states = {one["name"]: one for one in connected.api.flow()["definition"]["states"]}
    ways = {name: {one["event"]: one.get("next") for one in state["transitions"]} for name, state in states.items()}
    assert ways["Trigger"] == {"incomingCall": "words", "incomingMessage": None}
    said = states["words"]["properties"]["say"]
    assert all(number in said for number in ("9 1 1", "9 8 8", "recorded"))
    assert ways["words"] == {"audioComplete": "message"}
    message = states["message"]["properties"]
    assert (message["transcribe"], message["max_length"], message["timeout"]) == (False, 300, 15)
    assert ways["message"]["recordingComplete"] == "again"
    assert ways["again"] == {"noMatch": "saved", "match": "words"}
    kinds = {one["type"] for one in states.values()}
    assert kinds == {"trigger", "say-play", "record-voicemail", "split-based-on"}


def test_a_flow_that_twilio_has_filled_in_is_still_ours(connected: Office) -> None:
    trigger = connected.api.flow()["definition"]["states"][0]
    trigger["transitions"].append({"event": "incomingParent"})
    trigger["properties"]["offset"] = {"x": 40, "y": 2}
    assert connected.mends() == ""


def test_a_number_of_another_account_is_refused_and_nothing_is_changed(office: Office) -> None:
    before = office.db.rows("SELECT * FROM line")
    with pytest.raises(CannotConnect, match="is no number of this account"):
        office.connect([Assigned(line=LineId("main"), number="+12025550199")])
    assert (office.db.rows("SELECT * FROM line"), office.api.changes) == (before, [])


def test_a_number_that_cannot_be_called_is_refused(office: Office) -> None:
    office.api.number(office.numbers[0])["capabilities"] = {"voice": False, "sms": True}
    with pytest.raises(CannotConnect, match="cannot take calls"):
        office.connect()


def test_one_number_is_not_two(office: Office) -> None:
    number = office.numbers[0]
    with pytest.raises(CannotConnect, match="cannot be two numbers"):
        office.connect([Assigned(line=LineId("main"), number=number, urgent=number)])
    assert office.db.value("SELECT count(*) FROM carrier_account") == 0


def test_a_staff_members_own_phone_is_no_line(office: Office) -> None:
    phone = next(one.phones[0].number for one in office.cast.setup.staff if one.phones)
    office.api.own(phone)
    with pytest.raises(CannotConnect, match="own phone"):
        office.connect([Assigned(line=LineId("main"), number=phone)])
    assert office.db.value("SELECT count(*) FROM carrier_account") == 0


def test_two_lines_swap_one_after_the_other(office: Office) -> None:
    one, other = office.assigned[:2]
    swapped = [Assigned(line=one.line, number=other.number), Assigned(line=other.line, number=one.number)]
    with pytest.raises(CannotConnect, match="give that line its new number first"):
        office.connect(swapped)


def test_a_number_is_looked_for_by_area_and_bought(office: Office) -> None:
    client = office.api.client
    assert offers(client, "US", "999") == []
    (offer,) = offers(client, "US", "413")
    assert (offer.number, offer.place) == ("+14135550177", "Springfield, MA")
    assert number_price(client, "US") == ("USD", Decimal("1.15"))
    assert buy(client, offer.number).number == offer.number
    assert office.api.sold == [offer.number]


def test_a_month_is_reckoned_from_twilios_own_prices(office: Office) -> None:
    found = expected(office.api.client, ["+12025550100", "+12025550101"], Usage(calls=10, minutes=3, texts=100))
    assert found is not None
    assert (found.numbers, found.calls, found.texts) == (Decimal("2.30"), Decimal("0.90"), Decimal("1.700"))
    assert found.total == Decimal("4.900")


def test_a_test_call_and_a_test_text(connected: Office) -> None:
    client, account = connected.api.client, connected.practice.account(SETTINGS)
    phone = trials.checked_phone("(202) 555-0142", "US")
    assert trials.call(client, account, phone, connected.numbers[0]).state == "ok"
    assert trials.text(client, phone, connected.numbers[0]).state == "ok"
    (call, text) = (fields for _, _, fields in connected.api.asked[-2:])
    assert (call["To"], call["From"]) == ("+12025550142", connected.numbers[0])
    assert trials.WORDS in call["Twiml"]
    assert text["Body"] == trials.WORDS
    connected.api.down = 400
    assert "Twilio refuses, status 400" in trials.call(client, account, phone, connected.numbers[0]).says


@pytest.mark.parametrize("text", ["", "home", "+1", "911"])
def test_what_is_no_phone_is_not_called(text: str) -> None:
    with pytest.raises(CannotConnect, match="no telephone number"):
        trials.checked_phone(text, "US")


@pytest.mark.parametrize(
    "url", ["", "http://line.example.org", "line.example.org", "https://", f"{PUBLIC}?a=1", "https://me@line.example.org"]
)
def test_an_address_without_tls_is_refused(url: str) -> None:
    with pytest.raises(CannotConnect, match="no address for webhooks"):
        checked_url(url)


def test_an_address_loses_its_last_slash() -> None:
    assert checked_url(f" {PUBLIC}/ ") == PUBLIC


@pytest.mark.parametrize("sid", ["", "AC1", "SK" + "0" * 32, "AC" + "g" * 32])
def test_what_is_no_account_sid_is_refused(sid: str) -> None:
    with pytest.raises(CannotConnect, match="begins with AC"):
        checked_sid(sid)


def test_twilio_in_trouble_halfway_is_said_and_mended_by_running_again(office: Office) -> None:
    office.api.down = 503
    with pytest.raises(CannotConnect, match="Twilio itself is in trouble"):
        office.connect()
    office.api.down = None
    office.connect()
    assert find_fallback(office.api.client, office.practice.account(SETTINGS)) is not None
