"""Invitations: a short-lived code, used once, hashed at rest, with which a person sets up their account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from .models import Account, Invitation

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O or U, which are misread. 20 of these are 100 bits."""
LETTERS, GROUP = 20, 5
LOOKS_LIKE = str.maketrans("ILO", "110")


def invite(account: Account, lasts: timedelta) -> str:
    """A new code for this account; earlier ones stop working."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    revoke(account)
    now = timezone.now()
    Invitation.objects.create(account=account, code_hash=_hash(code), made_at=now, ends_at=now + lasts)
    return "-".join(code[at : at + GROUP] for at in range(0, LETTERS, GROUP))


def revoke(account: Account) -> None:
    """No code of this account works any more."""
    Invitation.objects.filter(account=account, used_at=None).delete()


def redeem(typed: str) -> Account | None:
    """The account of a code that is right, in time and unused; from now on it is used."""
    now = timezone.now()
    open_ones = Invitation.objects.filter(
        code_hash=_hash(_plain(typed)), used_at=None, ends_at__gt=now, account__is_active=True
    )
    # one conditional update: of two who type it at the same instant one is let in
    found = open_ones.values_list("id", flat=True).first()
    if found is None or not Invitation.objects.filter(id=found, used_at=None).update(used_at=now):
        return None
    return Account.objects.get(invitation=found)


def _plain(typed: str) -> str:
    return "".join(letter for letter in typed.upper().translate(LOOKS_LIKE) if letter in ALPHABET)


def _hash(code: str) -> str:
    """Fast is enough: a hundred random bits are not guessed."""
    return hashlib.sha256(code.encode()).hexdigest()
