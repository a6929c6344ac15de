"""Now: what is open, and what one tap does with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from intersession.core.disposition import DISPOSITIONS
from intersession.core.events import CallBackAsked, ContactClosed, ItemHeard, TaskHandedOver, TaskTaken
from intersession.records import models
from intersession.web.now.rows import endings
from tests.core.cast import ny
from tests.web.conftest import AMES_LINE, JS, MAIN, MR, STRANGER, SUNDAY, TK, World


def text_of(answer: Any) -> str:
    """What is read on it: no tags, single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("&#x27;", "'")


def rows_of(answer: Any) -> list[str]:
    found = re.findall(r'<li class="row.*?</li>(?=\s*(?:<li|</ul>))', answer.content.decode(), re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)) for row in found]


def test_an_empty_now_is_calm(world: World, page: Client) -> None:
    said = text_of(page.get("/now/"))
    assert "Nobody is waiting for you." in said
    assert "Everyone who reached out has been answered. Evan is on call." in said
    assert "Your phone rings until 18:00; Evan is on call" in said


def test_rows_stand_by_due_time_with_who_what_and_by_when(world: World, page: Client) -> None:
    world.text(TK, "Can we do Thursday?")
    world.voicemail(JS, "Please call.")
    voicemail, text = rows_of(page.get("/now/"))
    assert "by 14:26" in voicemail
    assert "J-S left a voicemail, 0:" in voicemail.replace("  ", " ")
    assert "Told: called back by 15:10" in voicemail
    assert "by 15:10" in text
    assert "T-K texted" in text.replace("  ", " ")
    assert "“Can we do Thursday?”" in text
    assert "Owner: you" in text


def test_the_same_due_is_shown_where_the_client_is_when_that_differs(world: World, page: Client) -> None:
    world.text(MR, "please call")
    assert "There: 11:25, Los Angeles" in " ".join(rows_of(page.get("/now/")))


def test_overdue_is_marked_and_nobody_taking_it_turns_the_board_red(world: World, page: Client) -> None:
    world.voicemail(JS, "Please call.")
    assert "Overdue" not in text_of(page.get("/now/"))
    world.on(16 * 60)
    late = text_of(page.get("/now/"))
    assert "Overdue 1 item" in late
    assert "min late" in late
    world.on(10 * 60)
    assert models.Task.objects.get(kind="answer").red
    red = text_of(page.get("/now/"))
    assert "Nobody has taken this yet. Everybody was paged." in red
    assert "Overdue" not in red


def test_taking_it_stops_the_pages_and_the_fragment_says_whose_it_is(world: World, htmx: Client) -> None:
    world.voicemail(JS, "Please call.")
    world.on(30 * 60)
    task = world.task(kind="answer")
    answer = htmx.post(f"/now/item/{task.id}/take/", {"back": "now"})
    assert isinstance(world.handed_in[-1].event, TaskTaken)
    assert "<html" not in answer.content.decode()
    assert "It is yours now." in text_of(answer)
    assert "Owner: you" in rows_of(answer)[0]
    task.refresh_from_db()
    assert (task.owner, task.red) == ("ames", False)


def test_without_scripts_an_act_leads_back_to_the_screen(world: World, page: Client) -> None:
    world.voicemail(JS, "Please call.")
    answer = page.post(f"/now/item/{world.task(kind='answer').id}/take/", {"back": "now"})
    assert (answer.status_code, answer["Location"]) == (302, "/now/")
    again = page.post(f"/now/item/{world.task(kind='answer').id}/take/", {"back": "client"})
    assert again["Location"] == "/clients/c-js/"


def test_a_second_tap_of_the_same_button_is_the_same_event(world: World, htmx: Client) -> None:
    world.text(TK, "Can we do Thursday?")
    contact = models.Contact.objects.get().id
    form = {"back": "now", "once": "a" * 32}
    for _ in range(2):
        assert htmx.post(f"/now/contact/{contact}/call-back/", form).status_code == 200
    assert models.Contact.objects.filter(direction="out").count() == 1


def test_handing_over_tells_the_other_and_needs_somebody(world: World, htmx: Client) -> None:
    world.text(TK, "Can we do Thursday?")
    task = world.task(kind="answer")
    refused = htmx.post(f"/now/item/{task.id}/hand-over/", {"to": "nobody-here"})
    assert "Choose somebody to hand it to." in text_of(refused)
    assert world.handed_in == []
    answer = htmx.post(f"/now/item/{task.id}/hand-over/", {"to": "dee"})
    event = world.handed_in[-1].event
    assert isinstance(event, TaskHandedOver)
    assert (event.by, event.to) == ("ames", "dee")
    assert "Handed over to Dee." in text_of(answer)
    assert models.Notice.objects.filter(staff="dee", what="handed_over").exists()


def test_listening_plays_the_typed_words_notes_it_and_closes_nothing(world: World, htmx: Client) -> None:
    contact = world.voicemail(JS, "It was <hard> today.")
    assert "hard" not in htmx.get("/now/").content.decode(), "words of a voicemail are heard, not listed"
    answer = htmx.post(f"/now/contact/{contact}/listen/")
    assert "“It was &lt;hard&gt; today.”" in answer.content.decode()
    event = world.handed_in[-1].event
    assert isinstance(event, ItemHeard)
    assert event.understood
    assert models.Recording.objects.get(contact=contact).heard_by == "ames"
    assert world.task(kind="answer").contact == contact
    assert "Heard 14:1" in rows_of(htmx.get("/now/"))[0]


def test_could_not_understand_counts_as_unheard(world: World, htmx: Client) -> None:
    contact = world.voicemail(JS, "…")
    htmx.post(f"/now/contact/{contact}/listen/")
    answer = htmx.post(f"/now/contact/{contact}/unclear/")
    assert "It counts as not heard yet" in text_of(answer)
    event = world.handed_in[-1].event
    assert isinstance(event, ItemHeard)
    assert not event.understood
    assert models.Task.objects.filter(kind="interpreter", contact=contact, closed_at=None).exists()
    assert "not understood yet" in text_of(htmx.get("/now/"))


def test_reading_a_text_is_noted_and_leaves_it_open(world: World, htmx: Client) -> None:
    world.text(TK, "Can we do Thursday?")
    task = world.task(kind="answer")
    answer = htmx.post(f"/now/item/{task.id}/read/")
    assert "Marked as read." in text_of(answer)
    assert "Read 14:10" in rows_of(answer)[0]
    assert "I read it" not in rows_of(answer)[0]
    assert world.task(kind="answer").id == task.id


def test_closing_needs_an_ending_and_takes_what_belongs_to_it_along(world: World, htmx: Client) -> None:
    world.text(TK, "Can we do Thursday?")
    text = world.task(kind="answer")
    world.voicemail(TK, "It is about Thursday.", AMES_LINE)
    refused = htmx.post(f"/now/item/{text.id}/close/", {"disposition": ""})
    assert "Say how it ended" in text_of(refused)
    assert world.handed_in == []
    answer = htmx.post(f"/now/item/{text.id}/close/", {"disposition": "scheduled"})
    event = world.handed_in[-1].event
    assert isinstance(event, ContactClosed)
    assert event.disposition == "scheduled"
    assert "Closed." in text_of(answer)
    closed = models.Contact.objects.get(pk=text.contact)
    assert (closed.closed_by, closed.disposition) == ("ames", "scheduled")
    assert "Nobody is waiting for you." in text_of(answer)


def test_one_talk_may_close_all_items_of_a_person_and_nobody_elses(world: World, htmx: Client) -> None:
    first = world.voicemail(JS, "Please call.", AMES_LINE)
    second = world.voicemail(JS, "I try the main number.", MAIN)
    world.text(TK, "Can we do Thursday?")
    other = models.Task.objects.get(contact__startswith="text")
    assert text_of(htmx.get("/now/")).count("Close with it left a voicemail") == 2
    form = {"disposition": "coached", "also": [f"{second}:answer", other.id]}
    htmx.post(f"/now/item/{first}:answer/close/", form)
    assert list(models.Task.objects.filter(closed_at=None).values_list("id", flat=True)) == [other.id]


def test_a_call_back_joins_the_item_and_once_made_the_next_thing_is_how_it_ended(world: World, htmx: Client) -> None:
    contact = world.voicemail(JS, "Please call.")
    htmx.post(f"/now/contact/{contact}/listen/")
    htmx.post(f"/now/contact/{contact}/call-back/")
    phone = "+12125550160"
    assert world.exchange.pick_up(phone)
    world.settle()
    world.exchange.press(phone, "1")
    world.settle()
    world.exchange.pick_up(JS)
    world.on(200)
    world.exchange.hang_up(JS)
    world.settle()
    (row,) = rows_of(htmx.get("/now/"))
    assert "left a voicemail" in row
    assert "Called back 1 time" in row
    assert "How did it end?" in row
    said = text_of(htmx.get("/clients/c-js/"))
    assert "You called back" in said
    assert "Talked for 3 min." in said


def test_every_way_in_which_a_contact_can_end_can_be_chosen() -> None:
    assert {choice.id for choice in endings()} == DISPOSITIONS


def test_call_back_rings_the_own_phone_first_and_never_shows_a_number(world: World, htmx: Client) -> None:
    contact = world.voicemail(JS, "Please call.")
    answer = htmx.post(f"/now/contact/{contact}/call-back/", {"back": "now"})
    event = world.handed_in[-1].event
    assert isinstance(event, CallBackAsked)
    assert (event.by, event.client, event.answers, event.override) == ("ames", "c-js", contact, "")
    assert "Your phone rings now." in text_of(answer)
    assert "is being called back" in text_of(answer)
    assert JS[2:] not in answer.content.decode()


def test_o02_outside_the_safe_window_the_button_is_shut_and_says_why(world: World, htmx: Client) -> None:
    world.text(MR, "please call")
    contact = models.Contact.objects.get().id
    shown = htmx.get("/now/").content.decode()
    assert "A call is safe from 08:00 to 09:00 only" in shown
    assert "Leave no voicemail." in shown
    assert "Ask for the code word first." in shown
    assert re.search(r"<button[^>]*disabled[^>]*>.{0,120}Call back", shown, re.S)
    refused = htmx.post(f"/now/contact/{contact}/call-back/")
    assert "A call is safe from 08:00 to 09:00 only" in text_of(refused)
    assert world.handed_in == []
    forced = htmx.post(f"/now/contact/{contact}/call-back/", {"override": "Their school asked for a call now."})
    event = world.handed_in[-1].event
    assert isinstance(event, CallBackAsked)
    assert event.override == "Their school asked for a call now."
    assert "Your phone rings now." in text_of(forced)


def test_o02_a_desk_cannot_break_the_glass(world: World, htmx: Client, looks: Callable[[str], None]) -> None:
    world.text(MR, "please call")
    looks("hal")
    contact = models.Contact.objects.get().id
    answer = htmx.post(f"/now/contact/{contact}/call-back/", {"override": "I would like to."})
    assert "Overriding that is not yours to do." in text_of(answer)
    assert world.handed_in == []
    assert "breaks the glass" not in htmx.get("/now/").content.decode()


def test_an_unknown_caller_is_called_so_and_a_call_in_progress_is_shown(world: World, page: Client) -> None:
    world.exchange.call(STRANGER, AMES_LINE)
    world.settle()
    said = text_of(page.get("/now/"))
    assert "On the line now" in said
    assert "Unknown caller" in said
    assert STRANGER[2:] not in page.get("/now/").content.decode()


def test_who_covers_on_a_sunday_evening(world: World, page: Client) -> None:
    world.go_to(SUNDAY)
    cover = text_of(page.get("/now/cover/"))
    assert "Your phone stays dark until Mon 09:00; Evan is on call" in cover
    assert "On call now Evan, then Fay" in cover


def test_a_hole_in_the_rota_is_amber_and_named(world: World, page: Client) -> None:
    models.Shift.objects.all().update(end=ny("2027-02-21 20:00"))
    models.Practice.objects.update(version=2)
    world.go_to(SUNDAY)
    shown = page.get("/now/cover/").content.decode()
    assert 'class="gap"' in shown
    assert "Nobody 20:00 to 24:00" in shown
    world.on(60 * 60)
    assert "On call now nobody" in text_of(page.get("/now/cover/"))


def test_no_risk_words_no_inline_script_and_no_number_in_any_address(world: World, page: Client) -> None:
    world.voicemail(JS, "Please call.")
    world.text(MR, "please call")
    for address in ("/now/", "/clients/", "/clients/c-js/", "/clients/c-mr/"):
        answer = page.get(address)
        shown = answer.content.decode()
        assert not re.search(r"\brisk\b|suicid|danger", text_of(answer).split("heard")[0], re.I), address
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", shown), address
        for link in re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', shown):
            assert not re.search(r"\d{7}", link), link
        assert "script-src 'self';" in answer["Content-Security-Policy"]


def test_S44_that_somebody_pressed_9_stays_to_be_seen_when_they_call_again(world: World, page: Client) -> None:
    world.exchange.call(JS, AMES_LINE)
    world.settle()
    world.exchange.press(JS, "9")
    world.on(60)
    world.exchange.hang_up(JS)
    world.on(180)
    world.exchange.call(JS, AMES_LINE)
    world.on(2)
    world.exchange.hang_up(JS)
    world.settle()
    (row,) = rows_of(page.get("/now/"))
    assert "pressed 9, crisis line" in row
