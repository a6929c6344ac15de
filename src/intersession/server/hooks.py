"""Twilio's webhooks: verify, parse, hand to the tick, render. What a caller hears is read from the call itself."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from urllib.parse import parse_qsl

import anyio
import structlog
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from intersession.carriers.port import Envelope
from intersession.carriers.twilio.account import Account
from intersession.carriers.twilio.parse import Reader, Unreadable
from intersession.carriers.twilio.render import EMPTY, Renderer
from intersession.carriers.twilio.safe import safe_words, saved_words
from intersession.carriers.twilio.steps import Kind, Step, Steps
from intersession.carriers.twilio.verify import Form, Signatures
from intersession.core.call import Call, Hearing, Phase
from intersession.core.events import PromptEnded
from intersession.core.ids import ContactId, MessageId
from intersession.corridor.codec import load
from intersession.corridor.db import DatabaseGone, Db
from intersession.corridor.running import Running, Ticket
from intersession.corridor.tick import Turned
from intersession.records.sealing import Keyring, unseal

log = structlog.get_logger(__name__)

PATIENCE = 3.0
"""Seconds that a caller waits for a decision. Twilio itself gives up after 15."""
MOST_BYTES = 64 * 1024
MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"
MOST_WAITING = 512
"""Requests that may wait at once; each holds a thread that sleeps."""

Submit = Callable[[Envelope], Ticket]
QUIET = Hearing()
"""Nothing to say and no key to press: of a call that is over, or of one that is with a person."""


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


def twilio(running: Running, account: Account, keyring: Keyring) -> list[BaseRoute]:
    """The routes of one account, for a line that runs."""
    running.tick.pulls(account.pulls)
    calls = Calls(running.address, keyring)
    return Hooks(account, running.submit, running.clock.now, keyring, calls).routes()


class Hooks:
    """The webhooks of one account."""

    def __init__(
        self, account: Account, submit: Submit, now: Callable[[], datetime], keyring: Keyring, calls: Calls
    ) -> None:
        self._account, self._submit, self._now, self._calls = account, submit, now, calls
        self._reader = Reader(account=account, key_of=keyring.number_key, digest=keyring.digest)
        self._steps = Steps(keyring.digest)
        self._render = Renderer(account)
        self._signatures = Signatures(account)
        self._waiting = CapacityLimiter(MOST_WAITING)

    def routes(self) -> list[BaseRoute]:
        """Every address that is entered at Twilio, or that our own documents name."""
        table: tuple[tuple[str, str, Handler], ...] = (
            ("/twilio/voice", "voice", self._arrived),
            ("/twilio/call-status", "call_status", self._ended),
            ("/twilio/text", "text", self._text),
            ("/twilio/text-status", "text_status", self._fate),
            ("/twilio/{kind}/{token}", "step", self._stepped),
        )
        return [Route(path, partial(self._answer, kind, handler), methods=["POST"]) for path, kind, handler in table]

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
        hearing = None if turned is None or turned.set_aside else turned.hearing
        return await self._next(inbound, contact, "arrived", hearing, answered=turned is not None)

    async def _stepped(self, inbound: Inbound) -> Response:
        contact, params = self._reader.contact(inbound.form), inbound.request.path_params
        if params["kind"] not in list(Kind):
            raise Refused(404)
        step = Step(contact=contact, kind=Kind(params["kind"]), token=params["token"])
        envelopes = self._reader.stepped(step, inbound.form, inbound.now)
        if not envelopes or isinstance(envelopes[-1].event, PromptEnded):
            call = await self._read(inbound, contact)
            if call is None or not self._steps.over(step, call.hearing) or not envelopes:
                now_heard = None if call is None else call.hearing
                return await self._next(inbound, contact, step.token, now_heard, step=step)
        turned = await self._hand_over(inbound, *envelopes)
        hearing = None if turned is None else turned.hearing
        return await self._next(inbound, contact, step.token, hearing, step=step, answered=turned is not None)

    async def _ended(self, inbound: Inbound) -> Response:
        return await self._noted(inbound, self._reader.ended(inbound.form, inbound.now))

    async def _next(
        self, inbound: Inbound, contact: ContactId, before: str, hearing: Hearing | None, *,
        step: Step | None = None, answered: bool = True,
    ) -> Response:  # fmt: skip
        """The document that this caller hears now. Without an answer of the tick's, the call itself says what."""
        call = None
        if answered and (hearing is None or hearing == QUIET):
            call = await self._read(inbound, contact)
            hearing = call.hearing if call is not None and hearing is None else hearing
        if call is not None and call.phase is Phase.REFUSED:
            return _twiml(self._render.refused())
        if hearing is None or (hearing == QUIET and (call is None or call.phase is Phase.ENDED)):
            return _twiml(self._safe(inbound, self._steps.late(contact, before), step))
        return _twiml(self._render.heard(hearing, self._steps.after(contact, before, hearing)))

    def _safe(self, inbound: Inbound, following: Step, step: Step | None) -> str:
        """Nothing is known of this call in time. Who has left a message already is not asked for another one."""
        if inbound.form.get("RecordingSid") and inbound.form.get("Digits") != "9":
            saved = Hearing(said=saved_words(self._account, inbound.now), keys="9")
            return self._render.heard(saved, following)
        if step is not None and step.kind is Kind.LATE and not inbound.form.get("Digits"):
            return self._render.heard(Hearing(keys="9"), following)
        return self._render.late(safe_words(self._account, inbound.now), following)

    # ------------------------------------------------------------ texts

    async def _text(self, inbound: Inbound) -> Response:
        turned = await self._hand_over(inbound, self._reader.text(inbound.form, inbound.now))
        # not on disk yet: a 5xx makes Twilio try its fallback address; told twice, it is one text
        return _twiml(EMPTY, 503 if turned is None else 200)

    async def _fate(self, inbound: Inbound) -> Response:
        message = MessageId(inbound.request.query_params.get("message", ""))
        if not message:
            raise Unreadable("message")
        return await self._noted(inbound, self._reader.fate(inbound.form, message, inbound.now))

    # ------------------------------------------------------------ the tick

    async def _noted(self, inbound: Inbound, envelope: Envelope | None) -> Response:
        if envelope is None:
            return Response(status_code=204)
        return Response(status_code=503 if await self._hand_over(inbound, envelope) is None else 204)

    async def _hand_over(self, inbound: Inbound, *envelopes: Envelope) -> Turned | None:
        """What became of the last one; None, and its ticket is given up, if that takes too long."""
        ticket = [self._submit(envelope) for envelope in envelopes][-1]
        with anyio.move_on_after(inbound.left):
            return await to_thread.run_sync(lambda: ticket.wait(inbound.left), limiter=self._waiting)
        return ticket.wait(0)

    async def _read(self, inbound: Inbound, contact: ContactId) -> Call | None:
        """The call as it stands; None where there is none, or where it cannot be read in time."""
        with anyio.move_on_after(inbound.left):
            try:
                return await to_thread.run_sync(
                    self._calls.of, contact, limiter=self._waiting, abandon_on_cancel=True
                )
            except DatabaseGone as error:
                log.error("database_gone", error=type(error.__cause__).__name__)
        return None


class Calls:
    """Reads the state of calls; it keeps its connections, one for each reader at a time."""

    def __init__(self, address: str, keyring: Keyring) -> None:
        self._address, self._keyring = address, keyring
        self._free: SimpleQueue[Db] = SimpleQueue()

    def of(self, contact: ContactId) -> Call | None:
        """The call of a contact, if the database can be read."""
        try:
            db = self._free.get_nowait()
        except Empty:
            db = Db(self._address)
        try:
            row = db.row(
                "SELECT call.sealed_state, contact.wrapped_key FROM call JOIN contact ON contact.id = call.contact"
                " WHERE call.contact = ?",
                (contact,),
            )
        finally:
            self._free.put(db)
        if row is None:
            return None
        key = self._keyring.unwrap(bytes(row[1]), f"contact:{contact}")
        return load(unseal(key, bytes(row[0]), f"call:state:{contact}"), Call)

    def close(self) -> None:
        """Close what is not in use."""
        while not self._free.empty():
            self._free.get().close()


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
