"""What a leg hears now, as TwiML.

`<Say>` inside `<Gather>` keeps the keys live while words are said. A document ends in a redirect to its own
action, so whoever presses nothing comes back within seconds, and hears what has changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, assert_never

from twilio.twiml.voice_response import VoiceResponse

from intersession.core.call import Hearing, Said, Then
from intersession.core.commands import CRISIS_LINES, ConnectLeg, RefuseCall, SayPrompt, Standing, TransferToCrisisLine
from intersession.core.ids import ClipId, RecordingId

from .account import Account
from .steps import Kind, Step, Steps

WAIT_SECONDS = 2
"""The pause of a waiting document: with the second of its Gather, how late a leg hears what has changed, should it not
have been made to look again."""
SILENCE_SECONDS = 15
"""How long a caller may be silent before a recording ends. Twilio's own 5 s cut off people who weep."""
DIGIT_SECONDS = 5
STAR_SECONDS = 3
"""How long the key after a star is waited for; the other side hears silence meanwhile."""

TONE = "/twilio/tone.wav"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response />'
"""The answer to a text: texts leave as errands only."""


@dataclass(frozen=True, slots=True)
class Renderer:
    """TwiML for one account."""

    account: Account
    steps: Steps
    sound: Callable[[RecordingId], str]
    """The path at which a voicemail is fetched, for a few minutes."""
    clip: Callable[[ClipId], str]
    """The same of a sentence in somebody's own voice."""

    def document(self, standing: Standing, version: int, before: Step) -> str:
        """What the leg of `before` hears now. What it has been told already is not said again."""
        told = before.version == version
        match standing:
            case SayPrompt():
                return self.heard(standing.hearing, version, before, told=told)
            case ConnectLeg():
                return self._connected(standing, version, before, told=told)
            case TransferToCrisisLine():
                return self._to_crisis_line(standing, version, before)
            case RefuseCall():
                return self.refused()
            case _:
                assert_never(standing)

    def heard(self, hearing: Hearing, version: int, before: Step, *, told: bool = False) -> str:
        """Words, keys, a recording, or the end."""
        response, said = _response(), () if told else hearing.said
        match hearing.then:
            case Then.WAIT:
                plays = None if told else hearing.plays
                kind = Kind.WORDS if said or plays else Kind.LOOK
                self._wait(response, hearing, said, self.steps.after(before, kind, version), plays)
            case Then.RECORD:
                self._say(response, said)
                self._record(response, self.steps.after(before, Kind.RECORD, version))
            case Then.HANG_UP:
                self._say(response, said)
                response.hangup()
            case _:
                assert_never(hearing.then)
        return str(response)

    def waiting(self, before: Step, version: int) -> str:
        """Silence, and another look soon."""
        return self.heard(Hearing(), version, before)

    def late(self, words: tuple[Said, ...], before: Step) -> str:
        """The safe words, their keys live, and a recording."""
        response, step = _response(), self.steps.after(before, Kind.LATE, 0)
        self._say(self._gather(response, step), words)
        self._record(response, step)
        return str(response)

    def saved(self, words: tuple[Said, ...], before: Step) -> str:
        """After a recording on such a document: what there is to say, and key 9."""
        response, step = _response(), self.steps.after(before, Kind.LATE, 0)
        self._wait(response, Hearing(keys="9"), words, step)
        return str(response)

    def refused(self) -> str:
        """No word, no answer, nothing to pay (D16). The other reason would play an announcement."""
        response = _response()
        response.reject(reason="busy")
        return str(response)

    def over(self) -> str:
        """The end of a leg of ours that nothing is known of any more."""
        response = _response()
        response.hangup()
        return str(response)

    def tone(self) -> str:
        """The soft-limit tone, announced to one participant."""
        response = _response()
        response.play(self.account.url(TONE))
        return str(response)

    # ------------------------------------------------------------ people together

    def announced(self, standing: ConnectLeg) -> str:
        """What is heard in the conference that a third joins."""
        response = _response()
        self._say(response, standing.outside_said)
        return str(response)

    def _connected(self, standing: ConnectLeg, version: int, before: Step, *, told: bool) -> str:
        """In a conference no key is heard but star, which leaves it: so a key after it is asked for (S26), and then
        the leg is back."""
        staff = before.leg == standing.staff_leg
        if told and before.kind is Kind.ROOM and staff:
            response, step = _response(), self.steps.after(before, Kind.STAR, version)
            self._gather(response, step, seconds=STAR_SECONDS)
            self._again(response, step)
            return str(response)
        if told and before.kind is not Kind.STAR:
            return self.waiting(before, version)
        return self._in_conference(standing, version, before, () if told else _last_words(standing, staff=staff))

    def _in_conference(self, standing: ConnectLeg, version: int, before: Step, said: tuple[Said, ...]) -> str:
        """The contact's own conference begins when the staff leg is in it; until then the other hears silence.

        Who is left alone in it stays, and is told what is next (INV-10). Its name is the first staff leg's: no other
        conference ever has it.
        """
        room = standing.third_to or standing.staff_leg
        staff = before.leg == standing.staff_leg
        response = _response()
        self._say(response, said)
        dial = response.dial(
            action=self._url(self.steps.after(before, Kind.ROOM, version)), method="POST", hangup_on_star=staff
        )
        dial.conference(
            room, start_conference_on_enter=staff, end_conference_on_exit=False, beep="false", wait_url="",
            participant_label=before.leg, status_callback_event="start join", status_callback_method="POST",
            status_callback=self.account.url(self.steps.first(Kind.JOINED, room).path),
        )  # fmt: skip
        return str(response)

    def _to_crisis_line(self, standing: TransferToCrisisLine, version: int, before: Step) -> str:
        """In the caller's own leg. Without a callerId Twilio shows the caller's own number (INV-18)."""
        again = before.kind is Kind.CRISIS
        response = _response()
        if not again:
            self._say(response, standing.said)
        step = self.steps.after(before, Kind.CRISIS_AGAIN if again else Kind.CRISIS, version)
        half = standing.seconds // 2  # both numbers within the time that one may ring
        dial = response.dial(
            action=self._url(step), method="POST", timeout=standing.seconds - half if again else half
        )
        dial.number(CRISIS_LINES[1] if again else CRISIS_LINES[0])
        return str(response)

    # ------------------------------------------------------------ verbs

    def _wait(
        self, response: Any, hearing: Hearing, said: tuple[Said, ...], step: Step, plays: RecordingId | None = None
    ) -> None:
        listens = bool(hearing.keys) or hearing.digits
        inside = self._gather(response, step, several=hearing.digits) if listens else response
        self._say(inside, said)
        if plays is not None:
            inside.play(self.account.url(self.sound(plays)))
        elif not said and not hearing.digits:
            inside.pause(length=WAIT_SECONDS)
        self._again(response, step)

    def _gather(self, response: Any, step: Step, *, several: bool = False, seconds: int = 1) -> Any:
        action = self._url(step)
        if several:
            return response.gather(
                input="dtmf", finish_on_key="#", timeout=DIGIT_SECONDS, action=action, method="POST"
            )
        # an empty finishOnKey: # would end the gathering without being told
        return response.gather(
            input="dtmf", num_digits=1, finish_on_key="", timeout=seconds, action=action, method="POST"
        )

    def _record(self, response: Any, step: Step) -> None:
        response.record(
            action=self._url(step), method="POST", max_length=self.account.longest_seconds,
            finish_on_key="19#", timeout=SILENCE_SECONDS, play_beep=True, trim="trim-silence",
        )  # fmt: skip
        self._again(response, step)

    def _again(self, response: Any, step: Step) -> None:
        response.redirect(self._url(step), method="POST")

    def _url(self, step: Step) -> str:
        return self.account.hurried(step.path)

    def _say(self, inside: Any, said: tuple[Said, ...]) -> None:
        for one in said:
            if one.clip is not None:
                inside.play(self.account.url(self.clip(one.clip)))
                continue
            voice = self.account.voices.get(one.locale)
            options = {"language": one.locale} if voice is None else {"language": one.locale, "voice": voice}
            inside.say(one.text, **options)


def _last_words(standing: ConnectLeg, *, staff: bool) -> tuple[Said, ...]:
    return standing.staff_said if staff else standing.outside_said


def _response() -> Any:
    """The SDK's verbs are not typed."""
    return VoiceResponse()  # type: ignore[no-untyped-call]
