"""The account's own page, and the library's views with our templates where they need more than that."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.views import LoginView
from allauth.core.internal.httpkit import authenticated_user
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from ..look import when
from ..viewer import viewer
from .browsers import browser_of
from .journal import Means, What, note, of
from .models import Account
from .presence import seconds_left
from .telling import BAD, said

SHOWN = 50
"""Of the last things that happened."""


class SignIn(LoginView):
    """Name and password. Where there is no account at all, how one is made."""

    template_name = "accounts/sign_in.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """For the template."""
        return {
            **super().get_context_data(**more),
            "nobody": not Account.objects.exists(),
            "passkey_failed": "passkey" in self.request.GET,
        }


class SignInByPasskey(LoginWebAuthnView):
    """A passkey that has asked for a finger or a PIN is both factors."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Said on the page itself."""
        del form
        note(What.REFUSED, None, self.request, Means.PASSKEY)
        return redirect(f"{reverse('account_login')}?passkey=no")


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    """Before something about the account is changed."""

    template_name = "accounts/confirm_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        """Said on the page itself."""
        return self.render_to_response({**self.get_context_data(), "form": form})


class RemovePasskey(RemoveWebAuthnView):
    """Not the only second factor."""

    template_name = "accounts/passkey_remove.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Asked here: the library asks for apps only."""
        if not get_factor_adapter().can_delete_authenticator(self.get_object()):
            raise PermissionDenied("the only second factor stays")
        answer: HttpResponse = super().form_valid(form)
        return answer

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """For the template."""
        allowed = get_factor_adapter().can_delete_authenticator(self.object)
        known: dict[str, Any] = super().get_context_data(**more)  # type: ignore[no-untyped-call]
        return {**known, "only_one": not allowed}


def account(request: HttpRequest) -> HttpResponse:
    """How one signs in, and where one is signed in."""
    mine = Authenticator.objects.filter(user_id=request.user.pk).order_by("created_at")
    codes = mine.filter(type=Authenticator.Type.RECOVERY_CODES).first()
    return render(request, "accounts/account.html", {
        "account": request.user,
        "app": mine.filter(type=Authenticator.Type.TOTP).first(),
        "passkeys": mine.filter(type=Authenticator.Type.WEBAUTHN),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes is not None else 0,
        "sessions": _sessions(request),
        "idle_minutes": settings.INTERSESSION_IDLE.total_seconds() // 60,
    })  # fmt: skip


def sign_ins(request: HttpRequest) -> HttpResponse:
    """What happened with this account, the newest first, and where it is signed in."""
    zone, now = viewer(request).zone, timezone.now()
    rows = [
        {"says": said(row), "at": when(row.at, now, zone), "browser": row.browser, "strange": strange,
         "bad": row.what in BAD}
        for row, strange in of(_account(request), SHOWN)
    ]  # fmt: skip
    return render(request, "accounts/sign_ins.html", {
        "rows": rows, "most": SHOWN, "sessions": _sessions(request),
        "idle_minutes": settings.INTERSESSION_IDLE.total_seconds() // 60,
    })  # fmt: skip


def _account(request: HttpRequest) -> Account:
    return cast(Account, authenticated_user(request))


def _sessions(request: HttpRequest) -> list[dict[str, object]]:
    zone, now = viewer(request).zone, timezone.now()
    sessions = UserSession.objects.purge_and_list(authenticated_user(request))
    return [
        {"id": one.pk, "browser": browser_of(one.user_agent), "ip": one.ip, "this": one.is_current(),
         "since": when(one.created_at, now, zone), "seen": when(one.last_seen_at, now, zone)}
        for one in sorted(sessions, key=lambda one: (one.is_current(), one.last_seen_at), reverse=True)
    ]  # fmt: skip


@require_POST
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """One of one's own, such as on a phone that was lost."""
    end_sessions(request, [get_object_or_404(UserSession, pk=session, user_id=request.user.pk)])
    note(What.ENDED, _account(request), request)
    return redirect("account")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """All but this one."""
    others = UserSession.objects.filter(user_id=request.user.pk).exclude(session_key=request.session.session_key)
    end_sessions(request, list(others))
    note(What.ENDED, _account(request), request)
    return redirect("account")


def here(request: HttpRequest) -> JsonResponse:
    """A page asks how long it may stay open; asked by somebody's hand, it stays open longer."""
    return JsonResponse({"seconds": seconds_left(request)})


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429."""
    del exception
    says = "Wait a minute, then try again."
    return render(request, "error.html", {"title": "Too many tries.", "says": says}, status=429)
