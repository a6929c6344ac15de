"""Whole calls by signed posts: the app, the corridor and the rules together, on SQLite."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intersession.carriers.port import Dial, Envelope
from intersession.carriers.safe import safe_words
from intersession.core.call import Declared, Phase
from intersession.core.events import GreetingRecorded
from intersession.core.ids import ClipId, EventId, PracticeId, RecordingId, StaffId
from intersession.records.sealing import seal_bytes, unseal
from tests.carriers.contract import the_call
from tests.carriers.twilio.cloud import PUBLIC, Leg, sid
from tests.carriers.twilio.conftest import Line


def coached(line: Line) -> Leg:
    return line.cloud.call(line.number("JS"), line.listed("coaching"))


def stranger(line: Line) -> Leg:
    return line.cloud.call(line.number("Stranger"), line.listed("main"))


def pass_seconds(line: Line, seconds: float) -> None:
    line.world.clock.advance(timedelta(seconds=seconds))
    line.world.corridor.pump()


def test_a_whole_call_greeting_loop_key_one_voicemail(line: Line) -> None:
    leg = coached(line)
    assert leg.verbs() == ["Gather", "Redirect"]
    assert "Connecting you" in leg.words()
    assert not line.carrier.orders
    leg.listen()
    assert the_call(line.world).phase is Phase.RINGING
    written = line.count("journal")
    for _ in range(5):
        leg.listen()
        assert leg.verbs() == ["Gather", "Redirect"]
        assert not leg.words()
    assert line.count("journal") == written, "waiting writes nothing"
    leg.press("1")
    assert the_call(line.world).declared is Declared.URGENT
    rung = {order.to for order in line.carrier.orders if isinstance(order, Dial)}
    assert rung, "the urgent stage rings"
    for _ in range(20):
        pass_seconds(line, 10)
        leg.listen()
        if "9 8 8" in leg.words() and the_call(line.world).phase is Phase.CLOSING:
            break
    assert the_call(line.world).phase is Phase.CLOSING
    leg.listen()
    assert leg.verbs() == ["Record", "Redirect"]
    leg.record(9)
    assert "Your message is saved" in leg.words()
    assert line.count("recording WHERE seconds = 9 AND NOT silent") == 1
    leg.listen()
    leg.listen()
    leg.hang_up()
    assert the_call(line.world).phase is Phase.ENDED
    task = line.world.item("JS")
    assert task.owner


def test_words_that_came_while_the_caller_waited_are_heard_to_their_end(line: Line) -> None:
    """The document that ends said nothing, so its end is not the end of the greeting that came meanwhile."""
    leg = coached(line)
    leg.listen()
    waited = leg
    while the_call(line.world).phase is Phase.RINGING:
        pass_seconds(line, 10)
    assert the_call(line.world).phase is Phase.CLOSING
    waited.listen()
    assert "9 8 8" in waited.words()
    assert the_call(line.world).phase is Phase.CLOSING
    waited.listen()
    assert waited.verbs() == ["Record", "Redirect"]


@pytest.mark.parametrize("key", ["1", "9"])
def test_D62_a_key_ends_the_recording_is_kept_and_counts(line: Line, key: str) -> None:
    leg = stranger(line)
    leg.listen()
    leg.record(6, ended_by=key)
    assert line.count("recording WHERE seconds = 6 AND NOT silent") == 1
    call = the_call(line.world)
    assert (call.declared is Declared.URGENT, call.crisis_pressed) == (key == "1", key == "9")
    assert leg.words()


def test_a_message_into_which_the_caller_hangs_up_is_kept_in_either_order(line: Line) -> None:
    leg = stranger(line)
    leg.listen()
    leg.hang_up()
    leg.record(8, ended_by="hangup")
    assert line.count("recording WHERE seconds = 8") == 1
    assert len(line.world.tasks("Stranger")) == 1


def test_VM03_a_recording_without_a_sound_is_offered_again(line: Line) -> None:
    leg = stranger(line)
    leg.listen()
    leg.listen()
    assert "We did not hear anything" in leg.words()


def test_a_repeated_action_gets_the_same_document_and_advances_nothing(line: Line) -> None:
    leg = coached(line)
    first = leg.raw
    assert leg.again() == first
    leg.listen()
    rings = len(line.carrier.orders)
    assert rings
    said = leg.raw
    assert leg.again() == said
    leg.press("1")
    pressed, journal = leg.raw, line.count("journal")
    for _ in range(3):
        assert leg.again() == pressed
    assert line.count("journal") == journal


def test_a_repeated_recording_is_one_message_and_one_answer(line: Line) -> None:
    leg = stranger(line)
    leg.listen()
    leg.record(7)
    saved = leg.raw
    assert leg.again() == saved
    assert line.count("recording") == 1


def test_every_document_names_a_fresh_action(line: Line) -> None:
    leg = coached(line)
    seen = {leg.last[0]}
    for _ in range(8):
        leg.listen()
        assert leg.last[0] not in seen
        seen.add(leg.last[0])
    assert not any(part in leg.raw for part in (line.number("JS")[-10:], leg.fields["CallSid"]))


def test_D16_a_hard_reject_is_refused_every_time_it_is_asked(line: Line) -> None:
    key = line.world.key_of("Stranger")
    sealed = line.world.keyring.seal("threats", f"block:reason:{key}")
    line.world.db.run(
        "INSERT INTO block (practice_id, number_key, hard, author, review_on, sealed_reason) VALUES (?,?,?,?,?,?)",
        (line.account.practice, key, True, "Gil", "2028-01-01", sealed),
    )
    line.world.db.run("UPDATE practice SET version = version + 1")
    leg = stranger(line)
    assert leg.verbs() == ["Reject"]
    assert leg.again() == leg.raw
    assert not line.carrier.orders, "the refusal was the answer"
    assert line.count("errand WHERE state = 'failed'") == 0


def test_a_withheld_call_is_greeted_and_its_message_is_owned(line: Line) -> None:
    withheld = "+266" "696687"  # "anonymous" on a keypad
    leg = line.cloud.call(withheld, line.listed("main"))
    leg.listen()
    leg.record(5)
    assert line.count("recording") == 1
    assert line.count("task WHERE closed_at IS NULL AND owner IS NOT NULL") == 1
    assert line.count("number WHERE key = '" + line.world.keyring.number_key(withheld) + "'") == 0


def test_INV_02_a_call_to_a_number_that_is_no_line_is_answered_kept_and_owned(line: Line) -> None:
    leg = line.cloud.call(line.number("Stranger"), "+12025550199")
    assert "9 8 8" in leg.words()
    leg.listen()
    leg.record(5)
    assert "saved" in leg.words()
    assert line.count("recording") == 1
    assert line.count("task WHERE closed_at IS NULL AND owner IS NOT NULL") >= 1


def test_a_key_that_does_nothing_cuts_no_words_off(line: Line) -> None:
    leg = coached(line)
    before = leg.words()
    leg.press("#")
    assert leg.words() == before
    leg.listen()
    assert the_call(line.world).phase is Phase.RINGING


def test_a_step_of_a_call_that_nobody_knows_gets_the_safe_words(line: Line) -> None:
    leg = Leg(line.cloud, {"CallSid": sid("CA"), "From": line.number("JS"), "To": line.listed("coaching")})
    leg.fetch("/twilio/leg/words/tw-0.0/1/" + "0" * 32, {})
    assert "9 8 8" in leg.words()
    assert leg.verbs() == ["Gather", "Record", "Redirect"]


def test_INV_11_a_call_that_breaks_a_rule_is_set_aside_and_its_caller_gets_the_safe_words(line: Line) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("a rule broke")

    decide = line.world.corridor.tick._decide
    line.world.corridor.tick._decide = broken  # type: ignore[assignment]
    leg = coached(line)
    line.world.corridor.tick._decide = decide
    assert "9 8 8" in leg.words()
    assert line.count("set_aside WHERE id LIKE 'tw-%:arrived'") == 1
    assert line.count("task WHERE kind = 'machine' AND contact LIKE 'tw-%' AND owner = 'Gil'") == 1


def test_the_safe_words_are_in_the_language_of_the_account(line: Line) -> None:
    (spanish,) = safe_words(replace(line.account, locale="es-US"), line.world.now())
    assert spanish.locale == "es-US"
    assert "Para apoyo en una crisis" in spanish.text


# ---------------------------------------------------------------- texts

BODIES = {
    "10,000 characters": "a" * 10_000,
    "emoji": "😭🫂👩‍👩‍👧 " * 40,
    "right to left": "أنا بحاجة إلى المساعدة ‏(الآن)‏ שלום",
    "a zero and controls": "a\x00b\x07\r\n\tc",
    "markup": "<Response><Dial>+12025550199</Dial></Response> & %00 '; --",
    "empty": "",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_text_is_kept_to_the_letter_and_answered_with_nothing(line: Line, body: str) -> None:
    response = line.cloud.text(line.number("JS"), line.listed("coaching"), body)
    assert (response.status_code, response.text) == (200, '<?xml version="1.0" encoding="UTF-8"?><Response />')
    row = line.world.db.row("SELECT id, contact, sealed_body FROM message WHERE direction = 'in'")
    assert row is not None
    wrapped = line.world.db.value("SELECT wrapped_key FROM contact WHERE id = ?", (row[1],))
    key = line.world.keyring.unwrap(bytes(wrapped), f"contact:{row[1]}")
    assert unseal(key, bytes(row[2]), f"message:body:{row[0]}") == body
    assert line.world.tasks("JS")


@pytest.mark.parametrize("sender", ["88988", "PHARMACY", ""])
def test_INV_22_a_text_that_is_not_from_a_telephone_is_kept_and_never_answered(line: Line, sender: str) -> None:
    assert line.cloud.text(sender, line.listed("coaching"), "Your code is 1").status_code == 200
    assert line.count("message WHERE direction = 'in'") == 1
    assert line.count("message WHERE direction = 'out'") == 0


def test_a_text_to_a_number_that_is_no_line_is_kept(line: Line) -> None:
    assert line.cloud.text(line.number("JS"), "+12025550199", "hello").status_code == 200
    assert line.count("contact") == 1


def test_nothing_of_a_webhook_stands_in_the_clear(line: Line) -> None:
    leg = stranger(line)
    leg.listen()
    leg.record(5)
    message = sid("SM")
    line.cloud.text(line.number("Stranger"), line.listed("main"), "a very private sentence", message=message)
    secrets = (leg.fields["CallSid"], message, "private sentence", line.number("Stranger")[-10:])
    for (table,) in line.world.db.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
        for row in line.world.db.rows(f'SELECT * FROM "{table}"'):
            assert not any(secret in repr(tuple(row)) for secret in secrets), table


def test_S08_a_voicemails_address_is_twilios_alone_and_good_for_five_minutes(line: Line) -> None:
    leg = stranger(line)
    leg.listen()
    leg.record(7, recording="RE7")
    hooks = line.hooks
    path = hooks._sound_path(RecordingId("RE7"))
    assert line.cloud.get(path).status_code == 404, "its sound is not here yet"
    key = line.world.keyring.unwrap(
        bytes(line.world.db.value("SELECT wrapped_key FROM contact")), f"contact:{the_call(line.world).contact}"
    )
    line.world.db.run(
        "UPDATE recording SET media_type = 'audio/wav', sealed_sound = ?",
        (seal_bytes(key, b"RIFF", "recording:sound:RE7"),),
    )
    heard = line.cloud.get(path)
    assert (heard.status_code, heard.content) == (200, b"RIFF")
    assert "no-store" in heard.headers["cache-control"]
    assert line.cloud.get(path, headers={}).status_code == 403
    assert line.cloud.get(path.replace("RE7", "RE8")).status_code == 404
    line.world.clock.advance(timedelta(minutes=6))
    assert line.cloud.get(path).status_code == 404


def test_S11_a_clinicians_own_voice_is_played_and_the_machine_says_the_rest(line: Line) -> None:
    """A standard client after hours: G-AFTER, in the voice of the primary as far as it was recorded."""
    world = line.world
    practice = PracticeId(world.cast.setup.id)
    own = GreetingRecorded(
        id=EventId("g1"), practice=practice, at=world.now(), by=StaffId("Bo"), clip=ClipId("hello"), locale="en-US",
        text="Hello. You have reached Harbor DBT.", seconds=2,
    )  # fmt: skip
    world.corridor.now_do(Envelope(event=own, sounds={"hello": ("audio/wav", b"RIFF of hello")}))
    leg = line.cloud.call(line.number("TK"), line.listed("main"))
    (played,) = leg.plays()
    assert leg.words().startswith("The office is closed now.")
    assert "9 8 8" in leg.words()
    heard = line.cloud.get(played.removeprefix(PUBLIC))
    assert (heard.status_code, heard.content) == (200, b"RIFF of hello")
    world.clock.advance(timedelta(minutes=6))
    assert line.cloud.get(played.removeprefix(PUBLIC)).status_code == 404
