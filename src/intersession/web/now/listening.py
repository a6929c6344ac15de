"""Playing a voicemail: the player, and the sound itself by an address that is signed, short-lived and asked anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from ...permissions import Action
from ...records.models import Contact, Recording
from ..clients.sealed import Sealed, typed
from ..directory import client as client_of
from ..relations import allowed, to_contact
from ..viewer import Viewer
from .who import who

GOOD_FOR = 15 * 60
"""Seconds that an address of a sound is good for."""
GONE = "It was removed, or never reached the line. The call itself is in the list."


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """What the player shows."""

    handle: str
    at: datetime
    seconds: float
    typed: str
    audio_url: str
    missing: str
    unclear_url: str
    lang: str


def playing(contact: Contact, viewer: Viewer) -> Playing | None:
    """The newest message of a contact; None where it holds none."""
    recording = Recording.objects.filter(contact=contact.id, silent=False).order_by("-at").first()
    if recording is None:
        return None
    words = typed(recording, Sealed().sound(recording))
    has_sound = bool(recording.sealed_sound) and not words
    may = allowed(viewer, (Action.LISTEN,), to_contact(viewer, contact))
    client = client_of(contact.client) if contact.client else None
    return Playing(
        handle=who(contact, client),
        at=recording.at,
        seconds=recording.seconds,
        typed=words,
        audio_url=sound_url(recording, viewer) if has_sound else "",
        missing="" if words or has_sound else GONE,
        unclear_url=reverse("now-unclear", args=[contact.id]) if may else "",
        lang=recording.locale,
    )


def sound_url(recording: Recording, viewer: Viewer) -> str:
    """Good for this viewer and this recording, for a quarter of an hour."""
    return reverse("now-sound", args=[recording.contact, _signer(viewer).sign(recording.id)])


def signed_recording(token: str, viewer: Viewer) -> str | None:
    """The recording of a token that is still good; else None."""
    try:
        return _signer(viewer).unsign(token, max_age=GOOD_FOR)
    except BadSignature:
        return None


def _signer(viewer: Viewer) -> TimestampSigner:
    return TimestampSigner(salt=f"sound:{viewer.id}")
