"""Somebody presses every key there is, as fast as a telephone can: the call stays what it was."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from intersession.corridor.seal import Intact, verify
from intersession.records.schema import fresh
from tests.corridor.conftest import team
from tests.lab.asterisk import Switch
from tests.lab.served import Served
from tests.lab.telephones import Network, Telephone

HOW_MANY = pytest.mark.parametrize("many", [14, pytest.param(60, marks=pytest.mark.soak)])
EVERY = "0123456789*#"
CRISIS_WORDS = ("For crisis support, hang up", "Para apoyo en una crisis, cuelgue")
"""In the language that was chosen by a key on the way."""
PRESSED_WITHIN = 0.3
"""Seconds a key."""


@pytest.fixture
def served(asterisk: Switch, network: Network, tmp_path: Path) -> Iterator[Served]:
    with Served(team(tmp_path), asterisk, network, tmp_path, fresh(tmp_path / "line.sqlite3")) as made:
        yield made


def mash(served: Served, phone: Telephone, keys: str, many: int) -> None:
    """So many of these keys, in an order that is the same in every run, until all are sent or the call is over."""
    dice, line = Random(many), phone.line
    assert line is not None
    phone.press("".join(dice.choice(keys) for _ in range(many)))
    served.eventually(lambda: line.keys.empty() or line.over, many * PRESSED_WITHIN)


def without(*keys: str) -> str:
    return "".join(key for key in EVERY if key not in keys)


def hears_each_other(one: Telephone, other: Telephone) -> None:
    for phone in (one, other):
        phone.speak()
    one.hears(other.hertz)
    other.hears(one.hertz)


def speaks_to(served: Served, phone: Telephone) -> None:
    served.eventually(lambda: phone.heard(list(served.voices.spoken.values())))


def invited(phone: Telephone) -> int:
    return sum(1 for way, text in phone.messages if way == "in" and text.startswith("INVITE"))


def comes_to_rest(served: Served, *phones: Telephone) -> None:
    """Once they have hung up: one contact, everything owned, nothing left over, and a journal that holds."""
    for phone in phones:
        phone.hang_up()
    served.eventually(lambda: served.value("SELECT count(*) FROM call WHERE phase <> 'ended'") == 0)
    assert served.value("SELECT count(*) FROM contact") == 1
    assert served.value("SELECT count(*) FROM set_aside") == 0
    assert served.value("SELECT count(*) FROM task WHERE closed_at IS NULL AND owner IS NULL") == 0
    served.eventually(lambda: _is_empty(served))
    served.eventually(lambda: served.value("SELECT count(*) FROM journal WHERE place IS NULL") == 0)
    assert isinstance(verify(served.db, served.keyring, served.cast.setup.id), Intact)


def _is_empty(served: Served) -> bool:
    """Whoever is paged for it declines."""
    served.network.clear()
    return served.switch.channels() == 0


def keys_kept(served: Served) -> list[str]:
    rows = served.db.rows("SELECT entry FROM journal WHERE kind = 'KeyPressed'")
    return [json.loads(row[0])["event"] for row in rows]


@HOW_MANY
def test_a_caller_who_presses_whatever_means_nothing_is_put_through_as_ever(served: Served, many: int) -> None:
    """INV-02: every key is kept, and once."""
    caller, ames = served.phone("JS"), served.phone("Ames")
    caller.call(served.number("coaching"))
    speaks_to(served, caller)
    mash(served, caller, without("1", "9"), many)
    served.eventually(lambda: len(keys_kept(served)) == many)
    assert len(set(keys_kept(served))) == many
    served.eventually(lambda: ames.ringing)
    ames.pick_up()
    speaks_to(served, ames)
    ames.press("1")
    hears_each_other(caller, ames)
    assert invited(served.phone("Evan")) == 0
    comes_to_rest(served, caller, ames)


@HOW_MANY
def test_a_caller_who_presses_1_again_and_again_is_urgent_once(served: Served, many: int) -> None:
    caller, evan = served.phone("JS"), served.phone("Evan")
    caller.call(served.number("coaching"))
    speaks_to(served, caller)
    mash(served, caller, without("9") + "111", many)
    served.eventually(lambda: evan.ringing)
    assert invited(evan) == 1
    evan.pick_up()
    speaks_to(served, evan)
    evan.press("1")
    hears_each_other(caller, evan)
    assert served.value("SELECT urgent FROM call") == 1
    comes_to_rest(served, caller, evan)


@HOW_MANY
def test_after_whatever_keys_9_brings_the_words_of_the_crisis_line(served: Served, many: int) -> None:
    """Each key may cut off what the one before it brought; one that comes after a pause is heard out."""
    caller = served.phone("JS")
    caller.call(served.number("coaching"))
    speaks_to(served, caller)
    mash(served, caller, EVERY + "999", many)
    time.sleep(1)
    since = time.monotonic()
    caller.press("9")
    served.eventually(lambda: any(text.startswith(CRISIS_WORDS) for text in heard(served, caller, since)))
    assert caller.up
    comes_to_rest(served, caller)


def heard(served: Served, phone: Telephone, since: float) -> list[str]:
    """All words of which a tone came in."""
    tones = phone.heard_between(since, time.monotonic(), list(served.voices.spoken.values()))
    return [served.voices.text(hertz) for hertz in tones]


@HOW_MANY
def test_staff_who_press_whatever_means_nothing_can_still_take_the_call(served: Served, many: int) -> None:
    caller, ames = served.rings()
    ames.pick_up()
    speaks_to(served, ames)
    mash(served, ames, "4567890#", many)
    assert ames.up
    assert caller.up
    ames.press("1")
    hears_each_other(caller, ames)
    comes_to_rest(served, caller, ames)


@HOW_MANY
def test_staff_who_press_everything_never_leave_the_caller_with_nobody(served: Served, many: int) -> None:
    """The first key that means something counts; what comes after it changes nothing of that."""
    caller, ames = served.rings()
    ames.pick_up()
    speaks_to(served, ames)
    mash(served, ames, EVERY, many)
    assert caller.up
    accepted = served.value("SELECT phase = 'talking' FROM call")
    if accepted:
        hears_each_other(caller, ames)
    else:
        speaks_to(served, caller)
    comes_to_rest(served, caller, ames)


@HOW_MANY
def test_a_talk_goes_on_whatever_both_press(served: Served, many: int) -> None:
    caller, ames = served.talk()
    for phone in (caller, ames):
        phone.speak(False)
    mash(served, caller, EVERY, many)
    mash(served, ames, without("*"), many)
    hears_each_other(caller, ames)
    assert served.value("SELECT phase FROM call") == "talking"
    comes_to_rest(served, caller, ames)
