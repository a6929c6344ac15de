"""The account's numbers: which there are, buying one, and what Twilio does when somebody calls or texts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intersession.carriers.twilio.account import Account

from .account import SILENT, reason
from .fallback import RUN_AGAIN
from .findings import Finding, mend, ok

MOST_OFFERED = 5
SETTINGS = {
    "voice_url": "calls", "voice_method": "the method of calls", "voice_fallback_url": "the fallback of calls",
    "voice_fallback_method": "the method of the fallback", "status_callback": "ends of calls",
    "status_callback_method": "the method of ends of calls", "sms_url": "texts", "sms_method": "the method of texts",
    "sms_fallback_url": "the fallback of texts", "voice_application_sid": "calls, by an application",
    "sms_application_sid": "texts, by an application", "trunk_sid": "calls, by a trunk",
}  # fmt: skip
"""What Twilio calls them, and what they are. An application or a trunk would go before the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of the account."""

    sid: str
    number: str
    name: str
    voice: bool
    sms: bool
    settings: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A number that can be bought."""

    number: str
    place: str


def numbers_of(client: Any) -> list[Number]:
    """All of the account."""
    return [_number(one) for one in client.incoming_phone_numbers.list()]


def offers(client: Any, country: str, area_code: str) -> list[Offer]:
    """A few local numbers that can call and text."""
    found = client.available_phone_numbers(country).local.list(
        area_code=area_code, voice_enabled=True, sms_enabled=True, limit=MOST_OFFERED
    )
    return [Offer(number=one.phone_number, place=", ".join(filter(None, (one.locality, one.region)))) for one in found]


def buy(client: Any, number: str) -> Number:
    """Buy one. It costs money each month until it is given back."""
    return _number(client.incoming_phone_numbers.create(phone_number=number))


def wanted(account: Account, fallback: str) -> dict[str, str]:
    """How every number of a line has to be set."""
    return {
        "voice_url": account.hurried("/twilio/voice"), "voice_method": "POST", "voice_fallback_url": fallback,
        "voice_fallback_method": "POST", "status_callback": account.url("/twilio/call-status"),
        "status_callback_method": "POST", "sms_url": account.url("/twilio/text"), "sms_method": "POST",
        # empty on purpose: a text that nobody took is fetched from Twilio's list
        "sms_fallback_url": "", "voice_application_sid": "", "sms_application_sid": "", "trunk_sid": "",
    }  # fmt: skip


def set_up(client: Any, number: Number, settings: dict[str, str]) -> bool:
    """Change what is not as it has to be; whether anything was."""
    changes = {name: value for name, value in settings.items() if number.settings[name] != value}
    if changes:
        client.incoming_phone_numbers(number.sid).update(**changes)
    return bool(changes)


def check_numbers(client: Any, account: Account, fallback: str | None) -> list[Finding]:
    """Each number of the lines: still ours, able to call and text, and led to us."""
    try:
        there = {one.number: one for one in numbers_of(client)}
        inbound = _services_that_take_texts(client)
    except SILENT as error:
        return [mend("numbers", reason(error))]
    settings = wanted(account, fallback or "")
    return [_check(number, there.get(number), settings, inbound) for number in account.lines]


def _check(number: str, found: Number | None, settings: dict[str, str], inbound: dict[str, str]) -> Finding:
    if found is None:
        says = f"this account does not have it (any more). Choose another for its line: {RUN_AGAIN}"
        return mend(number, says)
    if not found.voice:
        return mend(number, f"it cannot take calls. Choose another for its line: {RUN_AGAIN}")
    wrong = [says for name, says in SETTINGS.items() if found.settings[name] != settings[name]]
    if wrong:
        return mend(number, f"Twilio does not lead to this line: {', '.join(wrong)}. To set it right, {RUN_AGAIN}")
    if found.sid in inbound:
        return mend(
            number,
            f"its texts go where the Messaging Service “{inbound[found.sid]}” says. In Twilio's console, under that "
            "service, Integration, choose “Defer to sender's webhook”",
        )
    return ok(number, "ours; calls, texts and fallback are set" if found.sms else "ours; calls are set; it cannot text")


def _services_that_take_texts(client: Any) -> dict[str, str]:
    """By a number's SID, the name of a Messaging Service that takes its texts before the number's own address does."""
    services = [one for one in client.messaging.v1.services.list() if not one.use_inbound_webhook_on_number]
    return {
        number.sid: service.friendly_name
        for service in services
        for number in client.messaging.v1.services(service.sid).phone_numbers.list()
    }


def _number(one: Any) -> Number:
    can = one.capabilities or {}
    return Number(
        sid=one.sid, number=one.phone_number, name=one.friendly_name or "", voice=bool(can.get("voice")),
        sms=bool(can.get("sms")), settings={name: str(getattr(one, name) or "") for name in SETTINGS},
    )  # fmt: skip
