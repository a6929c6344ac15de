"""What an open item says of itself: what happened, what was promised, what is still to do. Facts only, no opinion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ...core.call import Phase
from ...core.tasks import TaskKind
from ...records.models import Contact
from ..look import minutes, when
from .items import Item

OWED = {
    TaskKind.CHECK_MEANING: "an opt-out word came by text: ask by phone what was meant",
    TaskKind.CONSENT: "asked for texts again: talk it over first",
    TaskKind.OTHER_WAY: "a text did not arrive: reach them another way",
    TaskKind.INTERPRETER: "a message that needs an interpreter",
    TaskKind.LANGUAGE_PACK: "speaks a language that has no words here yet",
    TaskKind.MACHINE: "something the line could not do by itself",
}

ICONS = {
    TaskKind.CHECK_MEANING: "text",
    TaskKind.CONSENT: "text",
    TaskKind.OTHER_WAY: "text",
    TaskKind.INTERPRETER: "voicemail",
    TaskKind.LANGUAGE_PACK: "words",
    TaskKind.MACHINE: "gear",
}


def what(item: Item) -> str:
    """"left a voicemail, 0:40"; "called and hung up, 3 times"."""
    kind = item.task.kind
    if kind in OWED:
        return OWED[kind]
    if kind is TaskKind.FINISH:
        return "texted: say how it ended" if item.contact.channel == "text" else _finish(item)
    return _came(item)


def icon(item: Item) -> str:
    """The icon that goes with it."""
    kind = item.task.kind
    if kind in ICONS:
        return ICONS[kind]
    if kind is TaskKind.FINISH:
        return "note"
    if item.recordings and item.newest.channel == "voice":
        return "voicemail"
    return {"text": "text", "email": "mail", "web_callback": "clock"}.get(item.newest.channel, "missed")


def _finish(item: Item) -> str:
    return "call back: say how it ended" if item.contact.direction == "out" else "talked with us: say how it ended"


def _came(item: Item) -> str:
    inbound = [contact for contact in item.contacts if contact.direction == "in"]
    newest = item.newest
    said = _one(newest, item)
    same = sum(contact.channel == newest.channel for contact in inbound)
    if newest.channel == "text":
        texts = len(item.messages)
        return f"{said}, {texts} texts" if texts > 1 else said
    return f"{said} ({same} calls)" if same > 1 and newest.channel == "voice" else said


def _one(contact: Contact, item: Item) -> str:
    flags = contact.flags.split()
    match contact.channel:
        case "text":
            return "texted"
        case "email":
            return "wrote an e-mail"
        case "web_callback":
            return "asked for a call on the web form"
    recording = next((one for one in reversed(item.recordings) if one.contact == contact.id), None)
    if recording is not None:
        return f"left a voicemail, {minutes(recording.seconds)}"
    if "crisis" in flags:
        return "called and pressed 9 for the crisis line"
    if "abandoned" in flags:
        return "called and hung up"
    return "called"


def told(item: Item, now: datetime, zone: str) -> Iterator[str]:
    """What they were told, and what is still owed on it."""
    task = item.task
    call = next((one for one in reversed(item.calls) if one.told_call_by or one.told_hear_by), None)
    if call is not None and call.told_call_by is not None:
        yield f"Told: called back by {when(call.told_call_by, now, zone)}"
    elif call is not None and call.told_hear_by is not None:
        yield f"Told: heard by {when(call.told_hear_by, now, zone)}"
    heard = "read" if item.newest.channel in ("text", "email") else "heard"
    if task.kind in (TaskKind.ANSWER, TaskKind.LOOK, TaskKind.CHECK_MEANING, TaskKind.OTHER_WAY):
        yield from _still_owed(item, heard, now, zone)
    if call is None or call.phase is not Phase.ENDED or item.newest.at != call.arrived_at:
        came = max((item.newest.at, *(message.at for message in item.messages)))
        yield f"Came {when(came, now, zone)}" if item.newest.direction == "in" else ""


def _still_owed(item: Item, heard: str, now: datetime, zone: str) -> Iterator[str]:
    task = item.task
    if task.listen_by is not None and task.heard_at is None and (item.messages or item.recordings):
        yield f"To be {heard} by {when(task.listen_by, now, zone)}"
    elif task.heard_at is not None:
        yield f"{heard.capitalize()} {when(task.heard_at, now, zone)}"
    if task.call_by is not None and task.attempted_at is None:
        yield f"To be called by {when(task.call_by, now, zone)}"
    if task.attempts:
        last = f", last {when(task.attempted_at, now, zone)}" if task.attempted_at is not None else ""
        yield f"Called back {task.attempts} time{'s' if task.attempts > 1 else ''}{last}"


def chips(item: Item) -> Iterator[str]:
    """What the caller declared or what the line noted, never an opinion."""
    flags = {flag for contact in item.contacts for flag in contact.flags.split()}
    if item.task.urgent or "urgent" in flags:
        yield "pressed 1, urgent"
    if "crisis" in flags:
        yield "pressed 9, crisis line"
    if "burst" in flags:
        yield "many texts"
    if "media" in flags:
        yield "with a picture"
    if "unheard" in flags:
        yield "not understood yet"
    if "fell_back" in flags:
        yield "came while the line was down"
    if any(flag.startswith("not_reached") for flag in flags):
        yield "not reached yet"
    if "not_safe_now" in flags:
        yield "not dialled: the safe hours had ended"
    if "no_staff_phone" in flags:
        yield "no phone of yours on file"
    if "quarantine" in flags:
        yield "kept apart"
