"""Opening what is sealed, for one screen: words, sounds, numbers, names. Keys go when the screen is done."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ...core.call import Call as CallState
from ...corridor.codec import load
from ...records.models import Call, Client, Contact, Message, Number, Picture, Recording
from ...records.sealing import SealError, unseal, unseal_bytes
from .. import line


class Sealed:
    """Opens values of several contacts; None where the key was destroyed (a purge), or the value is not there."""

    def __init__(self) -> None:
        self._keyring = line.connected().keyring
        self._keys: dict[str, bytes | None] = {}

    def body(self, message: Message) -> str | None:
        """The words of a text or an e-mail, or what the caller was told."""
        key = self._key(message.contact)
        return None if key is None else _opened(key, bytes(message.sealed_body), f"message:body:{message.id}")

    def sound(self, recording: Recording) -> bytes | None:
        """A voicemail."""
        key = self._key(recording.contact)
        if key is None or not recording.sealed_sound:
            return None
        try:
            return unseal_bytes(key, bytes(recording.sealed_sound), f"recording:sound:{recording.id}")
        except (SealError, ValueError):
            return None

    def file(self, picture: Picture) -> bytes | None:
        """What came with a text, as it was sent."""
        return self._bytes(picture, "content")

    def glimpse(self, picture: Picture) -> bytes | None:
        """A few grey spots of it."""
        return self._bytes(picture, "glimpse")

    def call(self, row: Call) -> CallState | None:
        """A call as its machine knows it."""
        key = self._key(row.contact)
        state = None if key is None else _opened(key, bytes(row.sealed_state), f"call:state:{row.contact}")
        return None if state is None else load(state, CallState)

    def prepare(self, contacts: Iterable[Contact]) -> Sealed:
        """These rows are at hand already: their keys need no query of their own."""
        for contact in contacts:
            self._keys[contact.id] = self._unwrap(contact.id, bytes(contact.wrapped_key))
        return self

    def number(self, key: str) -> str | None:
        """A telephone number or an address, by its keyed hash."""
        sealed = Number.objects.filter(pk=key).values_list("sealed", flat=True).first()
        if sealed is None:
            return None
        try:
            return self._keyring.unseal(bytes(sealed), f"number:{key}")
        except (SealError, ValueError):
            return None

    def name(self, client: Client) -> str | None:
        """A client's name."""
        try:
            key = self._keyring.unwrap(bytes(client.wrapped_key), f"client:{client.id}")
        except (SealError, ValueError):
            return None
        profile = _opened(key, bytes(client.sealed_profile), f"client:profile:{client.id}")
        return None if profile is None else str(json.loads(profile)["name"])

    def _bytes(self, picture: Picture, what: str) -> bytes | None:
        key, sealed = self._key(picture.contact), getattr(picture, f"sealed_{what}")
        if key is None or not sealed:
            return None
        try:
            return unseal_bytes(key, bytes(sealed), f"picture:{what}:{picture.id}")
        except (SealError, ValueError):
            return None

    def _key(self, contact: str) -> bytes | None:
        if contact not in self._keys:
            self._keys[contact] = self._unwrapped(contact)
        return self._keys[contact]

    def _unwrapped(self, contact: str) -> bytes | None:
        wrapped = Contact.objects.filter(pk=contact).values_list("wrapped_key", flat=True).first()
        return self._unwrap(contact, bytes(wrapped) if wrapped else None)

    def _unwrap(self, contact: str, wrapped: bytes | None) -> bytes | None:
        if not wrapped:
            return None
        try:
            return self._keyring.unwrap(wrapped, f"contact:{contact}")
        except (SealError, ValueError):
            return None


def _opened(key: bytes, sealed: bytes, bound_to: str) -> str | None:
    try:
        return unseal(key, sealed, bound_to)
    except (SealError, ValueError):
        return None


def typed(recording: Recording, sound: bytes | None) -> str:
    """The words of a message that was typed into a simulated telephone; empty where it was spoken."""
    is_text = sound is not None and recording.media_type.startswith("text/plain")
    return sound.decode(errors="replace") if is_text and sound is not None else ""
