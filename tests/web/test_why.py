""""Why?" tells what was stored, in plain words, and nothing that a role may not read."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from intersession.records import models
from tests.web.conftest import AMES_LINE, JS, SUNDAY, TK, World
from tests.web.test_now import text_of


def test_your_rule_no_rings_on_sunday(world: World, page: Client) -> None:
    world.go_to(SUNDAY)
    contact = world.voicemail(TK, "For Monday.")
    said = text_of(page.get(f"/why/{contact}/"))
    assert "Your rule: no rings on Sunday." in said
    assert "V21" in said
    assert "Called." in said
    assert "Left a message." in said
    assert "In hours no" in said
    assert "This is what was stored then, not worked out again now." in said


def test_for_somebody_else_it_is_the_clinicians_rule(world: World, page: Client, looks: Callable[[str], None]) -> None:
    world.go_to(SUNDAY)
    contact = world.voicemail(TK, "For Monday.")
    looks("evan")
    assert "Ames's rule: no rings on Sunday." in text_of(page.get(f"/why/{contact}/"))


def test_the_drawer_is_the_same_answer_without_a_page(world: World) -> None:
    world.text(TK, "Can we do Thursday?")
    contact = models.Contact.objects.get().id
    drawer = Client(HTTP_HOST="localhost", headers={"HX-Request": "true", "HX-Target": "drawer-in"})
    answer = drawer.get(f"/why/{contact}/")
    assert "<html" not in answer.content.decode()
    assert "Texts about times are agreed: it waits for whoever keeps the calendar." in text_of(answer)
    assert f'href="/why/{contact}/"' in answer.content.decode()


def test_pressing_1_is_told_with_its_own_rule(world: World, page: Client) -> None:
    world.go_to(SUNDAY)
    contact = world.exchange.call(TK, AMES_LINE)
    world.settle()
    world.exchange.press(TK, "1")
    world.settle()
    world.on(5)
    said = text_of(page.get(f"/why/{contact}/"))
    assert "Pressed a key." in said
    assert "The caller pressed 1" in said
    assert "rang a phone" in said


def test_a_stored_decision_is_told_as_it_was_even_when_the_rules_have_changed(world: World, page: Client) -> None:
    world.text(TK, "Can we do Thursday?")
    entry = models.JournalEntry.objects.order_by("id").first()
    assert entry is not None
    changed = {**entry.entry, "reasons": [["X04", "An older program said it like this."]], "code": "0.0.7"}
    models.JournalEntry.objects.filter(pk=entry.pk).update(entry=changed)
    said = text_of(page.get(f"/why/{models.Contact.objects.get().id}/"))
    assert "An older program said it like this." in said
    assert "program 0.0.7" in said


def test_what_was_heard_is_for_whoever_may_read_words(world: World, page: Client, looks: Callable[[str], None]) -> None:
    contact = world.voicemail(JS, "Please call.")
    assert "What J-S heard" in text_of(page.get(f"/why/{contact}/"))
    looks("gil")
    director = text_of(page.get(f"/why/{contact}/"))
    assert "A coaching client" in director
    assert "What J-S heard" not in director


def test_a_sealed_entry_says_its_place(world: World, page: Client) -> None:
    world.text(TK, "Can we do Thursday?")
    contact = models.Contact.objects.get().id
    assert "Sealed in the journal" not in text_of(page.get(f"/why/{contact}/"))
    world.corridor.seal("oak")
    assert "Sealed in the journal as entry 1." in text_of(page.get(f"/why/{contact}/"))


def test_no_such_contact(world: World, page: Client) -> None:
    answer = page.get("/why/call-99999/")
    assert answer.status_code == 404
    assert "That is not here." in text_of(answer)
