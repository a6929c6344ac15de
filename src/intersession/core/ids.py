"""Names of things. Every id is an opaque string; none of them holds a telephone number or a name."""

from typing import NewType

PracticeId = NewType("PracticeId", str)
LineId = NewType("LineId", str)
StaffId = NewType("StaffId", str)
EndpointId = NewType("EndpointId", str)
"""A private phone of a staff member. Its number is known to dispatch alone, never to core (INV-04)."""
ClientId = NewType("ClientId", str)
NumberKey = NewType("NumberKey", str)
"""Keyed hash of an outside telephone number or e-mail address."""
ThreadId = NewType("ThreadId", str)
"""All contacts between one line and one outside number."""
ContactId = NewType("ContactId", str)
LegId = NewType("LegId", str)
"""One side of a call: `<contact>.0` is the outside caller, `<contact>.1`, `.2` … are ours."""
MessageId = NewType("MessageId", str)
RecordingId = NewType("RecordingId", str)
PictureId = NewType("PictureId", str)
"""A file that came with a text: `<message>.<place>`."""
ClipId = NewType("ClipId", str)
"""A sentence of a greeting in somebody's own voice."""
TaskId = NewType("TaskId", str)
"""`<contact>:<kind>`: a contact has at most one task of each kind."""
EventId = NewType("EventId", str)
"""Carrier id + kind + status: the same event twice has the same id (INV-02)."""


def contact_of(leg: LegId) -> ContactId:
    """The contact that a leg belongs to. A page's leg bears its task's name: `<contact>:<kind>.p1`."""
    return ContactId(leg.partition(":")[0] if ":" in leg else leg.rpartition(".")[0])


def caller_leg(contact: ContactId) -> LegId:
    """The leg of the outside person of a call."""
    return LegId(f"{contact}.0")


def staff_leg(contact: ContactId, number: int) -> LegId:
    """The `number`-th leg that the line itself dialled for this contact, counted from 1."""
    return LegId(f"{contact}.{number}")
