"""What a month is likely to cost: Twilio's own prices of today, times a usage that is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import phonenumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One month of a small practice."""

    calls: int = 200
    minutes: int = 4
    """Of one call. Who is connected is on two legs: the caller's, and ours to a staff phone."""
    texts: int = 300
    """Out, and as many in; each of one segment."""

    def __str__(self) -> str:
        return f"{self.calls} calls of {self.minutes} minutes, each connected; {self.texts} texts out and as many in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """In Twilio's currency for the country."""

    unit: str
    numbers: Decimal
    calls: Decimal
    texts: Decimal

    @property
    def total(self) -> Decimal:
        """A month."""
        return self.numbers + self.calls + self.texts


def number_price(client: Any, country: str, kind: str = "local") -> tuple[str, Decimal] | None:
    """The currency, and a number's price a month; None where Twilio names none."""
    found = client.pricing.v1.phone_numbers.countries(country).fetch()
    price = next((one["current_price"] for one in found.phone_number_prices if one["number_type"] == kind), None)
    return None if price is None else (found.price_unit, Decimal(price))


def expected(client: Any, numbers: Iterable[str], usage: Usage | None = None) -> Costs | None:
    """A month with these numbers, all of one country; None where Twilio names no price."""
    numbers, usage = list(numbers), usage or Usage()
    country = country_of(numbers[0])
    price = number_price(client, country)
    voice = client.pricing.v2.voice.countries(country).fetch()
    texting = client.pricing.v1.messaging.countries(country).fetch()
    in_, out = _local(voice.inbound_call_prices), _to(voice.outbound_prefix_prices, numbers[0])
    text_in = _local(texting.inbound_sms_prices)
    text_out = max((p for one in texting.outbound_sms_prices if (p := _local(one["prices"])) is not None), default=None)
    if price is None or in_ is None or out is None or text_in is None or text_out is None:
        return None
    return Costs(
        unit=price[0], numbers=price[1] * len(numbers), calls=usage.calls * usage.minutes * (in_ + out),
        texts=usage.texts * (text_in + text_out),
    )  # fmt: skip


def country_of(number: str) -> str:
    """Two letters, as in ISO 3166."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or "US"


def _local(prices: list[dict[str, str]]) -> Decimal | None:
    """Of a local number; where there is none, of a mobile one."""
    by_kind = {one["number_type"]: Decimal(one["current_price"]) for one in prices if one.get("current_price")}
    return next((by_kind[kind] for kind in ("local", "mobile") if kind in by_kind), None)


def _to(prices: list[dict[str, Any]], number: str) -> Decimal | None:
    """The price of the longest prefix that the number begins with."""
    digits = number.removeprefix("+")
    fits = [
        (len(prefix), Decimal(one["current_price"]))
        for one in prices
        for prefix in one["destination_prefixes"]
        if digits.startswith(prefix)
    ]
    return max(fits, default=(0, None))[1]
