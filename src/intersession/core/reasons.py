"""Plain sentences for "Why?": what was known, and which rule made of it what happened (INV-17)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from .caller import CallerClass, lead_client
from .decision import Reason
from .facts import Facts, Staff
from .route import Route
from .rules.covered import clinician
from .situation import CLIENT_CLASSES, OnCallNow, Situation

PLAIN = {
    "V02": "This number is blocked: no phone rings, but 1 and 9 work and a message is kept apart.",
    "V03": "An emergency partner: on-call is rung at once, at any hour.",
    "V04": "A staff phone: the PIN opens the staff menu.",
    "V05": "A caller we do not know, in hours: whoever takes new callers is rung.",
    "V06": "A caller we do not know, after hours: no phone rings unless the caller presses 1.",
    "V07": "Not a current client: the desk in hours, the greeting with other places to turn to after hours.",
    "V08": "Family or another caller: nothing is confirmed; in danger, 1 reaches on-call.",
    "V10": "The caller pressed 1: whoever may be rung is rung together with on-call.",
    "V11": "Coaching calls are paused: on-call hears the message, 1 reaches on-call.",
    "V12": "Outside the agreed call time: the greeting names it, 1 reaches on-call.",
    "V13": "The 24-hour rule holds: no coaching call now, 1 stays open.",
    "V14": "The caller pressed 1 under the 24-hour rule: on-call is rung, not the primary.",
    "V15": "A coaching client: the primary first, then the pool, then on-call.",
    "V16": "The primary is in a session: the pool is rung, else a call-back time is said.",
    "V17": "The primary takes no calls now: the pool, then on-call.",
    "V18": "The primary is away: the named cover is rung instead.",
    "V19": "Not active in coaching: treated as a standard client.",
    "V20": "A client in hours: the clinician's phone rings for 20 seconds, then voicemail.",
    "V22": "High access: the coaching path, without the worksheet.",
}

ADDED = {
    "D16": "The number is refused outright, as the block's author decided.",
    "V09": "The phone is shared: nobody is told of another's client.",
    "V01": "The caller pressed 9: crisis support; on-call is told, nobody is rung for it.",
    "V22": "High access: the coaching path, without the worksheet.",
    "V23": "Picked up without a key: a private voicemail counts as no answer.",
    "V24": "The third unanswered try in a quarter of an hour: the next people are paged at once.",
    "V25": "The caller hung up without a message.",
    "V26": "A relay call: longer rings, longer waits.",
    "V27": "Another language is on record: its words are used, and a message counts as unheard.",
    "V28": "A minor: as every client; no guardian is told by the line.",
    "VM01": "A message was left: it has an owner, and a time by which somebody hears it.",
    "VM03": "Nothing was said on the recording: it is listed like a hang-up.",
}


def voice_reasons(
    plan: Route, happened: tuple[str, ...], situation: Situation, facts: Facts, now: datetime
) -> tuple[Reason, ...]:
    """The base rule first, then what was added, then who could not be rung."""
    base = _after_hours(facts, situation, now) if plan.rule == "V21" else PLAIN[plan.rule]
    reasons = [Reason(rule=plan.rule, says=base)]
    reasons += [Reason(rule=rule, says=ADDED[rule]) for rule in (*plan.modifiers, *happened)]
    if situation.urgent and situation.on_call in (OnCallNow.NONE, OnCallNow.GAP):
        says = "Nobody is on call now: the caller was told so, and how to reach crisis support."
        reasons.append(Reason(rule="D41", says=says))
    return tuple(reasons)


def _after_hours(facts: Facts, situation: Situation, now: datetime) -> str:
    client = lead_client(facts.caller, facts.line) if situation.caller in CLIENT_CLASSES else None
    staff = clinician(facts, client)
    local = now.astimezone(ZoneInfo(facts.practice.zone))
    if staff is None or situation.caller is CallerClass.SHARED:
        return f"The office is closed on {local:%A at %H:%M}: no phone rings."
    if not _rings_on(staff, local.weekday()):
        return f"{staff.said_as}'s rule: no rings on {local:%A}."
    return f"{staff.said_as}'s rule: rings in stated hours only; it is {local:%A %H:%M}."


def _rings_on(staff: Staff, weekday: int) -> bool:
    return any(window.weekday == weekday for window in staff.schedule.hours.windows)
