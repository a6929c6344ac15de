"""What a caller hears, as TwiML: golden documents."""

from __future__ import annotations

from dataclasses import replace
from xml.sax.saxutils import escape

import pytest

from intersession.carriers.twilio.account import HURRY, Account
from intersession.carriers.twilio.render import EMPTY, TONE, Renderer
from intersession.carriers.twilio.steps import Kind, Step, Steps
from intersession.core.call import Hearing, Said, Then
from intersession.core.commands import CRISIS_LINES, ConnectLeg, RefuseCall, SayPrompt, TransferToCrisisLine
from intersession.core.ids import ClipId, ContactId, LegId, PracticeId, RecordingId

ACCOUNT = Account(
    practice=PracticeId("p"), public_url="https://line.example.org/", tokens=("t",), lines={},
    zone="America/New_York", longest_seconds=300,
)  # fmt: skip
RENDER = Renderer(
    ACCOUNT, Steps(lambda text: "t1"), lambda recording: f"/sound/{recording}", lambda clip: f"/clip/{clip}"
)
LEG, STAFF, THIRD = LegId("c.0"), LegId("c.1"), LegId("c.2")
BEFORE = Step(kind=Kind.LOOK, leg=LEG, version=6, token="t0")
HELLO = Said(id="CON-OK", text="Tom & <Ann>", locale="en-US")
HOLA = Said(id="LANG", text="Oprima ocho.", locale="es-US")
OTHER = Said(id="LANG", text="Bonjour", locale="fr-CA")


def url(kind: str, leg: str = LEG, version: int = 7) -> str:
    return f"{plain(kind, leg, version)}{escape(HURRY)}"


def plain(kind: str, leg: str, version: int) -> str:
    return f"https://line.example.org/twilio/leg/{kind}/{leg}/{version}/t1"


def keys(kind: str, version: int = 7) -> str:
    address = url(kind, version=version)
    return f'<Gather action="{address}" finishOnKey="" input="dtmf" method="POST" numDigits="1" timeout="1">'


def again(kind: str, version: int = 7) -> str:
    return f'<Redirect method="POST">{url(kind, version=version)}</Redirect>'


def record(kind: str, version: int = 7) -> str:
    return (
        f'<Record action="{url(kind, version=version)}" finishOnKey="19#" maxLength="300" method="POST" playBeep="true"'
        ' timeout="15" trim="trim-silence" />'
    )


SAY = '<Say language="en-US" voice="Polly.Joanna-Neural">Tom &amp; &lt;Ann&gt;</Say>'
SAY_ES = '<Say language="es-US" voice="Polly.Lupe-Neural">Oprima ocho.</Say>'


def digits(kind: str) -> str:
    return f'<Gather action="{url(kind)}" finishOnKey="#" input="dtmf" method="POST" timeout="5"'


GOLDEN = (
    (
        "words with keys", Hearing(said=(HELLO, HOLA), keys="19"),
        f"{keys('words')}{SAY}{SAY_ES}</Gather>{again('words')}",
    ),
    ("waiting with keys", Hearing(keys="19"), f'{keys("look")}<Pause length="2" /></Gather>{again("look")}'),
    ("words without keys", Hearing(said=(HELLO,)), f"{SAY}{again('words')}"),
    ("waiting without keys", Hearing(), f'<Pause length="2" />{again("look")}'),
    ("several digits", Hearing(said=(HELLO,), digits=True), f"{digits('words')}>{SAY}</Gather>{again('words')}"),
    ("digits, words over", Hearing(digits=True), f"{digits('look')} />{again('look')}"),
    ("the tone", Hearing(keys="19#", then=Then.RECORD), f"{record('record')}{again('record')}"),
    ("the end of a dial-in", Hearing(said=(HELLO,), then=Then.HANG_UP), f"{SAY}<Hangup />"),
    (
        "a sentence in somebody's own voice", Hearing(said=(replace(HELLO, clip=ClipId("c7")), HOLA)),
        f"<Play>https://line.example.org/clip/c7</Play>{SAY_ES}{again('words')}",
    ),
    (
        "a language without a voice of ours", Hearing(said=(OTHER,)),
        f'<Say language="fr-CA">Bonjour</Say>{again("words")}',
    ),
)  # fmt: skip
JOIN = ConnectLeg(
    contact=ContactId("c"), staff_leg=STAFF, outside_leg=LEG, staff_said=(HOLA,), outside_said=(HELLO,)
)
TRANSFER = TransferToCrisisLine(contact=ContactId("c"), leg=LEG, seconds=31, said=(HELLO,))


def conference(leg: str, staff: bool, room: str = STAFF) -> str:
    yes = "true" if staff else "false"
    return (
        f'<Dial action="{url("room", leg)}" hangupOnStar="{yes}" method="POST"><Conference beep="false"'
        f' endConferenceOnExit="false" participantLabel="{leg}" startConferenceOnEnter="{yes}"'
        f' statusCallback="{plain("joined", room, 0)}" statusCallbackEvent="start join" statusCallbackMethod="POST"'
        f' waitUrl="">{room}</Conference></Dial>'
    )


def document(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'


@pytest.mark.parametrize(("hearing", "expected"), [row[1:] for row in GOLDEN], ids=[row[0] for row in GOLDEN])
def test_a_hearing_is_a_document(hearing: Hearing, expected: str) -> None:
    assert RENDER.heard(hearing, 7, BEFORE) == document(expected)


def test_a_voicemail_is_played_to_a_staff_leg_once_with_its_keys_live() -> None:
    hearing = Hearing(plays=RecordingId("RE1"), keys="12")
    play = "<Play>https://line.example.org/sound/RE1</Play>"
    assert RENDER.heard(hearing, 7, BEFORE) == document(f"{keys('words')}{play}</Gather>{again('words')}")
    assert "<Play>" not in RENDER.heard(hearing, 7, replace(BEFORE, version=7), told=True)


def test_what_was_told_already_is_not_said_again() -> None:
    say = SayPrompt(contact=ContactId("c"), leg=LEG, hearing=Hearing(said=(HELLO,), keys="1"))
    waiting = f'{keys("look")}<Pause length="2" /></Gather>{again("look")}'
    assert RENDER.document(say, 7, replace(BEFORE, version=7)) == document(waiting)
    assert SAY in RENDER.document(say, 7, BEFORE)


def test_both_sides_hear_their_last_words_and_meet_in_a_room_that_the_staff_leg_begins() -> None:
    staff = replace(BEFORE, leg=STAFF)
    assert RENDER.document(JOIN, 7, staff) == document(SAY_ES + conference(STAFF, staff=True))
    assert RENDER.document(JOIN, 7, BEFORE) == document(SAY + conference(LEG, staff=False))


def test_S26_star_leaves_the_room_for_one_key_and_then_the_leg_is_back_in_it() -> None:
    left = Step(kind=Kind.ROOM, leg=STAFF, version=7, token="t0")
    asked = RENDER.document(JOIN, 7, left)
    assert f'action="{url("star", STAFF)}"' in asked
    assert 'numDigits="1"' in asked
    assert RENDER.document(JOIN, 7, replace(left, kind=Kind.STAR)) == document(conference(STAFF, staff=True))


def test_S26_a_third_joins_the_room_of_the_first() -> None:
    third = replace(JOIN, staff_leg=THIRD, third_to=STAFF)
    found = RENDER.document(third, 7, replace(BEFORE, leg=THIRD))
    assert found == document(SAY_ES + conference(THIRD, staff=True, room=STAFF))
    assert RENDER.announced(third) == document(SAY)


def test_a_caller_whose_room_has_ended_waits_for_what_is_next() -> None:
    left = Step(kind=Kind.ROOM, leg=LEG, version=7, token="t0")
    assert RENDER.document(JOIN, 7, left) == document(f'<Pause length="2" />{again("look")}')


def test_INV_18_the_crisis_line_sees_the_callers_own_number_and_has_two_numbers() -> None:
    first = RENDER.document(TRANSFER, 7, BEFORE)
    assert first == document(
        f'{SAY}<Dial action="{url("crisis")}" method="POST" timeout="15"><Number>988</Number></Dial>'
    )
    again = RENDER.document(TRANSFER, 7, Step(kind=Kind.CRISIS, leg=LEG, version=7, token="t0"))
    assert again == document(
        f'<Dial action="{url("crisis-again")}" method="POST" timeout="16"><Number>{CRISIS_LINES[1]}</Number></Dial>'
    )


def test_D16_a_refused_call_is_refused_without_a_word() -> None:
    refused = RefuseCall(contact=ContactId("c"), leg=LEG)
    assert RENDER.document(refused, 1, BEFORE) == document('<Reject reason="busy" />')


def test_the_safe_words_keep_their_keys_live_and_end_in_a_recording() -> None:
    late = f"{keys('late', 0)}{SAY}</Gather>{record('late', 0)}{again('late', 0)}"
    assert RENDER.late((HELLO,), BEFORE) == document(late)


def test_a_text_is_answered_with_nothing() -> None:
    assert document("").replace("<Response></Response>", "<Response />") == EMPTY


@pytest.mark.parametrize("then", Then)
def test_INV_10_only_core_hangs_up(then: Then) -> None:
    assert ("<Hangup" in RENDER.heard(Hearing(said=(HELLO,), then=then), 7, BEFORE)) == (then is Then.HANG_UP)


def test_the_soft_limit_tone_is_a_sound_of_ours() -> None:
    assert RENDER.tone() == document(f"<Play>https://line.example.org{TONE}</Play>")


# ---------------------------------------------------------------- steps

STEPS = Steps(lambda text: f"<{text}>")


def test_the_same_action_is_followed_by_the_same_step_and_another_one_by_another() -> None:
    one = STEPS.after(BEFORE, Kind.WORDS, 7)
    assert one == STEPS.after(BEFORE, Kind.WORDS, 7)
    others = (
        STEPS.after(replace(BEFORE, token="else"), Kind.WORDS, 7),
        STEPS.after(replace(BEFORE, leg=STAFF), Kind.WORDS, 7),
        STEPS.after(BEFORE, Kind.RECORD, 7), STEPS.after(BEFORE, Kind.WORDS, 8),
    )  # fmt: skip
    assert len({one.token, *(other.token for other in others)}) == 5


def test_a_step_belongs_to_the_contact_of_its_leg() -> None:
    assert BEFORE.contact == "c"
    assert replace(BEFORE, leg=LegId("c:answer.p1")).contact == "c"
