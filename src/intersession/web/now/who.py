"""Who is behind a contact, in the words of the screens: a handle, or what is known instead."""

from __future__ import annotations

from ...core import facts
from ...core.caller import CallerClass
from ...records.models import Contact

UNKNOWN = {
    CallerClass.CLIENT: "A client",
    CallerClass.SHARED: "A shared phone",
    CallerClass.DISCHARGED: "A former client",
    CallerClass.GUARDIAN: "Family or another contact",
    CallerClass.STAFF: "A staff phone",
    CallerClass.PARTNER: "Emergency partner",
    CallerClass.UNKNOWN: "Unknown caller",
    CallerClass.WITHHELD: "Number withheld",
    CallerClass.BLOCKED: "Blocked number",
    CallerClass.REJECTED: "Refused number",
}


def who(contact: Contact, client: facts.Client | None) -> str:
    """The handle; never a name, never a number."""
    if client is not None:
        return client.handle
    known = set(CallerClass)
    return UNKNOWN[CallerClass(contact.caller_class)] if contact.caller_class in known else "Unknown caller"


def staff_name(practice: facts.Practice, staff: str | None, viewer: str) -> str:
    """"you", a staff member's name, or "nobody"."""
    if staff is None:
        return "nobody"
    if staff == viewer:
        return "you"
    return next((one.said_as for one in practice.staff.values() if one.id == staff), "somebody who left")
