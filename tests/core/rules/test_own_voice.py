"""Greetings in a clinician's own voice (S11, §3.9): whose voice is heard by whom, and what may be recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intersession.core.agreement import IdentifyAs, SafeContact
from intersession.core.call import Said
from intersession.core.caller import CallerClass
from intersession.core.commands import DropGreeting, KeepGreeting, SayPrompt
from intersession.core.decide import decide
from intersession.core.events import CallArrived, GreetingDropped, GreetingRecorded, KeyPressed
from intersession.core.facts import Block, Caller, Client, Facts
from intersession.core.ids import ClipId, ContactId, EventId, PracticeId, StaffId, caller_leg
from intersession.core.rules.own_voice import NOT_SAID, TOO_SLOW, decide_greeting, own_voice, sentences

from .. import cast
from ..cast import AMES, AMES_LINE, DEE, MAIN, NUMBER, js, ny, practice, tk

NOON, SUNDAY = ny("2027-02-17 12:00"), ny("2027-02-21 19:30")
CLIP = ClipId("clip")
OAK = practice()


def at(client: Client | None, line: str = AMES_LINE, **caller: object) -> Facts:
    known = Caller(number=NUMBER, clients=(client,) if client is not None else (), **caller)  # type: ignore[arg-type]
    return replace(cast.facts(client or tk()), caller=known, line=OAK.lines[line], practice=OAK)  # type: ignore[index]


# ---------------------------------------------------------------- whose voice


def test_a_client_hears_their_own_clinician_on_any_line() -> None:
    assert own_voice(CallerClass.CLIENT, at(js())) == AMES
    assert own_voice(CallerClass.CLIENT, at(js(), MAIN)) == AMES
    assert own_voice(CallerClass.CLIENT, at(js(primary=None))) == AMES, "whose line it is"


def test_somebody_new_hears_whose_line_it_is_and_on_the_main_line_the_machine() -> None:
    assert own_voice(CallerClass.UNKNOWN, at(None)) == AMES
    assert own_voice(CallerClass.UNKNOWN, at(None, MAIN)) is None


def test_where_only_one_person_works_every_line_is_theirs() -> None:
    solo = practice(staff={AMES: OAK.staff[AMES]})
    assert own_voice(CallerClass.UNKNOWN, replace(at(None, MAIN), practice=solo)) == AMES


def test_INV_13_nobodys_voice_is_heard_where_the_call_must_stay_neutral() -> None:
    neutral = js(safe=SafeContact(identify_as=IdentifyAs.NEUTRAL))
    assert own_voice(CallerClass.CLIENT, at(neutral)) is None
    line = replace(OAK.lines[AMES_LINE], neutral=True)
    assert own_voice(CallerClass.UNKNOWN, replace(at(None), line=line)) is None


@pytest.mark.parametrize("who", [CallerClass.BLOCKED, CallerClass.REJECTED, CallerClass.STAFF, CallerClass.PARTNER])
def test_S07_nor_by_a_caller_who_is_kept_out(who: CallerClass) -> None:
    assert own_voice(who, at(js())) is None


def test_a_shared_phone_does_not_tell_whose_client_calls() -> None:
    assert own_voice(CallerClass.SHARED, at(js(), MAIN)) is None


# ---------------------------------------------------------------- in a call


def heard(facts: Facts, key: str = "") -> list[Said]:
    """What a caller hears on Sunday evening, when no phone rings; then after a key."""
    contact = ContactId("c1")
    happened = {"id": EventId("e"), "practice": PracticeId("oak"), "at": SUNDAY, "contact": contact}
    arrived = CallArrived(**happened, line=AMES_LINE, caller=NUMBER)  # type: ignore[arg-type]
    decision = decide(arrived, facts, SUNDAY)
    said = [one for command in decision.commands if isinstance(command, SayPrompt) for one in command.hearing.said]
    if key:
        (call,) = [command.call for command in decision.commands if hasattr(command, "call")]
        pressed = KeyPressed(**happened, leg=caller_leg(contact), key=key)  # type: ignore[arg-type]
        more = decide(pressed, replace(facts, call=call), SUNDAY)
        said = [one for command in more.commands if isinstance(command, SayPrompt) for one in command.hearing.said]
    return said


def test_S11_the_greeting_may_be_in_their_voice() -> None:
    said = heard(at(tk()))
    assert [one.voice for one in said if one.id.startswith("G-")] == [AMES]


def test_INV_01_words_of_crisis_are_the_machines() -> None:
    said = heard(at(tk()), key="9")
    assert said
    assert {one.voice for one in said} == {None}


def test_a_blocked_caller_hears_the_machine() -> None:
    block = Block(hard=False, author=AMES, review_on=ny("2027-12-01 12:00").date())
    assert {one.voice for one in heard(at(tk(), block=block))} == {None}


# ---------------------------------------------------------------- what may be recorded


def recorded(text: str, by: StaffId = AMES, locale: str = "en-US", seconds: float = 3) -> GreetingRecorded:
    return GreetingRecorded(
        id=EventId("e"), practice=PracticeId("oak"), at=NOON, by=by, clip=CLIP, locale=locale, text=text,
        seconds=seconds,
    )  # fmt: skip


def test_a_sentence_that_the_line_says_is_kept() -> None:
    text = sentences(OAK, AMES, "en-US")[0]
    (kept,) = decide_greeting(recorded(text), at(None)).commands
    assert kept == KeepGreeting(clip=CLIP, staff=AMES, locale="en-US", text=text, seconds=3)


@pytest.mark.parametrize(
    "event",
    [
        recorded("Call me any time."),
        recorded(sentences(OAK, AMES, "en-US")[0], locale="es-US"),
        recorded(sentences(OAK, AMES, "en-US")[0], locale="xx"),
        recorded(sentences(OAK, AMES, "en-US")[0], by=StaffId("nobody")),
        recorded("For crisis support day or night, call or text 9 8 8, or press 9 now."),
    ],
)
def test_nothing_else_is(event: GreetingRecorded) -> None:
    decision = decide_greeting(event, at(None))
    assert not decision.commands
    assert decision.reasons[0].says == NOT_SAID


def test_INV_11_a_recording_that_a_call_would_not_wait_for_is_refused() -> None:
    decision = decide_greeting(recorded(sentences(OAK, AMES, "en-US")[0], seconds=30), at(None))
    assert (decision.commands, decision.reasons[0].says) == ((), TOO_SLOW)


def test_everybody_names_themselves() -> None:
    assert any("Ames" in one for one in sentences(OAK, AMES, "en-US"))
    assert not any("Ames" in one for one in sentences(OAK, DEE, "en-US"))


def test_it_can_be_taken_back() -> None:
    event = GreetingDropped(id=EventId("e"), practice=PracticeId("oak"), at=NOON, by=AMES, clip=CLIP)
    assert decide_greeting(event, at(None)).commands == (DropGreeting(clip=CLIP, staff=AMES),)
