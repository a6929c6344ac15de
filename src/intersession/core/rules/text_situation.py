"""Facts reduced to the small closed situation that a text rule looks at (X01-X11).

Two facts that reduce alike are decided alike: the same rule and the same kinds of command.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import product

from ..agreement import TextScope
from ..caller import CallerClass, classify, current_clients, lead_client
from ..change import changed
from ..events import SenderKind, TextArrived
from ..facts import Client, Facts, Practice
from ..levels import COACHED, Path, path
from ..limits import LimitNow, limit_now
from ..situation import OnCallNow, in_hours, on_call_now, rule24_active
from ..tasks import TaskKind
from ..wording.compose import Keyword, keyword

KNOWN = frozenset({CallerClass.CLIENT, CallerClass.SHARED})
STRANGERS = frozenset({CallerClass.UNKNOWN, CallerClass.WITHHELD, CallerClass.GUARDIAN})
"""Treated as unknown (X07, D45)."""


class Word(StrEnum):
    """What a text of one word asks for."""

    NONE = "none"
    STOP = "stop"
    HELP = "help"
    START = "start"
    """START or UNSTOP; YES too where texts are stopped. It is never consent (X03)."""


class Answering(StrEnum):
    """Whether an automatic text may go back at all."""

    FREE = "free"
    SPENT = "spent"
    """One went within the limit (INV-05b, X07)."""
    NEVER = "never"
    """A short code, a name, one of our own numbers (INV-22)."""


class ItemNow(StrEnum):
    """The open item of the thread that this text would join (D56)."""

    NONE = "none"
    OPEN = "open"
    PAGING = "paging"
    """It has a page ladder."""


@dataclass(frozen=True, kw_only=True)
class TextSituation:
    """All that the choice of a text rule, and of what follows, depends on."""

    caller: CallerClass
    word: Word = Word.NONE
    path: Path = Path.STANDARD
    scope: TextScope = TextScope.NONE
    """What may be texted now; none where texts are stopped or the agreement has run out."""
    stopped: bool = False
    text_ok: bool = True
    call_ok: bool = True
    paused: bool = False
    """A 24-hour rule or a phone holiday holds (X11)."""
    receipt: bool = False
    """The client chose "seen by a person by", and no limit stands against it (X05, X11)."""
    in_hours: bool = False
    on_call: OnCallNow = OnCallNow.NONE
    burst: bool = False
    media: bool = False
    answering: Answering = Answering.FREE
    notices: bool = True
    """The safety notice is switched on (D1)."""
    start_reply: bool = False
    """The carrier wants an answer to START (X03)."""
    item: ItemNow = ItemNow.NONE
    joins: bool = False
    """A text contact of the thread is open."""

    def inputs(self) -> dict[str, str]:
        """As stored with the decision: names and closed values only."""
        return _inputs(self)


@lru_cache(maxsize=4096)
def _inputs(situation: TextSituation) -> dict[str, str]:
    return {f.name: str(getattr(situation, f.name)).lower() for f in fields(situation)}


def reduce_text(event: TextArrived, facts: Facts, now: datetime) -> tuple[TextSituation, Client | None]:
    """The situation, and the client whose terms count."""
    who = classify(facts.caller, now)
    clients = facts.caller.clients if who not in STRANGERS else ()
    stopped = any(client.agreement.texts_stopped for client in clients)
    word = _word(event.body, stopped)
    common = TextSituation(
        caller=who,
        word=word,
        stopped=stopped,
        text_ok=all(client.safe.text_ok for client in clients),
        on_call=on_call_now(facts.practice, now),
        burst=facts.thread is not None and facts.thread.recent_texts >= facts.practice.policy.burst_texts,
        media=event.media > 0,
        answering=_answering(event.sender_kind, who, facts, now),
        notices=facts.practice.policy.safety_notice,
        start_reply=word is Word.START and facts.practice.policy.start_reply,
        item=_item(kind_of(who, word), facts),
        joins=facts.thread is not None and facts.thread.open_text is not None,
    )
    if who in KNOWN:
        return _most_pressing(common, facts, now)
    client = lead_client(facts.caller, facts.line) if who is CallerClass.DISCHARGED else None
    call_ok = all(one.safe.call_ok for one in clients)
    return changed(common, call_ok=call_ok, in_hours=in_hours(None, facts.practice, now)), client


def kind_of(caller: CallerClass, word: Word) -> TaskKind:
    """What kind of task such a text opens, or joins."""
    if caller is CallerClass.REJECTED:
        return TaskKind.LOOK
    if caller is CallerClass.BLOCKED or (word is Word.HELP or word is Word.NONE):
        return TaskKind.ANSWER
    return TaskKind.CHECK_MEANING if word is Word.STOP else TaskKind.CONSENT


def paused(client: Client, practice: Practice, now: datetime) -> bool:
    """Whether a 24-hour rule or a phone holiday holds; in DBT programs only (D20)."""
    holiday = practice.policy.dbt and limit_now(client.limits, now)[0] is LimitNow.PAUSED
    return holiday or rule24_active(client, practice, now)


def _most_pressing(common: TextSituation, facts: Facts, now: datetime) -> tuple[TextSituation, Client]:
    """On a shared number the client whose deadline is the shorter (D44); else the one there is."""
    clients = current_clients(facts.caller)
    lead = lead_client(facts.caller, facts.line)
    found = [(_of_client(common, client, facts, now), client) for client in clients]
    return min(found, key=lambda one: (_patience(one[0]), one[1] is not lead))


def _of_client(common: TextSituation, client: Client, facts: Facts, now: datetime) -> TextSituation:
    terms, on_pause = client.agreement, paused(client, facts.practice, now)
    scope = TextScope.NONE if common.stopped else terms.texting(now)
    chosen = terms.acknowledge_texts and (terms.texts_under_limits or not on_pause)
    return changed(
        common,
        path=path(client.access, client.phase),
        scope=scope,
        call_ok=client.safe.call_ok,
        paused=on_pause,
        receipt=scope is TextScope.COACHING and chosen,
        in_hours=in_hours(client, facts.practice, now),
    )


def _patience(situation: TextSituation) -> int:
    coached = situation.path in COACHED
    if situation.scope is TextScope.SCHEDULING_ONLY:
        return 2 if coached else 3
    return 0 if coached or situation.scope is TextScope.COACHING else 1


def _word(body: str, stopped: bool) -> Word:
    match keyword(body):
        case Keyword.STOP:
            return Word.STOP
        case Keyword.HELP:
            return Word.HELP
        case Keyword.START:
            return Word.START
        case Keyword.YES:
            return Word.START if stopped else Word.NONE
        case None:
            return Word.NONE


def _answering(kind: SenderKind, who: CallerClass, facts: Facts, now: datetime) -> Answering:
    if kind is not SenderKind.PHONE:
        return Answering.NEVER
    policy, last = facts.practice.policy, facts.thread.last_notice_at if facts.thread else None
    hours = policy.unknown_notice_hours if who in STRANGERS else policy.notice_hours
    spent = last is not None and now < last + timedelta(hours=hours)
    return Answering.SPENT if spent else Answering.FREE


def _item(kind: TaskKind, facts: Facts) -> ItemNow:
    tasks = facts.thread.open_tasks if facts.thread else ()
    task = next((task for task in tasks if task.kind is kind), None)
    if task is None:
        return ItemNow.NONE
    return ItemNow.PAGING if task.ladder is not None else ItemNow.OPEN


def all_text_situations() -> Iterator[TextSituation]:
    """Every situation that facts can produce."""
    for caller, word in product(CallerClass, Word):
        for terms in _all_terms(TextSituation(caller=caller, word=word)):
            yield from _all_circumstances(terms)


_FLAGS = (False, True)


def _all_terms(start: TextSituation) -> Iterator[TextSituation]:
    """What was agreed with the client, as far as there is one."""
    if start.caller in STRANGERS:
        yield start
        return
    for stopped, text_ok, call_ok in product(_FLAGS, _FLAGS, _FLAGS):
        known = changed(start, stopped=stopped, text_ok=text_ok, call_ok=call_ok)
        if start.caller not in KNOWN:
            yield known
            continue
        scopes = (TextScope.NONE,) if stopped else tuple(TextScope)
        for where, scope, on_pause in product(Path, scopes, _FLAGS):
            agreed = changed(known, path=where, scope=scope, paused=on_pause)
            yield agreed
            if scope is TextScope.COACHING:
                yield changed(agreed, receipt=True)


def _all_circumstances(terms: TextSituation) -> Iterator[TextSituation]:
    starts = _FLAGS if terms.word is Word.START else (False,)
    for open_now, on_call, burst, media, answering, notices, start_reply, item, joins in product(
        _FLAGS, OnCallNow, _FLAGS, _FLAGS, Answering, _FLAGS, starts, ItemNow, _FLAGS
    ):
        yield changed(
            terms, in_hours=open_now, on_call=on_call, burst=burst, media=media, answering=answering,
            notices=notices, start_reply=start_reply, item=item, joins=joins,
        )  # fmt: skip
