"""Who gets in: forged, oversized, malformed and misdirected requests."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from structlog.testing import capture_logs

from tests.carriers.twilio.cloud import PUBLIC, TOKEN, sid, signature
from tests.carriers.twilio.conftest import Line

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
