"""What people can do in a story, sentence by sentence."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from intersession.carriers.port import Envelope
from intersession.core.events import (
    CallBackAsked,
    CallbackRequested,
    CallFellBack,
    ContactClosed,
    EmailArrived,
    ItemHeard,
    ShiftSet,
    StatusSet,
    TaskHandedOver,
    TaskTaken,
    TextArrived,
    TextWritten,
)
from intersession.core.ids import (
    ClientId,
    ContactId,
    EventId,
    LineId,
    MessageId,
    NumberKey,
    PracticeId,
    RecordingId,
    StaffId,
)
from intersession.core.tasks import Task
from intersession.core.wording.compose import seconds

from .grammar import Grammar
from .times import instant
from .world import World

ACTS: Grammar[World, None] = Grammar()
act = ACTS.sentence

PICTURE = ("image/png", b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAYAAAAECAIAAAAiZtkUAAAAGElEQVR42mNkYKjQYGBARiwMNgxogDghAHF4AgJdePQqAAAAAElFTkSuQmCC"
))  # fmt: skip
"""Six by four spots of colour."""
ITEM = "the (?:(?P<kind>[a-z_]+) )?item"
"""`the item`; or, where several are open about somebody, such as `the check_meaning item`."""


# ---------------------------------------------------------------- on a telephone


@act("{who} calls {line}(?P<withheld> with the number withheld)?(?P<relay> by relay)?",
     example="JS calls coaching",
     means="Dials a line; `with the number withheld` or `by relay` may follow.")  # fmt: skip
def _calls(world: World, who: str, line: str, withheld: str = "", relay: str = "") -> None:
    world.exchange.call(_phone(world, who), _line(world, line), withheld=bool(withheld), relay=bool(relay))


@act("{who} picks up", example="Ames picks up", means="Answers what rings.")
def _picks_up(world: World, who: str) -> None:
    _must(world.exchange.pick_up(_phone(world, who)), f"nothing rings at {who}'s phone")


@act("{who} presses (?P<key>[0-9#*])", example="JS presses 1", means="Presses one key.")
def _presses(world: World, who: str, key: str) -> None:
    _must(world.exchange.press(_phone(world, who), key), f"{who} is in no call")


@act("{who} enters (?P<digits>[0-9]+)#", example="Evan enters 4711#", means="Presses several keys, ended by pound.")
def _enters(world: World, who: str, digits: str) -> None:
    _must(world.exchange.enter(_phone(world, who), digits), f"{who} is in no call")


@act("{who} says {body}", example='JS says "Please call me"', means="Speaks into the recording that runs.")
def _says(world: World, who: str, body: str) -> None:
    _must(world.exchange.say(_phone(world, who), body), f"nothing is being recorded at {who}'s phone")


@act("{who} hangs up", example="JS hangs up", means="Hangs up, or declines what rings.")
def _hangs_up(world: World, who: str) -> None:
    _must(world.exchange.hang_up(_phone(world, who)), f"{who} is in no call")


@act("{who} texts {line} {body}(?: {number} times)?(?P<picture> with a picture)?",
     example='JS texts coaching "Can we do Thursday?"',
     means="Texts a line; `40 times` or `with a picture` may follow.")  # fmt: skip
def _texts(world: World, who: str, line: str, body: str, number: str = "1", picture: str = "") -> None:
    for _ in range(int(number)):
        world.exchange.text(_phone(world, who), _line(world, line), body, pictures=(PICTURE,) if picture else ())
        world.settle()


@act("{who} mails {line} {body}(?P<machine> by machine)?", example='JS mails main "Can we move Thursday?"',
     means="Writes to the practice's mailbox; `by machine` is an automatic reply or a list.")  # fmt: skip
def _mails(world: World, who: str, line: str, body: str, machine: str = "") -> None:
    address = world.cast.mail.get(who, f"{who.lower()}@example.org")
    key, number = world.keyring.number_key(address), world.count()
    event = EmailArrived(
        id=EventId(f"mail-{number}"), practice=PracticeId(world.cast.setup.id), at=world.now(),
        message=MessageId(f"mail-{number}"), line=LineId(line), sender=key, conversation=f"{who}-{line}", body=body,
        automatic=bool(machine),
    )  # fmt: skip
    world.take_in(event, {key: address})


@act(r"{who} asks on the web to be called on {line} between {time} and (?P<until>[\d:]+)",
     example="JS asks on the web to be called on main between 10:00 and 12:00",
     means="The web form: a number and a safe window, and nothing else.")  # fmt: skip
def _web(world: World, who: str, line: str, time: str, until: str) -> None:
    start = instant(time, world.now(), world.cast.zone)
    key, number = world.keyring.number_key(_phone(world, who)), world.count()
    event = CallbackRequested(
        id=EventId(f"web-{number}"), practice=PracticeId(world.cast.setup.id), at=world.now(),
        contact=ContactId(f"web-{number}"), line=LineId(line), number=key, safe_from=start,
        safe_to=instant(until, start, world.cast.zone),
    )  # fmt: skip
    world.take_in(event, {key: _phone(world, who)})


# ---------------------------------------------------------------- on a screen


@act("{who} takes " + ITEM + " of {other}", example="Evan takes the item of JS",
     means="Takes what is owed; stops pages. `the check_meaning item of JS` names one of several by kind.")  # fmt: skip
def _takes(world: World, who: str, other: str, kind: str = "") -> None:
    world.do(TaskTaken(**_base(world, who), task=item_of(world, other, kind).id))


@act("{who} hands " + ITEM + " of {other} to (?P<to>[A-Z][\\w-]*)",
     example="Evan hands the item of JS to Fay", means="Hands over what is owed.")  # fmt: skip
def _hands(world: World, who: str, other: str, to: str, kind: str = "") -> None:
    world.do(TaskHandedOver(**_base(world, who), task=item_of(world, other, kind).id, to=StaffId(to)))


@act("{who} (?P<how>hears|cannot understand) the item of {other}",
     example="Evan hears the item of JS",
     means="Plays or opens it; `cannot understand` says that an interpreter is needed.")  # fmt: skip
def _hears(world: World, who: str, how: str, other: str) -> None:
    contact = world.contact_held(other)
    world.do(ItemHeard(**_base(world, who), contact=contact, understood=how == "hears"))


@act("{who} closes " + ITEM + " of {other} as {word}", example="Ames closes the item of JS as coached",
     means="Says how it ended, with one of the dispositions.")  # fmt: skip
def _closes(world: World, who: str, other: str, word: str, kind: str = "") -> None:
    contact = item_of(world, other, kind).contact
    world.do(ContactClosed(**_base(world, who), contact=contact, disposition=word))


@act("{who} calls back {other}{because}", example="Ames calls back JS",
     means="One tap: the staff phone rings, then the other. `because \"…\"` is the break-glass reason.")  # fmt: skip
def _calls_back(world: World, who: str, other: str, because: str = "") -> None:
    number = world.cast.phones[other]
    client = ClientId(other) if other in world.cast.clients else None
    event = CallBackAsked(
        **_base(world, who), contact=ContactId(f"back-{world.count()}"), line=_line_of(world, other), client=client,
        number=world.keyring.number_key(number), override=because,
    )  # fmt: skip
    world.do(event)


@act("{who} writes {other} {body}(?P<visit> about a visit)?(?P<now> now)?{because}",
     example='Ames writes JS "Yes, Thursday at three."',
     means="Writes a text on the screen; `now`, `about a visit` and `because \"…\"` may follow.")  # fmt: skip
def _writes(world: World, who: str, other: str, body: str, visit: str = "", now: str = "", because: str = "") -> None:
    number = world.count()
    event = TextWritten(
        **_base(world, who), message=MessageId(f"written-{number}"), contact=ContactId(f"out-{number}"),
        line=_line_of(world, other), client=ClientId(other), number=NumberKey(world.key_of(other)), body=body,
        about_visit_within_hours=bool(visit), now=bool(now), reason=because,
    )  # fmt: skip
    world.do(event)


@act("{who} sets do not disturb until {time}", example="Ames sets do not disturb until 18:00",
     means="No calls until then; `until now` ends it.")  # fmt: skip
def _dnd(world: World, who: str, time: str) -> None:
    until = instant(time, world.now(), world.cast.zone)
    world.do(StatusSet(**_base(world, who), staff=StaffId(who), until=until))


@act("{who} goes on call in tier {number} until {time}", example="Evan goes on call in tier 1 until Mon 09:00",
     means="Puts somebody on the rota from now on.")  # fmt: skip
def _on_call(world: World, who: str, number: str, time: str) -> None:
    end = instant(time, world.now(), world.cast.zone)
    world.do(ShiftSet(**_base(world, who), staff=StaffId(who), tier=int(number), start=world.now(), end=end))


# ---------------------------------------------------------------- the world


@act("{who}'s phone is (?P<state>off|on|engaged|free)", example="Ames's phone is off",
     means="Switched off or on; engaged in a call of its own, or free again.")  # fmt: skip
def _phone_is(world: World, who: str, state: str) -> None:
    phone = world.exchange.handset(_phone(world, who))
    phone.off, phone.engaged = state == "off", state == "engaged"


@act("{who}'s phone answers by machine after {number}s", example="Ames's phone answers by machine after 1s",
     means="Her carrier's private voicemail picks up.")  # fmt: skip
def _machine(world: World, who: str, number: str) -> None:
    world.exchange.handset(_phone(world, who)).voicemail_after = float(number)


@act("texts to {who} fail", example="texts to JS fail", means="The carrier reports them as not delivered.")
def _texts_fail(world: World, who: str) -> None:
    world.exchange.handset(_phone(world, who)).texts_fail = True


@act("the crisis line (?P<how>answers|does not answer|hangs up on) ?(?:{who})?",
     example="the crisis line does not answer", means="What 988 does; `hangs up on JS` ends its side.")  # fmt: skip
def _crisis(world: World, how: str, who: str = "") -> None:
    if how == "hangs up on":
        leg = world.exchange.handset(_phone(world, who)).leg
        _must(leg is not None, f"{who} is in no call")
        assert leg is not None
        world.exchange.crisis_hangs_up(leg.contact)
    else:
        world.exchange.crisis_answers = how == "answers"


# ---------------------------------------------------------------- what came while the server was down


@act("while the server was down at {time}, {who} called {line}(?P<duty> and reached the duty phone)?"
     '(?: and left "(?P<left>[^"]*)")?',
     example='while the server was down at 03:12, JS called coaching and left "Please call"',
     means="The carrier's static fallback took the call; now it is brought in, with its true time. The same"
     " sentence once more brings in the same call.")  # fmt: skip
def _fell_back(world: World, time: str, who: str, line: str, duty: str = "", left: str = "") -> None:
    at, number = instant(time, world.cast.start, world.cast.zone), _phone(world, who)
    key = world.keyring.number_key(number)
    contact = ContactId(f"fallback-{who}-{at:%H%M%S}".replace(" ", "-"))
    recording = RecordingId(f"{contact}-r1") if left else None
    event = CallFellBack(
        id=EventId(f"{contact}:fell_back"), practice=PracticeId(world.cast.setup.id), at=at, contact=contact,
        line=_known_line(world, line), caller=key, recording=recording, seconds=seconds(left),
        answered_by_duty=bool(duty),
    )  # fmt: skip
    sounds: dict[str, tuple[str, bytes]] = {recording: ("text/plain", left.encode())} if recording else {}
    world.corridor.submit(Envelope(event=event, numbers={key: number}, sounds=sounds))


@act("while the server was down at {time}, {who} texted {line} {body}",
     example='while the server was down at 03:20, TK texted main "Can we move?"',
     means="The carrier kept the text; now it is brought in, with its true time.")  # fmt: skip
def _text_kept(world: World, time: str, who: str, line: str, body: str) -> None:
    at, number = instant(time, world.cast.start, world.cast.zone), _phone(world, who)
    key = world.keyring.number_key(number)
    message = MessageId(f"fallback-{who}-{at:%H%M%S}-text".replace(" ", "-"))
    event = TextArrived(
        id=EventId(f"{message}:arrived"), practice=PracticeId(world.cast.setup.id), at=at, message=message,
        line=_known_line(world, line), sender=key, body=body,
    )  # fmt: skip
    world.corridor.submit(Envelope(event=event, numbers={key: number}))


# ---------------------------------------------------------------- names


def item_of(world: World, who: str, kind: str) -> Task:
    """What is open about somebody: the item, or the one of that kind. ValueError if there is none."""
    if not kind:
        return world.item(who)
    tasks = world.tasks(who)
    found = next((task for task in tasks if task.kind == kind), None)
    if found is None:
        raise ValueError(f"no {kind} item is open about {who}; there are {', '.join(t.kind for t in tasks) or 'none'}")
    return found


def _base(world: World, who: str) -> dict[str, Any]:
    if who not in world.cast.staff:
        raise ValueError(f"{who} is not on the staff of this story")
    id_ = EventId(f"act-{world.count()}")
    return {"id": id_, "practice": PracticeId(world.cast.setup.id), "at": world.now(), "by": StaffId(who)}


def _phone(world: World, who: str) -> str:
    number = world.cast.phones.get(who)
    if number is None:
        raise ValueError(f"nobody called {who} has a phone in this story; there are {', '.join(world.cast.phones)}")
    return number


def _line(world: World, name: str) -> str:
    number = world.cast.lines.get(name)
    if number is None:
        raise ValueError(f"there is no line called {name} in this story; there are {', '.join(world.cast.lines)}")
    return number


def _known_line(world: World, name: str) -> LineId:
    _line(world, name)
    return LineId(name)


def _line_of(world: World, who: str) -> LineId:
    return LineId(world.line_of(who))


def _must(done: bool, otherwise: str) -> None:
    if not done:
        raise ValueError(otherwise)
