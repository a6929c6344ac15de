"""Writing to a client: what would become of the text is said before it is sent (O05, S14-S18, D17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ...core import facts
from ...core.agreement import TextScope
from ...core.events import TextWritten
from ...core.ids import ClientId, ContactId, LineId, MessageId, NumberKey, ThreadId
from ...core.rules.holding import client_zone
from ...core.rules.outbound import ComposeState, compose_state
from ...core.wording.compose import Context, phrase, write
from ...core.wording.pack import load_pack
from ...core.wording.values import At
from ...records.models import ClientNumber, Line, Thread
from .. import line
from ..look import city, full_when, same_wall, when
from ..now.handing_in import event_id
from ..viewer import Viewer

LONGEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Words from the language pack that a person may start from."""

    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """What stands above and below the field."""

    open: bool
    title: str
    says: str
    held: str
    """"Held until Monday 08:00", and the other side's time where it differs."""
    hold_label: str
    may_send_now: bool
    send_now_says: str
    reminder: str
    line_name: str
    ready: tuple[Ready, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The line and the number by which a text goes."""

    line: str
    number: str
    thread: Thread | None


def way_to(client: facts.Client, practice: facts.Practice) -> Way | None:
    """Where they last wrote or called; else from the primary's line to their first number."""
    on_file = ClientNumber.objects.filter(client_id=client.id).order_by("position")
    numbers = list(on_file.values_list("number_key", flat=True))
    if not numbers:
        return None
    live = {found.id for found in practice.lines.values() if not found.retired}
    threads = Thread.objects.filter(number_key__in=numbers, line__in=live, practice=practice.id)
    newest = threads.order_by("-last_text_at").exclude(last_text_at=None).first() or threads.order_by("-id").first()
    if newest is not None:
        return Way(line=newest.line, number=newest.number_key, thread=newest)
    lines = Line.objects.filter(practice=practice.id, retired=False)
    own = lines.filter(staff=client.primary).first() if client.primary else None
    first = own or lines.order_by("id").first()
    return Way(line=first.id, number=numbers[0], thread=None) if first is not None else None


def state(client: facts.Client, practice: facts.Practice, viewer: Viewer, *, about_visit: bool = False) -> ComposeState:
    """As the rule will see it."""
    way = way_to(client, practice)
    thread = None
    if way is not None and way.thread is not None:
        thread = facts.Thread(id=ThreadId(way.thread.id), last_text_at=way.thread.last_text_at)
    return compose_state(client, thread, practice, line.now(), by=viewer.id, about_visit=about_visit)


def composer(client: facts.Client, practice: facts.Practice, viewer: Viewer, due: datetime | None) -> Composer:
    """For the client's screen. `due`: a call back that is promised already."""
    found, way = state(client, practice, viewer), way_to(client, practice)
    pack = load_pack(_staff_locale(practice, viewer))
    if way is None or not found.allowed:
        says = found.why_not or "No number of this client is on file."
        if client.safe.safe_way and not client.safe.text_ok:
            says = f"{says} {client.safe.safe_way}"
        return Composer(
            open=False, title="No text from here", says=says, held="", hold_label="", may_send_now=False,
            send_now_says="", reminder="", line_name="", ready=(),
        )  # fmt: skip
    held = _held(found.held_until, client, practice, viewer)
    return Composer(
        open=True,
        title=held or "It goes at once",
        says=_says(found, client, practice, viewer),
        held=held,
        hold_label=when(found.held_until, line.now(), viewer.zone) if found.held_until is not None else "",
        may_send_now=found.may_send_now,
        send_now_says=pack.texts["HELD-NOW"] if found.may_send_now else pack.texts["HELD-OVR"],
        reminder=pack.texts["SCOPE"] if found.scope is TextScope.SCHEDULING_ONLY else "",
        line_name=practice.lines[LineId(way.line)].said_as,
        ready=tuple(_ready(client, practice, due)),
    )


def written(
    client: facts.Client, way: Way, viewer: Viewer, body: str, *, mark: str, about_visit: bool, now: bool, reason: str
) -> TextWritten:
    """The event of one text."""
    to = line.connected()
    return TextWritten(
        id=event_id(viewer, "text", mark), practice=to.practice, at=to.clock.now(), by=viewer.id,
        message=MessageId(f"web-{mark}"), contact=ContactId(f"text-out-{mark}"), line=LineId(way.line),
        client=ClientId(client.id), number=NumberKey(way.number), body=body, about_visit_within_hours=about_visit,
        now=now, reason=reason,
    )  # fmt: skip


def staff_words(practice: facts.Practice, viewer: Viewer, wording: str) -> str:
    """A notice of the language pack, in the viewer's language."""
    return load_pack(_staff_locale(practice, viewer)).texts[wording]


def _held(until: datetime | None, client: facts.Client, practice: facts.Practice, viewer: Viewer) -> str:
    if until is None:
        return ""
    zone = client_zone(client, practice)
    there = "" if same_wall(zone, viewer.zone, until) else f", {full_when(until, zone)} in {city(zone)}"
    return f"Held until {full_when(until, viewer.zone)}{there}"


def _says(found: ComposeState, client: facts.Client, practice: facts.Practice, viewer: Viewer) -> str:
    if found.held_until is None:
        return "It is day where they are, and within your stated hours."
    zone = client_zone(client, practice)
    wall = full_when(line.now(), zone)
    return f"It is {wall} where they are. The text waits, and goes by itself then."


def _ready(client: facts.Client, practice: facts.Practice, due: datetime | None) -> Iterator[Ready]:
    """Of the texts that the pack says a person sends; in the client's language where there is a pack for it."""
    locale = client.language if client.language in practice.languages else practice.locale
    zone = client_zone(client, practice)
    context = Context(
        pack=load_pack(locale or practice.locale), practice_zone=practice.zone, client_zone=zone, now=line.now(),
        crisis_commissioned=practice.policy.crisis_commissioned, on_call=practice.policy.on_call,
    )  # fmt: skip
    yield Ready(name="Running late", words=write(phrase("LATE", n=10), context).text)
    if due is not None and due > line.now():
        yield Ready(name="Better by phone", words=write(phrase("OFF-SCOPE", call_by=At(due)), context).text)


def _staff_locale(practice: facts.Practice, viewer: Viewer) -> str:
    wanted = practice.staff[viewer.id].language if viewer.id in practice.staff else practice.locale
    return wanted if wanted in practice.languages else practice.locale
