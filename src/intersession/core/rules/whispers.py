"""What staff hear before the key: class, handle, state; never a name, a number or a reason (§5.3, V09, D7)."""

from __future__ import annotations

from ..caller import CallerClass, current_clients
from ..facts import Client, Facts
from ..ids import StaffId
from ..situation import Situation
from ..wording.compose import Handle, Phrase, phrase

BY_RULE = {
    "V10": "W-URG",
    "V11": "W-HOLIDAY",
    "V12": "W-HOLIDAY",
    "V14": "W-R24",
    "V15": "W-COACH",
    "V16": "W-COACH",
    "V17": "W-COACH",
    "V18": "W-COACH",
    "V20": "W-ROUTINE",
    "V21": "W-ROUTINE",
    "V22": "W-HIGH",
}


def whisper(
    rule: str, situation: Situation | None, facts: Facts, client: Client | None, staff: StaffId
) -> tuple[Phrase, ...]:
    """The whisper for one staff member; `client` is whose rules count."""
    if situation is None:
        return (phrase("W-NEW"),)
    return (*_who(rule, situation, facts, client, staff), *_added(situation, facts, client))


def _who(
    rule: str, situation: Situation, facts: Facts, client: Client | None, staff: StaffId
) -> tuple[Phrase, ...]:
    if situation.caller is CallerClass.SHARED:
        return _shared(facts, staff)
    match rule:
        case "V02":
            return (phrase("W-BLOCK"),)
        case "V03":
            return (phrase("W-PARTNER"),)
        case "V05":
            return (phrase("W-NEW"),)
        case "V06":
            return (phrase("W-UNKNOWN-URG" if situation.urgent else "W-UNKNOWN-AFTER"),)
        case "V07":
            return (phrase("W-FORMER" if situation.urgent else "W-NEW"),)
        case "V08":
            return (phrase("W-FAMILY"),)
        case "V19" if client is not None:
            return (phrase("W-PHASE", handle=handle(client, facts), phase=client.phase.value),)
        case _:
            return (phrase(_by_path(rule, situation), handle=handle(client, facts)),)


def _by_path(rule: str, situation: Situation) -> str:
    wording = BY_RULE.get(rule, "W-ROUTINE")
    return "W-HIGH" if wording == "W-COACH" and situation.path == "high_access" else wording


def _shared(facts: Facts, staff: StaffId) -> tuple[Phrase, ...]:
    """A primary hears only of their own client; on-call hears both handles (V09, INV-20)."""
    clients = current_clients(facts.caller)
    own = [client for client in clients if client.primary == staff]
    if own:
        return (phrase("W-SHARED", handle=handle(own[0], facts)),)
    if len(clients) == 1:
        return (phrase("W-SHARED", handle=handle(clients[0], facts)),)
    return (phrase("W-SHARED-OC", handle=handle(clients[0], facts), handle_2=handle(clients[1], facts)),)


def _added(situation: Situation, facts: Facts, client: Client | None) -> tuple[Phrase, ...]:
    added = []
    if situation.relay:
        added.append(phrase("W-RELAY"))
    if situation.foreign and client is not None and client.language:
        added.append(phrase("W-LANG", lang=client.language))
    if situation.redial:
        added.append(phrase("W-3"))
    return tuple(added)


def handle(client: Client | None, facts: Facts) -> Handle | None:
    """The handle as it may be spoken; None, and so "a client", where handles are off (D7, D54)."""
    spelled = client is not None and facts.practice.policy.spell_handles
    return Handle(client.handle) if client is not None and spelled else None
