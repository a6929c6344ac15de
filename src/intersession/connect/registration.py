"""Whether carriers let our texts through: registration of local numbers (A2P 10DLC), verification of toll-free ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import phonenumbers

from .account import SILENT, reason
from .findings import Finding, mend, ok, wait

ABOUT = "texting registration"
CONSOLE = "Twilio's console, Messaging, Regulatory Compliance"
VERIFIED, REFUSED = "TWILIO_APPROVED", "TWILIO_REJECTED"


def check_registration(client: Any, numbers: Iterable[str]) -> list[Finding]:
    """For each number of the United States and Canada; elsewhere there is none."""
    american = [number for number in numbers if phonenumbers.parse(number).country_code == 1]
    free = [number for number in american if _is_toll_free(number)]
    local = [number for number in american if number not in free]
    try:
        return [*(_local(client, local) if local else ()), *(_toll_free(client, number) for number in free)]
    except SILENT as error:
        return [mend(ABOUT, reason(error))]


def _local(client: Any, numbers: list[str]) -> list[Finding]:
    """A brand, then a campaign of a Messaging Service, then the numbers in that service."""
    brands = client.messaging.v1.brand_registrations.list()
    stopped = _brand(brands)
    if stopped is not None:
        return [stopped]
    best: dict[str, Finding] = {}
    for service in client.messaging.v1.services.list():
        inside = {one.phone_number for one in client.messaging.v1.services(service.sid).phone_numbers.list()}
        for campaign in client.messaging.v1.services(service.sid).us_app_to_person.list():
            best |= {number: _campaign(number, campaign) for number in numbers if number in inside}
    missing = "the brand is approved, but this number is in no campaign's Messaging Service: add it in " + CONSOLE
    return [best.get(number) or mend(f"{ABOUT} of {number}", missing) for number in numbers]


def _brand(brands: list[Any]) -> Finding | None:
    """What stands against the practice's own registration; None where nothing does."""
    states = {str(one.status) for one in brands}
    if not brands:
        return mend(ABOUT, f"none, so carriers in the United States block texts. Begin in {CONSOLE}")
    if "APPROVED" in states:
        return None
    if states & {"PENDING", "IN_REVIEW"}:
        return wait(ABOUT, "the brand waits for The Campaign Registry, some days. Until then texts are blocked")
    why = next((one.failure_reason for one in brands if one.failure_reason), "no reason is given")
    return mend(ABOUT, f"the brand was refused: {why}. Correct it in {CONSOLE}")


def _campaign(number: str, campaign: Any) -> Finding:
    about, status = f"{ABOUT} of {number}", str(campaign.campaign_status)
    if status == "VERIFIED":
        return ok(about, "approved")
    if status == "FAILED":
        return mend(about, f"the campaign was refused. The reason stands in {CONSOLE}; correct it and hand it in again")
    return wait(about, "the campaign waits for review, some weeks. Until then texts are blocked")


def _toll_free(client: Any, number: str) -> Finding:
    about = f"{ABOUT} of {number}"
    found = [one for one in client.messaging.v1.tollfree_verifications.list() if one.tollfree_phone_number == number]
    if not found:
        return mend(about, f"a toll-free number has to be verified before it texts. Begin in {CONSOLE}")
    status = str(found[0].status)
    if status == VERIFIED:
        return ok(about, "verified")
    if status == REFUSED:
        return mend(about, f"refused: {found[0].rejection_reason or 'no reason is given'}. Correct it in {CONSOLE}")
    return wait(about, "waits for Twilio's review. Until then texts are blocked")


def _is_toll_free(number: str) -> bool:
    return phonenumbers.number_type(phonenumbers.parse(number)) == phonenumbers.PhoneNumberType.TOLL_FREE
