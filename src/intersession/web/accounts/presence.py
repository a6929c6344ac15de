"""Whether somebody is signed in at this request, and for how long since they last did something."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from .journal import What, note

UNATTENDED = "Unattended"
"""The header of what a screen asks by itself, because something changed: nobody is there because of that."""
KEPT = "intersession.presence"
STORED_EVERY = timedelta(minutes=1)
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Presence(Enum):
    """How far somebody is."""

    OUT = auto()
    UNFINISHED = auto()
    """Came with an invitation, and has no second factor yet."""
    IN = auto()


def find(request: HttpRequest) -> Presence:
    """Look once a request, and note that somebody was here. A session that was left alone ends."""
    found = _found(request)
    request.META[KEPT] = found
    return found


def is_in(request: HttpRequest) -> bool:
    """Whether `find` found somebody with both factors at this request."""
    return request.META.get(KEPT) is Presence.IN


def still_open(session_key: str | None) -> bool:
    """For what outlives its request, such as a stream."""
    since = timezone.now() - settings.INTERSESSION_IDLE
    return UserSession.objects.filter(
        session_key=session_key, last_seen_at__gt=since, user__is_active=True
    ).exists()  # fmt: skip


def seconds_left(request: HttpRequest) -> int:
    """Until this session locks, if nobody does anything."""
    seen = UserSession.objects.values_list("last_seen_at", flat=True).get(session_key=request.session.session_key)
    return max(0, int((seen + settings.INTERSESSION_IDLE - timezone.now()).total_seconds()))


def has_second_factor(account: AbstractBaseUser | AnonymousUser) -> bool:
    """A code from an app, or a passkey. Recovery codes alone are none."""
    return not account.is_anonymous and is_mfa_enabled(account, SECOND_FACTORS)


def _found(request: HttpRequest) -> Presence:
    if not request.user.is_authenticated:
        return Presence.OUT
    session = UserSession.objects.filter(session_key=request.session.session_key, user_id=request.user.pk).first()
    now = timezone.now()
    if session is None or now - session.last_seen_at >= settings.INTERSESSION_IDLE:
        if session is not None:
            note(What.LOCKED, request.user, request)
            session.end()
        logout(request)
        return Presence.OUT
    if UNATTENDED not in request.headers and now - session.last_seen_at >= STORED_EVERY:
        UserSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    return Presence.IN if has_second_factor(request.user) else Presence.UNFINISHED
