"""Open items as rows: due, who, what happened, what they were told, whose it is, and what can be done."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.urls import reverse

from ...core.disposition import Disposition
from ...core.facts import Practice, Role
from ...core.rules.holding import client_zone, text_refusal
from ...core.tasks import TaskKind
from ...permissions import Action
from ..clients.sealed import Sealed
from ..look import anchor, city, clock, same_wall, until, when
from ..viewer import Viewer
from .items import Item
from .reaching import CallBack, refused, safe_lines
from .saying import chips, icon, told, what
from .who import staff_name, who

SOON = timedelta(hours=1)
CALLS = frozenset({TaskKind.ANSWER, TaskKind.LOOK, TaskKind.CHECK_MEANING, TaskKind.CONSENT, TaskKind.OTHER_WAY})
"""On these a call is the usual next thing."""

ENDINGS: Mapping[Disposition, str] = {
    Disposition.COACHED: "Coached",
    Disposition.REACHED_WILL_CALL_LATER: "Reached, will call later",
    Disposition.SCHEDULED: "Scheduled",
    Disposition.MESSAGE_TAKEN: "Message taken",
    Disposition.ADMIN_RESOLVED: "Settled, administrative",
    Disposition.NO_ANSWER_VM_LEFT: "No answer, voicemail left",
    Disposition.NO_ANSWER_NO_VM_SAFE_CONTACT: "No answer, no voicemail (safe contact)",
    Disposition.WARM_HANDOFF_ONCALL: "Handed to on-call in person",
    Disposition.TRANSFERRED_CRISIS_LINE: "With the crisis line",
    Disposition.SAFETY_ASSESSED_REMAINED: "Safety talked through, stayed",
    Disposition.ADVISED_911: "Advised to call 911",
    Disposition.EMERGENCY_SERVICES_SENT: "Emergency services sent",
    Disposition.ENDED_RULE24: "Ended under the 24-hour rule",
    Disposition.ENDED_LIMIT_OBSERVED: "Ended, a limit was kept",
    Disposition.REPAIR_DONE: "Repair done",
    Disposition.REFERRED_OUT: "Referred elsewhere",
    Disposition.WRONG_PERSON: "Wrong person",
    Disposition.SPAM_OR_MISDIAL: "Spam or a wrong number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An entry of a list to choose from."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing owed by a person, for the template. An empty address: not to be done here, or not by the viewer."""

    key: str
    task: str
    tone: str
    due: str
    due_in: str
    due_there: str
    """The same instant where the client is, if that differs."""
    handle: str
    icon: str
    what: str
    chips: tuple[str, ...]
    quotes: tuple[str, ...]
    told: tuple[str, ...]
    owner: str
    person_url: str
    why_url: str
    call: CallBack | None
    listen_url: str
    read_url: str
    answer_url: str
    take_url: str
    hand_url: str
    close_url: str
    others: tuple[Choice, ...]
    main: str
    """listen, call, answer, close, or empty: the one filled button."""
    once: str
    back: str
    siblings: tuple[Choice, ...] = ()
    """Other open items of the same person: one talk may end them all."""

    @property
    def target(self) -> str:
        """What htmx puts the answer into."""
        return "#open" if self.back == "now" else "#person"

    @property
    def more(self) -> bool:
        """Whether there is a sheet with further acts."""
        return bool(self.hand_url or self.close_url)


def rows(
    items: Iterable[Item],
    viewer: Viewer,
    practice: Practice,
    now: datetime,
    back: str = "now",
    known: Iterable[Item] | None = None,
) -> list[Row]:
    """In the order of the items. `known`: all open items, among which those of the same person are looked for."""
    sealed, all_items = Sealed(), list(items)
    among = list(known) if known is not None else all_items
    made = ((item, _row(item, viewer, practice, now, sealed, back)) for item in all_items)
    return [replace(row, siblings=_siblings(item, among)) for item, row in made]


def endings() -> tuple[Choice, ...]:
    """How a contact can have ended."""
    return tuple(Choice(id=one.value, name=name) for one, name in ENDINGS.items())


def tone(item: Item, now: datetime) -> str:
    """red, late, soon or nothing."""
    due = item.task.due()
    if item.red:
        return "red"
    if due is None:
        return ""
    return "late" if due < now else "soon" if due - now < SOON else ""


def _row(item: Item, viewer: Viewer, practice: Practice, now: datetime, sealed: Sealed, back: str) -> Row:
    task, may = item.task, item.may
    due = task.due()
    call = _call_back(item, practice, now) if Action.CALL_BACK in may else None
    listen = _listen_url(item)
    read = _unread(item)
    answer = _answer_url(item, now)
    close = reverse("now-close", args=[task.id]) if Action.CLOSE in may else ""
    return Row(
        key=anchor(task.id),
        task=task.id,
        tone=tone(item, now),
        due=when(due, now, viewer.zone) if due is not None else "open",
        due_in=until(due, now) if due is not None else "",
        due_there=_there(item, practice, viewer, due),
        handle=who(item.contact, item.client),
        icon=icon(item),
        what=what(item),
        chips=tuple(chips(item)),
        quotes=_quotes(item, sealed),
        told=tuple(line for line in told(item, now, viewer.zone) if line),
        owner=staff_name(practice, task.owner, viewer.id),
        person_url=_person_url(item),
        why_url=reverse("why", args=[item.newest.id]) if Action.SEE_WHY in may else "",
        call=call,
        listen_url=listen,
        read_url=reverse("now-read", args=[task.id]) if read else "",
        answer_url=answer,
        take_url=reverse("now-take", args=[task.id]) if Action.TAKE in may and _may_be_taken(item, viewer) else "",
        hand_url=reverse("now-hand", args=[task.id]) if Action.HAND_OVER in may else "",
        close_url=close,
        others=_others(practice, task.owner),
        main=_main(item, call, listen, answer, close),
        once=uuid.uuid4().hex,
        back=back,
    )


def _siblings(item: Item, among: Iterable[Item]) -> tuple[Choice, ...]:
    same = (
        other
        for other in among
        if other.contact.id != item.contact.id and Action.CLOSE in other.may and _same_person(item, other)
    )
    return tuple(Choice(id=other.task.id, name=what(other)) for other in same)


def _same_person(a: Item, b: Item) -> bool:
    if a.client is not None or b.client is not None:
        return a.client is not None and b.client is not None and a.client.id == b.client.id
    return a.contact.thread is not None and a.contact.thread == b.contact.thread


def _main(item: Item, call: CallBack | None, listen: str, answer: str, close: str) -> str:
    if item.task.kind is TaskKind.FINISH:
        return "close" if close else ""
    if listen and item.task.heard_at is None:
        return "listen"
    if item.task.attempted_at is not None and item.task.call_by is not None:
        return "close" if close else ""
    if answer and item.newest.channel == "text" and item.task.call_by is None:
        return "answer"
    return "call" if call is not None and not call.refused else ""


def _call_back(item: Item, practice: Practice, now: datetime) -> CallBack | None:
    if item.task.kind not in CALLS or item.contact.thread is None:
        return None
    shown, why_not = Action.SEE_SAFE_CONTACT in item.may, refused(item.client, practice, now)
    return CallBack(
        url=reverse("now-call", args=[item.newest.id]),
        safe=safe_lines(item.client, practice, calls=not why_not) if shown else (),
        refused=why_not,
        may_break_glass=Action.BREAK_GLASS in item.may,
        once=uuid.uuid4().hex,
    )


def _listen_url(item: Item) -> str:
    if Action.LISTEN not in item.may or not item.recordings:
        return ""
    return reverse("now-listen", args=[item.recordings[-1].contact])


def _unread(item: Item) -> bool:
    reads = Action.SEE_WORDS_OF_CLIENT in item.may
    return bool(item.messages) and not item.recordings and item.task.heard_at is None and reads


def _answer_url(item: Item, now: datetime) -> str:
    wrote = item.newest.channel == "text" and item.task.kind in CALLS
    if not wrote or item.client is None or Action.WRITE_TEXT not in item.may:
        return ""
    url = reverse("client", args=[item.client.id])
    return f"{url}#write" if text_refusal(item.client, now) is None else ""


def _person_url(item: Item) -> str:
    if Action.SEE_TIMELINE not in item.may:
        return ""
    if item.client is not None:
        return reverse("client", args=[item.client.id])
    return reverse("client-thread", args=[item.contact.id]) if item.contact.thread is not None else ""


def _may_be_taken(item: Item, viewer: Viewer) -> bool:
    """Somebody else's, or the viewer's own while pages run that wait for a person to take it."""
    ladder = item.task.ladder
    paging = ladder is not None and ladder.acked_by is None and ladder.next_at is not None
    return item.task.owner != viewer.id or paging or item.red


def _quotes(item: Item, sealed: Sealed) -> tuple[str, ...]:
    """The last two texts; for whoever may read them."""
    if Action.SEE_WORDS_OF_CLIENT not in item.may or item.newest.channel not in ("text", "email"):
        return ()
    bodies = (sealed.body(message) for message in item.messages[-2:])
    return tuple(body if len(body) <= 240 else f"{body[:240]}…" for body in bodies if body)


def _there(item: Item, practice: Practice, viewer: Viewer, due: datetime | None) -> str:
    if item.client is None or due is None:
        return ""
    zone = client_zone(item.client, practice)
    return "" if same_wall(zone, viewer.zone, due) else f"{clock(due, zone)}, {city(zone)}"


def _others(practice: Practice, owner: str | None) -> tuple[Choice, ...]:
    """Alphabetical, the desk last; whoever owns it now is left out."""
    people = [staff for staff in practice.staff.values() if staff.id != owner]
    people.sort(key=lambda staff: (staff.roles == {Role.DESK}, staff.said_as.casefold()))
    return tuple(Choice(id=staff.id, name=staff.said_as) for staff in people)
