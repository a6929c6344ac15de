"""Who looks: whose account is signed in. In the demo, where nobody signs in: the one named, else the director."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from ..core.ids import StaffId
from ..permissions import Person, Role
from ..records.models import Practice, Staff
from . import line
from .accounts.presence import is_in
from .directory import practice as directory

KEPT = "intersession.viewer"


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
    """The staff member that this request shows the practice to; found once a request."""
    found = request.META.get(KEPT)
    if not isinstance(found, Viewer):
        found = _found(request)
        request.META[KEPT] = found
    return found


def _found(request: HttpRequest) -> Viewer:
    practice = Practice.objects.get(pk=line.connected().practice)
    wanted = _signed_in(request) if settings.INTERSESSION_SIGN_IN else settings.INTERSESSION_VIEWER or practice.director
    staff = Staff.objects.filter(practice=practice, pk=wanted).first() if wanted else None
    if staff is None:
        raise PermissionDenied("nobody of this practice")
    return Viewer(person=Person(id=StaffId(staff.id), roles=roles(staff)), name=staff.said_as, zone=staff.zone)


def _signed_in(request: HttpRequest) -> str:
    """The staff id of the account; an account of another practice has none here."""
    account = request.user
    if not is_in(request) or not account.is_authenticated or account.practice != line.connected().practice:
        raise PermissionDenied("nobody is signed in")
    return account.staff


def roles(staff: Staff) -> frozenset[Role]:
    """The roles on file, and on-call while a duty runs."""
    held = {Role(role) for role in staff.roles if role in set(Role)}
    if staff.id in directory().rota.tiers_at(line.now()).values():
        held.add(Role.ON_CALL)
    return frozenset(held)
