"""Tables, grouped as the domain is. Every one carries the practice; sealed columns are named `sealed_…`."""

from .contacts import Call, CarrierLeg, Contact, Leg, Message, Picture, Recording, Thread
from .coverage import Absence, Endpoint, GreetingClip, Shift, Staff
from .errands import Errand, Heartbeat, Lease, Occupied, PageLeg, SeenEvent, SetAside, Task, TaskContact
from .journal import JournalEntry, Notice, ReviewItem
from .people import Block, Client, ClientNumber, KnownNumber, Number
from .practices import CarrierAccount, Line, Practice

__all__ = [
    "Absence",
    "Block",
    "Call",
    "CarrierAccount",
    "CarrierLeg",
    "Client",
    "ClientNumber",
    "Contact",
    "Endpoint",
    "Errand",
    "GreetingClip",
    "Heartbeat",
    "JournalEntry",
    "KnownNumber",
    "Lease",
    "Leg",
    "Line",
    "Message",
    "Notice",
    "Number",
    "Occupied",
    "PageLeg",
    "Picture",
    "Practice",
    "Recording",
    "ReviewItem",
    "SeenEvent",
    "SetAside",
    "Shift",
    "Staff",
    "Task",
    "TaskContact",
    "Thread",
]
