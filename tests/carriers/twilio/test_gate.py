"""Who gets in: forged, repeated, oversized, malformed and misdirected requests."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from httpx import Response
from structlog.testing import capture_logs

from intersession.carriers.twilio.steps import Kind, Steps
from intersession.core.ids import ContactId, caller_leg, staff_leg
from intersession.records.sealing import Keyring, seal_bytes
from intersession.sound.media import GOOD_FOR, Media, signed
from intersession.sound.media import Kind as MediaKind
from tests.carriers.twilio.cloud import PUBLIC, TOKEN, sid, signature
from tests.carriers.twilio.conftest import Line
from tests.sound.tones import tone

PATHS = (
    "/twilio/voice", "/twilio/call-status", "/twilio/text", "/twilio/text-status?message=m1",
    "/twilio/leg/words/c.0/0/t1",
)  # fmt: skip
FORM = "application/x-www-form-urlencoded"


def fields(line: Line) -> dict[str, str]:
    return {
        "CallSid": sid("CA"), "MessageSid": sid("SM"), "From": line.number("JS"), "To": line.listed("coaching"),
        "Body": "a private sentence", "CallStatus": "completed", "MessageStatus": "delivered",
    }  # fmt: skip


def kept(line: Line) -> int:
    return line.count("seen_event") + line.count("contact")


@pytest.mark.parametrize("path", PATHS)
def test_the_official_signature_lets_a_request_in(line: Line, path: str) -> None:
    assert line.cloud.post(path, fields(line)).status_code in (200, 204)


FORGERIES = {
    "none": lambda url, form: {},
    "empty": lambda url, form: {"X-Twilio-Signature": ""},
    "garbage": lambda url, form: {"X-Twilio-Signature": "é" * 28},
    "another token": lambda url, form: {"X-Twilio-Signature": signature(url, form, "another")},
    "another address": lambda url, form: {"X-Twilio-Signature": signature(url + "x", form)},
    "another host": lambda url, form: {
        "X-Twilio-Signature": signature(url.replace("line.example.org", "evil.example.org"), form),
        "Host": "evil.example.org", "X-Forwarded-Host": "evil.example.org",
    },
    "our own address inside": lambda url, form: {
        "X-Twilio-Signature": signature(url.replace(PUBLIC, "http://127.0.0.1:8001"), form)
    },
    "another body": lambda url, form: {"X-Twilio-Signature": signature(url, {**form, "From": "+12025550199"})},
    "a field less": lambda url, form: {"X-Twilio-Signature": signature(url, dict(list(form.items())[1:]))},
    "an unknown algorithm": lambda url, form: {
        "X-Twilio-Signature": signature(url, form),
        "X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_NONE",
    },
    "a body's hash": lambda url, form: {"X-Twilio-Signature": signature(url, {})},
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("path", PATHS)
def test_a_forged_request_gets_an_empty_403_and_leaves_nothing(line: Line, path: str, forgery: str) -> None:
    form = fields(line)
    headers = {name: value.encode() for name, value in FORGERIES[forgery](PUBLIC + path, form).items()}
    with capture_logs() as logs:
        response = line.cloud.send(path, headers, data=form)  # type: ignore[arg-type]
    assert (response.status_code, response.content) == (403, b"")
    assert kept(line) == 0
    assert [sorted(one) for one in logs] == [["event", "kind", "log_level", "status"]]


def test_a_repeated_field_is_part_of_what_is_signed(line: Line) -> None:
    form = fields(line)
    body = urlencode([*form.items(), ("From", "+12025550199")])
    signed = {"X-Twilio-Signature": signature(PUBLIC + "/twilio/voice", form), "content-type": FORM}
    assert line.cloud.send("/twilio/voice", signed, content=body).status_code == 403


def test_the_query_of_an_address_is_part_of_what_is_signed(line: Line) -> None:
    form = fields(line)
    signed = {"X-Twilio-Signature": signature(PUBLIC + "/twilio/text-status?message=m1", form)}
    assert line.cloud.send("/twilio/text-status?message=m2", signed, data=form).status_code == 403


def test_a_signature_with_the_newer_algorithm_is_taken_too(line: Line) -> None:
    from twilio.request_validator import RequestValidator

    form = fields(line)
    made = RequestValidator(TOKEN).compute_signature(PUBLIC + "/twilio/text", form, "HMAC_SHA256")  # type: ignore[no-untyped-call]
    headers = {"X-Twilio-Signature": made, "X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_SHA256"}
    assert line.cloud.post("/twilio/text", form, headers).status_code == 200


def test_more_than_64_kb_is_too_much_whoever_signs_it(line: Line) -> None:
    response = line.cloud.text(line.number("JS"), line.listed("coaching"), "x" * 65_536)
    assert (response.status_code, response.content) == (413, b"")
    assert kept(line) == 0


def test_many_fields_are_refused_unread(line: Line) -> None:
    body = "&".join(f"f{number}=1" for number in range(500))
    assert line.cloud.send("/twilio/voice", {"content-type": FORM}, content=body).status_code == 403


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data; boundary=b", "text/plain", ""])
def test_what_is_no_form_is_not_read(line: Line, media_type: str) -> None:
    response = line.cloud.send("/twilio/voice", {"content-type": media_type}, content=b'{"CallSid": "CA1"}')
    assert (response.status_code, response.content) == (415, b"")


@pytest.mark.parametrize("missing", ["CallSid", "MessageSid"])
def test_a_signed_request_that_cannot_be_read_gets_a_plain_400(line: Line, missing: str) -> None:
    path = "/twilio/voice" if missing == "CallSid" else "/twilio/text"
    form = {name: value for name, value in fields(line).items() if name != missing}
    with capture_logs() as logs:
        response = line.cloud.post(path, form)
    assert (response.status_code, response.content) == (400, b"")
    assert not re.search(r"private|\+1202", repr(logs))


def test_an_address_that_no_document_names_is_not_found(line: Line) -> None:
    assert line.cloud.post("/twilio/else/t1", fields(line)).status_code == 404
    assert line.cloud.post("/twilio/leg/words/c.0/0/t1/more", fields(line)).status_code == 404
    assert kept(line) == 0

# ---------------------------------------------------------------- what was genuine once


TABLES = ("contact", "call", "recording", "message", "task", "errand", "seen_event")


def everything(line: Line) -> list[int]:
    """Of what a request can leave behind."""
    return [line.count(table) for table in TABLES]


def test_INV_02_whatever_twilio_sent_in_a_call_changes_nothing_when_it_comes_again_days_later(line: Line) -> None:
    """A signature knows no time: whoever has kept a request can send it again."""
    sent: list[tuple[str, dict[str, str], str]] = []
    post = line.cloud.post

    def kept_too(path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> Response:
        response = post(path, form, headers)
        sent.append((path, form, response.text))
        return response

    line.cloud.post = kept_too  # type: ignore[method-assign]
    leg = line.cloud.call(line.number("JS"), line.listed("coaching"))
    leg.listen()
    leg.press("1")
    leg.listen()
    leg.hang_up()
    line.cloud.text(line.number("JS"), line.listed("coaching"), "are you there")
    line.world.go_to(line.world.now() + timedelta(days=2))
    before, orders = everything(line), len(line.carrier.orders)
    for path, form, _ in sent:
        assert post(path, form).status_code in (200, 204)
    line.world.settle()
    assert everything(line) == before
    assert len(line.carrier.orders) == orders, "nobody is rung or told again"
    assert len(sent) == 6


def test_a_step_of_a_leg_that_is_not_ours_tells_nothing_and_rings_nobody(line: Line) -> None:
    """Such as another practice's: its tokens and contacts are made with another key."""
    leg = line.cloud.call(line.number("JS"), line.listed("coaching"))
    leg.listen()
    before, orders = everything(line), len(line.carrier.orders)
    other = Steps(Keyring(bytes(32)).digest)
    contact = ContactId("tw-" + "0" * 32)
    for kind in Kind:
        for at in (caller_leg(contact), staff_leg(contact, 1)):
            form = {**fields(line), "Digits": "1", "DialCallStatus": "completed"}
            response = line.cloud.post(other.first(kind, at).path, form)
            assert response.status_code in (200, 204), kind
            assert "J, S" not in response.text
    line.world.settle()
    assert everything(line)[:6] == before[:6]
    assert len(line.carrier.orders) == orders


# ---------------------------------------------------------------- sounds


@pytest.fixture
def voicemail(line: Line) -> str:
    """The name of a recording that lies with us."""
    leg = line.cloud.call(line.number("Stranger"), line.listed("main"))
    leg.listen()
    name = sid("RE")
    leg.record(6, recording=name)
    leg.hang_up()
    (contact, key) = line.world.db.rows(
        "SELECT contact.id, wrapped_key FROM recording JOIN contact ON contact.id = recording.contact"
    )[0]
    opened = line.world.keyring.unwrap(bytes(key), f"contact:{contact}")
    line.world.db.run(
        "UPDATE recording SET media_type = 'audio/wav', sealed_sound = ? WHERE id = ?",
        (seal_bytes(opened, tone(6), f"recording:sound:{name}"), name),
    )
    return name


def address(line: Line, name: str, kind: MediaKind = MediaKind.VOICEMAIL) -> str:
    key = line.world.keyring.digest("addresses of sounds at carriers").encode()
    return "/twilio/sound/" + signed(key, Media(kind, name), line.world.now())


def test_a_voicemail_is_fetched_by_twilio_and_by_nobody_else(line: Line, voicemail: str) -> None:
    path = address(line, voicemail)
    found = line.cloud.get(path)
    assert (found.status_code, found.headers["content-type"]) == (200, "audio/wav")
    assert found.headers["cache-control"] == "no-store, private"
    for headers in ({}, {"X-Twilio-Signature": signature(PUBLIC + path, {}, "another")}):
        refused = line.cloud.get(path, headers)
        assert (refused.status_code, refused.content) == (403, b"")


def test_its_address_ends_after_five_minutes_whoever_signs(line: Line, voicemail: str) -> None:
    path = address(line, voicemail)
    line.world.go_to(line.world.now() + GOOD_FOR)
    assert line.cloud.get(path).status_code == 200
    line.world.go_to(line.world.now() + timedelta(seconds=1))
    assert line.cloud.get(path).status_code == 404


@pytest.mark.parametrize("kind", [one for one in MediaKind if one is not MediaKind.VOICEMAIL])
def test_an_address_of_another_kind_opens_no_voicemail(line: Line, voicemail: str, kind: MediaKind) -> None:
    assert line.cloud.get(address(line, voicemail, kind)).status_code == 404


@pytest.mark.parametrize("bent", [
    lambda path: path[:-1] + ("A" if path[-1] != "A" else "B"), lambda path: path.rpartition("/")[0],
    lambda path: path + "/more", lambda path: path.replace("voicemail", "%2e%2e"),
    lambda path: "/twilio/sound/", lambda path: "/twilio/sound/../../etc/passwd",
])  # fmt: skip
def test_a_guessed_address_opens_nothing(line: Line, voicemail: str, bent: Callable[[str], str]) -> None:
    found = line.cloud.get(bent(address(line, voicemail)))
    assert (found.status_code // 100, found.content[:4]) != (2, b"RIFF")
    assert found.status_code in (403, 404)


# ---------------------------------------------------------------- what no carrier sends


@pytest.mark.parametrize("path", PATHS)
def test_a_body_without_end_is_not_read_to_its_end(line: Line, path: str) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 16_384
            assert read < 1_000_000, "it was read on and on"
            yield b"x" * 16_384

    response = line.cloud.send(path, {"content-type": FORM}, content=endless())
    assert (response.status_code, response.content) == (413, b"")
    assert kept(line) == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", PATHS)
def test_only_what_is_posted_is_looked_at(line: Line, path: str, method: str) -> None:
    response = line.cloud.portal.call(line.cloud._send, path, {}, {}, method)
    assert response.status_code == 405
    assert kept(line) == 0
