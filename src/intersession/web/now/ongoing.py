"""Calls that are on the line this minute: who, and where the call stands."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.call import Call, LegState, Phase
from ...core.facts import Practice
from ...permissions import Action
from ...records import models
from .. import line
from ..clients.sealed import Sealed
from ..directory import clients_by_id
from ..look import anchor, clock
from ..relations import allowed, standing
from ..viewer import Viewer
from .who import staff_name, who

OVER = (Phase.ENDED, Phase.REFUSED)
STANDS = {
    Phase.OPENING: "hears the first words",
    Phase.CLOSING: "hears the greeting",
    Phase.RECORDING: "leaves a message",
    Phase.SAVED: "has left a message",
    Phase.JOINING: "is being joined",
    Phase.CRISIS_SAYING: "hears how to reach the crisis line",
    Phase.CRISIS: "is with the crisis line",
    Phase.STAFF_PIN: "a staff phone, at the PIN",
    Phase.STAFF_MENU: "a staff phone, in the menu",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ongoing:
    """One call."""

    key: str
    handle: str
    icon: str
    what: str
    since: str
    urgent: bool


def ongoing(viewer: Viewer, practice: Practice) -> list[Ongoing]:
    """The one that waits the longest first."""
    rows = models.Call.objects.filter(practice=line.connected().practice).exclude(phase__in=OVER).order_by("arrived_at")
    contacts = {one.id: one for one in models.Contact.objects.filter(id__in=[row.contact for row in rows])}
    clients = clients_by_id(one.client for one in contacts.values() if one.client)
    stands, sealed, found = standing(viewer), Sealed().prepare(contacts.values()), []
    for row in rows:
        contact = contacts.get(row.contact)
        if contact is None:
            continue
        client = clients.get(contact.client or "")
        relations = stands.to_contact(contact, client.primary if client is not None else None)
        if Action.SEE_ITEM in allowed(viewer, (Action.SEE_ITEM,), relations):
            call = sealed.call(row)
            if call is None:
                continue
            found.append(
                Ongoing(
                    key=anchor(row.contact),
                    handle=who(contact, client),
                    icon="out" if call.outbound else "in",
                    what=_stands(call, practice, viewer),
                    since=clock(row.arrived_at, viewer.zone),
                    urgent=row.urgent,
                )
            )
    return found


def _stands(call: Call, practice: Practice, viewer: Viewer) -> str:
    mine = [leg for leg in call.legs if leg.state not in (LegState.GONE, LegState.DISMISSED)]
    names = ", ".join(dict.fromkeys(staff_name(practice, leg.staff, viewer.id) for leg in mine))
    if call.outbound:
        return "is being called back" if call.phase is not Phase.TALKING else f"talks with {names}"
    if call.phase is Phase.RINGING:
        return f"waits; rings {names}" if names else "waits"
    if call.phase is Phase.TALKING:
        return f"talks with {names}" if names else "talks"
    return STANDS.get(call.phase, "is on the line")
