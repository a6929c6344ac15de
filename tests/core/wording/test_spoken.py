"""Facts as speech: never a clock time or a telephone number in figures (§3.7, D54, D59)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intersession.core.wording import english, spanish
from intersession.core.wording.compose import (
    At,
    Day,
    Days,
    Digits,
    Handle,
    Hours,
    OpenHours,
    Until,
    Window,
    WordingError,
    ZoneOf,
)
from intersession.core.wording.pack import load_pack
from intersession.core.wording.spoken import Ear, say, seconds, spell_figures, voices

from .listener import NEW_YORK, NOON, at

CHICAGO = "America/Chicago"
WEEKDAYS = (0, 1, 2, 3, 4)

instants = st.integers(0, 2 * 365 * 86400).map(
    lambda count: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=count)
)
"""Two years, to the second."""


def ear(locale: str = "en-US", zone: str = NEW_YORK, now: datetime = NOON) -> Ear:
    return Ear(pack=load_pack(locale), zone=zone, practice_zone=NEW_YORK, now=now)


ENGLISH, SPANISH = ear(), ear("es-US")


@pytest.mark.parametrize(
    ("hour", "minute", "english_words", "spanish_words"),
    [
        (15, 10, "three ten p.m.", "las tres y diez de la tarde"),
        (15, 5, "three oh five p.m.", "las tres y cinco de la tarde"),
        (15, 0, "three p.m.", "las tres de la tarde"),
        (13, 40, "one forty p.m.", "la una y cuarenta de la tarde"),
        (12, 0, "noon", "las doce del mediodía"),
        (0, 30, "twelve thirty a.m.", "las doce y media de la noche"),
        (5, 0, "five a.m.", "las cinco de la mañana"),
        (20, 0, "eight p.m.", "las ocho de la noche"),
        (1, 40, "one forty a.m.", "la una y cuarenta de la mañana"),
        (21, 22, "nine twenty-two p.m.", "las nueve y veintidós de la noche"),
    ],
)
def test_D59_clock_times(hour: int, minute: int, english_words: str, spanish_words: str) -> None:
    today = datetime(2026, 9, 28, hour, minute, tzinfo=ZoneInfo(NEW_YORK)).astimezone(UTC)
    assert say("hear_by", At(today), ENGLISH) == english_words or hour == 0
    assert say("hear_by", At(today), SPANISH) == spanish_words or hour == 0
    assert english.clock(time(hour, minute)) == english_words
    assert spanish.clock(time(hour, minute)) == spanish_words


@pytest.mark.parametrize(
    ("day", "english_words", "spanish_words"),
    [
        (28, "three p.m.", "las tres de la tarde"),
        (29, "tomorrow at three p.m.", "las tres de la tarde de mañana"),
        (27, "yesterday at three p.m.", "las tres de la tarde de ayer"),
        (30, "three p.m. on Wednesday", "las tres de la tarde del miércoles"),
        (24, "three p.m. on Thursday", "las tres de la tarde del jueves"),
        (
            20,
            "three p.m. on Sunday, September twentieth",
            "las tres de la tarde del domingo veinte de septiembre",
        ),
    ],
)
def test_D59_the_day_is_told_only_where_it_is_not_today(
    day: int, english_words: str, spanish_words: str
) -> None:
    assert say("call_by", at(day, 19), ENGLISH) == english_words
    assert say("call_by", at(day, 19), SPANISH) == spanish_words


def test_D59_over_six_days_the_date_is_told() -> None:
    now = datetime(2027, 4, 20, 16, tzinfo=UTC)
    monday = At(datetime(2027, 5, 3, 19, tzinfo=UTC))
    assert say("until", monday, ear(now=now)) == "three p.m. on Monday, May third"
    assert say("until", monday, ear("es-US", now=now)) == "las tres de la tarde del lunes tres de mayo"
    sixth_day, seventh_day = At(now + timedelta(days=6)), At(now + timedelta(days=7))
    assert say("until", sixth_day, ear(now=now)) == "noon on Monday"
    assert say("until", seventh_day, ear(now=now)) == "noon on Tuesday, April twenty-seventh"


def test_D59_midnight_is_the_end_of_the_day_before() -> None:
    assert say("until", at(29, 4), ENGLISH) == "midnight at the end of Monday"
    assert say("until", at(29, 4), SPANISH) == "las doce de la noche del lunes"


@pytest.mark.parametrize("name", ["hear_by", "call_by", "due", "until", "time", "answer_by"])
@given(minutes=st.integers(-10 * 1440, 20 * 1440))
def test_D59_a_spanish_time_begins_with_its_article(name: str, minutes: int) -> None:
    said = say(name, At(NOON + timedelta(minutes=minutes)), SPANISH)
    assert said.startswith(("la una", "las "))


@given(minutes=st.integers(1440, 20 * 1440))
def test_D59_a_spanish_day_begins_with_el_and_a_window_with_de(minutes: int) -> None:
    instant = NOON + timedelta(minutes=minutes)
    assert say("back", Until(instant), SPANISH).startswith("el ")
    assert say("opens", Until(instant), SPANISH).startswith("el ")
    assert say("next_talk", At(instant), SPANISH).startswith("el ")
    assert say("window", Window(instant, instant + timedelta(hours=1)), SPANISH).startswith("de la")


def test_V18_back_names_the_day_and_no_hour() -> None:
    monday = Until(NOON + timedelta(days=7))
    assert say("back", monday, ENGLISH) == "Monday, October fifth"
    assert say("back", monday, SPANISH) == "el lunes cinco de octubre"
    assert say("back", at(30, 14), ENGLISH) == "Wednesday"
    assert say("back", at(29, 14), ENGLISH) == "tomorrow"
    assert say("back", at(28, 19), ENGLISH) == "three p.m."
    assert say("back", at(28, 19), SPANISH) == "las tres de la tarde"


def test_opening_names_the_day_first_in_spanish() -> None:
    assert say("opens", at(30, 13), ENGLISH) == "nine a.m. on Wednesday"
    assert say("opens", at(30, 13), SPANISH) == "el miércoles a las nueve de la mañana"
    assert say("next_talk", at(28, 19), SPANISH) == "hoy a las tres de la tarde"


def test_V12_windows() -> None:
    thursday = Window(at(1, 18, month=10).instant, at(1, 19, month=10).instant)
    assert say("window", thursday, ENGLISH) == "two p.m. to three p.m. on Thursday"
    assert say("window", thursday, SPANISH) == "de las dos de la tarde a las tres de la tarde del jueves"
    tomorrow = Window(at(29, 18).instant, at(29, 19).instant)
    assert say("window", tomorrow, ENGLISH) == "tomorrow from two p.m. to three p.m."
    today = Window(at(28, 18).instant, at(28, 19).instant)
    assert say("window", today, ENGLISH) == "two p.m. to three p.m."
    night = Window(at(30, 2).instant, at(30, 6).instant)
    assert say("window", night, ENGLISH) == "tomorrow at ten p.m. to two a.m. on Wednesday"
    assert say("window", night, SPANISH).startswith("de las diez de la noche de mañana a las dos")
    to_midnight = Window(at(28, 22).instant, at(29, 4).instant)
    assert say("window", to_midnight, ENGLISH) == "six p.m. to midnight"


def test_S3_7_a_doubled_hour_says_its_zone_in_both_readings() -> None:
    """1 November 2026 in New York: 1:40 comes twice."""
    now = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
    first, second = At(datetime(2026, 11, 1, 5, 40, tzinfo=UTC)), At(datetime(2026, 11, 1, 6, 40, tzinfo=UTC))
    assert say("call_by", first, ear(now=now)) == "one forty a.m. Eastern Daylight Time"
    assert say("call_by", second, ear(now=now)) == "one forty a.m. Eastern Standard Time"
    spanish_words = say("call_by", second, ear("es-US", now=now))
    assert spanish_words == "la una y cuarenta de la mañana, hora estándar del Este"
    after = At(datetime(2026, 11, 1, 7, 40, tzinfo=UTC))
    assert say("call_by", after, ear(now=now)) == "two forty a.m."


def test_S3_7_the_zone_is_told_where_the_clients_clock_differs() -> None:
    assert say("call_by", at(28, 19), ear(zone=CHICAGO)) == "two p.m. Central Daylight Time"
    assert say("call_by", at(28, 19), ear("es-US", zone=CHICAGO)) == (
        "las dos de la tarde, hora de verano del Centro"
    )
    assert say("call_by", at(28, 19), ear(zone="America/Detroit")) == "three p.m."
    assert say("call_by", at(28, 19), ear(zone="America/Bogota")) == "two p.m. Bogota time"
    assert say("zone", ZoneOf(NOON, NEW_YORK), ENGLISH) == "Eastern Daylight Time"


def test_an_unknown_zone_says_what_to_use() -> None:
    with pytest.raises(
        WordingError, match="unknown time zone 'Eastern': use a name such as America/New_York"
    ):
        say("call_by", at(28, 19), ear(zone="Eastern"))


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(WordingError, match="no time zone"):
        At(datetime(2026, 9, 28, 12))


@given(instants)
def test_INV15_english_times_parse_back_to_the_minute_and_never_later(instant: datetime) -> None:
    local = instant.astimezone(ZoneInfo(NEW_YORK))
    said = say("hear_by", At(instant), ear(now=instant))
    heard = parsed_english(said)
    assert (heard.hour, heard.minute) == (local.hour, local.minute)


@given(instants)
def test_INV15_spanish_times_parse_back_to_the_minute(instant: datetime) -> None:
    local = instant.astimezone(ZoneInfo(NEW_YORK))
    heard = parsed_spanish(say("hear_by", At(instant), ear("es-US", now=instant)))
    assert (heard.hour, heard.minute) == (local.hour, local.minute)


@given(
    instants,
    st.integers(-400, 400),
    st.sampled_from(["en-US", "es-US"]),
)
def test_D59_no_time_is_ever_spoken_in_figures(instant: datetime, hours: int, locale: str) -> None:
    now = instant
    listener = ear(locale, zone=CHICAGO, now=now)
    for name in ("hear_by", "until", "back", "opens", "next_talk"):
        said = say(name, At(now + timedelta(hours=hours)), listener)
        assert said
        assert not re.search(r"\d", said)


@given(instants, st.integers(1, 6))
def test_D59_a_named_day_is_the_right_one(instant: datetime, days: int) -> None:
    now = instant.replace(hour=16)
    later = now + timedelta(days=days)
    weekday = later.astimezone(ZoneInfo(NEW_YORK)).strftime("%A")
    said = say("hear_by", At(later), ear(now=now))
    assert said.startswith("tomorrow at ") if days == 1 else said.endswith(f" on {weekday}")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("+12125550142", "2 1 2, 5 5 5, 0 1 4 2"),
        ("2125550142", "2 1 2, 5 5 5, 0 1 4 2"),
        ("911", "9 1 1"),
        ("+442079460958", "4 4 2, 0 7 9, 4 6 0, 9 5 8"),
    ],
)
def test_D59_numbers_are_spoken_figure_by_figure(number: str, said: str) -> None:
    assert say("digits", Digits(number), ENGLISH) == said
    assert say("digits", number, SPANISH) == said


def test_D59_numbers_inside_plain_facts_are_spelt_too() -> None:
    assert spell_figures("Oak House, (212) 555-0160") == "Oak House, 2 1 2, 5 5 5, 0 1 6 0"
    assert spell_figures("Room 12") == "Room 1 2"
    assert spell_figures("Maple Street") == "Maple Street"


@given(st.text(alphabet="ab 0123456789-+().,", max_size=40))
def test_D59_no_two_figures_ever_stand_together(text: str) -> None:
    assert not re.search(r"\d\d", spell_figures(text))


@pytest.mark.parametrize(
    ("handle", "english_words", "spanish_words"),
    [("JS", "J, S", "J, S"), ("JS-2", "J, S, two", "J, S, dos"), ("MK-12", "M, K, twelve", "M, K, doce")],
)
def test_D7_handles_are_spelt(handle: str, english_words: str, spanish_words: str) -> None:
    assert say("handle", Handle(handle), ENGLISH) == english_words
    assert say("handle", Handle(handle), SPANISH) == spanish_words


def test_D59_hours() -> None:
    week = Hours((OpenHours(WEEKDAYS, time(9), time(17)),))
    assert say("hours", week, ENGLISH) == "Monday to Friday, nine a.m. to five p.m."
    assert say("hours", week, SPANISH) == ("de lunes a viernes, de nueve de la mañana a cinco de la tarde")
    more = Hours((OpenHours((0, 2), time(9), time(12)), OpenHours((5,), time(10), time(0))))
    assert say("hours", more, ENGLISH) == (
        "Monday and Wednesday, nine a.m. to noon, and Saturday, ten a.m. to midnight"
    )
    assert say("hours", more, SPANISH) == (
        "lunes y miércoles, de nueve de la mañana a doce del mediodía, "
        "y sábado, de diez de la mañana a medianoche"
    )
    always = Hours((OpenHours(tuple(range(7)), time(0), time(0)),))
    assert say("hours", always, ENGLISH) == "every day, all day"
    assert say("hours", always, SPANISH) == "todos los días, todo el día"


def test_dates_are_spoken() -> None:
    assert say("date", Day(date(2026, 5, 1)), ENGLISH) == "May first"
    assert say("date", Day(date(2026, 5, 1)), SPANISH) == "primero de mayo"
    assert say("dates", Days(date(2026, 5, 3), date(2026, 5, 22)), ENGLISH) == "May third, May twenty-second"


def test_counts_are_words_that_fit_what_is_counted() -> None:
    assert [say("n", count, SPANISH) for count in (1, 21, 31, 100)] == [
        "un",
        "veintiún",
        "treinta y un",
        "cien",
    ]
    assert say("tier", 1, SPANISH) == "uno"
    assert [say("n", count, ENGLISH) for count in (0, 1, 21, 342)] == [
        "zero",
        "one",
        "twenty-one",
        "three hundred forty-two",
    ]
    assert say("n", 1234, ENGLISH) == "1 2 3 4"


@given(st.integers(0, 999), st.integers(0, 999))
def test_two_counts_never_sound_alike(first: int, second: int) -> None:
    for tongue in (english, spanish):
        assert (tongue.number(first) == tongue.number(second)) == (first == second)


def test_length_is_150_words_a_minute_with_figures_one_by_one() -> None:
    assert seconds("one two three four five") == pytest.approx(2)
    assert seconds("dial 9 1 1, three p.m.") == pytest.approx(6 * 0.4)
    assert seconds("") == 0


def test_V27_the_offer_of_another_language_has_its_voice() -> None:
    pack = load_pack("en-US")
    spoken = "Hello. Para español, oprima 8. If it can't wait, press 1."
    assert voices(spoken, pack) == (
        ("en-US", "Hello."),
        ("es-US", "Para español, oprima 8."),
        ("en-US", "If it can't wait, press 1."),
    )
    assert voices("Hello.", pack) == (("en-US", "Hello."),)


# ---------------------------------------------------------------- listening

UNITS = re.findall(
    r"\w+",
    "oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen",
)
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
UNIDADES = re.findall(
    r"\w+",
    "cero una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce "
    "quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós "
    "veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve",
)
DECENAS = {"treinta": 30, "cuarenta": 40, "cincuenta": 50}


def parsed_english(said: str) -> time:
    """What a listener understands, written independently of the speaking rules."""
    said = re.sub(r" Eastern \w+ Time", "", said)
    if said.startswith("midnight"):
        return time(0)
    if said == "noon":
        return time(12)
    *words, half = said.replace("-", " ").split()
    hour = UNITS.index(words[0]) % 12
    minute = sum(TENS.get(word, 0) or UNITS.index(word) for word in words[1:])
    return time(hour + (12 if half == "p.m." else 0), minute)


def parsed_spanish(said: str) -> time:
    """The same for Spanish."""
    said = said.partition(",")[0]
    if said.startswith("las doce del mediodía"):
        return time(12)
    clock, _, part = said.partition(" de la ")
    hour_words, _, minute_words = clock.partition(" y ")
    hour = UNIDADES.index(hour_words.split()[1])
    minute = 30 if minute_words == "media" else minutos(minute_words)
    late = part.startswith("tarde") or (part.startswith("noche") and 7 <= hour < 12)
    return time(hour % 12 + (12 if late else 0), minute)


def minutos(words: str) -> int:
    """Minutes in Spanish words."""
    if not words:
        return 0
    total = 0
    for word in words.split(" y "):
        known = "una" if word == "uno" else word
        total += DECENAS.get(word, 0) or UNIDADES.index(known)
    return total
