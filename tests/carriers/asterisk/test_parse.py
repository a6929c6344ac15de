"""ARI's events as core's: the same thing told twice is one event, and no number stands in an id."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from intersession.carriers.asterisk.parse import Reader, cause_of, text_of
from intersession.carriers.asterisk.pbx import UNLISTED
from intersession.core.events import CallArrived, DigitsEntered, EndCause, SenderKind, TextArrived
from intersession.core.ids import ContactId, LegId

AT = datetime(2027, 2, 9, 20, 12, tzinfo=UTC)
CHANNEL = "1795611718.0"
CLIENT = "+12025550142"


def message(sender: str = f"<sip:{CLIENT}@127.0.0.1>", body: str = "are you there", **headers: str) -> dict[str, Any]:
    said = {"from": sender, "to": "pjsip:+12025550100@127.0.0.1", "body": body, "variables": headers}
    return {"type": "TextMessageReceived", "timestamp": "2027-02-09T20:12:00.000+0000", "message": said}


def test_a_call_is_named_by_a_digest_and_its_number_stands_beside_it(reader: Reader) -> None:
    envelope = reader.arrived(CHANNEL, "+12025550100", "2025550142", AT)
    event = envelope.event
    assert isinstance(event, CallArrived)
    assert event.line == "coaching"
    assert event.contact.startswith("as-")
    assert CHANNEL not in event.id
    assert event.caller is not None
    assert dict(envelope.numbers) == {event.caller: CLIENT}


@pytest.mark.parametrize("number", ["", "anonymous", "Restricted"])
def test_a_number_that_is_withheld_is_none(reader: Reader, number: str) -> None:
    envelope = reader.arrived(CHANNEL, "+12025550100", number, AT)
    assert isinstance(envelope.event, CallArrived)
    assert envelope.event.caller is None
    assert not envelope.numbers


@pytest.mark.parametrize("dialled", ["+12025550101", "12025550101", "2025550101"])
def test_the_provider_may_write_the_lines_number_as_it_likes(reader: Reader, dialled: str) -> None:
    assert reader.line(dialled) == "coaching"


def test_a_number_that_is_no_line_of_ours_is_kept_all_the_same(reader: Reader) -> None:
    assert reader.line("+12025550199") == UNLISTED


def test_a_call_that_fell_back_has_the_id_of_its_arrival(reader: Reader) -> None:
    """A call that walked the line is then known already, and nothing of it happens twice."""
    arrived = reader.arrived(CHANNEL, "+12025550100", CLIENT, AT).event
    assert reader.fell_back(CHANNEL, "+12025550100", CLIENT, AT).event.id == arrived.id


def test_a_text_that_is_told_again_is_the_same_text(reader: Reader) -> None:
    first = reader.text(text_of(message(**{"Call-ID": "one", "CSeq": "2 MESSAGE"})), AT).event
    again = reader.text(text_of(message(**{"Call-ID": "one", "CSeq": "2 MESSAGE"})), AT).event
    other = reader.text(text_of(message(**{"Call-ID": "two", "CSeq": "2 MESSAGE"})), AT).event
    assert first.id == again.id != other.id


def test_a_text_without_a_name_is_told_apart_by_its_instant(reader: Reader) -> None:
    later = message() | {"timestamp": "2027-02-09T20:13:00.000+0000"}
    assert reader.text(text_of(message()), AT).event.id != reader.text(text_of(later), AT).event.id


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        (f'"x" <sip:{CLIENT}@provider>', SenderKind.PHONE), ("<sip:+12025550100@provider>", SenderKind.OURSELVES),
        ("<sip:40404@provider>", SenderKind.SHORT_CODE), ("<sip:PHARMACY@provider>", SenderKind.ALPHANUMERIC),
    ],
)  # fmt: skip
def test_who_a_text_is_from(reader: Reader, sender: str, kind: SenderKind) -> None:
    """INV-22."""
    event = reader.text(text_of(message(sender)), AT).event
    assert isinstance(event, TextArrived)
    assert event.sender_kind is kind


def test_a_text_that_lost_its_words_says_so(reader: Reader) -> None:
    """Asterisk takes a longer one than it can hold, and hands on an empty one."""
    headers = {"Call-ID": "one", "CSeq": "2 MESSAGE", "Content-Length": "1500"}
    event = reader.text(text_of(message(body="", **headers)), AT).event
    assert isinstance(event, TextArrived)
    assert "1500 bytes" in event.body
    empty = reader.text(text_of(message(body="", **headers | {"Content-Length": "0"})), AT).event
    assert isinstance(empty, TextArrived)
    assert empty.body == ""


def test_digits_that_are_a_number_are_its_key_too(reader: Reader) -> None:
    contact = ContactId("as-1")
    short = reader.digits(contact, LegId("as-1.0"), "4711", "1", AT).event
    long = reader.digits(contact, LegId("as-1.0"), "2025550142", "2", AT)
    assert isinstance(short, DigitsEntered)
    assert isinstance(long.event, DigitsEntered)
    assert short.number is None
    assert long.event.number in long.numbers


@pytest.mark.parametrize(
    ("code", "answered", "cause"),
    [
        (16, True, EndCause.HUNG_UP), (17, False, EndCause.BUSY), (21, False, EndCause.BUSY),
        (19, False, EndCause.NO_ANSWER), (0, False, EndCause.NO_ANSWER), (1, False, EndCause.FAILED),
    ],
)  # fmt: skip
def test_why_a_leg_ended(code: int, answered: bool, cause: EndCause) -> None:
    assert cause_of(code, answered=answered) is cause
