"""Browsers in which an account has signed in before: their tries are counted apart from strangers' (OWASP's device
cookies).

Whoever knows a sign-in name can type wrong passwords for it all day, and so use up the tries that are allowed for that
name. Without this the account's own person could not sign in for as long as that goes on. A browser proves by a signed
cookie that it once had both factors; it is no factor itself, and its own tries are as few.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from .models import Account

LASTS = 180 * 24 * 60 * 60
"""Seconds."""
SALT = "intersession.accounts.known"


def remember(answer: HttpResponse, account: Account) -> None:
    """This browser, from now on. A new mark each time, so that an old copy of the cookie counts apart too."""
    mark = signing.dumps({"account": account.pk, "mark": secrets.token_urlsafe(12)}, salt=SALT)
    answer.set_cookie(
        _name(account), mark, max_age=LASTS, secure=settings.PUBLIC, httponly=True, samesite="Strict", path="/"
    )


def mark_of(request: HttpRequest, username: str) -> str:
    """Of a browser in which that account has signed in; empty for any other, and for a name that is nobody's."""
    account = Account.objects.filter(username=username.lower()).first()
    raw = request.COOKIES.get(_name(account), "") if account is not None else ""
    try:
        found = signing.loads(raw, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return ""
    return str(found["mark"]) if account is not None and found["account"] == account.pk else ""


def _name(account: Account) -> str:
    return f"{settings.COOKIES}_known_{account.pk}"
