"""One client: a single line of time, what was agreed, and a text that says what will become of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from intersession.core.events import TextWritten
from intersession.core.rules.holding import PLAIN, Refusal
from intersession.records import models
from tests.core.cast import ny
from tests.web.conftest import AMES_LINE, JS, MR, STRANGER, SUNDAY, TK, World
from tests.web.test_now import text_of

LATE = ny("2027-02-17 22:40")


@pytest.fixture
def person() -> Client:
    """As htmx asks for the person alone."""
    return Client(HTTP_HOST="localhost", headers={"HX-Request": "true", "HX-Target": "person"})


def test_one_timeline_of_calls_voicemail_and_texts_both_ways_the_newest_last(world: World, person: Client) -> None:
    world.voicemail(JS, "Please call.")
    world.text(JS, "It got better.")
    person.post("/clients/c-js/text/", {"body": "Good to hear."})
    said = text_of(person.get("/clients/c-js/"))
    order = ["Wednesday 17", "J-S called", "Voicemail", "J-S texted", "It got better.", "You wrote", "Good to hear."]
    places = [said.index(words, said.index("Timeline")) for words in order]
    assert places == sorted(places)
    assert "What J-S heard" in said
    assert "Please call." not in said, "a voicemail is listened to"


def test_the_list_is_by_handle_and_the_name_is_one_deliberate_tap_away(
    world: World, page: Client, person: Client
) -> None:
    listed = page.get("/clients/").content.decode()
    assert re.findall(r'class="handle">([^<]+)', listed) == ["J-S", "M-R", "T-K"]
    assert "Jo Sample" not in listed
    assert "Jo Sample" not in page.get("/clients/c-js/").content.decode()
    assert "Jo Sample" in person.post("/clients/c-js/name/").content.decode()
    assert "J-S" not in page.post("/clients/", {"q": "T-"}).content.decode()


def test_agreement_level_and_safe_contact_stand_beside_it(world: World, page: Client) -> None:
    coaching = text_of(page.get("/clients/c-js/"))
    assert "Coaching, active" in coaching
    assert "About coaching and times" in coaching
    assert "Safe contact" not in coaching
    careful = text_of(page.get("/clients/c-mr/"))
    assert "Safe contact: before you call or write" in careful
    assert "Call from 08:00 to 09:00 only (Los Angeles)." in careful
    assert "Safe way: Through the front desk of the school." in careful
    assert "Los Angeles, now 11:10" in careful


def test_in_hours_a_text_goes_at_once(world: World, person: Client) -> None:
    assert "It goes at once" in text_of(person.get("/clients/c-tk/"))
    answer = person.post("/clients/c-tk/text/", {"body": "Thursday at three works."})
    event = world.handed_in[-1].event
    assert isinstance(event, TextWritten)
    assert (event.by, event.client, event.line) == ("ames", "c-tk", "ames_line")
    assert world.exchange.handset(TK).texts[-1].body == "Thursday at three works."
    assert "<html" not in answer.content.decode()
    assert "Thursday at three works." in text_of(answer)


def test_at_night_held_until_is_said_before_sending_and_the_text_waits(world: World, person: Client) -> None:
    world.go_to(LATE)
    before = text_of(person.get("/clients/c-tk/"))
    assert "Held until Thursday 09:00" in before
    assert "Hold until Thu 09:00" in before
    assert "Outside your hours. Say why to send it now." in before
    answer = person.post("/clients/c-tk/text/", {"body": "See you on Thursday."})
    assert "Held until Thursday 09:00" in text_of(answer)
    assert "held until Thu 09:00" in text_of(answer)
    assert world.exchange.handset(TK).texts == []
    world.go_to(ny("2027-02-18 09:01"))
    assert world.exchange.handset(TK).texts[-1].body == "See you on Thursday."


def test_send_now_outside_the_hours_needs_a_reason_and_keeps_what_was_typed(world: World, person: Client) -> None:
    world.go_to(LATE)
    refused = person.post("/clients/c-tk/text/", {"body": "About tomorrow.", "now": "1"})
    assert "Outside your hours. Say why to send it now." in text_of(refused)
    assert "About tomorrow.</textarea>" in refused.content.decode()
    assert world.handed_in == []
    given = {"now": "1", "reason": "The office is shut tomorrow."}
    person.post("/clients/c-tk/text/", {"body": "About tomorrow.", **given})
    event = world.handed_in[-1].event
    assert isinstance(event, TextWritten)
    assert (event.now, event.reason) == (True, "The office is shut tomorrow.")
    assert world.exchange.handset(TK).texts[-1].body == "About tomorrow."


def test_d17_whoever_wrote_within_the_hour_can_be_answered_by_one_tap(world: World, person: Client) -> None:
    world.go_to(LATE)
    world.text(JS, "Are you there?")
    shown = text_of(person.get("/clients/c-js/"))
    assert "They wrote to you within the hour" in shown
    person.post("/clients/c-js/text/", {"body": "I am.", "now": "1"})
    assert world.exchange.handset(JS).texts[-1].body == "I am."


def test_d17_a_visit_within_twelve_hours_is_the_writers_word(world: World, person: Client) -> None:
    world.go_to(LATE)
    person.post("/clients/c-tk/text/", {"body": "Room 4 tomorrow.", "now": "1", "about_visit": "1"})
    event = world.handed_in[-1].event
    assert isinstance(event, TextWritten)
    assert event.about_visit_within_hours
    assert world.exchange.handset(TK).texts[-1].body == "Room 4 tomorrow."


@pytest.mark.parametrize(("client", "refusal"), [("c-mr", Refusal.UNSAFE), ("c-wp", Refusal.NO_TEXTS)])
def test_where_no_text_may_go_the_composer_is_shut_with_a_plain_reason(
    world: World, person: Client, looks: Callable[[str], None], client: str, refusal: Refusal
) -> None:
    looks("bo" if client == "c-wp" else "ames")
    shown = person.get(f"/clients/{client}/").content.decode()
    assert PLAIN[refusal] in text_of(person.get(f"/clients/{client}/"))
    assert f'action="/clients/{client}/text/"' not in shown
    person.post(f"/clients/{client}/text/", {"body": "All the same."})
    assert world.exchange.handset(MR).texts == []
    assert not models.Message.objects.filter(direction="out").exists()


def test_x01_after_stop_the_composer_is_shut(world: World, person: Client) -> None:
    world.text(TK, "STOP")
    assert PLAIN[Refusal.STOPPED] in text_of(person.get("/clients/c-tk/"))
    assert "Turned off by the client" in text_of(person.get("/clients/c-tk/"))


def test_scheduling_only_reminds_and_ready_words_only_fill_the_field(world: World, person: Client) -> None:
    assert "This client agreed to texts about times only. Is a call better?" in text_of(person.get("/clients/c-tk/"))
    filled = person.post("/clients/c-tk/start/", {"start": "Running about 10 minutes late today. Sorry for the wait."})
    assert "Running about 10 minutes late today. Sorry for the wait.</textarea>" in filled.content.decode()
    assert world.handed_in == []


def test_empty_and_endless_texts_are_refused_in_words(world: World, person: Client) -> None:
    assert "Write something first." in text_of(person.post("/clients/c-tk/text/", {"body": "  "}))
    assert "too long for a text: 700 letters" in text_of(person.post("/clients/c-tk/text/", {"body": "x" * 700}))
    assert world.handed_in == []


def test_without_scripts_a_text_leads_back_to_the_client(world: World, page: Client) -> None:
    answer = page.post("/clients/c-tk/text/", {"body": "Thursday at three works."})
    assert (answer.status_code, answer["Location"]) == (302, "/clients/c-tk/#write")


def test_the_number_of_a_stranger_is_for_whoever_may_see_it(
    world: World, page: Client, looks: Callable[[str], None]
) -> None:
    contact = world.voicemail(STRANGER, "I am new.", AMES_LINE)
    mine = text_of(page.get(f"/clients/caller/{contact}/"))
    assert STRANGER in mine
    assert "Unknown caller" in mine
    assert "No texts go out to a number that nobody is known by." in mine
    looks("evan")
    assert STRANGER in text_of(page.get(f"/clients/caller/{contact}/")), "on call now"
    looks("cole")
    assert page.get(f"/clients/caller/{contact}/").status_code == 403


def test_the_caller_page_of_a_client_is_the_client(world: World, page: Client) -> None:
    contact = world.voicemail(JS, "Please call.")
    assert page.get(f"/clients/caller/{contact}/")["Location"] == "/clients/c-js/"


def test_a_destroyed_key_leaves_the_line_of_time_without_its_words(world: World, person: Client) -> None:
    world.text(TK, "Can we do Thursday?")
    models.Contact.objects.update(wrapped_key=b"")
    shown = text_of(person.get("/clients/c-tk/"))
    assert "The words were removed." in shown
    assert "Thursday?" not in shown


def test_a_sunday_call_shows_that_no_phone_rang_and_what_was_heard(world: World, person: Client) -> None:
    world.go_to(SUNDAY)
    world.voicemail(TK, "For Monday.")
    shown = text_of(person.get("/clients/c-tk/"))
    assert "No phone rang." in shown
    assert "For crisis support day or night" in shown


def test_D21_who_may_call_sees_the_short_code(world: World, page: Client, looks: Callable[[str], None]) -> None:
    assert "short code 101" in text_of(page.get("/clients/c-js/"))
    looks("dee")
    assert "short code" not in text_of(page.get("/clients/c-js/"))
