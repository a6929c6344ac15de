"""Deliberately broken rules. For each, the proof must say which invariant is violated; else it proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from intersession.core import aftercall, callflow, decide, escalation, owing
from intersession.core.call import Hearing, LegState, Phase, Then
from intersession.core.change import changed
from intersession.core.commands import (
    CallerId,
    CloseContact,
    DropLeg,
    SayPrompt,
    SendText,
    SetStatus,
    StopTexts,
    TransferToCrisisLine,
)
from intersession.core.ids import caller_leg
from intersession.core.rules import notices, pages, text, text_situation, voice
from intersession.core.wording.compose import phrase
from intersession.core.words import Voice

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken rule: what is wrong, which invariant must catch it, and how it is broken."""

    says: str
    caught_by: str
    patch: Patch
    in_texts: bool = False


def _no_safety_in_greetings(monkey: pytest.MonkeyPatch) -> None:
    route = voice.route
    monkey.setattr(decide, "route", lambda *a: changed(route(*a), closing=(phrase("CON-OK"),), opening=()))


def _nine_is_dead(monkey: pytest.MonkeyPatch) -> None:
    route = voice.route
    monkey.setattr(decide, "route", lambda *a: changed(route(*a), keys="1"))


def _one_is_dead(monkey: pytest.MonkeyPatch) -> None:
    route = voice.route
    monkey.setattr(decide, "route", lambda *a: changed(route(*a), keys="9"))


def _one_does_nothing(monkey: pytest.MonkeyPatch) -> None:
    monkey.setattr(callflow, "_urgent", lambda turn: None)


def _nobody_owns(monkey: pytest.MonkeyPatch) -> None:
    monkey.setattr(owing, "director", lambda practice: None)
    owe = owing.owe
    monkey.setattr(aftercall, "owe", lambda facts, **more: owe(facts, **{**more, "owner": None}))


def _nothing_is_owed(monkey: pytest.MonkeyPatch) -> None:
    monkey.setattr(callflow, "afterwards", lambda *a, **k: [])


def _names_the_phone(monkey: pytest.MonkeyPatch) -> None:
    connecting = Voice.connecting
    del connecting
    monkey.setattr(Voice, "connecting", lambda self, facts, staff: (phrase("CON-COVER", cover=f"{staff}-cell"),))


def _voicemail_is_an_accept(monkey: pytest.MonkeyPatch) -> None:
    def answered(turn: Any, leg: Any) -> None:
        turn.be(phase=Phase.JOINING)
        callflow._join(turn, turn.call.leg(leg))

    monkey.setattr(callflow, "_answered", answered)


def _records_the_talk(monkey: pytest.MonkeyPatch) -> None:
    joined = callflow._joined

    def recorded(turn: Any) -> None:
        joined(turn)
        outside = caller_leg(turn.call.contact)
        turn.out.append(SayPrompt(contact=turn.call.contact, leg=outside, hearing=Hearing(keys="19", then=Then.RECORD)))

    monkey.setattr(callflow, "_joined", recorded)


def _ends_the_call(monkey: pytest.MonkeyPatch) -> None:
    close = callflow._close

    def ended(turn: Any) -> None:
        close(turn)
        turn.out.append(DropLeg(contact=turn.call.contact, leg=caller_leg(turn.call.contact)))

    monkey.setattr(callflow, "_close", ended)


def _closes_by_itself(monkey: pytest.MonkeyPatch) -> None:
    afterwards = callflow.afterwards

    def closed(call: Any, *a: Any, **k: Any) -> Any:
        close = CloseContact(contact=call.contact, by="nobody", disposition="coached", at=call.arrived_at)
        return [*afterwards(call, *a, **k), close]

    monkey.setattr(callflow, "afterwards", closed)


def _confirms_to_strangers(monkey: pytest.MonkeyPatch) -> None:
    route = voice.route
    monkey.setattr(decide, "route", lambda *a: changed(route(*a), opening=(phrase("STILL-TEAM"),)))
    said = Voice.said

    def confirmed(self: Voice, phrases: Any) -> Any:
        return tuple(replace(one, text=f"{one.text} Your clinician will call.") for one in said(self, phrases))

    monkey.setattr(Voice, "said", confirmed)


def _promises_too_early(monkey: pytest.MonkeyPatch) -> None:
    monkey.setattr(aftercall, "_earlier", lambda a, b: a or b)
    close = callflow._close

    def early(turn: Any) -> None:
        close(turn)
        turn.be(told_hear_by=turn.call.arrived_at, told_call_by=turn.call.arrived_at)

    monkey.setattr(callflow, "_close", early)


def _gives_no_reason(monkey: pytest.MonkeyPatch) -> None:
    monkey.setattr(decide, "voice_reasons", lambda *a: ())


def _transfers_a_withheld_number(monkey: pytest.MonkeyPatch) -> None:
    def transfer(turn: Any) -> None:
        said = turn.voice.said((phrase("CR-1"),))
        outside = caller_leg(turn.call.contact)
        turn.out.append(TransferToCrisisLine(contact=turn.call.contact, leg=outside, seconds=20, said=said))

    monkey.setattr(callflow, "_crisis", transfer)


def _names_the_other_client(monkey: pytest.MonkeyPatch) -> None:
    def first(facts: Any, who: Any) -> Any:
        return facts.caller.clients[0].id if facts.caller.clients else None

    monkey.setattr(decide, "_client_id", first)


def _callers_change_the_rota(monkey: pytest.MonkeyPatch) -> None:
    arrive = callflow._arrive

    def changed(turn: Any) -> None:
        arrive(turn)
        turn.out.append(SetStatus(staff="ames", until=turn.now))

    monkey.setattr(callflow, "_arrive", changed)


def _shows_the_wrong_number(monkey: pytest.MonkeyPatch) -> None:
    ring = callflow._ring

    def wrong(turn: Any, *a: Any) -> None:
        before = len(turn.out)
        ring(turn, *a)
        turn.out[before:] = [replace(one, caller_id=CallerId.WITHHELD) for one in turn.out[before:]]

    monkey.setattr(callflow, "_ring", wrong)


def _two_accept(monkey: pytest.MonkeyPatch) -> None:
    def both(turn: Any, leg: Any) -> None:
        turn.be(accepted_by=leg.id)
        leg = turn.leg(leg, state=LegState.ACCEPTED)

    monkey.setattr(callflow, "_accept", both)


def _forgets_the_accept(monkey: pytest.MonkeyPatch) -> None:
    def join(turn: Any, leg: Any) -> None:
        turn.be(phase=Phase.RINGING)

    monkey.setattr(callflow, "_join", join)


def _pages_on(monkey: pytest.MonkeyPatch) -> None:
    monkey.setattr(aftercall, "attempted", lambda task, now: task)


def _page_says_why(monkey: pytest.MonkeyPatch) -> None:
    step = callflow._urgent_cap
    del step
    afterwards = callflow.afterwards

    def told(call: Any, ending: Any, plan: Any, facts: Any, now: Any, **k: Any) -> Any:
        page = pages._page("p1", _task(call, now), escalation.Page(staff="gil", tier=1), facts, now)
        said = Hearing(said=(replace(page.call.said[0], id="VM-START"),))
        return [*afterwards(call, ending, plan, facts, now, **k), replace(page, call=said)]

    monkey.setattr(callflow, "afterwards", told)


def _task(call: Any, now: Any) -> Any:
    from intersession.core.tasks import Task, TaskKind

    return Task(id="t", contact=call.contact, kind=TaskKind.LOOK, owner="gil", opened_at=now, listen_by=now)


# ---------------------------------------------------------------- texts


def _texts_without_agreement(monkey: pytest.MonkeyPatch) -> None:
    monkey.setattr(text, "notice_id", lambda *a: "A-RECEIVED")


def _forgets_the_limit(monkey: pytest.MonkeyPatch) -> None:
    free = text_situation.Answering.FREE
    monkey.setattr(text_situation, "_answering", lambda *a: free)
    monkey.setattr(text, "reduce_text", text_situation.reduce_text)


def _texts_where_unsafe(monkey: pytest.MonkeyPatch) -> None:
    monkey.setattr(notices, "_never", lambda s: False)


def _stop_is_not_heard(monkey: pytest.MonkeyPatch) -> None:
    commands = text._commands

    def deaf(*a: Any) -> Any:
        return (one for one in commands(*a) if not isinstance(one, StopTexts))

    monkey.setattr(text, "_commands", deaf)


def _stop_asks_nobody(monkey: pytest.MonkeyPatch) -> None:
    from intersession.core.rules import text_dues
    from intersession.core.tasks import TaskKind

    monkey.setattr(text_dues, "kind_of", lambda *a: TaskKind.ANSWER)


def _text_closes(monkey: pytest.MonkeyPatch) -> None:
    commands = text._commands

    def closing(event: Any, *a: Any) -> Any:
        yield from commands(event, *a)
        yield CloseContact(contact="c", by="nobody", disposition="admin_resolved", at=event.at)

    monkey.setattr(text, "_commands", closing)


def _answers_machines(monkey: pytest.MonkeyPatch) -> None:
    commands = text._commands

    def answering(event: Any, *a: Any) -> Any:
        said = a[-2].practice.locale
        from intersession.core.call import Said

        yield from commands(event, *a)
        words = Said(id="A-SAFETY", text="9 1 1", locale=said)
        yield SendText(message="m2", contact="c", line=event.line, number=event.sender, said=words)

    monkey.setattr(text, "_commands", answering)


def _no_owner_of_texts(monkey: pytest.MonkeyPatch) -> None:
    monkey.setattr(owing, "director", lambda practice: None)
    owe = owing.owe
    monkey.setattr(text, "owe", lambda facts, **more: owe(facts, **{**more, "owner": None}))


def _names_the_phone_in_texts(monkey: pytest.MonkeyPatch) -> None:
    send = notices.send_notice

    def named(*a: Any) -> Any:
        made = send(*a)
        return replace(made, said=replace(made.said, text="Call ames-cell"))

    monkey.setattr(text, "send_notice", named)


def _texts_give_no_reason(monkey: pytest.MonkeyPatch) -> None:
    monkey.setattr(text, "text_reasons", lambda *a: ())


BROKEN = [
    Broken("greetings without the safety segment", "INV-01", _no_safety_in_greetings),
    Broken("key 9 is not among the live keys", "INV-01", _nine_is_dead),
    Broken("a call that nobody owns", "INV-03", _nobody_owns),
    Broken("a call that leaves nothing behind", "INV-03", _nothing_is_owed),
    Broken("the caller hears which phone rings", "INV-04", _names_the_phone),
    Broken("key 1 is not among the live keys", "INV-07", _one_is_dead),
    Broken("key 1 does nothing", "INV-07", _one_does_nothing),
    Broken("a private voicemail counts as an accept", "INV-08", _voicemail_is_an_accept),
    Broken("the talk is recorded", "INV-09", _records_the_talk),
    Broken("the software hangs up on the caller", "INV-10", _ends_the_call),
    Broken("a call closes its contact by itself", "INV-10", _closes_by_itself),
    Broken("a page says why", "INV-12", _page_says_why),
    Broken("a stranger hears that somebody is a client", "INV-14", _confirms_to_strangers),
    Broken("a promise earlier than what is owed", "INV-15", _promises_too_early),
    Broken("a decision without reasons", "INV-17", _gives_no_reason),
    Broken("a transfer that masks the caller's number", "INV-18", _transfers_a_withheld_number),
    Broken("a shared phone's contact is given to a client", "INV-20", _names_the_other_client),
    Broken("a call changes somebody's coverage", "INV-21", _callers_change_the_rota),
    Broken("staff phones show no number of the practice", "D13", _shows_the_wrong_number),
    Broken("two phones accept one call", "ONE-ACCEPT", _two_accept),
    Broken("an accept is forgotten", "D39", _forgets_the_accept),
    Broken("pages go on during the talk", "D36", _pages_on),
    Broken("a text that belongs to nobody", "INV-03", _no_owner_of_texts, in_texts=True),
    Broken("a text names a staff phone", "INV-04", _names_the_phone_in_texts, in_texts=True),
    Broken("texts go without an agreement", "INV-05a", _texts_without_agreement, in_texts=True),
    Broken("a notice goes again and again", "INV-05b", _forgets_the_limit, in_texts=True),
    Broken("a notice goes where texts are unsafe", "INV-05b", _texts_where_unsafe, in_texts=True),
    Broken("STOP does not stop", "INV-06", _stop_is_not_heard, in_texts=True),
    Broken("STOP asks nobody what was meant", "INV-06", _stop_asks_nobody, in_texts=True),
    Broken("a text closes a contact", "INV-10", _text_closes, in_texts=True),
    Broken("a text decided without reasons", "INV-17", _texts_give_no_reason, in_texts=True),
    Broken("short codes are answered", "INV-22", _answers_machines, in_texts=True),
]
