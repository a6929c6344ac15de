"""Silent lines for whoever looks: nothing rang. They go when the contact is closed, or after a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from ...permissions import Action
from ...records.models import Contact, Notice
from .. import line
from ..directory import clients_by_id
from ..look import DAY, when
from ..relations import allowed, standing
from ..viewer import Viewer
from .who import who

MOST = 6
SAYS = {
    "overdue": "What was due here is overdue.",
    "handed_over": "Handed over to you.",
    "text": "A text came.",
    "email": "An e-mail came.",
    "web_callback": "Asked for a call on the web form.",
    "held_stop": "A held text was not sent: texts were turned off. Please call.",
    "held_not_sent": "A held text was not sent: it is not allowed any more.",
    "text_failed": "A text did not arrive.",
    "rota_gap": "Nobody is on call: this waits for the next shift.",
    "pin_locked": "A PIN was entered wrong too often by telephone: the menu is closed for a while. Was that not you?",
    "W-CRISIS": "Pressed 9 for the crisis line.",
}

ON_BOARD = frozenset({"overdue", "text", "email", "web_callback"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One notice."""

    at: str
    handle: str
    says: str
    url: str


def notices(viewer: Viewer, now: datetime, listed: Collection[str] = ()) -> list[Line]:
    """The newest first; one a contact and kind. What an item that is `listed` says itself is not said twice."""
    rows = Notice.objects.filter(
        practice=line.connected().practice, staff=viewer.id, seen_at=None, at__gt=now - DAY
    ).order_by("-at", "-id")[: 8 * MOST]
    contacts = {one.id: one for one in Contact.objects.filter(id__in=[row.contact for row in rows], closed_at=None)}
    clients = clients_by_id(one.client for one in contacts.values() if one.client)
    stands, said, found = standing(viewer), set(), []
    for row in rows:
        contact = contacts.get(row.contact)
        if contact is None or (row.contact, row.what) in said or (row.what in ON_BOARD and row.contact in listed):
            continue
        said.add((row.contact, row.what))
        client = clients.get(contact.client or "")
        relations = stands.to_contact(contact, client.primary if client is not None else None)
        may = allowed(viewer, (Action.SEE_ITEM, Action.SEE_WHY), relations)
        if Action.SEE_ITEM in may:
            url = reverse("why", args=[contact.id]) if Action.SEE_WHY in may else ""
            says = SAYS.get(row.what, "Something for you to look at.")
            found.append(Line(at=when(row.at, now, viewer.zone), handle=who(contact, client), says=says, url=url))
    return found[:MOST]
