"""Errands to orders: endpoint ids and number keys become numbers here, at the last moment, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from intersession.carriers.port import (
    CrisisTransfer,
    Dial,
    Drop,
    Join,
    Mail,
    Notice,
    Order,
    Refuse,
    Say,
    Text,
    Tone,
)
from intersession.core.call import Said
from intersession.core.commands import (
    CRISIS_LINES,
    Announce,
    CallerId,
    CarrierCommand,
    ConnectLeg,
    DropLeg,
    LookAgain,
    PageStaff,
    PageWay,
    PlayTone,
    RefuseCall,
    RingClient,
    RingEndpoint,
    SayPrompt,
    SendEmail,
    SendText,
    TransferToCrisisLine,
)
from intersession.core.ids import EndpointId, LineId, NumberKey, caller_leg
from intersession.records.sealing import Keyring, unseal

from .contact_keys import ContactKeys
from .db import Db
from .leaks import refuse_leak
from .legs import own_voice_if_readable

PAGE_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Orders:
    """Turns commands into orders on one connection."""

    db: Db
    keyring: Keyring
    keys: ContactKeys

    def of(self, command: CarrierCommand, line: LineId | None) -> tuple[Order, ...]:
        """What the carrier is asked to do. Leak where INV-04 would be broken; LookupError for what is gone."""
        orders = tuple(self._orders(command, line))
        for order in orders:
            refuse_leak(self.db, self.keyring, _towards_client(order))
        return orders

    def _orders(self, command: CarrierCommand, line: LineId | None) -> Iterable[Order]:
        match command:
            case SayPrompt():
                hearing = own_voice_if_readable(self.db, self.keyring, command.hearing)
                yield Say(contact=command.contact, leg=command.leg, hearing=hearing)
            case RingEndpoint():
                yield Dial(
                    contact=command.contact, leg=command.leg, to=self._endpoint(command.endpoint),
                    show=self._shown(command.line, command.caller_id), seconds=command.seconds,
                )  # fmt: skip
            case RingClient():
                yield Dial(
                    contact=command.contact, leg=command.leg, to=self._number(command.number),
                    show=self._shown(command.line, command.caller_id), seconds=PAGE_SECONDS, towards_client=True,
                )  # fmt: skip
            case DropLeg():
                yield Drop(contact=command.contact, leg=command.leg)
            case ConnectLeg():
                yield Join(
                    contact=command.contact, staff_leg=command.staff_leg, outside_leg=command.outside_leg,
                    staff_said=command.staff_said, outside_said=command.outside_said, third_to=command.third_to,
                )  # fmt: skip
            case TransferToCrisisLine():
                yield CrisisTransfer(
                    contact=command.contact, leg=command.leg, numbers=CRISIS_LINES, seconds=command.seconds,
                    said=command.said,
                )  # fmt: skip
            case RefuseCall():
                yield Refuse(contact=command.contact, leg=command.leg)
            case PlayTone():
                yield Tone(contact=command.contact, leg=command.leg)
            case LookAgain() | Announce():
                yield command
            case SendText():
                yield Text(
                    message=command.message, show=self._shown(command.line, CallerId.ROUTINE) or "",
                    to=self._number(command.number), body=self._body(command),
                )  # fmt: skip
            case SendEmail():
                yield Mail(
                    message=command.message, to=self._number(command.number), subject=command.subject,
                    body=command.said.text,
                )  # fmt: skip
            case PageStaff():
                yield from self._page(command, line)
            case _:
                assert_never(command)

    def _page(self, command: PageStaff, line: LineId | None) -> Iterable[Order]:
        """A call that is the page, and the one content-free line beside it (D14, INV-12)."""
        if command.endpoint is None:
            raise LookupError("this person has no phone to be paged on")
        to = self._endpoint(command.endpoint)
        show = self._shown(command.line or line, CallerId.URGENT) or ""
        if PageWay.CALL in command.ways:
            yield Dial(contact=command.contact, leg=command.leg, to=to, show=show, seconds=PAGE_SECONDS)
        if set(command.ways) - {PageWay.CALL}:
            yield Notice(to=to, show=show, body=command.notice.text)

    # ------------------------------------------------------------ numbers

    def _endpoint(self, endpoint: EndpointId) -> str:
        sealed = self.db.value("SELECT sealed_number FROM endpoint WHERE id = ? AND lost_at IS NULL", (endpoint,))
        if sealed is None:
            raise LookupError("this phone was removed")
        return self.keyring.unseal(bytes(sealed), f"endpoint:number:{endpoint}")

    def _number(self, number: NumberKey) -> str:
        sealed = self.db.value("SELECT sealed FROM number WHERE key = ?", (number,))
        if sealed is None:
            raise LookupError("this number was purged")
        return self.keyring.unseal(bytes(sealed), f"number:{number}")

    def _shown(self, line: LineId | None, which: CallerId) -> str | None:
        """A number of the practice, or none (O08, D13)."""
        if which is CallerId.WITHHELD:
            return None
        row = self.db.row("SELECT digits, urgent_digits FROM line WHERE id = ?", (line,))
        if row is None:
            raise LookupError("this line was removed")
        return str(row[1] or row[0]) if which is CallerId.URGENT else str(row[0])

    def _body(self, command: SendText) -> str:
        sealed = self.db.value("SELECT sealed_body FROM message WHERE id = ?", (command.message,))
        if sealed is None:
            raise LookupError("this text was purged")
        return unseal(self.keys.key(self.db, command.contact), bytes(sealed), f"message:body:{command.message}")


def _towards_client(order: Order) -> str:
    """All words and figures that a client would see or hear."""
    match order:
        case Say() if order.leg == caller_leg(order.contact):
            return _said(order.hearing.said)
        case Dial() if order.towards_client:
            return order.show or ""
        case Text():
            return order.body
        case Mail():
            return f"{order.subject}. {order.body}"
        case Join():
            return _said(order.outside_said)
        case CrisisTransfer():
            return _said(order.said)
        case _:
            return ""


def _said(said: tuple[Said, ...]) -> str:
    return " ".join(one.text for one in said)
