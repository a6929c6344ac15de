"""The screen Now, put together: what is on the line, what is open by due time, and who covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ...core.facts import Practice
from .. import line
from ..directory import practice as directory
from ..look import long_day, when
from ..viewer import Viewer, viewer
from .cover import Cover, cover, on_call_now
from .items import Item, open_items
from .notices import Line, notices
from .ongoing import Ongoing, ongoing
from .rows import Choice, Row, endings, rows, tone
from .who import staff_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows of one urgency."""

    key: str
    title: str
    icon: str
    tone: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Everything that changes by itself."""

    red: int
    live: tuple[Ongoing, ...]
    notices: tuple[Line, ...]
    groups: tuple[Group, ...]
    endings: tuple[Choice, ...]
    rest: str
    """Where nothing is open: how that is."""
    calm: str
    announce: str


GROUPS = (
    ("red", "Nobody has taken this", "late", "is-late"),
    ("late", "Overdue", "late", "is-late"),
    ("soon", "Due within the hour", "soon", "is-soon"),
    ("", "Later", "calm", ""),
)


def now_screen(request: HttpRequest, says: str = "", trouble: str = "") -> HttpResponse:
    """The page, or only its open part where htmx asks for that."""
    who, now = viewer(request), line.now()
    practice = directory()
    found = {"open": _open(who, practice, now), "says": says, "trouble": trouble, "zone": who.zone}
    if request.headers.get("HX-Target") == "open":
        return render(request, "now/open.html", found)
    head = {"day": long_day(now, who.zone), "now": now, "cover": cover(practice, who, now)}
    return render(request, "now/now.html", {**found, **head})


def cover_only(request: HttpRequest) -> HttpResponse:
    """The ribbon again."""
    return render(request, "now/cover.html", {"cover": _cover(viewer(request))})


def _cover(who: Viewer) -> Cover:
    return cover(directory(), who, line.now())


def _open(who: Viewer, practice: Practice, now: datetime) -> Open:
    items = open_items(who)
    groups = tuple(_groups(items, who, practice, now))
    live = tuple(ongoing(who, practice))
    red = sum(item.red for item in items)
    pressing = any(group.key in ("red", "late", "soon") for group in groups)
    return Open(
        red=red,
        live=live,
        notices=tuple(notices(who, now, {contact.id for item in items for contact in item.contacts})),
        groups=groups,
        endings=endings(),
        rest="" if items or live else _rest(practice, who, now),
        calm="" if pressing or not items else "Nothing is due within the hour.",
        announce=_announce(items, now),
    )


def _groups(items: Sequence[Item], who: Viewer, practice: Practice, now: datetime) -> list[Group]:
    found = []
    for key, title, icon, css in GROUPS:
        mine = [item for item in items if tone(item, now) == key]
        if mine:
            made = tuple(rows(mine, who, practice, now, known=items))
            found.append(Group(key=key or "later", title=title, icon=icon, tone=css, rows=made))
    return found


def _rest(practice: Practice, who: Viewer, now: datetime) -> str:
    first = next(iter(on_call_now(practice, now)), None)
    if first == who.id:
        return "Everyone who reached out has been answered. You are on call: your phone rings if somebody needs you."
    staff = practice.staff.get(who.id)
    rings = staff.schedule.stated.next_start(now) if staff is not None else None
    on_duty = f" {_cap(staff_name(practice, first, who.id))} is on call." if first is not None else ""
    dark = staff is not None and not staff.schedule.stated.contains(now) and rings is not None
    until = f" Your phone stays dark until {when(rings, now, who.zone)}." if dark and rings is not None else ""
    return f"Everyone who reached out has been answered.{on_duty}{until}"


def _announce(items: Sequence[Item], now: datetime) -> str:
    late = sum(tone(item, now) in ("red", "late") for item in items)
    many = f"{len(items)} open item{'' if len(items) == 1 else 's'}"
    return f"{many}, {late} overdue" if late else many


def _cap(words: str) -> str:
    return words[:1].upper() + words[1:]
