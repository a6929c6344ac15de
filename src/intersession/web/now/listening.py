"""Playing a voicemail: the player, and the sound itself by an address that is signed, short-lived and asked anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from ...permissions import Action
from ...records.models import Contact, Recording
from ...sound.media import Kind, Media, checked, signed
from .. import line
from ..clients.sealed import Sealed, typed
from ..directory import client as client_of
from ..relations import allowed, to_contact
from ..viewer import Viewer
from .who import who

WITH_US = ("here", "held", "cleared")
"""The care of recordings whose sound is here."""
COMING = "The carrier still has it. It is fetched again and again: try in a moment."
GONE = "It was removed, or never reached the line. The call itself is in the list."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message. `first` is the one that plays by itself."""

    at: datetime
    seconds: float | None
    typed: str
    audio_url: str
    missing: str
    lang: str
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """What the player shows: all messages of a contact, for to listen is to have heard them all."""

    handle: str
    parts: tuple[Part, ...]
    unclear_url: str

    @property
    def at(self) -> datetime:
        """When the first was left."""
        return self.parts[0].at

    @property
    def seconds(self) -> float | None:
        """How long they are together; None until that is known of each."""
        known = [part.seconds for part in self.parts if part.seconds is not None]
        return sum(known) if len(known) == len(self.parts) else None


def playing(contact: Contact, viewer: Viewer, wanted: str = "") -> Playing | None:
    """The messages of a contact, beginning with the one that is `wanted`; None where it holds none."""
    found = [one for one in Recording.objects.filter(contact=contact.id).order_by("at", "id") if playable(one)]
    if not found:
        return None
    first = next((one for one in found if one.id == wanted), None) or next(
        (one for one in found if one.heard_at is None), found[-1]
    )
    sealed, client = Sealed(), client_of(contact.client) if contact.client else None
    may = allowed(viewer, (Action.LISTEN,), to_contact(viewer, contact))
    return Playing(
        handle=who(contact, client),
        parts=tuple(_part(one, viewer, sealed, first=one is first) for one in found),
        unclear_url=reverse("now-unclear", args=[contact.id]) if may else "",
    )


def playable(recording: Recording) -> bool:
    """Whether there is anything to hear: in a message without words too, where its sound was kept."""
    return not recording.silent or recording.care in WITH_US


def _part(recording: Recording, viewer: Viewer, sealed: Sealed, *, first: bool) -> Part:
    sound = sealed.sound(recording)
    words = typed(recording, sound)
    missing = COMING if recording.care == "wanted" else GONE
    return Part(
        at=recording.at,
        seconds=recording.seconds,
        typed=words,
        audio_url=sound_url(recording, viewer) if sound is not None and not words else "",
        missing="" if sound is not None else missing,
        lang=recording.locale,
        first=first,
    )


def sound_url(recording: Recording, viewer: Viewer) -> str:
    """Good for this viewer and this recording, for some minutes."""
    address = signed_address(Media(Kind.VOICEMAIL, recording.id), viewer)
    return reverse("now-sound", args=[recording.contact, address])


def signed_address(media: Media, viewer: Viewer) -> str:
    """Good for this viewer, for some minutes."""
    return signed(_key(), media, line.now(), whom=viewer.id)


def id_in(address: str, kind: Kind, viewer: Viewer) -> str | None:
    """What an address that is still good stands for; else None."""
    media = checked(_key(), address, line.now(), whom=viewer.id)
    return media.id if media is not None and media.kind is kind else None


def _key() -> bytes:
    return line.connected().keyring.digest("addresses of sounds").encode()
