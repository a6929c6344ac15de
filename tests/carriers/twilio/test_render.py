"""What a caller hears, as TwiML: golden documents."""

from __future__ import annotations

import pytest

from intersession.carriers.twilio.account import Account
from intersession.carriers.twilio.render import EMPTY, Renderer
from intersession.carriers.twilio.steps import Kind, Step, Steps
from intersession.core.call import Hearing, Said, Then
from intersession.core.ids import ContactId, PracticeId

RENDER = Renderer(
    Account(
        practice=PracticeId("p"), public_url="https://line.example.org/", tokens=("t",), lines={},
        zone="America/New_York", longest_seconds=300,
    )
)  # fmt: skip
STEP = Step(contact=ContactId("c"), kind=Kind.WORDS, token="t1")
HELLO = Said(id="CON-OK", text="Tom & <Ann>", locale="en-US")
HOLA = Said(id="LANG", text="Oprima ocho.", locale="es-US")
OTHER = Said(id="LANG", text="Bonjour", locale="fr-CA")

URL = "https://line.example.org/twilio/words/t1"
KEYS = f'<Gather action="{URL}" finishOnKey="" input="dtmf" method="POST" numDigits="1" timeout="1">'
AGAIN = f'<Redirect method="POST">{URL}</Redirect>'
SAY = '<Say language="en-US" voice="Polly.Joanna-Neural">Tom &amp; &lt;Ann&gt;</Say>'
SAY_ES = '<Say language="es-US" voice="Polly.Lupe-Neural">Oprima ocho.</Say>'
RECORD = (
    f'<Record action="{URL}" finishOnKey="19#" maxLength="300" method="POST" playBeep="true" timeout="15"'
    ' trim="trim-silence" />'
)

GOLDEN = (
    ("words with keys", Hearing(said=(HELLO, HOLA), keys="19"), f"{KEYS}{SAY}{SAY_ES}</Gather>{AGAIN}"),
    ("waiting with keys", Hearing(keys="19"), f'{KEYS}<Pause length="2" /></Gather>{AGAIN}'),
    ("words without keys", Hearing(said=(HELLO,)), f"{SAY}{AGAIN}"),
    ("waiting without keys", Hearing(), f'<Pause length="2" />{AGAIN}'),
    (
        "several digits", Hearing(said=(HELLO,), digits=True),
        f'<Gather action="{URL}" finishOnKey="#" input="dtmf" method="POST" timeout="5">{SAY}</Gather>{AGAIN}',
    ),
    (
        "digits, words over", Hearing(digits=True),
        f'<Gather action="{URL}" finishOnKey="#" input="dtmf" method="POST" timeout="5" />{AGAIN}',
    ),
    ("the tone", Hearing(keys="19#", then=Then.RECORD), f"{RECORD}{AGAIN}"),
    ("the end of a dial-in", Hearing(said=(HELLO,), then=Then.HANG_UP), f"{SAY}<Hangup />"),
    ("a language without a voice of ours", Hearing(said=(OTHER,)), f'<Say language="fr-CA">Bonjour</Say>{AGAIN}'),
)  # fmt: skip


def document(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'


@pytest.mark.parametrize(("hearing", "expected"), [row[1:] for row in GOLDEN], ids=[row[0] for row in GOLDEN])
def test_a_hearing_is_a_document(hearing: Hearing, expected: str) -> None:
    assert RENDER.heard(hearing, STEP) == document(expected)


def test_D16_a_refused_call_is_refused_without_a_word() -> None:
    assert RENDER.refused() == document('<Reject reason="busy" />')


def test_the_safe_words_keep_their_keys_live_and_end_in_a_recording() -> None:
    assert RENDER.late((HELLO,), STEP) == document(f"{KEYS}{SAY}</Gather>{RECORD}{AGAIN}")


def test_a_text_is_answered_with_nothing() -> None:
    assert document("").replace("<Response></Response>", "<Response />") == EMPTY


@pytest.mark.parametrize("then", Then)
def test_INV_10_only_core_hangs_up(then: Then) -> None:
    assert ("<Hangup" in RENDER.heard(Hearing(said=(HELLO,), then=then), STEP)) == (then is Then.HANG_UP)


# ---------------------------------------------------------------- steps

STEPS = Steps(lambda text: f"{abs(hash(text)):032x}"[:32])


def test_the_same_action_is_followed_by_the_same_step_and_another_one_by_another() -> None:
    contact, other = ContactId("c"), ContactId("d")
    one = STEPS.after(contact, "before", Hearing())
    assert one == STEPS.after(contact, "before", Hearing())
    others = {STEPS.after(contact, "else", Hearing()).token, STEPS.after(other, "before", Hearing()).token}
    assert len(others | {one.token}) == 3


@pytest.mark.parametrize(
    ("hearing", "kind"),
    [
        (Hearing(said=(HELLO,)), Kind.WORDS), (Hearing(digits=True), Kind.DIGITS),
        (Hearing(then=Then.RECORD), Kind.RECORD),
    ],
)  # fmt: skip
def test_a_step_says_what_its_document_waits_for(hearing: Hearing, kind: Kind) -> None:
    assert STEPS.after(ContactId("c"), "b", hearing).kind is kind


def test_words_are_over_only_for_the_document_that_said_them() -> None:
    said = STEPS.after(ContactId("c"), "b", Hearing(said=(HELLO,), keys="1"))
    silent = STEPS.after(ContactId("c"), "b", Hearing(keys="1"))
    assert STEPS.over(said, Hearing(said=(HELLO,)))
    assert not STEPS.over(said, Hearing(said=(HELLO, HOLA)))
    assert not STEPS.over(said, Hearing())
    assert not STEPS.over(silent, Hearing(said=(HELLO,)))
    assert not STEPS.over(silent, Hearing())
