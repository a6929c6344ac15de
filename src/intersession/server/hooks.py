"""Twilio's webhooks: verify, parse, hand to the tick, render. What a leg hears is what the tick has kept for it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from urllib.parse import parse_qsl

import anyio
import structlog
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from intersession.carriers.port import Envelope
from intersession.carriers.safe import safe_words, saved_words
from intersession.carriers.twilio.account import Account
from intersession.carriers.twilio.parse import Reader, Unreadable
from intersession.carriers.twilio.render import EMPTY, TONE, Renderer
from intersession.carriers.twilio.steps import UNHEARD, Kind, Step, Steps
from intersession.carriers.twilio.tone import tone
from intersession.carriers.twilio.verify import Form, Signatures
from intersession.core.commands import ConnectLeg
from intersession.core.events import PromptEnded
from intersession.core.ids import ClipId, LegId, MessageId, RecordingId, caller_leg
from intersession.corridor.db import DatabaseGone
from intersession.corridor.leaks import Leak
from intersession.corridor.legs import Heard, Legs
from intersession.corridor.running import Running, Ticket
from intersession.corridor.tick import Turned
from intersession.records.sealing import Keyring
from intersession.sound import media

log = structlog.get_logger(__name__)

PATIENCE = 3.0
"""Seconds that a caller waits for a decision. Twilio itself gives up after 15."""
MOST_BYTES = 64 * 1024
MOST_FIELDS = 200
SOUND = "/twilio/sound/"
FORM = "application/x-www-form-urlencoded"
MOST_WAITING = 512
"""Requests that may wait at once; each holds a thread that sleeps."""

Submit = Callable[[Envelope], Ticket]


class Refused(Exception):
    """The request is answered with this status and no word."""

    def __init__(self, status: int) -> None:
        self.status = status


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request that is Twilio's."""

    request: Request
    form: Form
    now: datetime
    deadline: float

    @property
    def left(self) -> float:
        """Seconds of patience that are left."""
        return max(0.0, self.deadline - time.monotonic())


Handler = Callable[[Inbound], Awaitable[Response]]


def twilio(running: Running, account: Account, keyring: Keyring, legs: Legs) -> list[BaseRoute]:
    """The routes of one account, for a line that runs."""
    running.tick.pulls(account.pulls)
    return Hooks(account, running.submit, running.clock.now, keyring, legs).routes()


class Hooks:
    """The webhooks of one account."""

    def __init__(
        self, account: Account, submit: Submit, now: Callable[[], datetime], keyring: Keyring, legs: Legs
    ) -> None:
        self._account, self._submit, self._now, self._legs = account, submit, now, legs
        self._reader = Reader(account=account, key_of=keyring.number_key, digest=keyring.digest)
        self._steps = Steps(keyring.digest)
        self._render = Renderer(account, self._steps, self._sound_path, self._clip_path)
        self._sound_key = keyring.digest("addresses of sounds at carriers").encode()
        self._signatures = Signatures(account)
        self._waiting = CapacityLimiter(MOST_WAITING)

    def routes(self) -> list[BaseRoute]:
        """Every address that is entered at Twilio, or that our own documents name."""
        table: tuple[tuple[str, str, Handler], ...] = (
            ("/twilio/voice", "voice", self._arrived),
            ("/twilio/call-status", "call_status", self._ended),
            ("/twilio/tone", "tone", self._toned),
            ("/twilio/text", "text", self._text),
            ("/twilio/text-status", "text_status", self._fate),
            ("/twilio/leg/{kind}/{leg}/{version}/{token}", "step", self._stepped),
        )
        posted = [Route(path, partial(self._answer, kind, handler), methods=["POST"]) for path, kind, handler in table]
        sounds = [Route(TONE, _tone, methods=["GET"]), Route(SOUND + "{address:path}", self._sound, methods=["GET"])]
        return [*posted, *sounds]

    # ------------------------------------------------------------ the gate

    async def _answer(self, kind: str, handler: Handler, request: Request) -> Response:
        try:
            return await handler(await self._genuine(request))
        except Refused as refused:
            log.warning("webhook_refused", kind=kind, status=refused.status)
            return Response(status_code=refused.status)
        except Unreadable:
            # a 4xx makes Twilio speak its static fallback; the call stays in its list, where `missed` finds it
            log.error("webhook_unreadable", kind=kind, status=400)
            return Response(status_code=400)
        except Exception:
            log.exception("webhook_failed", kind=kind)
            return Response(status_code=500)

    async def _genuine(self, request: Request) -> Inbound:
        """Signed by Twilio, a form, and small. Whatever is wrong with a signature, the answer is the same."""
        deadline = time.monotonic() + PATIENCE
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise Refused(415)
        form = _form(await _body(request, deadline))
        if not self._signatures.genuine(_path(request), form, request.headers):
            raise Refused(403)
        return Inbound(request, form, self._now(), deadline)

    # ------------------------------------------------------------ calls

    async def _arrived(self, inbound: Inbound) -> Response:
        contact = self._reader.contact(inbound.form)
        turned = await self._hand_over(inbound, self._reader.arrived(inbound.form, inbound.now))
        first = self._steps.first(Kind.ANSWERED, caller_leg(contact))
        return await self._next(inbound, first, answered=turned is not None and not turned.set_aside)

    async def _stepped(self, inbound: Inbound) -> Response:
        step = _step(inbound.request.path_params)
        envelopes = self._reader.stepped(step, inbound.form, inbound.now)
        if step.kind in UNHEARD:
            return await self._noted(inbound, *envelopes)
        if envelopes and isinstance(envelopes[-1].event, PromptEnded):
            heard = await self._read(inbound, step.leg)
            if heard is not None and heard.version != step.version:
                envelopes = ()  # these words have been replaced: others are to be heard first
        turned = await self._hand_over(inbound, *envelopes) if envelopes else None
        if step.kind is Kind.WORDS and inbound.form.get("Digits"):
            step = replace(step, version=0)  # a key cut the words off: where it changed nothing, they begin again
        return await self._next(inbound, step, answered=not envelopes or turned is not None)

    async def _ended(self, inbound: Inbound) -> Response:
        ended = self._reader.ended(inbound.form, inbound.now)
        return await self._noted(inbound, *([] if ended is None else [ended]))

    async def _toned(self, inbound: Inbound) -> Response:
        return _twiml(self._render.tone())

    async def _next(self, inbound: Inbound, step: Step, *, answered: bool) -> Response:
        """The document of what this leg hears now; where that is not known in time, one that is safe."""
        heard = await self._read(inbound, step.leg) if answered else None
        if step.kind is Kind.ANNOUNCE:
            joins = heard.standing if heard is not None else None
            return _twiml(self._render.announced(joins) if isinstance(joins, ConnectLeg) else EMPTY)
        if heard is not None:
            return _twiml(self._render.document(heard.standing, heard.version, step))
        if step.leg == caller_leg(step.contact):
            return _twiml(self._safe(inbound, step))
        return _twiml(self._render.over() if answered else self._render.waiting(step, 0))

    def _safe(self, inbound: Inbound, step: Step) -> str:
        """Nothing is known of this call in time. Who has left a message already is not asked for another one."""
        if inbound.form.get("RecordingSid") and inbound.form.get("Digits") != "9":
            return self._render.saved(saved_words(self._account, inbound.now), step)
        if step.kind is Kind.LATE and not inbound.form.get("Digits"):
            return self._render.saved((), step)
        return self._render.late(safe_words(self._account, inbound.now), step)

    # ------------------------------------------------------------ sounds that a leg plays

    def _sound_path(self, recording: RecordingId) -> str:
        return self._signed(media.Media(media.Kind.VOICEMAIL, recording))

    def _clip_path(self, clip: ClipId) -> str:
        return self._signed(media.Media(media.Kind.GREETING, clip))

    def _signed(self, sound: media.Media) -> str:
        return SOUND + media.signed(self._sound_key, sound, self._now())

    async def _sound(self, request: Request) -> Response:
        """By an address that nobody can guess, for five minutes; and Twilio's own request alone."""
        if not self._signatures.genuine(_path(request), Form(), request.headers):
            return Response(status_code=403)
        asked = media.checked(self._sound_key, request.path_params["address"], self._now())
        found = None if asked is None else await to_thread.run_sync(self._find_sound, asked)
        if found is None:
            return Response(status_code=404)
        return Response(found[1], media_type=found[0], headers={"Cache-Control": "no-store, private"})

    def _find_sound(self, asked: media.Media) -> tuple[str, bytes] | None:
        match asked.kind:
            case media.Kind.VOICEMAIL:
                return self._legs.sound(RecordingId(asked.id))
            case media.Kind.GREETING:
                return self._legs.greeting(ClipId(asked.id))
            case media.Kind.PICTURE:
                return None

    # ------------------------------------------------------------ texts

    async def _text(self, inbound: Inbound) -> Response:
        turned = await self._hand_over(inbound, self._reader.text(inbound.form, inbound.now))
        # not on disk yet: a 5xx makes Twilio try its fallback address; told twice, it is one text
        return _twiml(EMPTY, 503 if turned is None else 200)

    async def _fate(self, inbound: Inbound) -> Response:
        message = MessageId(inbound.request.query_params.get("message", ""))
        if not message:
            raise Unreadable("message")
        fate = self._reader.fate(inbound.form, message, inbound.now)
        return await self._noted(inbound, *([] if fate is None else [fate]))

    # ------------------------------------------------------------ the tick

    async def _noted(self, inbound: Inbound, *envelopes: Envelope) -> Response:
        if not envelopes:
            return Response(status_code=204)
        return Response(status_code=503 if await self._hand_over(inbound, *envelopes) is None else 204)

    async def _hand_over(self, inbound: Inbound, *envelopes: Envelope) -> Turned | None:
        """What became of the last one; None, and its ticket is given up, if that takes too long."""
        ticket = [self._submit(envelope) for envelope in envelopes][-1]
        with anyio.move_on_after(inbound.left):
            return await to_thread.run_sync(lambda: ticket.wait(inbound.left), limiter=self._waiting)
        return ticket.wait(0)

    async def _read(self, inbound: Inbound, leg: LegId) -> Heard | None:
        """What a leg hears now; None where nothing is known of it, or where it cannot be read in time."""
        with anyio.move_on_after(inbound.left):
            try:
                return await to_thread.run_sync(self._legs.heard, leg, limiter=self._waiting, abandon_on_cancel=True)
            except DatabaseGone as error:
                log.error("database_gone", error=type(error.__cause__).__name__)
            except Leak:
                log.error("leak_refused")
        return None


def _step(params: Mapping[str, str]) -> Step:
    if params["kind"] not in list(Kind) or not params["version"].isdigit():
        raise Refused(404)
    return Step(
        kind=Kind(params["kind"]), leg=LegId(params["leg"]), version=int(params["version"]), token=params["token"]
    )


async def _tone(request: Request) -> Response:
    """Anybody may hear it: it is the same for everybody, and says nothing."""
    return Response(tone(), media_type="audio/wav")


def _twiml(document: str, status: int = 200) -> Response:
    return Response(document, status, media_type="application/xml")


def _path(request: Request) -> str:
    """As it was requested, before anything was decoded: that is what was signed."""
    path = (request.scope.get("raw_path") or request.scope["path"].encode()).decode("ascii", "replace")
    query = request.scope["query_string"].decode("ascii", "replace")
    return f"{path}?{query}" if query else path


async def _body(request: Request, deadline: float) -> bytes:
    body = bytearray()
    with anyio.move_on_after(deadline - time.monotonic()):
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise Refused(413)
        return bytes(body)
    raise Refused(408)


def _form(body: bytes) -> Form:
    try:
        fields = parse_qsl(
            body.decode("ascii", "replace"), keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise Refused(403) from None
    return Form(fields)
