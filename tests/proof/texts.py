"""A text situation made concrete: the smallest facts that reduce to it, and the text itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from intersession.core.agreement import Agreement, SafeContact
from intersession.core.decide import decide
from intersession.core.events import SenderKind, TextArrived
from intersession.core.facts import Client, Facts, Thread
from intersession.core.ids import ContactId, EventId, MessageId, ThreadId
from intersession.core.rules.text_situation import Answering, ItemNow, TextSituation, Word, kind_of
from intersession.core.situation import PrimaryNow, Situation
from intersession.core.tasks import Ladder, Task, task_id

from . import concrete
from .concrete import LINE, NOW, NUMBER
from .invariants import TEXT, Invariant, Step, Trail, check, follow

BODIES = {Word.NONE: "hello", Word.STOP: " stop. ", Word.HELP: "Help", Word.START: "START"}


def facts(s: TextSituation) -> Facts:
    """Facts that `reduce_text` turns into `s`."""
    voice = Situation(
        caller=s.caller, path=s.path, rule24=s.paused, primary=_primary(s), in_hours=s.in_hours, on_call=s.on_call
    )
    made = concrete.facts(voice)
    policy = replace(made.practice.policy, safety_notice=s.notices, start_reply=s.start_reply)
    clients = tuple(_client(client, s) for client in made.caller.clients)
    return replace(
        made,
        practice=replace(made.practice, policy=policy),
        caller=replace(made.caller, clients=clients),
        thread=_thread(s),
    )


def _primary(s: TextSituation) -> PrimaryNow:
    return PrimaryNow.REACHABLE if s.in_hours else PrimaryNow.AFTER_HOURS


def _client(client: Client, s: TextSituation) -> Client:
    terms = Agreement(
        discussed_at=NOW - timedelta(days=30), text_scope=s.scope, texts_stopped=s.stopped,
        acknowledge_texts=s.receipt, texts_under_limits=s.receipt,
    )  # fmt: skip
    return replace(client, agreement=terms, safe=SafeContact(text_ok=s.text_ok, call_ok=s.call_ok))


def _thread(s: TextSituation) -> Thread:
    spent = NOW - timedelta(hours=1) if s.answering is Answering.SPENT else None
    open_text = ContactId("text-open") if s.joins else None
    tasks = (_task(s),) if s.item is not ItemNow.NONE else ()
    return Thread(
        id=ThreadId("thread"), open_tasks=tasks, open_text=open_text, last_notice_at=spent,
        recent_texts=12 if s.burst else 0,
    )  # fmt: skip


def _task(s: TextSituation) -> Task:
    kind = kind_of(s.caller, s.word)
    contact = ContactId("text-open")
    ladder = Ladder(started_at=NOW, next_at=NOW + timedelta(minutes=5)) if s.item is ItemNow.PAGING else None
    return Task(
        id=task_id(contact, kind), contact=contact, kind=kind, owner=concrete.AMES, opened_at=NOW,
        listen_by=NOW + timedelta(minutes=30), ladder=ladder,
    )  # fmt: skip


def text(s: TextSituation, known: Facts) -> TextArrived:
    """The text."""
    kind = SenderKind.SHORT_CODE if s.answering is Answering.NEVER else SenderKind.PHONE
    return TextArrived(
        id=EventId("text"), practice=known.practice.id, at=NOW, message=MessageId("m1"), line=LINE, sender=NUMBER,
        body=BODIES[s.word], media=1 if s.media else 0, sender_kind=kind,
    )  # fmt: skip


def turn(known: Facts, event: TextArrived, invariants: list[Invariant] = TEXT) -> None:
    """Decide it, and check the invariants on the decision."""
    decision = decide(event, known, NOW)
    trail = follow(Trail(), decision.commands, ())
    check(invariants, Step(known, event, NOW, decision, None, None, trail))
