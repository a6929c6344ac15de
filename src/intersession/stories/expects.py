"""What a story can expect, sentence by sentence. Each says what there was instead, or None where it holds.

"Since the step before" is what sentences about words, texts and pages look at; phones and items are looked at
as they are at the step's instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from intersession.carriers.simulated.exchange import Seen
from intersession.carriers.simulated.handset import LegNow, Side
from intersession.core.commands import PageStaff
from intersession.core.decision import Decision
from intersession.core.hours import Span
from intersession.core.ids import PracticeId, StaffId
from intersession.core.tasks import Task
from intersession.corridor.codec import load
from intersession.corridor.directory import Directories

from .acts import ITEM, item_of
from .grammar import Grammar
from .times import instant
from .world import World


@dataclass(slots=True)
class View:
    """The world as one step finds it."""

    world: World
    seen_from: int
    turned_from: int

    def seen(self, who: str) -> Iterator[Seen]:
        """What somebody's phone showed or said since the step before."""
        number = _phone(self.world, who)
        return (seen for seen in self.world.seen[self.seen_from :] if seen.number == number)

    def decisions(self) -> Iterator[Decision]:
        """What was decided since the step before."""
        return (turned.decision for _, turned in self.world.turned[self.turned_from :] if turned.decision)


EXPECTS: Grammar[View, str | None] = Grammar()
expect = EXPECTS.sentence


# ---------------------------------------------------------------- telephones


@expect("{who}'s phone rings(?:, showing the (?P<which>urgent )?number of {line})?", example="Ames's phone rings",
        means="It rings now; `, showing the number of coaching` or `… the urgent number of …` may follow.")  # fmt: skip
def _rings(view: View, who: str, line: str = "", which: str = "") -> str | None:
    leg = view.world.exchange.handset(_phone(view.world, who)).leg
    if leg is None or leg.state is not LegNow.RINGING:
        return f"{who}'s phone does not ring"
    if not line:
        return None
    row = view.world.db.row("SELECT digits, urgent_digits FROM line WHERE id = ?", (line,))
    wanted = None if row is None else (row[1] or row[0]) if which else row[0]
    return None if leg.shows == wanted else f"it shows {leg.shows or 'no number'}"


@expect("{who}'s phone does not ring", example="Ames's phone does not ring", means="It does not ring now.")
def _does_not_ring(view: View, who: str) -> str | None:
    leg = view.world.exchange.handset(_phone(view.world, who)).leg
    return f"{who}'s phone rings" if leg is not None and leg.state is LegNow.RINGING else None


@expect("no staff phone rings", example="no staff phone rings", means="Nobody's phone rings now.")
def _none_ring(view: View) -> str | None:
    phones = {number: who for who, number in view.world.cast.phones.items()}
    ringing = [phones.get(phone.number, phone.number) for phone in view.world.exchange.handsets.values()
               if phone.leg is not None and phone.leg.state is LegNow.RINGING]  # fmt: skip
    return f"{', '.join(ringing)} ring" if ringing else None


@expect("{who}'s phone never rang", example="Ames's phone never rang", means="Not once since the story began.")
def _never_rang(view: View, who: str) -> str | None:
    number = _phone(view.world, who)
    rang = [seen for seen in view.world.seen if seen.number == number and seen.what == "rings"]
    return f"it rang at {_clock(rang[0].at, view.world)}" if rang else None


@expect("{who} and {other} are connected", example="JS and Ames are connected", means="They can hear each other.")
def _connected(view: View, who: str, other: str) -> str | None:
    for name in (who, other):
        leg = view.world.exchange.handset(_phone(view.world, name)).leg
        if leg is None or leg.state is not LegNow.TALKING or leg.other is not Side.PERSON:
            return f"{name} is not connected with anybody"
    one = view.world.exchange.handset(_phone(view.world, who)).leg
    two = view.world.exchange.handset(_phone(view.world, other)).leg
    assert one is not None
    assert two is not None
    return None if one.contact == two.contact else "each of them talks with somebody else"


@expect("{who} is in no call", example="JS is in no call", means="Nothing rings or talks at this phone.")
def _in_no_call(view: View, who: str) -> str | None:
    return None if view.world.exchange.handset(_phone(view.world, who)).free else f"{who} is in a call"


@expect("{who} is with the crisis line", example="JS is with the crisis line", means="Connected with 988.")
def _with_crisis(view: View, who: str) -> str | None:
    leg = view.world.exchange.handset(_phone(view.world, who)).leg
    with_it = leg is not None and leg.state is LegNow.TALKING and leg.other is Side.CRISIS
    return None if with_it else f"{who} is not with the crisis line"


@expect("{who} is being recorded", example="JS is being recorded", means="The tone was heard; a message can be left.")
def _recorded(view: View, who: str) -> str | None:
    leg = view.world.exchange.handset(_phone(view.world, who)).leg
    return None if leg is not None and leg.recording_since is not None else "nothing is being recorded"


@expect("{who} hears the tone", example="Ames hears the tone", means="The soft-limit tone, since the step before.")
def _tone(view: View, who: str) -> str | None:
    return None if any(seen.what == "tone" for seen in view.seen(who)) else "no tone was heard"


@expect("{who} hears no tone", example="Ames hears no tone", means="No soft-limit tone since the step before.")
def _no_tone(view: View, who: str) -> str | None:
    return "a tone was heard" if any(seen.what == "tone" for seen in view.seen(who)) else None


@expect("{who} hears {words}", example='JS hears "press 9"',
        means="These words, or the wording with this id, since the step before.")  # fmt: skip
def _hears(view: View, who: str, words: str = "", id: str = "") -> str | None:
    if _heard(view, who, words, id):
        return None
    return f"{who} heard {_all_heard(view, who) or 'nothing'}"


@expect("{who} does not hear {words}", example='JS does not hear "Ames"', means="Not since the step before.")
def _does_not_hear(view: View, who: str, words: str = "", id: str = "") -> str | None:
    return f"{who} heard {_all_heard(view, who)}" if _heard(view, who, words, id) else None


@expect("{who} hears {other}'s own voice say {words}", example='LW hears Nora\'s own voice say "Hello."',
        means="A recorded sentence with these words, since the step before.")  # fmt: skip
def _own_voice(view: View, who: str, other: str, words: str = "", id: str = "") -> str | None:
    del id
    clips = [said for seen in view.seen(who) for said in seen.said if said.clip is not None and said.voice == other]
    own = " ".join(one.text for one in clips)
    return None if own and words.lower() in own.lower() else f"{other}'s voice said {own or 'nothing'}"


@expect("{who} has heard {words} {number} times?", example="JS has heard STILL-1 1 time",
        means="How often since the story began.")  # fmt: skip
def _heard_often(view: View, who: str, number: str, words: str = "", id: str = "") -> str | None:
    phone = _phone(view.world, who)
    said = [said for seen in view.world.seen if seen.number == phone for said in seen.said]
    count = sum(one.id == id if id else words.lower() in one.text.lower() for one in said)
    return None if count == int(number) else f"it was {count}"


def _heard(view: View, who: str, words: str, id_: str) -> bool:
    said = [said for seen in view.seen(who) for said in seen.said]
    if id_:
        return any(one.id == id_ for one in said)
    return words.lower() in " ".join(one.text for one in said).lower()


def _all_heard(view: View, who: str) -> str:
    return " · ".join(f"[{said.id}] {said.text}" for seen in view.seen(who) for said in seen.said)


@expect("{who} saw only the line", example="Ames saw only the line",
        means="The phone's call log and texts hold numbers of the practice and no others.")  # fmt: skip
def _only_line(view: View, who: str) -> str | None:
    phone = view.world.exchange.handset(_phone(view.world, who))
    rows = view.world.db.rows("SELECT digits, urgent_digits FROM line")
    ours = {number for row in rows for number in row if number}
    shown = {entry.shows for entry in phone.log} | {text.other for text in phone.texts}
    strange = shown - ours - {""}
    return f"it shows {', '.join(sorted(strange))}" if strange else None


# ---------------------------------------------------------------- texts and pages


@expect("{who} gets the text {words}", example="MR gets the text A-SAFETY",
        means="This wording, or a text with these words, since the step before.")  # fmt: skip
def _gets_text(view: View, who: str, words: str = "", id: str = "") -> str | None:
    got = [seen.text for seen in view.seen(who) if seen.what == "text"]
    if id:
        ids = _wordings(view, who)
        return None if id in ids and got else f"{who} got {', '.join(ids) or 'no text'}"
    return None if any(words.lower() in text.lower() for text in got) else f"{who} got {got or 'no text'}"


@expect("{who} gets no text", example="MR gets no text", means="None since the step before.")
def _no_text(view: View, who: str) -> str | None:
    got = [seen.text for seen in view.seen(who) if seen.what == "text"]
    return f"{who} got {got}" if got else None


def _wordings(view: View, who: str) -> list[str]:
    rows = view.world.db.rows(
        "SELECT wording FROM message WHERE number_key = ? AND direction = 'out' AND wording <> '' ORDER BY at",
        (view.world.key_of(who),),
    )
    return [row[0] for row in rows]


@expect("{who} gets (?:the mail {words}|(?P<no>no mail))", example="JS gets the mail A-MAIL",
        means="This wording, or a mail with these words, since the step before; or none.")  # fmt: skip
def _gets_mail(view: View, who: str, words: str = "", id: str = "", no: str = "") -> str | None:
    address = view.world.cast.mail.get(who, f"{who.lower()}@example.org")
    got = [seen.text for seen in view.world.seen[view.seen_from :] if seen.number == address and seen.what == "mail"]
    if no:
        return f"{who} got {got}" if got else None
    if words:
        return None if any(words.lower() in text.lower() for text in got) else f"{who} got {got or 'no mail'}"
    key = view.world.keyring.number_key(address)
    rows = view.world.db.rows("SELECT wording FROM message WHERE number_key = ? AND direction = 'out'", (key,))
    found = [row[0] for row in rows]
    return None if got and id in found else f"{who} got {', '.join(found) or 'no mail'}"


@expect("a text to {who} is held until {time}", example="a text to JS is held until Mon 08:00",
        means="It waits, and goes by itself then.")  # fmt: skip
def _held(view: View, who: str, time: str) -> str | None:
    value = view.world.db.value(
        "SELECT held_until FROM message WHERE number_key = ? AND state = 'held'", (view.world.key_of(who),)
    )
    if value is None:
        return "no text is held"
    wanted = instant(time, view.world.now(), view.world.cast.zone)
    held = datetime.fromtimestamp(value / 1_000_000, ZoneInfo("UTC"))
    return None if held == wanted else f"it is held until {_clock(held, view.world)}"


@expect("texts to {who} are (?P<state>stopped|failed)", example="texts to JS are stopped",
        means="Stopped: texting is off for this number. Failed: the last one did not arrive.")  # fmt: skip
def _texts_are(view: View, who: str, state: str) -> str | None:
    key = view.world.key_of(who)
    if state == "stopped":
        stopped = view.world.db.value("SELECT texts_stopped_at FROM thread WHERE number_key = ?", (key,))
        return None if stopped is not None else "they are not stopped"
    last = view.world.db.value(
        "SELECT state FROM message WHERE number_key = ? AND direction = 'out' AND state <> 'said'"
        " ORDER BY at DESC LIMIT 1",
        (key,),
    )
    return None if last == "failed" else f"the last one is {last or 'not there'}"


@expect("{who}'s phone (?P<how>shows|does not show) {words}", example="Evan's phone does not show \"MR\"",
        means="A line on its locked screen, since the step before.")  # fmt: skip
def _shows(view: View, who: str, how: str, words: str = "", id: str = "") -> str | None:
    lines = [seen.text for seen in view.seen(who) if seen.what == "notice"]
    there = any((words or id).lower() in line.lower() for line in lines)
    return None if there is (how == "shows") else f"it shows {lines or 'nothing'}"


@expect("{who} is(?P<no> not)? paged", example="Evan is paged",
        means="A page went to this person since the step before.")  # fmt: skip
def _paged(view: View, who: str, no: str = "") -> str | None:
    pages = _pages(view.decisions())
    if (who in pages) is not bool(no):
        return None
    return f"paged were {', '.join(pages) or 'nobody'}"


@expect("nobody is paged", example="nobody is paged", means="No page went out since the step before.")
def _nobody_paged(view: View) -> str | None:
    pages = _pages(view.decisions())
    return f"paged were {', '.join(pages)}" if pages else None


@expect("{who} has been paged {number} times?", example="Ames has been paged 2 times", means="Since the story began.")
def _paged_often(view: View, who: str, number: str) -> str | None:
    count = _pages(turned.decision for _, turned in view.world.turned if turned.decision).count(who)
    return None if count == int(number) else f"it was {count}"


def _pages(decisions: Iterable[Decision]) -> list[str]:
    return [command.staff for one in decisions for command in one.commands if isinstance(command, PageStaff)]


@expect("{who} is told(?: {word})?", example="Gil is told overdue",
        means="A silent line on this person's screen; without a word, any.")  # fmt: skip
def _told(view: View, who: str, word: str = "") -> str | None:
    rows = view.world.db.rows("SELECT what FROM notice WHERE staff = ? ORDER BY at", (who,))
    told = [row[0].lower().replace("-", "_") for row in rows]
    return None if (word in told if word else told) else f"{who} was told {', '.join(told) or 'nothing'}"


# ---------------------------------------------------------------- what is owed


@expect(ITEM + " of {who} must be (?P<what>heard|called|finished) by {time}",
        example="the item of JS must be heard by 23:21",
        means="A due time of the open item; `the check_meaning item of JS` names one of several by kind.")  # fmt: skip
def _must_be(view: View, who: str, what: str, time: str, kind: str = "") -> str | None:
    task = item_of(view.world, who, kind)
    due = {"heard": task.listen_by, "called": task.call_by, "finished": task.finish_by}[what]
    if _is_due(view, due, time):
        return None
    return f"it must be {what} by {_clock(due, view.world) if due else 'no stated time'}"


@expect(ITEM + " of {who} is due {time}", example="the item of JS is due 15:10", means="The next thing owed on it.")
def _due(view: View, who: str, time: str, kind: str = "") -> str | None:
    due = item_of(view.world, who, kind).due()
    return None if _is_due(view, due, time) else f"it is due {_clock(due, view.world) if due else 'never'}"


def _is_due(view: View, due: datetime | None, time: str) -> bool:
    world = view.world
    wanted = instant(time, world.now() - world.patience, world.cast.zone)
    return due is not None and abs(due - wanted) <= world.precision


@expect(ITEM + " of {who} belongs to {other}", example="the item of JS belongs to Evan", means="Who owes it.")
def _belongs(view: View, who: str, other: str, kind: str = "") -> str | None:
    owner = item_of(view.world, who, kind).owner
    return None if owner == other else f"it belongs to {owner}"


@expect(ITEM + " of {who} is (?P<state>open|red|not red|heard|not heard|attempted)",
        example="the item of JS is open",
        means="Its state; `red` is the board that shows that nobody took it.")  # fmt: skip
def _item_is(view: View, who: str, state: str, kind: str = "") -> str | None:
    task = item_of(view.world, who, kind)
    red = task.ladder is not None and task.ladder.red
    holds = {"open": True, "red": red, "not red": not red, "heard": task.heard_at is not None,
             "not heard": task.heard_at is None, "attempted": task.attempts > 0}[state]  # fmt: skip
    return None if holds else "it is not so"


@expect(ITEM + " of {who} was taken by {other}", example="the item of JS was taken by Evan",
        means="The acknowledgement that counts now.")  # fmt: skip
def _taken(view: View, who: str, other: str, kind: str = "") -> str | None:
    ladder = item_of(view.world, who, kind).ladder
    by = ladder.acked_by if ladder else None
    return None if by == other else f"taken by {by or 'nobody'}"


@expect("{who} has {number} open items?", example="JS has 1 open item", means="How many tasks are open about somebody.")
def _count_of(view: View, who: str, number: str) -> str | None:
    tasks = view.world.tasks(who)
    return None if len(tasks) == int(number) else f"there are {len(tasks)}: {', '.join(task.kind for task in tasks)}"


@expect("{number} items? (?:is|are) open", example="2 items are open", means="How many tasks are open in all.")
def _count(view: View, number: str) -> str | None:
    rows = view.world.db.rows("SELECT state FROM task WHERE closed_at IS NULL")
    kinds = [load(state, Task).kind.value for (state,) in rows]
    return None if len(kinds) == int(number) else f"there are {len(kinds)}: {', '.join(kinds)}"


@expect("{who} has an open task {word}", example="JS has an open task check_meaning", means="By its kind.")
def _kind(view: View, who: str, word: str) -> str | None:
    kinds = [task.kind.value for task in view.world.tasks(who)]
    return None if word in kinds else f"open are {', '.join(kinds) or 'none'}"


@expect("everything open has an owner and a due time",
        example="everything open has an owner and a due time",
        means="Every open contact has an item, and every open item somebody who owes it, and by when.")  # fmt: skip
def _all_owned(view: View) -> str | None:
    db = view.world.db
    tasks = [load(state, Task) for (state,) in db.rows("SELECT state FROM task WHERE closed_at IS NULL")]
    loose = [f"a {task.kind} item has no {'owner' if task.owner is None else 'due time'}"
             for task in tasks if task.owner is None or task.due() is None]  # fmt: skip
    held = {task.contact for task in tasks} | {row[0] for row in db.rows(
        "SELECT task_contact.contact FROM task_contact JOIN task ON task.id = task_contact.task"
        " WHERE task.closed_at IS NULL"
    )}  # fmt: skip
    open_now = db.rows("SELECT id FROM contact WHERE closed_at IS NULL AND id NOT IN (SELECT contact FROM call"
                       " WHERE phase NOT IN ('ended', 'refused'))")  # fmt: skip
    loose += [f"nobody owes anything on the open contact {contact}" for (contact,) in open_now if contact not in held]
    return "; ".join(loose) or None


@expect("{who} is on call for {number} hours from (?P<start>[\\d: -]+) to (?P<end>[\\d: -]+)",
        example="Evan is on call for 9 hours from 2027-11-06 23:00 to 2027-11-07 07:00",
        means="Hours that really pass, over a change of clocks too.")  # fmt: skip
def _on_call_hours(view: View, who: str, number: str, start: str, end: str) -> str | None:
    world, zone = view.world, view.world.cast.zone
    span = Span(instant(start, world.cast.start, zone), instant(end, world.cast.start, zone))
    practice = Directories().of(world.db, PracticeId(world.cast.setup.id), world.now()).practice
    hours = practice.rota.elapsed_hours(StaffId(who), span)
    return None if hours == float(number) else f"it is {hours:g}"


# ---------------------------------------------------------------- the record


@expect("the contact of {who} is marked {word}", example="the contact of JS is marked abandoned",
        means="A mark on somebody's latest contact.")  # fmt: skip
def _marked(view: View, who: str, word: str) -> str | None:
    flags = _latest(view, who, "flags")
    return None if word in flags.split() else f"it is marked {flags or 'with nothing'}"


@expect("the contact of {who} was closed as {word}", example="the contact of JS was closed as coached",
        means="The disposition of somebody's latest contact.")  # fmt: skip
def _closed_as(view: View, who: str, word: str) -> str | None:
    closed = _latest(view, who, "disposition")
    return None if closed == word else f"it was closed as {closed or 'nothing: it is open'}"


def _latest(view: View, who: str, column: str) -> str:
    value = view.world.db.value(
        f"SELECT contact.{column} FROM contact LEFT JOIN thread ON thread.id = contact.thread"
        " WHERE thread.number_key = ? OR contact.client = ? ORDER BY contact.at DESC, contact.id DESC LIMIT 1",
        (view.world.key_of(who), who),
    )
    return str(value or "")


@expect("{number} (?P<what>contacts?|texts?|messages?|pictures?) of {who} (?:is|are) kept",
        example="40 texts of JS are kept", means="How many the record holds from somebody.")  # fmt: skip
def _kept(view: View, number: str, what: str, who: str) -> str | None:
    key = view.world.key_of(who)
    sql = {
        "contact": "SELECT count(*) FROM contact JOIN thread ON thread.id = contact.thread WHERE thread.number_key = ?",
        "text": "SELECT count(*) FROM message WHERE number_key = ? AND direction = 'in'",
        "message": "SELECT count(*) FROM recording JOIN contact ON contact.id = recording.contact"
        " JOIN thread ON thread.id = contact.thread WHERE thread.number_key = ?",
        "picture": "SELECT count(*) FROM picture JOIN message ON message.id = picture.message"
        " WHERE number_key = ? AND picture.care = 'cleared'",
    }[what.rstrip("s")]
    count = view.world.db.value(sql, (key,))
    return None if count == int(number) else f"there are {count}"


@expect("the message of {who} is in the language {word}", example="the message of TK is in the language vi",
        means="How somebody's latest voicemail is tagged.")  # fmt: skip
def _language(view: View, who: str, word: str) -> str | None:
    tag = view.world.db.value(
        "SELECT recording.locale FROM recording JOIN contact ON contact.id = recording.contact"
        " JOIN thread ON thread.id = contact.thread WHERE thread.number_key = ? ORDER BY recording.at DESC LIMIT 1",
        (view.world.key_of(who),),
    )
    return None if str(tag).partition("-")[0] == word else f"it is tagged {tag}"


@expect("{word} stands in the review list of {who}", example="contact stands in the review list of JS",
        means="Something for the next session.")  # fmt: skip
def _review(view: View, word: str, who: str) -> str | None:
    rows = view.world.db.rows("SELECT what FROM review_item WHERE client = ?", (who,))
    found = [row[0] for row in rows]
    return None if word in found else f"there stand {', '.join(found) or 'none'}"


@expect("rule {rule}(?: with (?P<more>[A-Z0-9-]+(?:, [A-Z0-9-]+)*))?", example="rule V15",
        means="It was decided by this rule since the step before; `with V27` names what was added.")  # fmt: skip
def _rule(view: View, rule: str, more: str = "") -> str | None:
    wanted = set(more.split(", ")) if more else set()
    found = [(one.rule, *one.modifiers) for one in view.decisions()]
    if any(one[0] == rule and wanted <= set(one[1:]) for one in found):
        return None
    return f"decided by {', '.join(dict.fromkeys('+'.join(one) for one in found)) or 'no rule'}"


@expect('"Why\\?" says {body}', example='"Why?" says "no rings on Sunday"',
        means="The reasons of what was decided since the step before.")  # fmt: skip
def _why(view: View, body: str) -> str | None:
    said = [reason.says for one in view.decisions() for reason in one.reasons]
    return None if any(body.lower() in one.lower() for one in said) else f"it says: {' '.join(dict.fromkeys(said))}"


def _phone(world: World, who: str) -> str:
    number = world.cast.phones.get(who)
    if number is None:
        raise ValueError(f"nobody called {who} has a phone in this story; there are {', '.join(world.cast.phones)}")
    return number


def _clock(at: datetime, world: World) -> str:
    local = at.astimezone(ZoneInfo(world.cast.zone))
    return f"{local:%a %Y-%m-%d %H:%M:%S %Z}"
