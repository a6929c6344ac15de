"""The journal of sign-ins: who, when, by what means, and what did not succeed. It holds nothing of a client, no address
and no name that was typed; each row is chained to the one before (§5.4).

It is kept beside the accounts and not by the tick: somebody who signs in at night must not wait for it, and whoever
tries passwords must not be able to fill the practice's own journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Min, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from ...records.sealing import Keyring
from .. import line
from .browsers import browser_of
from .models import Account, SignIn

FIRST = "intersession sign-ins"


class What(StrEnum):
    """What happened."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    LOCKED = "locked"
    """A session that was left alone."""
    ENDED = "ended"
    """A session was ended from another one."""
    REFUSED = "refused"
    """A wrong password, a passkey or an invitation that was not taken."""
    WRONG_CODE = "wrong_code"
    """The password was right, and the second factor was not."""
    LIMITED = "limited"
    """So many tries that none was looked at any more; noted once for each stretch of it."""
    PASSWORD_SET = "password_set"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    CODES_MADE = "codes_made"
    INVITED = "invited"
    RESET = "reset"
    CLOSED = "closed"


class Means(StrEnum):
    """By what."""

    NONE = ""
    PASSWORD = "password"
    APP = "app"
    """A password, and a code from an app."""
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"
    INVITATION = "invitation"
    SERVER = "server"
    """By whoever runs the line."""


def note(
    what: What, account: Account | None, request: HttpRequest | None = None, means: Means = Means.NONE
) -> None:
    """Write it down. Without a request it was done on the server, where the key may not be: it is chained later."""
    practice = account.practice if account is not None else str(line.connected().practice)
    staff = account.staff if account is not None else None
    with transaction.atomic():
        SignIn.objects.create(
            practice=practice, staff=staff, at=timezone.now(), what=what, means=means,
            browser=browser_of(request.headers.get("User-Agent", "")) if request is not None else "",
            whence=_whence(request),
        )  # fmt: skip
    if request is not None:
        seal_new(line.connected().keyring, practice)


def seal_new(keyring: Keyring, practice: str) -> None:
    """Chain what is not chained yet. Of two at once one does it, and the other leaves it to the next."""
    try:
        with transaction.atomic():
            last = _chain(practice).last()
            place, seal = (0, FIRST) if last is None else (last.place or 0, last.seal or FIRST)
            for row in SignIn.objects.filter(practice=practice, place=None).order_by("id"):
                place, seal = place + 1, _next(keyring, seal, row)
                SignIn.objects.filter(pk=row.pk).update(place=place, seal=seal)
    except IntegrityError:
        return


def unbroken(keyring: Keyring, practice: str) -> bool:
    """Whether every chained row is as it was written, and none is missing between two."""
    seal = FIRST
    for place, row in enumerate(_chain(practice), 1):
        seal = _next(keyring, seal, row)
        if (row.place, row.seal) != (place, seal):
            return False
    return True


def of(account: Account, most: int) -> Iterator[tuple[SignIn, bool]]:
    """The newest first; and whether it came from where this account had not signed in before."""
    rows = SignIn.objects.filter(practice=account.practice, staff=account.staff)
    places = rows.filter(what=What.SIGNED_IN).values("whence").annotate(first=Min("id"))
    first = dict(places.values_list("whence", "first"))
    for row in rows.order_by("-id")[:most]:
        yield row, bool(row.whence) and first.get(row.whence, row.pk) >= row.pk


def _chain(practice: str) -> QuerySet[SignIn]:
    return SignIn.objects.filter(practice=practice).exclude(place=None).order_by("place")


def _whence(request: HttpRequest | None) -> str:
    if request is None:
        return ""
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:
        return ""
    return line.connected().keyring.digest(f"accounts:whence:{address}")


def _next(keyring: Keyring, seal: str, row: SignIn) -> str:
    at: datetime = row.at
    parts = (row.pk, row.practice, row.staff or "", at.isoformat(), row.what, row.means, row.browser, row.whence)
    return keyring.digest(seal + "\x1e" + "\x1f".join(str(part) for part in parts))
