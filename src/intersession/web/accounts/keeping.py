"""What is done to accounts on the server: add, reset, close, list. There is no sign-up, and no mail is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from .invitations import invite, revoke
from .journal import Means, What, note
from .models import Account, Invitation


class CannotKeep(ValueError):
    """Says what stands against it, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An account as the list shows it."""

    staff: str
    state: str
    last_signed_in: datetime | None


def add(practice: str, staff: str, lasts: timedelta) -> str:
    """The code of a new account, or of a closed one that is opened again."""
    with transaction.atomic():
        account = Account.objects.filter(practice=practice, staff=staff).first()
        if account is not None and account.is_active:
            raise CannotKeep(f"{staff} has an account already: `intersession account reset {staff}` begins it anew")
        if account is None and Account.objects.filter(username=staff.lower()).exists():
            raise CannotKeep(f"the sign-in name {staff.lower()} belongs to another account already")
        if account is None:
            account = Account(practice=practice, staff=staff, username=staff.lower(), made_at=timezone.now())
        account.is_active = True
        code = _begin_anew(account, lasts)
        note(What.INVITED, account, means=Means.SERVER)
        return code


def reset(practice: str, staff: str, lasts: timedelta) -> str:
    """A code to begin again. The password, the second factors and every session end now: the phone may be lost."""
    with transaction.atomic():
        account = _of(practice, staff)
        if not account.is_active:
            raise CannotKeep(f"the account of {staff} is closed: `intersession account add {staff}` opens it again")
        note(What.RESET, account, means=Means.SERVER)
        return _begin_anew(account, lasts)


def close(practice: str, staff: str) -> None:
    """Nobody signs in with it from now on; who is in is out."""
    with transaction.atomic():
        account = _of(practice, staff)
        account.is_active = False
        _take_away(account)
        note(What.CLOSED, account, means=Means.SERVER)


def listing(practice: str) -> Iterator[Listed]:
    """Every account, by staff id."""
    for account in Account.objects.filter(practice=practice).order_by("staff"):
        yield Listed(staff=account.staff, state=_state(account), last_signed_in=account.last_login)


def _of(practice: str, staff: str) -> Account:
    found: Account | None = Account.objects.filter(practice=practice, staff=staff).first()
    if found is None:
        raise CannotKeep(f"{staff} has no account: `intersession account add {staff}` makes one")
    return found


def _begin_anew(account: Account, lasts: timedelta) -> str:
    _take_away(account)
    return invite(account, lasts)


def _take_away(account: Account) -> None:
    """Every way in, and every session."""
    account.set_unusable_password()
    account.save()
    revoke(account)
    Authenticator.objects.filter(user=account).delete()
    open_ones = UserSession.objects.filter(user=account)
    Session.objects.filter(session_key__in=list(open_ones.values_list("session_key", flat=True))).delete()
    open_ones.delete()


def _state(account: Account) -> str:
    if not account.is_active:
        return "closed"
    kinds = set(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    means = [word for kind, word in (("webauthn", "passkey"), ("totp", "app")) if kind in kinds]
    if means:
        return f"open, with {' and '.join(means)}"
    waits = Invitation.objects.filter(account=account, used_at=None, ends_at__gt=timezone.now()).first()
    return f"invited, until {waits.ends_at:%Y-%m-%d %H:%M} UTC" if waits else "not set up, and its code is over"
