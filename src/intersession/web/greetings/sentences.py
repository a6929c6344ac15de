"""What a clinician may say in their own voice, and what they have."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from ...core.ids import ClipId
from ...core.rules.own_voice import sentences
from ...core.wording.pack import load_pack
from ...corridor.db import Db
from ...corridor.greetings import clip_sound, recorded
from ...records.models import GreetingClip
from .. import line
from ..directory import practice
from ..viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of the greeting. `clip` is empty where the machine says it."""

    text: str
    locale: str
    clip: str = ""

    @property
    def mark(self) -> str:
        """Its place on the page."""
        return hashlib.sha256(f"{self.locale}:{self.text}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """One person's greeting in one language."""

    locale: str
    languages: tuple[tuple[str, str], ...]
    """Locale and name of those that the practice speaks."""
    sentences: tuple[Sentence, ...]

    @property
    def own(self) -> int:
        """How many are in their own voice."""
        return sum(bool(one.clip) for one in self.sentences)


def greeting_of(viewer: Viewer, wanted: str) -> Greeting:
    """In the language that is wanted, if the practice speaks it; else in its first."""
    known = practice()
    locale = wanted if wanted in known.languages else known.languages[0]
    clips = _clips(viewer, locale)
    return Greeting(
        locale=locale,
        languages=tuple((one, load_pack(one).language) for one in known.languages),
        sentences=tuple(
            Sentence(text=text, locale=locale, clip=clips.get(text, "")) for text in sentences(known, viewer.id, locale)
        ),
    )


def sentence_of(viewer: Viewer, locale: str, text: str) -> Sentence:
    """One of them, as it is now."""
    return Sentence(text=text, locale=locale, clip=_clips(viewer, locale).get(text, ""))


def clip_of(viewer: Viewer, clip: str) -> GreetingClip | None:
    """A clip of the viewer's own."""
    return GreetingClip.objects.filter(pk=clip, practice=line.connected().practice, staff=viewer.id).first()


def sound_of(clip: str) -> tuple[str, bytes] | None:
    """Its media type and its sound."""
    to = line.connected()
    with closing(Db(to.database)) as db:
        return clip_sound(db, to.keyring, ClipId(clip))


def words_of(viewer: Viewer, clip: GreetingClip) -> str:
    """The sentence that a clip says; empty where it is gone."""
    return next((text for text, id_ in _clips(viewer, clip.locale).items() if id_ == clip.id), "")


def _clips(viewer: Viewer, locale: str) -> Mapping[str, ClipId]:
    to = line.connected()
    with closing(Db(to.database)) as db:
        return recorded(db, to.keyring, viewer.id, locale)
