"""Plain sentences for "Why?" about a text: what was known, what follows, and by which rule (INV-17)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from ..caller import CallerClass
from ..decision import Reason
from ..facts import Facts
from ..tasks import LadderFirst
from .notices import why_none
from .text_dues import TextOwed
from .text_situation import TextSituation

PLAIN = {
    "V02": "This number is blocked: the text is kept apart, and read on the next business day.",
    "V03": "An emergency partner wrote: the person on call is paged, and no text goes back.",
    "V04": "A staff phone wrote: the person on call is paged, and no text goes back.",
    "X01": "An opt-out word: texts stop at once, and a person asks by phone what was meant.",
    "X02": "A call for help by its usual word: a person is paged, and the safety words go back.",
    "X03": "A word that asks for texts again: they stay off until a person has talked it over.",
    "X04": "Texts about times are agreed: it waits for whoever keeps the calendar.",
    "X05": "Texts about coaching are agreed: it pages like a coaching call.",
    "X06": "No texting is agreed: a person calls back instead.",
    "X07": "A number we do not know: it is looked at on the next business day.",
    "X08": "A text is not safe for this person: nothing is sent, and a person finds the safe way.",
}

ADDED: Mapping[str, str | Mapping[CallerClass, str]] = {
    "D45": {
        CallerClass.BLOCKED: "A blocked number is not a conversation, but what it writes is read.",
        CallerClass.STAFF: "Staff who text a line need somebody: on-call hears of it.",
        CallerClass.PARTNER: "Partners who text a line need somebody: on-call hears of it.",
        CallerClass.GUARDIAN: "Family or another contact: treated like an unknown number, nothing confirmed.",
        CallerClass.DISCHARGED: "Not a current client: treated like a client without texting, by on-call at night.",
    },
    "D55": "The number is refused outright: stored without a word, for whoever decided that.",
    "V09": "The phone is shared: one person reads it first and says whose it is.",
    "X01": "The opt-out word counts all the same: texts to this number stop.",
    "X02": "The word for help is answered with the safety words; strangers page nobody.",
    "X08": "A text is not safe for this person: nothing is sent, and a person is paged.",
    "X09": "Many texts in a short time: one item, one page for all of them.",
    "X10": "It came with a picture: kept encrypted and blurred until somebody opens it.",
    "X11": "Coaching is paused: on-call is paged, not the primary.",
}


def text_reasons(
    rule: str, modifiers: tuple[str, ...], s: TextSituation, owed: TextOwed, wording: str | None, facts: Facts
) -> tuple[Reason, ...]:
    """The base rule first, then what changed it, who owes what, and what goes back."""
    return (
        Reason(rule=rule, says=PLAIN[rule]),
        *_modified(modifiers, s),
        *_owing(rule, s, owed, facts),
        _answered(rule, s, wording),
    )


def _modified(modifiers: tuple[str, ...], s: TextSituation) -> Iterator[Reason]:
    for rule in modifiers:
        says = ADDED[rule]
        yield Reason(rule=rule, says=says if isinstance(says, str) else says[s.caller])


def _owing(rule: str, s: TextSituation, owed: TextOwed, facts: Facts) -> Iterator[Reason]:
    zone = facts.practice.zone
    yield Reason(rule=rule, says=f"Read by {_wall(owed.listen_by, zone)}.")
    if owed.call_by is not None:
        yield Reason(rule=rule, says=f"Called back by {_wall(owed.call_by, zone)}.")
    elif not s.call_ok and rule in ("X01", "X02", "X06", "X08"):
        yield Reason(rule="O02", says="A call is not safe for this person: whoever reads it decides how to reach them.")
    match owed.ladder:
        case LadderFirst.PRIMARY:
            says = "Paged now: the clinician, then the pool and on-call, until somebody takes it."
            yield Reason(rule="D49", says=says)
        case LadderFirst.ON_CALL:
            yield Reason(rule="D49", says="Paged now: on-call, one after the other, until somebody takes it.")
        case None:
            yield Reason(rule=rule, says="Nobody is paged; it is in the list of whoever owns it.")


def _answered(rule: str, s: TextSituation, wording: str | None) -> Reason:
    if wording is None:
        return Reason(rule="INV-05b", says=why_none(rule, s))
    return Reason(rule="INV-05b", says=f"One automatic text goes back: {wording}.")


def _wall(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local:%H:%M}"
