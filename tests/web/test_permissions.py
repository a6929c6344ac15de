"""The table of permissions, cell by cell where it matters, and that no address goes past it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from intersession.core.ids import StaffId
from intersession.permissions import COLUMNS, LETTERS, TABLE, Action, Person, Relation, Role, may
from intersession.records.models import Contact
from tests.web.conftest import JS, STRANGER, WP, World

R = Relation


def someone(*roles: Role) -> Person:
    return Person(id=StaffId("x"), roles=frozenset(roles))


def test_every_action_has_a_cell_for_every_role_and_no_letter_is_unknown() -> None:
    assert set(TABLE) == set(Action)
    for row in TABLE.values():
        assert len(row) == len(COLUMNS) == len(Role)
        assert all(cell == "-" or set(cell) <= set(LETTERS) for cell in row)


@pytest.mark.parametrize(
    ("role", "relation", "action", "allowed"),
    [
        # the clinician: her own clients, nobody else's
        (Role.CLINICIAN, R.PRIMARY, Action.SEE_WORDS_OF_CLIENT, True),
        (Role.CLINICIAN, R.NONE, Action.SEE_ITEM, False),
        (Role.CLINICIAN, R.NONE, Action.SEE_WORDS_OF_CLIENT, False),
        (Role.CLINICIAN, R.COVERAGE, Action.LISTEN, True),
        (Role.CLINICIAN, R.INTAKE, Action.SEE_NUMBER, False),
        # on call: now, and only now
        (Role.ON_CALL, R.ON_CALL, Action.LISTEN, True),
        (Role.ON_CALL, R.NONE, Action.LISTEN, False),
        (Role.ON_CALL, R.ON_CALL, Action.BREAK_GLASS, True),
        # a trainee never breaks the glass, and a supervisor's relation gives a trainee nothing to read
        (Role.TRAINEE, R.PRIMARY, Action.BREAK_GLASS, False),
        (Role.TRAINEE, R.SUPERVISOR, Action.SEE_WORDS_OF_CLIENT, False),
        (Role.SUPERVISOR, R.SUPERVISOR, Action.SEE_WORDS_OF_CLIENT, True),
        # a coach sees the card while covering, not by being a coach
        (Role.COACH, R.PRIMARY, Action.SEE_AGREEMENT, False),
        (Role.COACH, R.COVERAGE, Action.SEE_AGREEMENT, True),
        # the desk: logistics; words only of what it owes or of new callers; it takes no client's item to read it
        (Role.DESK, R.NONE, Action.SEE_ITEM, True),
        (Role.DESK, R.NONE, Action.SEE_WORDS_OF_CLIENT, False),
        (Role.DESK, R.COVERAGE, Action.SEE_TIMELINE, False),
        (Role.DESK, R.NONE, Action.TAKE, False),
        (Role.DESK, R.INTAKE, Action.TAKE, True),
        (Role.DESK, R.OWNER, Action.LISTEN, True),
        (Role.DESK, R.PRIMARY, Action.BREAK_GLASS, False),
        # the director runs the practice and reads nobody's words for that
        (Role.DIRECTOR, R.NONE, Action.SEE_ITEM, True),
        (Role.DIRECTOR, R.NONE, Action.HAND_OVER, True),
        (Role.DIRECTOR, R.NONE, Action.SEE_WORDS_OF_CLIENT, False),
        (Role.DIRECTOR, R.NONE, Action.LISTEN, False),
        # the auditor: who did what and why, never content
        (Role.AUDITOR, R.NONE, Action.SEE_WHY, True),
        (Role.AUDITOR, R.OWNER, Action.SEE_WORDS_OF_CLIENT, False),
        (Role.AUDITOR, R.OWNER, Action.SEE_NOW, False),
    ],
)
def test_role_and_relation_together_decide(role: Role, relation: Relation, action: Action, allowed: bool) -> None:
    assert may(someone(role), action, {relation}) is allowed


def test_several_roles_give_what_any_of_them_gives() -> None:
    both = someone(Role.DESK, Role.CLINICIAN)
    assert may(both, Action.LISTEN, {R.PRIMARY})
    assert not may(someone(Role.DESK), Action.LISTEN, {R.PRIMARY})
    assert not any(may(someone(), action, set(Relation)) for action in Action)


def test_no_role_reads_words_without_a_relation() -> None:
    content = (Action.SEE_WORDS_OF_CLIENT, Action.LISTEN, Action.SEE_TIMELINE, Action.SEE_NUMBER)
    assert not [(role, action) for role in Role for action in content if may(someone(role), action)]


# ---------------------------------------------------------------- the addresses


def _views(patterns: list[Any] | None = None, before: str = "") -> Iterator[tuple[str, Callable[..., object]]]:
    for found in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(found, URLResolver):
            yield from _views(found.url_patterns, before + str(found.pattern))
        elif isinstance(found, URLPattern):
            yield before + str(found.pattern), found.callback


def test_every_address_asks_the_table() -> None:
    views = list(_views())
    assert len(views) > 20
    assert [address for address, view in views if not _asks(view)] == []


def _asks(view: Any) -> bool:
    while view is not None:
        if isinstance(getattr(view, "asks", None), Action):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_a_colleague_without_relation_gets_a_no_and_no_content(
    world: World, page: Client, looks: Callable[[str], None]
) -> None:
    world.voicemail(JS, "It is me.")
    contact = world.task(kind="answer").contact
    looks("cole")
    for address in (f"/why/{contact}/", "/clients/c-js/"):
        answer = page.get(address)
        assert answer.status_code == 403, address
        assert "J-S" not in answer.content.decode()
    acts = ("listen", "unclear", "call-back")
    assert [page.post(f"/now/contact/{contact}/{act}/").status_code for act in acts] == [403, 403, 403]
    item = f"/now/item/{contact}:answer"
    assert [page.post(f"{item}/{act}/").status_code for act in ("take", "close", "hand-over", "read")] == [403] * 4
    assert world.handed_in == []
    assert "J-S" not in page.get("/now/").content.decode()


def test_a_supervisor_sees_the_trainees_client_and_not_the_clinicians(
    world: World, page: Client, looks: Callable[[str], None]
) -> None:
    looks("cole")
    listed = page.get("/clients/").content.decode()
    assert "W-P" in listed
    assert "J-S" not in listed
    assert page.get("/clients/c-wp/").status_code == 200


def test_the_desk_hears_a_new_caller_and_not_a_client(world: World, page: Client, looks: Callable[[str], None]) -> None:
    world.voicemail(JS, "It is me.")
    world.voicemail(STRANGER, "I am new here.", "+12125550100")
    client, stranger = (_contact(world, number).id for number in (JS, STRANGER))
    looks("hal")
    assert page.post(f"/now/contact/{client}/listen/").status_code == 403
    heard = page.post(f"/now/contact/{stranger}/listen/")
    assert "I am new here." in heard.content.decode()
    now = page.get("/now/").content.decode()
    assert "J-S" in now, "the desk sees that an item is open"
    assert f"/now/item/{client}:answer/take/" not in now


def test_owning_an_item_opens_it_until_it_is_closed(world: World, page: Client, looks: Callable[[str], None]) -> None:
    world.voicemail(WP, "For Bo.", "+12125550100")
    contact = _contact(world, WP).id
    looks("gil")
    assert page.post(f"/now/contact/{contact}/listen/").status_code == 403
    page.post(f"/now/item/{contact}:answer/take/")
    assert page.post(f"/now/contact/{contact}/listen/").status_code == 200
    page.post(f"/now/item/{contact}:answer/close/", {"disposition": "message_taken"})
    assert page.post(f"/now/contact/{contact}/listen/").status_code == 403


def _contact(world: World, number: str) -> Contact:
    return Contact.objects.get(thread__endswith=f":{world.keyring.number_key(number)}", direction="in")
