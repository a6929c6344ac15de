"""What a caller hears now, as TwiML.

`<Say>` inside `<Gather>` keeps the keys live while words are said. A document ends in a redirect to its own
action, so a caller who presses nothing comes back within seconds, and hears what has changed meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

from twilio.twiml.voice_response import VoiceResponse

from intersession.core.call import Hearing, Said, Then

from .account import Account
from .steps import Step

WAIT_SECONDS = 2
"""The pause of a waiting document: with the second of its Gather, how late a caller hears what has changed."""
SILENCE_SECONDS = 15
"""How long a caller may be silent before a recording ends. Twilio's own 5 s cut off people who weep."""
DIGIT_SECONDS = 5

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response />'
"""The answer to a text: texts leave as errands only."""


@dataclass(frozen=True, slots=True)
class Renderer:
    """TwiML for one account."""

    account: Account

    def heard(self, hearing: Hearing, step: Step) -> str:
        """One document; `step` is its action."""
        response = _response()
        match hearing.then:
            case Then.WAIT:
                self._wait(response, hearing, step)
            case Then.RECORD:
                self._say(response, hearing.said)
                self._record(response, step)
            case Then.HANG_UP:
                self._say(response, hearing.said)
                response.hangup()
            case _:
                assert_never(hearing.then)
        return str(response)

    def late(self, words: tuple[Said, ...], step: Step) -> str:
        """The safe words, their keys live, and a recording."""
        response = _response()
        self._say(self._gather(response, step), words)
        self._record(response, step)
        return str(response)

    def refused(self) -> str:
        """No word, no answer, nothing to pay (D16). The other reason would play an announcement."""
        response = _response()
        response.reject(reason="busy")
        return str(response)

    # ------------------------------------------------------------ verbs

    def _wait(self, response: Any, hearing: Hearing, step: Step) -> None:
        listens = bool(hearing.keys) or hearing.digits
        inside = self._gather(response, step, several=hearing.digits) if listens else response
        self._say(inside, hearing.said)
        if not hearing.said and not hearing.digits:
            inside.pause(length=WAIT_SECONDS)
        self._again(response, step)

    def _gather(self, response: Any, step: Step, *, several: bool = False) -> Any:
        action = self.account.url(step.path)
        if several:
            return response.gather(
                input="dtmf", finish_on_key="#", timeout=DIGIT_SECONDS, action=action, method="POST"
            )
        # an empty finishOnKey: # would end the gathering without being told
        return response.gather(
            input="dtmf", num_digits=1, finish_on_key="", timeout=1, action=action, method="POST"
        )

    def _record(self, response: Any, step: Step) -> None:
        response.record(
            action=self.account.url(step.path), method="POST", max_length=self.account.longest_seconds,
            finish_on_key="19#", timeout=SILENCE_SECONDS, play_beep=True, trim="trim-silence",
        )  # fmt: skip
        self._again(response, step)

    def _again(self, response: Any, step: Step) -> None:
        response.redirect(self.account.url(step.path), method="POST")

    def _say(self, inside: Any, said: tuple[Said, ...]) -> None:
        for one in said:
            voice = self.account.voices.get(one.locale)
            options = {"language": one.locale} if voice is None else {"language": one.locale, "voice": voice}
            inside.say(one.text, **options)


def _response() -> Any:
    """The SDK's verbs are not typed."""
    return VoiceResponse()  # type: ignore[no-untyped-call]
