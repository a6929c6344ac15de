"""INV-04, S03: no staff number goes towards a client or into a log, and no client's number onto a staff phone."""

from __future__ import annotations

import ast
import logging
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from intersession.carriers.port import Order, Outcome
from intersession.carriers.simulated.exchange import Exchange
from intersession.cli import logs
from intersession.core.call import Hearing, Said
from intersession.core.commands import CallerId, ConnectLeg, RingClient, SayPrompt, SendEmail, TransferToCrisisLine
from intersession.core.events import TextWritten
from intersession.core.ids import ClientId, ContactId, EventId, LineId, MessageId, NumberKey, StaffId, caller_leg
from intersession.corridor.contact_keys import ContactKeys
from intersession.corridor.leaks import Leak
from intersession.corridor.orders import Orders
from intersession.stories.cast import Cast
from intersession.stories.play import load, play
from intersession.stories.world import World
from tests.corridor.conftest import team
from tests.corridor.test_tick import PRACTICE, text

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
STORIES = sorted(path for path in SCENARIOS.rglob("*.toml") if path.parent.name != "casts")

WORDS = {
    name: str(digit)
    for names in (
        "zero one two three four five six seven eight nine", "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "oh",
    )
    for digit, name in enumerate(names.split())
}  # fmt: skip
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")

# ---------------------------------------------------------------- finding a number, however it is written


def digits(text: str) -> str:
    """Every digit of a text, whether as a figure, in another script, or as a word."""
    words = re.findall(r"[^\W\d_]+|\d", text.lower())
    return "".join(WORDS.get(word, "") if word.isalpha() else str(unicodedata.digit(word)) for word in words)


def shows(text: str, number: str) -> bool:
    """Whether a number can be read or heard in a text: whole, without its country, or without its area."""
    return digits(number)[-7:] in digits(text)


@pytest.mark.parametrize(
    "written",
    [
        "+12025550110", "202-555-0110", "(202) 555 0110", "202.555.0110", "call 555-0110", "2 0 2, 5 5 5, 0 1 1 0",
        "five five five, zero one one zero", "cinco cinco cinco cero uno uno cero", "５５５０１１０", "+1/202/555/0110",
    ],
)  # fmt: skip
def test_the_canary_sees_a_number_in_every_way_of_writing(written: str) -> None:
    assert shows(f"Doctor Ames is at {written}.", "+12025550110")
    assert not shows(f"Doctor Ames is at {written}.", "+12025550119")


# ---------------------------------------------------------------- whatever leaves, in every story


@dataclass(slots=True)
class Leaving:
    """What left towards each telephone or address."""

    words: list[tuple[str, str]] = field(default_factory=list)

    def towards(self, numbers: set[str]) -> Iterator[str]:
        """All that left towards one of these."""
        yield from (said for number, said in self.words if number in numbers)

    def elsewhere(self, numbers: set[str]) -> Iterator[str]:
        """All that left towards anybody else."""
        yield from (said for number, said in self.words if number not in numbers)


@pytest.fixture
def leaving(monkeypatch: pytest.MonkeyPatch) -> Leaving:
    """Listen at the exchange's own door, where orders come in with real numbers."""
    heard, run = Leaving(), Exchange.run

    def listens(exchange: Exchange, order: Order) -> Outcome:
        for number, said in _parts(exchange, order):
            heard.words.append((number, " ".join(_strings(said))))
        return run(exchange, order)

    monkeypatch.setattr(Exchange, "run", listens)
    return heard


def _parts(exchange: Exchange, order: Any) -> Iterator[tuple[str, object]]:
    """Whom an order goes to, and what of it that person can see or hear."""
    if hasattr(order, "to"):
        yield order.to, [getattr(order, name, None) for name in ("show", "subject", "body")]
    elif hasattr(order, "staff_leg"):
        yield from _leg(exchange, order.staff_leg, order.staff_said)
        yield from _leg(exchange, order.outside_leg, order.outside_said)
    else:
        yield from _leg(exchange, order.leg, [getattr(order, name, None) for name in ("hearing", "said")])


def _leg(exchange: Exchange, leg: Any, said: object) -> Iterator[tuple[str, object]]:
    phone, _ = exchange._legs.get(leg, (None, None))
    if phone is not None:
        yield phone.number, said


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, Said):
        yield value.text
    elif is_dataclass(value):
        for one in fields(value):
            yield from _strings(getattr(value, one.name))


def staff_numbers(cast: Cast) -> set[str]:
    """All private numbers of a cast's staff."""
    return {phone.number for person in cast.setup.staff for phone in person.phones}


def outside_numbers(cast: Cast) -> set[str]:
    """Numbers of clients and of whoever else calls."""
    return set(cast.phones.values()) - staff_numbers(cast)


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[Any]:
    """Whatever is logged, with the product's own configuration."""
    logs.configure()
    caplog.set_level(logging.DEBUG)
    yield lambda: "".join(capsys.readouterr()) + caplog.text
    structlog.reset_defaults()


@pytest.mark.parametrize("path", STORIES, ids=[str(path.relative_to(SCENARIOS)) for path in STORIES])
def test_INV_04_S03_a_story_leaks_nothing(path: Path, leaving: Leaving, logged: Any) -> None:
    story = load(path)
    staff, outside = staff_numbers(story.cast), outside_numbers(story.cast)
    with play(story):
        log = logged()
    for said in leaving.elsewhere(staff):
        assert not [number for number in staff if shows(said, number)], said
        assert not ADDRESS.search(said), said
    for said in leaving.towards(staff):
        assert not [number for number in outside if shows(said, number)], said
    for line in log.splitlines():
        assert not [number for number in staff | outside if number[-7:] in line], line
        assert not ADDRESS.search(line), line


def test_the_stories_make_much_leave_both_ways(leaving: Leaving) -> None:
    """Else the canary would sing in an empty mine."""
    story = load(SCENARIOS / "01a-nobody-answers.toml")
    with play(story):
        staff = staff_numbers(story.cast)
    assert len(list(leaving.towards(staff))) > 10
    assert len(list(leaving.elsewhere(staff))) > 3


# ---------------------------------------------------------------- planted leaks

AMES = "+12025550110"
PLANTED = [
    "+12025550110", "202-555-0110", "(202) 555.0110", "2 0 2 5 5 5 0 1 1 0", "555-0110", "５５５-０１１０",
]  # fmt: skip
JS = ContactId("m1")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(team(tmp_path)) as made:
        made.corridor.now_do(text(made, "m1"))
        made.settle()
        yield made


@pytest.fixture
def orders(world: World) -> Orders:
    return Orders(world.db, world.keyring, ContactKeys(world.keyring))


@pytest.mark.parametrize("written", PLANTED)
def test_a_text_that_gives_a_private_number_away_is_not_sent_and_its_writer_knows(
    world: World, leaving: Leaving, logged: Any, written: str
) -> None:
    before = len(leaving.words)
    event = TextWritten(
        id=EventId("w1"), practice=PRACTICE, at=world.now(), by=StaffId("Ames"), message=MessageId("w1"), contact=JS,
        line=LineId("coaching"), client=ClientId("JS"), number=NumberKey(world.key_of("JS")),
        body=f"Call me at {written}", now=True,
    )  # fmt: skip
    world.do(event)
    assert leaving.words[before:] == []
    assert world.db.value("SELECT state FROM message WHERE id = 'w1'") == "failed"
    assert [task.kind for task in world.tasks("JS") if task.owner == "Ames"]
    assert "errand_not_done" in (log := logged())
    assert "0110" not in log


@pytest.mark.parametrize("written", PLANTED)
@pytest.mark.parametrize("way", ["says", "joins", "crisis", "mail", "subject"])
def test_a_planted_leak_is_caught(world: World, orders: Orders, way: str, written: str) -> None:
    said = Said(id="G-AFTER", text=f"You can reach Doctor Ames at {written}.", locale="en-US")
    clean = Said(id="G-AFTER", text="Please call us.", locale="en-US")
    outside = caller_leg(JS)
    key = NumberKey(world.key_of("JS"))
    command: Any
    match way:
        case "says":
            command = SayPrompt(contact=JS, leg=outside, hearing=Hearing(said=(said,)))
        case "joins":
            command = ConnectLeg(contact=JS, staff_leg=caller_leg(JS), outside_leg=outside, outside_said=(said,))
        case "crisis":
            command = TransferToCrisisLine(contact=JS, leg=outside, seconds=30, said=(said,))
        case "mail":
            command = SendEmail(
                message=MessageId("e1"), contact=JS, line=LineId("main"), number=key, subject="", said=said
            )
        case _:
            command = SendEmail(
                message=MessageId("e1"), contact=JS, line=LineId("main"), number=key, subject=said.text, said=clean
            )
    with pytest.raises(Leak):
        orders.of(command, LineId("main"))


@pytest.mark.parametrize("which", [CallerId.ROUTINE, CallerId.URGENT])
def test_a_line_that_shows_a_private_number_is_caught(world: World, orders: Orders, which: CallerId) -> None:
    world.db.run("UPDATE line SET digits = ?, urgent_digits = ? WHERE id = 'main'", (AMES, AMES))
    command = RingClient(
        contact=JS, leg=caller_leg(JS), line=LineId("main"), number=NumberKey(world.key_of("JS")), caller_id=which
    )
    with pytest.raises(Leak):
        orders.of(command, LineId("main"))


@pytest.mark.parametrize(
    "innocent",
    ["Our number is 202-555-0100.", "At 5:55 on 01/10 we open.", "988, or 911, at any time", "Room 5550",
     "Try our office in New York: 646-555-0110."],
)  # fmt: skip
def test_what_only_looks_like_one_goes_out(orders: Orders, innocent: str) -> None:
    said = Said(id="G-AFTER", text=innocent, locale="en-US")
    assert orders.of(SayPrompt(contact=JS, leg=caller_leg(JS), hearing=Hearing(said=(said,))), LineId("main"))


# ---------------------------------------------------------------- logs


def test_a_log_keeps_the_place_of_an_error_and_none_of_its_words(logged: Any) -> None:
    log = structlog.get_logger()
    try:
        raise ValueError(f"no such number {AMES}")
    except ValueError:
        log.exception("it_failed", number=AMES, body=AMES, kind="Text")
    line = logged()
    assert "it_failed" in line
    assert "error=ValueError" in line
    assert "0110" not in line


def test_what_is_logged_is_a_fixed_word() -> None:
    """The name of a log entry is never made from values: no number can be in it."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            call = node if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
            if call is None or not isinstance(call.func.value, ast.Name) or call.func.value.id not in ("log", "logger"):
                continue
            name = call.args[0] if call.args else None
            assert isinstance(name, ast.Constant), f"{path.name}:{call.lineno}: a log entry whose name is made up"
