"""Who looks. Until sign-in exists: the staff member named in the settings, else the practice's director."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from ..core.ids import StaffId
from ..permissions import Person, Role
from ..records.models import Practice, Shift, Staff
from . import line


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The staff member in front of the screen."""

    person: Person
    name: str
    zone: str

    @property
    def id(self) -> StaffId:
        """For rows and events."""
        return self.person.id


def viewer(request: HttpRequest) -> Viewer:
    """The staff member that this request shows the practice to."""
    del request  # sign-in will read it; every view passes it already
    practice = Practice.objects.get(pk=line.connected().practice)
    wanted = settings.INTERSESSION_VIEWER or practice.director
    found = Staff.objects.filter(practice=practice, pk=wanted).first() if wanted else None
    if found is None:
        raise PermissionDenied("INTERSESSION_VIEWER names nobody of this practice")
    return Viewer(
        person=Person(id=StaffId(found.id), roles=roles(found, line.now())), name=found.said_as, zone=found.zone
    )


def roles(staff: Staff, now: datetime) -> frozenset[Role]:
    """The roles on file, and on-call while a shift runs."""
    held = {Role(role) for role in staff.roles if role in set(Role)}
    if Shift.objects.filter(staff=staff, start__lte=now, end__gt=now).exists():
        held.add(Role.ON_CALL)
    return frozenset(held)
