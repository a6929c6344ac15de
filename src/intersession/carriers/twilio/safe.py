"""What is said when the line cannot answer in time: no database, no policy, only the words of the pack (V00)."""

from __future__ import annotations

from datetime import datetime

from intersession.core.call import Said
from intersession.core.wording.compose import Context, Phrase, phrase, speak
from intersession.core.wording.pack import load_pack

from .account import Account


def safe_words(account: Account, now: datetime) -> tuple[Said, ...]:
    """The safety segment, with the request for a message that says that it is recorded."""
    return _said(account, phrase("VM-START"), now)


def saved_words(account: Account, now: datetime) -> tuple[Said, ...]:
    """The recording is safe at Twilio. By when it is heard is not known here, so it is not said (INV-15)."""
    return _said(account, phrase("VM-SAVED"), now)


def _said(account: Account, words: Phrase, now: datetime) -> tuple[Said, ...]:
    # Key 9 does not connect from here, whatever the practice has switched on: it says the words again (D2).
    context = Context(
        pack=load_pack(account.locale), practice_zone=account.zone, client_zone=account.zone, now=now,
        crisis_commissioned=False, on_call=False,
    )  # fmt: skip
    return (Said(id=words.id, text=speak(words, context), locale=account.locale),)
