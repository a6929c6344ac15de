"""The forms of setting up, and codes that are right only once."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.core.cache import cache

from .models import Account

REMEMBERED = 120
"""Seconds. Longer than any code from an app is taken: its own half minute and those beside it."""


class InvitationForm(forms.Form):
    """The code that was printed on the server."""

    code = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))


class FirstPasswordForm(forms.Form):
    """Twice, because nobody sees what is typed."""

    password = forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    again = forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, account: Account, **more: Any) -> None:
        super().__init__(*args, **more)
        self.account = account

    def clean_password(self) -> str:
        """Long enough, not a common one, not the name."""
        return str(get_adapter().clean_password(self.cleaned_data["password"], self.account))

    def clean(self) -> dict[str, Any]:
        """Both alike."""
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned["password"] != cleaned.get("again"):
            self.add_error("again", "This is not the same as above.")
        return cleaned


class _Once(forms.Form):
    """A code from the app opens once, also within the minute in which a neighbouring one is still taken (RFC 6238)."""

    user: Account
    authenticator: Authenticator

    def clean_code(self) -> str:
        """As the library does, and never again."""
        code = str(super().clean_code())  # type: ignore[misc]
        used = f"accounts.totp.{self.user.pk}.{''.join(code.split())}"
        if self.authenticator.type == Authenticator.Type.TOTP and not cache.add(used, True, REMEMBERED):
            self._emit_authentication_failed(self.authenticator)  # type: ignore[attr-defined]
            raise get_factor_adapter().validation_error("incorrect_code")
        return code


class OnceForm(_Once, AuthenticateForm):
    """At sign-in."""


class OnceAgainForm(_Once, ReauthenticateForm):
    """Before something about the account is changed."""
