"""What the sign-in library tells by its signals, written into the journal of sign-ins."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import password_changed, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.http import HttpRequest

from .journal import Means, What, note
from .models import Account

KINDS: dict[str, Means] = {
    Authenticator.Type.TOTP: Means.APP, Authenticator.Type.WEBAUTHN: Means.PASSKEY,
    Authenticator.Type.RECOVERY_CODES: Means.RECOVERY_CODE,
}  # fmt: skip


def listen() -> None:
    """Once, when Django has started."""
    for signal, receiver in (
        (user_logged_in, _signed_in), (password_changed, _password), (authentication_failed, _wrong_code),
        (authenticator_added, _added), (authenticator_removed, _removed), (authenticator_reset, _codes),
    ):  # fmt: skip
        signal.connect(receiver, dispatch_uid=f"accounts.noting.{receiver.__name__}")


def _signed_in(request: HttpRequest, user: Account, **_: Any) -> None:
    """By the last thing that was asked for."""
    records = get_authentication_records(request, user)
    last = records[-1] if records else {}
    means = KINDS.get(last.get("type", ""), Means.INVITATION)
    note(What.SIGNED_IN, user, request, means)


def _password(request: HttpRequest, user: Account, **_: Any) -> None:
    note(What.PASSWORD_SET, user, request)


def _wrong_code(request: HttpRequest, user: Account, **_: Any) -> None:
    note(What.WRONG_CODE, user, request)


def _added(request: HttpRequest, user: Account, authenticator: Authenticator, **_: Any) -> None:
    made = authenticator.type == Authenticator.Type.RECOVERY_CODES
    note(What.CODES_MADE if made else What.FACTOR_ADDED, user, request, KINDS[authenticator.type])


def _removed(request: HttpRequest, user: Account, authenticator: Authenticator, **_: Any) -> None:
    note(What.FACTOR_REMOVED, user, request, KINDS[authenticator.type])


def _codes(request: HttpRequest, user: Account, **_: Any) -> None:
    note(What.CODES_MADE, user, request, Means.RECOVERY_CODE)
