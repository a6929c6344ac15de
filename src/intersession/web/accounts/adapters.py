"""What the sign-in library asks us: its words, its gate for those who are not set up, and what it stores sealed."""

from __future__ import annotations

import base64
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from qrcode.image.svg import SvgPathImage
from qrcode.main import QRCode

from .. import line
from .journal import Means, What, note
from .known import mark_of, remember
from .models import Account
from .presence import SECOND_FACTORS, has_second_factor

INVITED = "accounts.invited"
"""In the session of somebody who came with an invitation: their account's id."""
PRODUCT = "Intersession"
STRETCH = 5 * 60
"""Seconds, as long as the tries for a name are counted."""
BOUND_TO = "accounts:second-factor"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in with a name and a password, for those who were invited."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "This name and this password do not fit together.",
        "invalid_login": "This name and this password do not fit together.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
        "rate_limited": "Too many tries. Wait a minute, then try again.",
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your password.",
        "same_as_current": "That is the password you have now. Choose another one.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made on the server."""
        del request
        return False

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        """A password alone never opens an account: who has no second factor needs the invitation's own session."""
        if not has_second_factor(user) and request.session.get(INVITED) != user.pk:
            return redirect(f"{reverse('account-begin')}?unfinished=1")
        answer: HttpResponse | None = super().pre_login(request, user, **more)
        return answer

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Tries that are not even looked at are noted once for each stretch of them."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            account = _of(credentials)
            if cache.add(f"accounts.limited.{account.pk if account else ''}", True, STRETCH):
                note(What.LIMITED, account, request)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password, or a name that is nobody's."""
        note(What.REFUSED, _of(credentials), request, Means.PASSWORD)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By the name; for a browser in which it signed in before, by both."""
        name: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{name}:{mark_of(request, str(credentials.get('username', '')))}"

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """No word about why."""
        note(What.REFUSED, user, request, Means.PASSWORD)
        return redirect("account_login")

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        """Sessions that are over go with the next one that begins; this browser is known from now on."""
        SessionStore.clear_expired()
        answer: HttpResponse = super().post_login(request, user, **more)
        if has_second_factor(user):
            remember(answer, user)
        return answer

    def logout(self, request: HttpRequest) -> None:
        """By the person's own hand."""
        note(What.SIGNED_OUT, cast(Account, request.user), request)
        super().logout(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The first screen."""
        del request
        return reverse("home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to where it was changed."""
        del request
        return reverse("account")


def _of(credentials: dict[str, Any]) -> Account | None:
    return Account.objects.filter(username=str(credentials.get("username", "")).lower()).first()


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets under the practice's key; never an account without a second factor."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That is not right. Codes change every half minute: try the next one.",
        "cannot_delete_authenticator": "This is your only second factor. Add another one first.",
    }

    def get_totp_issuer(self) -> str:
        """As the app lists it."""
        return PRODUCT

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """By the name of the host: a passkey works nowhere else."""
        return {**super().get_public_key_credential_rp_entity(), "name": PRODUCT}

    def _get_site_name(self) -> str:
        return PRODUCT

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Until its owner names it."""
        return f"Passkey {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"

    def build_totp_svg(self, url: str) -> str:
        """Without the XML declaration, to stand in a page."""
        picture: Any = QRCode(image_factory=SvgPathImage)
        picture.add_data(url)
        return str(picture.make_image().to_string(encoding="unicode"))

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not the last one."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=SECOND_FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def encrypt(self, text: str) -> str:
        """Sealed by the practice's key, which is not in the database."""
        return base64.b64encode(line.connected().keyring.seal(text, BOUND_TO)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Opened again."""
        return line.connected().keyring.unseal(base64.b64decode(encrypted_text), BOUND_TO)
