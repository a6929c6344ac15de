"""Texts: short times, one segment, safety words whole (INV-05b, X02, D59)."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.wording.compose import (
    At,
    Context,
    Day,
    Days,
    Digits,
    Handle,
    Hours,
    OpenHours,
    Phrase,
    Var,
    WordingError,
    Written,
    ZoneOf,
    mail,
    phrase,
    show,
    write,
)
from intersession.core.wording.entries import Wording, index
from intersession.core.wording.spoken import Ear
from intersession.core.wording.written import Page, put

from .listener import LOCALES, LONGEST, NEW_YORK, at, listener, of_kind

LENGTHS = tomllib.loads((Path(__file__).parent / "lengths.toml").read_text(encoding="utf-8"))["septets"]
TEXTS = of_kind("text")

each_locale = pytest.mark.parametrize("locale", LOCALES)
each_text = pytest.mark.parametrize("entry", TEXTS, ids=lambda entry: entry.id)


def filled(entry: Wording, **changes: Any) -> Phrase:
    facts: dict[str, Var] = {**LONGEST, **changes}
    return phrase(entry.id, **{name: facts[name] for name in entry.variables})


def page(context: Context, *, text: bool = True, **changes: Any) -> Page:
    ear = Ear(pack=context.pack, zone=context.client_zone, practice_zone=NEW_YORK, now=context.now)
    return Page(ear=ear, text=text, **changes)


@each_locale
@each_text
def test_every_text_fits_one_segment_with_the_longest_usual_facts(entry: Wording, locale: str) -> None:
    written = write(filled(entry), listener(locale))
    assert written.segments == 1
    assert not written.unicode
    assert written.septets <= 160
    assert written.septets <= LENGTHS[entry.id][locale]


@each_locale
@each_text
def test_no_facts_are_left_open(entry: Wording, locale: str) -> None:
    assert "{" not in write(filled(entry), listener(locale)).text


@pytest.mark.parametrize(
    ("instant", "english", "spanish"),
    [
        (at(28, 19, 10), "3:10pm", "las 3:10pm"),
        (at(28, 19), "3pm", "las 3pm"),
        (at(28, 17), "1pm", "la 1pm"),
        (at(29, 16), "noon tomorrow", "las 12pm de mañana"),
        (at(30, 16, 30), "12:30pm Wednesday", "las 12:30pm del miércoles"),
        (at(27, 19), "3pm yesterday", "las 3pm de ayer"),
        (at(31, 19, month=10), "3pm October 31", "las 3pm del 31 de octubre"),
        (at(29, 4), "11:59pm", "las 11:59pm"),
    ],
)
def test_D59_short_times(instant: At, english: str, spanish: str) -> None:
    assert put("hear_by", instant, page(listener())) == english
    assert put("hear_by", instant, page(listener("es-US"))) == spanish


def test_D59_a_spanish_text_names_a_saturday_by_its_date() -> None:
    """sábado has a sign that GSM-7 lacks; on a screen it is written."""
    saturday = at(3, 16, month=10)
    assert put("hear_by", saturday, page(listener("es-US"))) == "las 12pm del 3 de octubre"
    assert put("hear_by", saturday, page(listener("es-US"), text=False)) == "las 12pm del sábado"
    assert put("hear_by", saturday, page(listener())) == "noon Saturday"


def test_D59_dates_numbers_and_handles() -> None:
    english, spanish = page(listener()), page(listener("es-US"))
    may = Day(date(2026, 5, 31))
    assert (put("date", may, english), put("date", may, spanish)) == ("May 31", "31 de mayo")
    assert put("date", at(30, 16), english) == "September 30"
    same, other = Days(date(2026, 9, 3), date(2026, 9, 9)), Days(date(2026, 9, 20), date(2026, 10, 3))
    assert (put("dates", same, english), put("dates", same, spanish)) == (
        "September 3-9",
        "3 al 9 de septiembre",
    )
    assert put("dates", other, spanish) == "20 de septiembre al 3 de octubre"
    assert put("number", Digits("+12125550142"), english) == "212-555-0142"
    assert put("number", "+442079460958", english) == "+442079460958"
    assert put("handle", Handle("JS-2"), english) == "JS-2"


def test_S3_7_a_text_names_the_zone_where_the_clients_clock_differs_or_the_hour_is_doubled() -> None:
    chicago = replace(listener(), client_zone="America/Chicago")
    assert "by 2pm CDT." in write(phrase("OFF-SCOPE", call_by=at(28, 19)), chicago).text
    doubled = replace(listener(), now=datetime(2026, 11, 1, 4, 30, tzinfo=UTC))
    second = At(datetime(2026, 11, 1, 6, 40, tzinfo=UTC))
    assert "by 1:40am EST." in write(phrase("OFF-SCOPE", call_by=second), doubled).text


def test_INV12_a_staff_member_reads_their_own_clock() -> None:
    pushed = phrase("PG-PUSH", n=1, due=at(28, 19, 10), tier=1)
    assert write(pushed, listener()).text == "Line: 1 item, due 3:10pm, tier 1"
    assert write(pushed, listener(clock24=True)).text == "Line: 1 item, due 15:10, tier 1"
    assert (
        write(pushed, listener(reader_zone="America/Chicago")).text == "Line: 1 item, due 2:10pm CDT, tier 1"
    )
    assert write(pushed, listener(client_zone="America/Chicago")).text == "Line: 1 item, due 3:10pm, tier 1"
    assert "15:10" not in write(phrase("OFF-SCOPE", call_by=at(28, 19, 10)), listener(clock24=True)).text


def test_O06_the_time_stands_alone_beside_its_date() -> None:
    facts: dict[str, Var] = {"date": at(30, 16, 30), "time": at(30, 16, 30)}
    assert write(phrase("AP-REM", **facts), listener()).text.startswith("Reminder: September 30 at 12:30pm.")
    spanish = write(phrase("AP-REM", **facts), listener("es-US")).text
    assert spanish.startswith("Recordatorio: 30 de septiembre, 12:30pm.")


@each_locale
def test_a_long_brand_is_cut_word_by_word_and_the_safety_words_stay(locale: str) -> None:
    context = listener(locale)
    written = write(phrase("HELP-OC", brand="Maple Street Offices and the Annex on Oak Avenue"), context)
    assert written.septets <= 160
    assert context.pack.texts["SAFETY-T"] in written.text
    assert "Maple Street" in written.text
    assert "Avenue" not in written.text


def test_a_day_is_cut_short_before_a_name_is() -> None:
    away = phrase("LEAVE", dates=Days(date(2026, 9, 20), date(2026, 11, 30)), cover="Jordan Rivers-Ash")
    assert write(away, listener()).text.startswith("I am away September 20-November 30. Jordan Rivers-Ash")
    longer = phrase(
        "LEAVE", dates=Days(date(2026, 9, 20), date(2026, 11, 30)), cover="Jordan Rivers-Ashcombe-Underhill"
    )
    assert write(longer, listener()).text.startswith(
        "I am away Sep 20-Nov 30. Jordan Rivers-Ashcombe-Underhill answers"
    )


def test_a_cover_whose_name_does_not_fit_becomes_the_team() -> None:
    away = phrase("LEAVE", dates=Days(date(2026, 9, 20), date(2026, 10, 3)), cover="J" * 90)
    assert "Someone from our team answers calls" in write(away, listener()).text
    assert "Alguien del equipo contesta" in write(away, listener("es-US")).text


def test_an_accent_in_a_name_is_never_dropped_and_two_segments_are_allowed() -> None:
    away = phrase("LEAVE", dates=Days(date(2026, 9, 3), date(2026, 9, 9)), cover="Tomás")
    written = write(away, listener("es-US"))
    assert written.unicode
    assert written.segments == 2
    assert "Tomás contesta" in written.text


def test_a_brand_that_cannot_fit_says_what_to_change() -> None:
    with pytest.raises(
        WordingError, match=r"HELP takes 16\d of 160 even when cut short: fill it with shorter"
    ):
        write(phrase("HELP", brand="M" * 32), listener())
    with pytest.raises(WordingError, match=r"STOP-CONF .* á turns it into Unicode"):
        write(phrase("STOP-CONF", brand="Más" * 10), listener("es-US"))


def test_a_text_without_its_facts_is_an_error_not_an_empty_message() -> None:
    with pytest.raises(WordingError, match="LATE: none of its facts are given"):
        write(Phrase(id="LATE"), replace(listener(), pack=without_rest("LATE")))
    assert write(phrase("LATE"), listener()).text == "Sorry for the wait."


def without_rest(id_: str) -> Any:
    """The English pack with only the first sentence of one text."""
    pack = listener().pack
    return replace(pack, texts={**pack.texts, id_: "Running about {n} minutes late today."})


@each_locale
def test_X04_hours_of_a_week(locale: str) -> None:
    week = Hours((OpenHours((0, 1, 2, 3, 4), time(9), time(17)),))
    said = write(phrase("A-HOURS", hours=week), listener(locale)).text
    assert ("Mon to Fri, 9am to 5pm" if locale == "en-US" else "lun a vie, 9am a 5pm") in said


def test_X04_spanish_hours_with_a_saturday_use_the_due_time_instead() -> None:
    odd = Hours((OpenHours((0, 1, 2, 3, 4, 5), time(9), time(17)),))
    spanish = write(phrase("A-HOURS", hours=odd, hear_by=at(30, 16)), listener("es-US"))
    assert spanish.text.startswith("Recibido. Alguien lo lee antes de las 12pm del miércoles.")
    assert spanish.segments == 1
    whole = Hours((OpenHours(tuple(range(7)), time(9), time(17)),))
    assert "lun a dom" in write(phrase("A-HOURS", hours=whole), listener("es-US")).text
    assert "Mon to Sat, 9am to 5pm" in write(phrase("A-HOURS", hours=odd), listener()).text


@given(
    st.text(alphabet="Mapleé íx", min_size=1, max_size=40), st.sampled_from(["HELP", "STOP-CONF", "OPTIN"])
)
def test_INV05b_a_text_either_fits_whole_or_is_refused(brand: str, id_: str) -> None:
    context = listener("es-US")
    one = phrase(id_, brand=brand)
    written = written_or_none(one, context)
    if written is None:
        with pytest.raises(WordingError, match=id_):
            write(one, context)
    else:
        assert written.segments <= (2 if written.unicode else 1)
        assert context.pack.texts["SAFETY-T"] in written.text


def written_or_none(one: Phrase, context: Context) -> Written | None:
    """The text, or None where it is refused."""
    try:
        return write(one, context)
    except WordingError:
        return None


@each_locale
def test_E01_an_email_has_a_neutral_subject_and_its_facts(locale: str) -> None:
    letter = mail(
        phrase("A-MAIL", hours=LONGEST["hours"], answer_by=at(30, 16), number="+12125550142"),
        listener(locale),
    )
    assert letter.subject == ("We got your e-mail" if locale == "en-US" else "Recibimos su correo")
    assert "212-555-0142" in letter.body
    assert "\n\n" in letter.body
    assert listener(locale).pack.texts["SAFETY-W"] in letter.body
    assert "{" not in letter.body


def test_O06_a_failed_reminder_goes_by_mail_under_a_plain_subject() -> None:
    letter = mail(phrase("FAIL-AP", date=at(30, 16)), listener())
    assert letter.subject == "A message for you"
    assert letter.body.startswith("A text about September 30 did not reach you.")


def test_P01_a_page_by_mail_counts_and_says_no_more() -> None:
    facts: dict[str, Var] = {"due": at(28, 19), "tier": 1}
    assert mail(phrase("PG-MAIL", n=1, **facts), listener()).subject == "Line: 1 item due 3pm"
    letter = mail(phrase("PG-MAIL", n=2, **facts), listener())
    assert letter.subject == "Line: 2 items due 3pm"
    assert letter.body.startswith("You have 2 items, due 3pm, tier 1.")


def test_D17_a_held_text_names_its_time_and_zone() -> None:
    held = phrase(
        "HELD",
        time=At(at(29, 13).instant, "America/Chicago"),
        zone=ZoneOf(at(29, 13).instant, "America/Chicago"),
    )
    said = show(held, listener())
    assert said == "Held until 8am tomorrow, Central Daylight Time. It goes by itself then."


@each_locale
def test_D10_an_agreement_with_a_gap_is_refused(locale: str) -> None:
    samples = listener(locale).pack.samples
    entry = index()["AG-OFFICE"]
    facts: dict[str, Var] = {name: samples.get(name) for name in entry.variables if name in samples}
    with pytest.raises(WordingError, match="AG-OFFICE can't be shown before it has: date, hours, number"):
        show(phrase("AG-OFFICE", **facts), listener(locale))
    whole = show(
        phrase("AG-OFFICE", **facts, date=at(30, 16), hours=LONGEST["hours"], number="+12125550142"),
        listener(locale),
    )
    assert "{" not in whole
    assert whole.startswith("**")
    assert whole.count("\n\n") == 9


def test_D10_an_agreement_may_leave_the_minor_rule_empty() -> None:
    entry = index()["AG-TRAIN"]
    facts: dict[str, Var] = {**listener().pack.samples, **LONGEST, "minor_rule": ""}
    said = show(phrase("AG-TRAIN", **{name: facts[name] for name in entry.variables}), listener())
    assert "We note each call in your file.\n\n**Changes.**" in said.replace("file. \n", "file.\n")
