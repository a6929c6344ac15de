"""The duty number at Twilio: made, looked at, taken back; and the function itself, run by Node as Twilio runs it."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from intersession.carriers.twilio.duty import NOTED
from intersession.connect import duty
from intersession.connect.fallback import address
from intersession.connect.findings import CannotConnect
from intersession.corridor.carrier_accounts import account_of
from tests.connect.conftest import SETTINGS, Office

DUTY = "+12025550188"
CALLER = "+12025550142"
HELLO, RING = "Hello. Our phone system has a problem right now.", "We are ringing a person."
NO_ONE, WHISPER = "No one can pick up.", "Backup line. Someone is calling. Press 1 to take the call."
Asked = Callable[..., tuple[ET.Element, str]]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a build."""
    monkeypatch.setattr(duty, "PAUSE_SECONDS", 0)


@pytest.fixture
def rung(connected: Office) -> Office:
    """Set up, with a duty number."""
    connected.connect(duty=DUTY)
    connected.api.asked.clear()
    return connected


def states(office: Office) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in office.api.flow()["definition"]["states"]}


def way(office: Office, name: str, event: str) -> str | None:
    found: dict[str, str | None] = {one["event"]: one.get("next") for one in states(office)[name]["transitions"]}
    return found[event]


# ---------------------------------------------------------------- the flow


def test_V00_the_caller_hears_the_safety_words_first_and_then_it_rings(rung: Office) -> None:
    assert way(rung, "Trigger", "incomingCall") == "hello"
    said = states(rung)["hello"]["properties"]["say"]
    assert said.startswith(HELLO)
    assert all(number in said for number in ("9 1 1", "9 8 8"))
    assert said.endswith(RING)
    assert way(rung, "hello", "audioComplete") == "duty"
    waits = states(rung)["duty"]["properties"]
    assert waits["url"] == "https://intersession-duty-1234.twil.io/duty"


def test_V00_nobody_or_a_voicemail_leads_on_to_the_recording(rung: Office) -> None:
    assert {way(rung, "duty", event) for event in ("timeout", "fail")} == {"no-one"}
    assert way(rung, "duty", "return") == "talked"
    assert way(rung, "talked", "noMatch") == "no-one"
    assert states(rung)["no-one"]["properties"]["say"].startswith(NO_ONE)
    assert way(rung, "no-one", "audioComplete") == "message"


def test_whoever_talked_and_stays_is_not_left_alone(rung: Office) -> None:
    assert way(rung, "talked", "match") == "words"
    (match,) = (one for one in states(rung)["talked"]["transitions"] if one["event"] == "match")
    assert match["conditions"][0]["value"] == "yes"
    assert match["conditions"][0]["arguments"] == ["{{widgets.duty.talked}}"]


def test_the_flow_does_not_hold_the_number_and_its_keeper_keeps_it_sealed(rung: Office) -> None:
    assert DUTY not in json.dumps(rung.api.flow())
    kept = account_of(rung.db, rung.keyring, rung.practice.id, "twilio")
    assert kept == {**SETTINGS, "duty": DUTY}
    assert DUTY.encode() not in (rung.folder / "line.sqlite3").read_bytes()


# ---------------------------------------------------------------- made, looked at, taken back


def test_only_twilio_gets_it(rung: Office) -> None:
    (version,) = rung.api.service()["versions"].values()
    assert (version["path"], version["visibility"]) == ("/duty", "protected")


def test_run_again_it_changes_nothing(rung: Office) -> None:
    assert rung.connect(duty=DUTY) == []
    assert rung.api.changes == []
    assert rung.mends() == ""
    assert "rings the duty number" in "\n".join(map(str, rung.doctor()))


def test_another_number_takes_its_place(rung: Office) -> None:
    rung.connect(duty="+12025550189")
    assert "+12025550189" in rung.api.deployed()
    assert DUTY not in rung.api.deployed()
    assert len(rung.api.functions) == 1
    assert rung.mends() == ""


def test_taken_back_nothing_of_it_stays(rung: Office) -> None:
    rung.connect(duty="")
    assert rung.api.functions == {}
    assert way(rung, "Trigger", "incomingCall") == "words"
    assert set(states(rung)) == {"Trigger", "words", "message", "again", "saved"}
    assert rung.mends() == ""


def test_a_flow_is_never_sent_where_nothing_is_yet(office: Office) -> None:
    office.connect(duty=DUTY)
    changes = [path.rsplit("/", 1)[-1] for _, path in office.api.changes]
    assert changes.index("Deployments") < len(changes) - 1 - changes[::-1].index(office.api.flow()["sid"])


def test_what_cannot_be_built_leaves_the_words_and_the_numbers_as_they_should_be(office: Office) -> None:
    office.api.builds = "failed"
    with pytest.raises(CannotConnect, match="could not build what rings the duty number"):
        office.connect(duty=DUTY)
    assert way(office, "Trigger", "incomingCall") == "words"
    flow = address(office.api.client, office.api.flow()["sid"])
    assert {office.api.number(one)["voice_fallback_url"] for one in office.numbers} == {flow}
    assert "Twilio does not ring the duty number as it should" in office.mends()
    office.api.builds = "completed"
    office.connect(duty=DUTY)
    assert way(office, "Trigger", "incomingCall") == "hello"


def test_a_build_that_takes_for_ever_is_given_up(office: Office) -> None:
    office.api.builds = "building"
    with pytest.raises(CannotConnect, match="could not build"):
        office.connect(duty=DUTY)


def test_a_refused_upload_is_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duty, "UPLOAD", "https://api.twilio.com/2010-04-01")
    answers = office.api._answer

    def refuses(method: str, place: list[str], fields: dict[str, Any]) -> tuple[int, Any]:
        refused = method == "POST" and place[-1] == "Versions"
        return (403, {"code": 20403, "status": 403}) if refused else answers(method, place, fields)

    monkeypatch.setattr(office.api, "_answer", refuses)
    with pytest.raises(CannotConnect, match="status 403, code 20403"):
        office.connect(duty=DUTY)


@pytest.mark.parametrize("place", [0, -1])
def test_the_line_does_not_ring_itself(office: Office, place: int) -> None:
    with pytest.raises(CannotConnect, match="has to be a person's phone"):
        office.connect(duty=office.numbers[place])
    assert office.api.changes == []


def other_code(office: Office) -> None:
    for version in office.api.service()["versions"].values():
        version["content"] = version["content"].replace(DUTY, CALLER)


def public(office: Office) -> None:
    for build in office.api.service()["built"].values():
        build["function_versions"][0]["visibility"] = "public"


def undeployed(office: Office) -> None:
    for environment in office.api.service()["environments"].values():
        environment["build_sid"] = None


def another_beside(office: Office) -> None:
    for build in office.api.service()["built"].values():
        build["function_versions"].append({"sid": "ZN1", "function_sid": "ZH1", "path": "/x", "visibility": "public"})


FAULTS: dict[str, tuple[Callable[[Office], object], str]] = {
    "gone": (lambda o: o.api.functions.clear(), "does not ring the duty number"),
    "no environment": (lambda o: o.api.service()["environments"].clear(), "does not ring the duty number"),
    "other code": (other_code, "does not ring the duty number"),
    "for everybody": (public, "does not ring the duty number"),
    "undeployed": (undeployed, "does not ring the duty number"),
    "another beside": (another_beside, "does not ring the duty number"),
    "flow leads past it": (
        lambda o: states(o)["duty"]["properties"].update(url="https://elsewhere.example"), "is not what the line says",
    ),
    "flow asks by GET": (lambda o: states(o)["duty"]["properties"].update(method="GET"), "is not what the line says"),
    "flow forgets the talk": (lambda o: states(o)["talked"]["transitions"].pop(), "is not what the line says"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_doctor_names_the_fault_and_connect_mends_it(rung: Office, name: str) -> None:
    break_it, says = FAULTS[name]
    break_it(rung)
    assert says in rung.mends()
    assert "run intersession connect twilio" in rung.mends()
    rung.connect(duty=DUTY)
    assert rung.mends() == ""


def test_doctor_sees_a_number_that_was_taken_back_and_is_still_there(connected: Office) -> None:
    connected.api.request("POST", "https://serverless.twilio.com/v1/Services", data={"UniqueName": duty.SERVICE})
    assert "a duty number that was taken back" in connected.mends()
    connected.connect()
    assert connected.mends() == ""


# ---------------------------------------------------------------- the function, run


RUN = """
const said = [];
console.log = (line) => said.push(line);
global.Twilio = { Response: class {
  constructor() { this.headers = {}; }
  appendHeader(name, value) { this.headers[name] = value; }
  setBody(body) { this.body = body; }
} };
require(process.argv[1]).handler({}, JSON.parse(process.argv[2]), (error, answer) => {
  process.stdout.write(JSON.stringify({ error, ...answer, said }));
});
"""


@pytest.fixture
def asked(rung: Office, node: Path) -> Asked:
    """What it answers to what Twilio tells it, and what it notes."""
    file = rung.folder / "duty.js"
    file.write_text(rung.api.deployed(), encoding="utf-8")

    def asked(**event: str) -> tuple[ET.Element, str]:
        done = subprocess.run(
            [node, "-e", RUN, str(file), json.dumps(event)], capture_output=True, text=True, timeout=30, check=True
        )
        answer = json.loads(done.stdout)
        assert answer["error"] is None
        assert answer["headers"] == {"Content-Type": "text/xml"}
        assert DUTY not in "".join(answer["said"])
        return ET.fromstring(answer["body"]), "".join(answer["said"])

    return asked


def test_INV_04_the_duty_phone_shows_the_line_that_was_called_and_never_the_caller(rung: Office, asked: Asked) -> None:
    for number in rung.numbers:
        document, _ = asked(To=number, From=CALLER)
        (dial,) = document
        assert (dial.tag, dial.get("callerId"), dial.get("timeout")) == ("Dial", number, "20")
        assert (dial.get("answerOnBridge"), dial.get("action")) == ("true", "/duty?step=over")
        (called,) = dial
        assert (called.tag, called.text, called.get("url")) == ("Number", DUTY, "/duty?step=answered")


@pytest.mark.parametrize("to", [{}, {"To": "+12025550199"}, {"To": ""}])
def test_INV_04_where_twilio_does_not_say_what_was_called_it_is_still_a_line_of_ours(
    rung: Office, asked: Asked, to: dict[str, str]
) -> None:
    document, _ = asked(**to, From=CALLER)
    assert document[0].get("callerId") in rung.numbers


def test_INV_08_a_voicemail_that_presses_nothing_is_asked_twice_and_hung_up_on(asked: Asked) -> None:
    document, noted = asked(step="answered", ParentCallSid="CA1")
    assert [one.tag for one in document] == ["Gather", "Gather", "Hangup"]
    for gather in document[:2]:
        assert gather.get("input") == "dtmf"
        assert gather[0].text == WHISPER
    assert not noted


def test_key_1_connects_and_is_noted_by_the_callers_call(asked: Asked) -> None:
    for step in ("key", "last"):
        document, noted = asked(step=step, Digits="1", ParentCallSid="CA1")
        assert list(document) == []
        found = NOTED.search(noted)
        assert found is not None
        assert found[1] == "CA1"


@pytest.mark.parametrize("digits", [{"Digits": "2"}, {"Digits": "11"}, {"Digits": ""}, {}])
def test_INV_08_no_other_key_connects(asked: Asked, digits: dict[str, str]) -> None:
    document, noted = asked(step="key", ParentCallSid="CA1", **digits)
    assert [one.tag for one in document] == ["Gather", "Hangup"]
    assert document[0].get("action") == "/duty?step=last"
    document, more = asked(step="last", ParentCallSid="CA1", **digits)
    assert [one.tag for one in document] == ["Hangup"]
    assert not noted + more


@pytest.mark.parametrize(
    ("bridged", "talked"), [({"DialBridged": "true"}, "yes"), ({"DialBridged": "false"}, "no"), ({}, "no")]
)
def test_the_caller_goes_back_to_the_flow_with_what_came_of_it(
    rung: Office, asked: Asked, bridged: dict[str, str], talked: str
) -> None:
    document, _ = asked(step="over", DialCallStatus="completed", **bridged)
    (back,) = document
    flow = address(rung.api.client, rung.api.flow()["sid"])
    assert (back.tag, back.text) == ("Redirect", f"{flow}?FlowEvent=return&talked={talked}")
