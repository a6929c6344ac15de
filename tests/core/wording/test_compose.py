"""The composer: the safety switch, what is left out, the words of no on-call (INV-01, INV-15, D2, D4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.wording.compose import (
    At,
    Context,
    Handle,
    Phrase,
    Until,
    Var,
    Window,
    WordingError,
    greeting,
    mail,
    phrase,
    seconds,
    show,
    speak,
    write,
)
from intersession.core.wording.entries import Kind, Wording, index
from intersession.core.wording.listing import sample_facts
from intersession.core.wording.pack import load_pack

from .listener import LOCALES, LONGEST, NOON, at, listener, of_kind

HEAR, CALL = at(28, 19, 10), at(29, 16)
SPOKEN = of_kind("spoken", "script", "whisper", "staff_spoken")
URGENT_KEY = re.compile(r"(press|oprima|oprimir) 1\b|call.* and press 1|llame.* y oprima 1")
LITERAL_COUNTS = {"24", "15", "30", "60"}
"""Minutes and hours of staff menus, which the packs hold in figures."""

each_locale = pytest.mark.parametrize("locale", LOCALES)
each_spoken = pytest.mark.parametrize("entry", SPOKEN, ids=lambda entry: entry.id)


def sampled(entry: Wording, locale: str, *without: str) -> Phrase:
    facts: dict[str, Var] = {**sample_facts(load_pack(locale)), "n": 1}
    return phrase(entry.id, **{name: facts[name] for name in entry.variables if name not in without})


# ---------------------------------------------------------------- the safety segment


@each_locale
@pytest.mark.parametrize("commissioned", [True, False])
@pytest.mark.parametrize("on_call", [True, False])
def test_INV01_every_place_says_the_practices_one_segment(
    locale: str, commissioned: bool, on_call: bool
) -> None:
    context = listener(locale, crisis_commissioned=commissioned, on_call=on_call)
    segment = context.pack.texts["SAFETY-A" if commissioned else "SAFETY-B"]
    other = context.pack.texts["SAFETY-B" if commissioned else "SAFETY-A"]
    carriers = [entry for entry in SPOKEN if "{SAFETY}" in context.pack.texts[entry.id]]
    assert len(carriers) > 30
    for entry in carriers:
        said = speak(sampled(entry, locale), context)
        assert segment in said, entry.id
        assert other not in said, entry.id


@each_locale
def test_INV01_no_missing_fact_ever_takes_the_segment_away(locale: str) -> None:
    context = listener(locale, on_call=False)
    for entry in SPOKEN:
        if "{SAFETY}" in context.pack.texts[entry.id]:
            assert speak(Phrase(id=entry.id), context).endswith(context.pack.texts["SAFETY-A"])


def test_D2_asking_for_either_letter_gives_the_one_that_is_switched_on() -> None:
    before = listener(crisis_commissioned=False)
    assert speak(phrase("SAFETY-A"), before) == before.pack.texts["SAFETY-B"]
    assert speak(phrase("SAFETY"), before) == before.pack.texts["SAFETY-B"]
    assert speak(phrase("SAFETY-B"), listener()) == before.pack.texts["SAFETY-A"]
    assert speak(phrase("CONNECT-A"), before) == before.pack.texts["CONNECT-B"]
    assert speak(phrase("CONNECT"), listener()) == before.pack.texts["CONNECT-A"]
    assert speak(phrase("U-RING"), before) == before.pack.texts["CONNECT-B"]


def test_D2_a_later_wait_offers_key_nine_only_where_it_connects() -> None:
    assert speak(phrase("STILL-2"), listener()).endswith("Press 9 for crisis support.")
    assert speak(phrase("STILL-2"), listener(crisis_commissioned=False)).endswith("Crisis support: 9 8 8.")
    spanish = speak(phrase("STILL-2"), listener("es-US", crisis_commissioned=False))
    assert spanish.endswith("Apoyo en crisis: 9 8 8.")
    assert "connect you to" not in speak(
        phrase("U-NONE-A", hear_by=HEAR), listener(crisis_commissioned=False)
    )


@each_locale
def test_D2_nothing_promises_a_connection_before_commissioning(locale: str) -> None:
    """CR-1 and CR-BACK are only ever said around a transfer."""
    context = listener(locale, crisis_commissioned=False)
    for entry in of_kind("spoken"):
        said = speak(sampled(entry, locale), context)
        promised = "press 9 now" in said or "oprima 9 ahora" in said or "Press 9 for crisis support" in said
        assert not promised, entry.id


# ---------------------------------------------------------------- figures


@each_locale
@each_spoken
def test_D59_spoken_words_hold_only_single_spaced_figures(entry: Wording, locale: str) -> None:
    for on_call in (True, False):
        said = speak(sampled(entry, locale), listener(locale, on_call=on_call))
        runs = set(re.findall(r"\d\d+", said))
        assert runs <= (set() if entry.kind.for_client else LITERAL_COUNTS), said
        assert "{" not in said


@given(
    st.sampled_from(SPOKEN),
    st.sampled_from(LOCALES),
    st.text(alphabet="Aa b-.0123456789+()", max_size=30),
    st.integers(-3000, 30000),
)
def test_D59_whatever_the_facts_are(entry: Wording, locale: str, plain: str, minutes: int) -> None:
    instant = NOON + timedelta(minutes=minutes)
    facts: dict[str, object] = {
        name: plain
        if isinstance(value, str)
        else type(value)(instant)
        if isinstance(value, At | Until)
        else value
        for name, value in sample_facts(load_pack(locale)).items()
    }
    one = Phrase(id=entry.id, vars=tuple((name, facts.get(name, 3)) for name in entry.variables))  # type: ignore[misc]
    said = speak(one, listener(locale))
    assert set(re.findall(r"\d\d+", said)) <= LITERAL_COUNTS
    assert ".." not in said.replace(plain, "") or ".." in plain


# ---------------------------------------------------------------- whispers


@each_locale
@pytest.mark.parametrize("entry", [e for e in index().values() if e.id.startswith("W-")], ids=lambda e: e.id)
def test_D12_a_whisper_lasts_three_seconds_four_with_two_handles(entry: Wording, locale: str) -> None:
    if entry.id == "W-CRISIS":
        return  # information only, no accept window runs (V01)
    facts: dict[str, Var] = {
        "handle": Handle("JS"),
        "handle_2": Handle("MK"),
        "staff_name": "Jordan",
        "phase": "fading",
        "lang": "es",
    }
    said = speak(phrase(entry.id, **{name: facts[name] for name in entry.variables}), listener(locale))
    assert seconds(said) <= (4 if "handle_2" in entry.variables else 3), said


@each_locale
def test_D7_where_handles_are_off_it_is_a_client(locale: str) -> None:
    said = speak(phrase("W-COACH", handle=None), listener(locale))
    assert said == ("Coaching. A client." if locale == "en-US" else "Apoyo. Un cliente.")
    assert speak(phrase("W-ROUTINE"), listener(locale)).endswith(("a client.", "un cliente."))


def test_D7_handles_are_spelt_in_whispers() -> None:
    assert speak(phrase("W-R24", handle=Handle("JS-2")), listener()) == "24 hour rule. Urgent. J, S, two."


def test_stored_values_are_said_in_the_listeners_language() -> None:
    spanish = listener("es-US")
    assert speak(phrase("W-PHASE", handle=Handle("JS"), phase="fading"), spanish) == "J, S. Fase: reducción."
    assert speak(phrase("W-LANG", lang="es-US"), listener()) == "Speaks Spanish."
    assert speak(phrase("W-LANG", lang="quc"), listener()) == "Speaks quc."
    assert (
        speak(phrase("OB-SAFE", safe_rule="no voicemail"), spanish) == "Contacto seguro: sin mensaje de voz."
    )


# ---------------------------------------------------------------- what is left out


def test_INV15_a_promise_without_a_time_is_left_out() -> None:
    facts: dict[str, Var] = {"line_name": "Maple Street", "hear_by": HEAR}
    said = speak(phrase("G-AFTER", **facts), listener())
    assert "We will call you" not in said
    assert "A person will hear it by three ten p.m. If your life" in said
    none = speak(phrase("G-AFTER", line_name="Maple Street", hear_by=None, call_by=None), listener())
    assert "will hear it" not in none
    assert "Your message is recorded. If your life" in none


@each_locale
def test_INV15_any_fact_may_be_missing_from_any_words(locale: str) -> None:
    context = listener(locale)
    for entry in SPOKEN:
        for missing in entry.variables:
            said = speak(sampled(entry, locale, missing), context)
            assert "{" not in said
            assert "  " not in said
            assert not re.search(r" [.,]", said), said


def test_half_a_promise_is_kept_where_the_other_half_has_no_time() -> None:
    said = speak(phrase("NB-CAP", hear_by=HEAR), listener())
    assert "A person will hear it by three ten p.m. If your life" in said
    assert "call you" not in said
    away = speak(
        phrase("G-DND-NONE", line_name="Maple", who="Robin", until=Until(CALL.instant), hear_by=HEAR),
        listener(),
    )
    assert "Robin will hear it by three ten p.m. If" in away
    unnamed = speak(phrase("G-ENC", line_name="Maple", call_by=CALL), listener())
    assert "We will call you by tomorrow at noon." in unnamed


def test_INV13_a_line_that_may_not_be_named_says_its_number_or_nothing() -> None:
    assert speak(phrase("G-GUARD", hear_by=HEAR), listener()).startswith("Hello. The office is closed now.")
    said = speak(phrase("G-GUARD", hear_by=HEAR, digits="+12125550142"), listener())
    assert said.startswith("Hello. This is 2 1 2, 5 5 5, 0 1 4 2. The office")


def test_V06_a_withheld_number_is_not_told_that_it_will_be_called() -> None:
    said = speak(phrase("VM-SAVED", hear_by=HEAR), listener())
    assert said == "Your message is saved. A person will hear it by three ten p.m."
    assert speak(phrase("VM-SAVED", hear_by=HEAR, call_by=CALL), listener()).endswith("please call again.")


def test_V18_a_cover_who_is_not_named_is_the_team() -> None:
    said = speak(phrase("G-OFF-COVER", line_name="Maple", who="Robin", back=Until(CALL.instant)), listener())
    assert "Robin is away until tomorrow. Someone from our team is taking calls." in said
    assert "we will ring someone from our team." in said


def test_the_team_is_paged_where_the_person_is_not_named() -> None:
    assert speak(phrase("PM-OK", call_by=CALL), listener()).startswith("We are paging our team now. You will")


def test_times_meet_the_words_around_them() -> None:
    """No doubled full stop, and no "at tomorrow at"."""
    until = Until(at(29, 13).instant)
    said = speak(phrase("G-R24", line_name="Maple", until=until, hear_by=HEAR), listener())
    assert "Coaching calls open again tomorrow at nine a.m. If you need" in said
    assert "by three ten p.m. If your life" in said
    assert ".." not in said


# ---------------------------------------------------------------- no on-call (D4)

NO_ON_CALL = "No one is on call here right now."
SIN_GUARDIA = "Nadie está de guardia aquí en este momento."


@each_locale
def test_D4_where_nobody_is_on_call_key_one_is_offered_nowhere(locale: str) -> None:
    """Key 1 works even so (D41), but no client is told to press it for a person."""
    context = listener(locale, on_call=False, crisis_commissioned=True)
    for entry in of_kind("spoken", "text", "email", "script"):
        if entry.kind is Kind.EMAIL:
            said = mail(sampled(entry, locale), context).body
        elif entry.kind is Kind.TEXT:
            said = write(sampled(entry, locale), context).text
        else:
            said = speak(sampled(entry, locale), context)
        assert not URGENT_KEY.search(said), (entry.id, said)


@each_locale
@pytest.mark.parametrize(
    "id_",
    [
        "OP-URG",
        "OP-URG-CLIENT",
        "G-AFTER",
        "G-AFTER-NEUTRAL",
        "G-CLOSED",
        "G-HOLIDAY",
        "G-LIMIT",
        "G-R24",
        "G-FORMER",
        "G-ENC",
        "G-GUARD",
        "G-OFF-COVER-AFTER",
        "CON-PRIVATE",
        "CUT-STAFF",
        "PM-NO",
        "RELAY-2",
    ],
)
def test_D4_the_sentence_with_key_one_becomes_the_plain_truth(id_: str, locale: str) -> None:
    said = speak(sampled(index()[id_], locale), listener(locale, on_call=False))
    assert (NO_ON_CALL if locale == "en-US" else SIN_GUARDIA) in said


def test_D4_the_sentence_after_it_still_reads_well() -> None:
    window = Window(at(29, 18).instant, at(29, 19).instant)
    said = speak(phrase("G-LIMIT", line_name="Maple", window=window, hear_by=HEAR), listener(on_call=False))
    assert f"{NO_ON_CALL} Please leave a message, which is recorded. A person will hear it by" in said
    spanish = speak(phrase("G-GUARD", line_name="Maple", hear_by=HEAR), listener("es-US", on_call=False))
    assert f"{SIN_GUARDIA} Deje su nombre y un teléfono seguro" in spanish


def test_D4_no_paging_is_claimed_and_no_person_on_call() -> None:
    context = listener(on_call=False)
    assert "paging" not in speak(phrase("NB-CAP", hear_by=HEAR, call_by=CALL), context)
    assert speak(phrase("VM-SAVED-URG", hear_by=HEAR), context) == (
        "Your message is saved. A person will hear it by three ten p.m. Keep your phone near you."
    )
    assert speak(phrase("STILL-OC"), context) == ""
    assert "person on call" not in speak(
        phrase("G-HOLIDAY", until=Until(CALL.instant), hear_by=HEAR), context
    )


def test_D4_other_words_take_over_whole() -> None:
    context = listener(on_call=False)
    assert write(phrase("NOT-NOW", call_by=CALL), context) == write(
        phrase("NOT-NOW-NONE", call_by=CALL), context
    )
    assert write(phrase("A-RECEIVED", hear_by=HEAR), context) == write(
        phrase("A-RECEIVED-NONE", hear_by=HEAR), context
    )
    assert write(phrase("HELP-OC", brand="Maple"), context) == write(phrase("HELP", brand="Maple"), context)
    assert speak(phrase("CR-FAIL-OC"), context) == speak(phrase("CR-FAIL-NONE"), context)


def test_D4_page_me_points_to_the_plan_and_988() -> None:
    said = speak(phrase("PM-OK", who="Robin", call_by=CALL), listener(on_call=False))
    assert said.endswith("If no call comes, use your plan, or call or text 9 8 8.")


def test_D4_after_the_crisis_line_key_one_is_dropped_and_key_nine_stays() -> None:
    said = speak(phrase("CR-BACK"), listener(on_call=False))
    assert said == (
        "That call has ended. To call 9 8 8 again, press 9. "
        "Or leave a message after the tone. It is recorded."
    )


def test_D4_the_mail_says_so_in_its_own_words() -> None:
    facts: dict[str, Var] = {"hours": LONGEST["hours"], "answer_by": CALL, "number": "+12125550142"}
    assert (
        "No one is on call here after hours." in mail(phrase("A-MAIL", **facts), listener(on_call=False)).body
    )
    assert "If it can't wait, press 1." in mail(phrase("A-MAIL", **facts), listener()).body


def test_D4_with_on_call_every_text_stays_as_the_pack_has_it() -> None:
    assert speak(phrase("OP-URG"), listener()) == "If it can't wait, press 1."
    assert speak(phrase("G-NOCALL"), listener(on_call=False)).startswith(
        "Hello. No one else is on call right now."
    )


# ---------------------------------------------------------------- forms


def test_one_item_or_several() -> None:
    facts: dict[str, Var] = {"due": HEAR, "tier": 2}
    assert "You have one item, due three ten p.m., tier two." in speak(
        phrase("PG-1", n=1, **facts), listener()
    )
    assert "You have two items, due" in speak(phrase("PG-1", n=2, **facts), listener())
    assert "Tiene un pendiente, para las" in speak(phrase("PG-1", n=1, **facts), listener("es-US"))
    assert "One item has no one yet." in speak(phrase("PG-ALL", n=1, due=HEAR), listener())
    assert speak(phrase("SHIFT-OK", n=1), listener()).endswith("You have one open item.")
    assert speak(phrase("SHIFT-OK", n=0), listener()).endswith("You have zero open items.")


def test_D7_a_page_names_the_handle_where_handles_are_on() -> None:
    facts: dict[str, Var] = {"due": HEAR, "tier": 1, "handle": Handle("JS")}
    assert "You have one item, J, S, due" in speak(phrase("PG-1", n=1, **facts), listener())
    assert "You have three items, J, S, due" in speak(phrase("PG-1", n=3, **facts), listener())
    assert write(phrase("PG-PUSH", n=1, **facts), listener()).text == "Line: 1 item, JS, due 3:10pm, tier 1"


def test_D21_the_dial_in_greets_with_the_state_of_the_shift() -> None:
    until = Until(at(29, 1).instant)
    said = speak(phrase("IN-HELLO", "on_call", n=2, until=until), listener())
    assert said == "Hello. Two new messages. You are on call until nine p.m."
    assert speak(phrase("IN-HELLO", "not_on_call", n=1), listener("es-US")) == (
        "Hola. Un mensaje nuevo. No está de guardia."
    )


def test_forms_that_a_caller_names() -> None:
    assert speak(phrase("IN-BAD", "locked"), listener()) == "Please use the screen."
    assert speak(phrase("S-ID", "two_identifiers"), listener()).startswith("Please tell me your full name")
    assert speak(phrase("S-WRONG-WHO", "pressed"), listener("es-US")).startswith("No puedo decir más")
    with pytest.raises(WordingError, match="IN-BAD has no form 'lokced'; it has: locked"):
        speak(phrase("IN-BAD", "lokced"), listener())


def test_keys_that_lead_nowhere_are_not_offered() -> None:
    said = speak(phrase("G-CENTRAL-MENU", line_name="Maple"), listener(desk=False, other_language=False))
    assert "press 0" not in said
    assert "oprima 8" not in said
    assert "For the front desk, press 0. Para español, oprima 8." in speak(
        phrase("G-CENTRAL-MENU"), listener()
    )
    assert speak(phrase("EXT-NONE"), listener(desk=False)).endswith("Please try again.")


def test_V26_saying_one_is_offered_only_where_it_is_heard() -> None:
    assert "press 1." in speak(phrase("RELAY-2"), listener())
    assert "say or press 1" not in speak(phrase("RELAY-2"), listener())
    assert "say or press 1." in speak(phrase("RELAY-2"), listener(speech_input=True))


# ---------------------------------------------------------------- whose clock (D54)


def test_D54_clients_hear_their_own_clock_and_staff_the_practices() -> None:
    context = listener(client_zone="America/Chicago")
    assert "two ten p.m. Central Daylight Time" in speak(phrase("PR-HEAR", hear_by=HEAR), context)
    assert "three ten p.m." in speak(phrase("GONE", due=HEAR), context)
    assert "Time" not in speak(phrase("GONE", due=HEAR), context)
    assert "noon Mountain Daylight Time" not in speak(phrase("GONE", due=HEAR), context)


# ---------------------------------------------------------------- greetings of parts


@each_locale
def test_INV01_a_greeting_of_parts_ends_with_the_segment(locale: str) -> None:
    context = listener(locale)
    parts = [
        phrase("ID-LINE", line_name="Maple Street"),
        phrase("ST-BUSY", who="Robin", until=Until(HEAR.instant)),
        phrase("PR-CALL", call_by=CALL),
        phrase("CV-TEAM"),
        phrase("OP-URG"),
        phrase("OP-VM"),
    ]
    said = greeting(parts, context)
    assert said.endswith(context.pack.texts["SAFETY-A"])
    assert said.index("Robin") < said.index("oprima 1" if locale == "es-US" else "press 1")
    assert greeting([], context) == context.pack.texts["SAFETY-A"]


def test_a_greeting_is_made_of_parts_in_their_order() -> None:
    with pytest.raises(WordingError, match="identity, status, promise, coverage, options"):
        greeting([phrase("OP-VM"), phrase("ID-LINE", line_name="Maple")], listener())
    with pytest.raises(WordingError, match="A-SAFETY is not part of a greeting"):
        greeting([phrase("A-SAFETY")], listener())


# ---------------------------------------------------------------- errors, values


def test_words_are_not_spoken_that_are_meant_to_be_written() -> None:
    with pytest.raises(WordingError, match="A-SAFETY is not spoken: it is of kind text"):
        speak(phrase("A-SAFETY"), listener())
    with pytest.raises(WordingError, match="G-AFTER is not a text: it is of kind spoken"):
        write(phrase("G-AFTER"), listener())
    with pytest.raises(WordingError, match="W-NEW is not an e-mail"):
        mail(phrase("W-NEW"), listener())
    with pytest.raises(WordingError, match="no wording 'G-NOPE'"):
        speak(phrase("G-NOPE"), listener())


def test_a_misspelt_fact_is_an_error_and_a_spare_one_is_not() -> None:
    with pytest.raises(WordingError, match="PR-HEAR: no wording has a fact named hear_bye"):
        speak(phrase("PR-HEAR", hear_bye=HEAR), listener())
    assert speak(phrase("PR-HEAR", hear_by=HEAR, who="Robin"), listener()).endswith("three ten p.m.")


def test_phrases_are_plain_values() -> None:
    one = phrase("PR-HEAR", hear_by=HEAR, who=None)
    assert one == phrase("PR-HEAR", hear_by=HEAR)
    assert len({one, phrase("PR-HEAR", hear_by=HEAR), phrase("PR-CALL", call_by=HEAR)}) == 2


def test_a_screen_shows_notices_in_full() -> None:
    assert show(phrase("FAIL-T", n=2, due=HEAR), listener()) == (
        "2 texts were not delivered. Please reach them another way. Due 3:10pm."
    )
    assert show(phrase("STOP-TASK", due=CALL), listener("es-US")).endswith("Para las 12pm de mañana.")


@given(st.sampled_from(SPOKEN), st.sampled_from(LOCALES), st.booleans(), st.booleans())
def test_the_same_phrase_always_gives_the_same_words(
    entry: Wording, locale: str, on_call: bool, commissioned: bool
) -> None:
    context: Context = listener(locale, on_call=on_call, crisis_commissioned=commissioned)
    assert speak(sampled(entry, locale), context) == speak(sampled(entry, locale), context)
