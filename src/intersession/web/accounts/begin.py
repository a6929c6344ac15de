"""Setting up an account with an invitation: the code, a password, then a second factor. Nothing else is reachable."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core.ratelimit import consume_or_429
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from .adapters import INVITED
from .forms import FirstPasswordForm, InvitationForm
from .guard import for_setting_up
from .invitations import redeem
from .journal import Means, What, note
from .models import Account
from .presence import has_second_factor

SET_UP_WITHIN = 30 * 60
"""Seconds from the code to the password."""
REFUSED = "This code is not right, is over, or was used already. Ask whoever runs the line for a new one."


@login_not_required
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """The code is used up here: whoever types it second is told so."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST":
        refused: HttpResponse | None = consume_or_429(request, action="login")
        if refused is not None:
            return refused
        if form.is_valid():
            account = redeem(form.cleaned_data["code"])
            if account is not None:
                return _invited(request, account)
            note(What.REFUSED, None, request, Means.INVITATION)
            form.add_error("code", REFUSED)
    return render(request, "accounts/begin.html", {"form": form, "unfinished": "unfinished" in request.GET})


def _invited(request: HttpRequest, account: Account) -> HttpResponse:
    """In a session of its own, whoever was signed in here before."""
    logout(request)
    request.session[INVITED] = account.pk
    request.session.set_expiry(SET_UP_WITHIN)
    return redirect("account-begin-password")


@login_not_required
@sensitive_post_parameters("password", "again")
def password(request: HttpRequest) -> HttpResponse:
    """Then they are in, as far as choosing a second factor."""
    account = Account.objects.filter(pk=request.session.get(INVITED, 0), is_active=True).first()
    if account is None or account.has_usable_password():
        return redirect("account-begin")
    form = FirstPasswordForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        account.set_password(form.cleaned_data["password"])
        account.save(update_fields=["password"])
        note(What.PASSWORD_SET, account, request, Means.INVITATION)
        record_authentication(request, account, "password", reauthenticated=True)
        answer: HttpResponse = perform_login(request, account, redirect_url=reverse("account-begin-factor"))
        request.session.set_expiry(None)
        return answer
    return render(request, "accounts/begin_password.html", {"form": form, "name": account.username})


@for_setting_up
def factor(request: HttpRequest) -> HttpResponse:
    """An app or a passkey."""
    if has_second_factor(request.user):
        return redirect("account")
    return render(request, "accounts/begin_factor.html")
