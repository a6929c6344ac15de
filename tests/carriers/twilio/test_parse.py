"""Every webhook, as Twilio posts it, and the events that it means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

from intersession.carriers.twilio.account import UNLISTED, Account
from intersession.carriers.twilio.parse import Reader, Unreadable
from intersession.carriers.twilio.steps import Kind, Step
from intersession.core.events import (
    CallArrived,
    DigitsEntered,
    EndCause,
    Happened,
    KeyPressed,
    LegEnded,
    PromptEnded,
    SenderKind,
    TextArrived,
    TextDelivered,
    TextFailed,
    VoicemailLeft,
)
from intersession.core.ids import ContactId, LineId, MessageId, NumberKey, PracticeId, caller_leg

AT = datetime(2027, 2, 9, 20, 12, tzinfo=UTC)
CALL = "CallSid=CA00000000000000000000000000000001&AccountSid=AC0&To=%2B12025550100&Direction=inbound"
TEXT = "MessageSid=SM00000000000000000000000000000001&AccountSid=AC0&To=%2B12025550100&NumSegments=1"
RECORDED = CALL + "&From=%2B12025550142&RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fapi.example.org%2FRE1"
READER = Reader(
    account=Account(
        practice=PracticeId("p"), public_url="https://line.example.org", tokens=("t",), zone="America/New_York",
        lines={"+12025550100": LineId("coaching")}, longest_seconds=300,
    ),
    key_of=lambda number: NumberKey(f"key of {number}"),
    digest=lambda text: f"<{text.rsplit(':', 1)[-1][-1]}>",
)  # fmt: skip
CONTACT = ContactId("tw-<1>")
LEG = caller_leg(CONTACT)


def form(raw: str) -> dict[str, str]:
    return dict(parse_qsl(raw, keep_blank_values=True))


def step(kind: Kind) -> Step:
    return Step(kind=kind, leg=LEG, version=3, token="t1")


def facts(event: Happened) -> dict[str, Any]:
    """The event's own fields, without what all have."""
    return {name: getattr(event, name) for name in type(event).__dataclass_fields__ if name not in ("practice", "at")}


# ---------------------------------------------------------------- calls

WITHHELD = (
    "anonymous", "Anonymous", "Restricted", "unavailable", "", "%2B266" "696687", "%2B737" "8742833", "%2B2562533",
    "%2B862" "82452253", "%2B8656696", "%2B464", "sip%3Asomebody%40example.org", "client%3Asomebody", "%2B1",
    "%F0%9F%93%9E", "%2B12025550142%3B+DROP+TABLE", "99999999999999999999999999",
)  # fmt: skip


@pytest.mark.parametrize("raw", WITHHELD)
def test_a_call_without_a_number_that_can_be_called_is_a_withheld_call(raw: str) -> None:
    envelope = READER.arrived(form(f"{CALL}&From={raw}&CallStatus=ringing"), AT)
    assert facts(envelope.event) == {
        "id": f"{CONTACT}:arrived", "contact": CONTACT, "line": "coaching", "caller": None, "relay": False,
    }  # fmt: skip
    assert not envelope.numbers


@pytest.mark.parametrize("raw", ["%2B12025550142", "%2B1+%28202%29+555-0142"])
def test_a_number_is_keyed_in_e164_and_handed_in_beside_the_event(raw: str) -> None:
    envelope = READER.arrived(form(f"{CALL}&From={raw}"), AT)
    assert isinstance(envelope.event, CallArrived)
    assert envelope.event.caller == "key of +12025550142"
    assert envelope.numbers == {"key of +12025550142": "+12025550142"}
    assert envelope.event.at == AT


def test_a_number_of_the_account_that_is_no_line_is_an_unlisted_line() -> None:
    event = READER.arrived(form(CALL.replace("5550100", "5550199") + "&From=%2B12025550142"), AT).event
    assert isinstance(event, CallArrived)
    assert event.line == UNLISTED


KEY = {"id": f"{LEG}:step:t1", "contact": CONTACT, "leg": f"{CONTACT}.0"}
LEFT: dict[str, Any] = {
    "id": f"{CONTACT}:left:RE1", "contact": CONTACT, "recording": "RE1", "silent": False, "full": False,
}  # fmt: skip
STEPS: tuple[tuple[str, Kind, str, list[tuple[type[Happened], dict[str, Any]]]], ...] = (
    ("the words are over", Kind.WORDS, "", [(PromptEnded, {**KEY, "said": None})]),
    ("an empty Digits", Kind.WORDS, "&Digits=", [(PromptEnded, {**KEY, "said": None})]),
    ("a key", Kind.WORDS, "&Digits=1", [(KeyPressed, {**KEY, "key": "1"})]),
    ("pound", Kind.WORDS, "&Digits=%23", [(KeyPressed, {**KEY, "key": "#"})]),
    ("one key where several are asked", Kind.WORDS, "&Digits=9", [(KeyPressed, {**KEY, "key": "9"})]),
    ("a PIN", Kind.WORDS, "&Digits=4711", [(DigitsEntered, {**KEY, "digits": "4711", "number": None})]),
    ("no digits in time", Kind.WORDS, "", [(PromptEnded, {**KEY, "said": None})]),
    (
        "a number", Kind.WORDS, "&Digits=2025550142",
        [(DigitsEntered, {**KEY, "digits": "2025550142", "number": "key of +12025550142"})],
    ),
    ("a recording", Kind.RECORD, "R&RecordingDuration=12&Digits=%23", [(VoicemailLeft, {**LEFT, "seconds": 12.0})]),
    ("hung up into", Kind.RECORD, "R&RecordingDuration=4&Digits=hangup", [(VoicemailLeft, {**LEFT, "seconds": 4.0})]),
    (
        "1 ended it", Kind.RECORD, "R&RecordingDuration=5&Digits=1",
        [(KeyPressed, {**KEY, "key": "1"}), (VoicemailLeft, {**LEFT, "seconds": 5.0})],
    ),
    (
        "9 ended it", Kind.RECORD, "R&RecordingDuration=5&Digits=9",
        [(KeyPressed, {**KEY, "key": "9"}), (VoicemailLeft, {**LEFT, "seconds": 5.0})],
    ),
    (
        "full", Kind.RECORD, "R&RecordingDuration=300&Digits=",
        [(VoicemailLeft, {**LEFT, "seconds": 300.0, "full": True})],
    ),
    ("length not known yet", Kind.RECORD, "R&RecordingDuration=-1", [(VoicemailLeft, {**LEFT, "seconds": None})]),
    (
        "nothing was said", Kind.RECORD, "",
        [(VoicemailLeft, {
            **LEFT, "id": f"{LEG}:step:t1", "recording": "empty-t1", "seconds": 0.0, "silent": True,
        })],
    ),
    ("hung up while words were said", Kind.WORDS, "&Digits=hangup", []),
    ("after the safe words", Kind.LATE, "", []),
    ("a message after them", Kind.LATE, "R&RecordingDuration=12", [(VoicemailLeft, {**LEFT, "seconds": 12.0})]),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "more", "expected"), [row[1:] for row in STEPS], ids=[row[0] for row in STEPS])
def test_what_a_document_brings_back(kind: Kind, more: str, expected: list[tuple[type[Happened], Any]]) -> None:
    raw = RECORDED + more[1:] if more.startswith("R") else CALL + more
    envelopes = READER.stepped(step(kind), form(raw), AT)
    assert [(type(one.event), facts(one.event)) for one in envelopes] == expected
    assert all(one.event.at == AT for one in envelopes)
    assert all(one.answers == LEG for one in envelopes)


def test_a_number_that_is_keyed_in_can_be_called_back() -> None:
    (envelope,) = READER.stepped(step(Kind.WORDS), form(CALL + "&Digits=2025550142"), AT)
    assert envelope.numbers == {"key of +12025550142": "+12025550142"}


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("completed", EndCause.HUNG_UP), ("canceled", EndCause.HUNG_UP), ("busy", EndCause.BUSY),
        ("no-answer", EndCause.NO_ANSWER), ("failed", EndCause.FAILED),
    ],
)  # fmt: skip
def test_a_call_status_that_ends_the_call(status: str, cause: EndCause) -> None:
    envelope = READER.ended(form(f"{CALL}&CallStatus={status}&CallDuration=9"), AT)
    assert envelope is not None
    assert isinstance(envelope.event, LegEnded)
    assert facts(envelope.event) == {
        "id": f"{CONTACT}:ended:{status}", "contact": CONTACT, "leg": f"{CONTACT}.0", "cause": cause,
    }  # fmt: skip


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", "", "something-new"])
def test_a_call_status_that_ends_nothing(status: str) -> None:
    assert READER.ended(form(f"{CALL}&CallStatus={status}"), AT) is None


# ---------------------------------------------------------------- texts

SENDERS = (
    ("%2B12025550142", SenderKind.PHONE, "+12025550142"),
    ("88988", SenderKind.SHORT_CODE, "88988"),
    ("%2B88988", SenderKind.SHORT_CODE, "+88988"),
    ("PHARMACY", SenderKind.ALPHANUMERIC, "PHARMACY"),
    ("", SenderKind.ALPHANUMERIC, ""),
    ("%2B266" "696687", SenderKind.ALPHANUMERIC, "+266" "696687"),
    ("%2B12025550100", SenderKind.OURSELVES, "+12025550100"),
)


@pytest.mark.parametrize(("raw", "kind", "address"), SENDERS)
def test_who_a_text_is_from(raw: str, kind: SenderKind, address: str) -> None:
    envelope = READER.text(form(f"{TEXT}&From={raw}&Body=Hi&NumMedia=0"), AT)
    assert facts(envelope.event) == {
        "id": "tw-<1>:arrived", "message": "tw-<1>", "line": "coaching", "sender": f"key of {address}", "body": "Hi",
        "media": 0, "sender_kind": kind,
    }  # fmt: skip
    assert envelope.numbers == {f"key of {address}": address}


@pytest.mark.parametrize(("raw", "media"), [("3", 3), ("", 0), ("many", 0), ("-1", 0), ("٣", 0), ("9" * 50, 0)])
def test_how_many_pictures_came_with_it(raw: str, media: int) -> None:
    event = READER.text({**form(TEXT), "From": "+12025550142", "NumMedia": raw}, AT).event
    assert isinstance(event, TextArrived)
    assert event.media == media
    assert event.body == ""


MEDIA = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


@pytest.mark.parametrize(
    ("url", "reference"),
    [
        (MEDIA, "MM1/ME1"), ("", ""), ("https://evil.example/Messages/MM1/Media/ME1", "MM1/ME1"),
        (MEDIA + "/../../Recordings/RE1", ""), ("https://evil.example/a.jpg", ""), (MEDIA + "?a=/Messages/x", ""),
    ],
)  # fmt: skip
def test_X10_of_a_pictures_address_only_twilios_names_are_taken(url: str, reference: str) -> None:
    """What is fetched is an address of ours with these names in it: nobody makes us fetch another."""
    more = {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": "image/png"}
    (picture,) = READER.text({**form(TEXT), "From": "+12025550142", **more}, AT).pictures
    assert (picture.reference, picture.media_type) == (reference, "image/png")
    assert "ME1" not in repr(picture)


def test_X10_a_picture_that_is_announced_and_not_named_is_not_forgotten() -> None:
    envelope = READER.text({**form(TEXT), "From": "+12025550142", "NumMedia": "2", "MediaUrl1": MEDIA}, AT)
    assert [one.reference for one in envelope.pictures] == ["", "MM1/ME1"]
    many = READER.text({**form(TEXT), "From": "+12025550142", "NumMedia": "900"}, AT)
    assert len(many.pictures) == 10


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("&MessageStatus=delivered", (TextDelivered, {"id": "m1:delivered", "message": "m1"})),
        (
            "&MessageStatus=undelivered&ErrorCode=30003",
            (TextFailed, {"id": "m1:undelivered", "message": "m1", "reason": "undelivered 30003", "maybe": False}),
        ),
        (
            "&MessageStatus=failed",
            (TextFailed, {"id": "m1:failed", "message": "m1", "reason": "failed", "maybe": False}),
        ),
    ],
)
def test_what_became_of_a_text_of_ours(more: str, expected: tuple[type[Happened], dict[str, Any]]) -> None:
    envelope = READER.fate(form(TEXT + more), MessageId("m1"), AT)
    assert envelope is not None
    assert (type(envelope.event), facts(envelope.event)) == expected


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "accepted", ""])
def test_a_text_that_is_on_its_way_has_no_fate_yet(status: str) -> None:
    assert READER.fate(form(f"{TEXT}&MessageStatus={status}"), MessageId("m1"), AT) is None


# ---------------------------------------------------------------- what cannot be read


@pytest.mark.parametrize("sid", ["", "CA%00", "CA 1", "x" * 65, "..%2F..", "<b>"])
def test_without_a_call_sid_there_is_no_call(sid: str) -> None:
    with pytest.raises(Unreadable) as error:
        READER.arrived({"CallSid": sid, "To": "+12025550100"}, AT)
    assert str(error.value) == "CallSid"


def test_without_a_message_sid_there_is_no_text() -> None:
    with pytest.raises(Unreadable):
        READER.text({"From": "+12025550142", "Body": "hi"}, AT)
