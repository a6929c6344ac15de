"""Whether a request is Twilio's: the official signature check, on the address that we configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from .account import Account

Form = ImmutableMultiDict[str, str]


class Signatures:
    """Checks signatures with each token of the account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        official: Any = RequestValidator  # the SDK is not typed
        self._validators = [official(token) for token in account.tokens]

    def genuine(self, path: str, form: Form, headers: Mapping[str, str]) -> bool:
        """`path` with its query. The Host header is never looked at: whoever sends a request chooses it."""
        signature = headers.get(SIGNATURE_HEADER, "")
        named: Any = get_signature_algorithm
        algorithm = named(headers.get(SIGNATURE_SETTINGS_HEADER, "")).upper()
        if algorithm not in (HMAC_SHA1, HMAC_SHA256):  # the validator would log what it was sent
            return False
        url = self._account.url(path)
        return any(validator.validate(url, form, signature, algorithm) for validator in self._validators)
