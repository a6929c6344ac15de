"""A line on Twilio: the corridor on SQLite, the webhooks' app, and a double of the cloud that signs for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from intersession.asgi import webhooks
from intersession.carriers.port import Dial, Done, Drop, Envelope, LookAgain, Order, Outcome
from intersession.carriers.twilio.account import Account
from intersession.carriers.twilio.carrier import Twilio
from intersession.carriers.twilio.parse import Reader
from intersession.carriers.twilio.steps import Steps
from intersession.core.ids import LineId, PracticeId
from intersession.corridor.legs import Legs
from intersession.corridor.running import Ticket
from intersession.records.sealing import Keyring
from intersession.server.hooks import Hooks
from intersession.stories.cast import Cast
from intersession.stories.world import World
from tests.carriers.twilio.cloud import PUBLIC, TOKEN, Cloud
from tests.corridor.conftest import team


def on_twilio(cast: Cast) -> Cast:
    """The same practice with all its lines at Twilio."""
    lines = tuple(replace(one, carrier="twilio") for one in cast.setup.lines)
    return replace(cast, setup=replace(cast.setup, lines=lines))


def account_of(cast: Cast) -> Account:
    """Its account."""
    lines = {line.number: LineId(line.id) for line in cast.setup.lines}
    return Account(
        practice=PracticeId(cast.setup.id), public_url=PUBLIC, tokens=(TOKEN,), lines=lines, zone=cast.setup.zone
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPhones(Twilio):
    """Twilio, with staff phones that ring and stay unanswered, and legs that look again when they come round."""

    orders: list[Order] = field(default_factory=list)

    def run(self, order: Order) -> Outcome:
        self.orders.append(order)
        return Done() if isinstance(order, Dial | Drop | LookAgain) else Twilio.run(self, order)


@dataclass
class Line:
    """All of it."""

    world: World
    cloud: Cloud
    account: Account
    carrier: StaffPhones
    hooks: Hooks

    def number(self, who: str) -> str:
        return self.world.cast.phones[who]

    def listed(self, line: str) -> str:
        return self.world.cast.lines[line]

    def count(self, table: str) -> int:
        return int(self.world.db.value(f"SELECT count(*) FROM {table}"))


def reader_of(account: Account, keyring: Keyring) -> Reader:
    return Reader(account=account, key_of=keyring.number_key, digest=keyring.digest)


def staff_phones(account: Account, keyring: Keyring, legs: Legs) -> StaffPhones:
    return StaffPhones(
        reader=reader_of(account, keyring), client=None, steps=Steps(keyring.digest), reference=legs.reference,
        fetch=lambda url: None, now=lambda: datetime.now(UTC),
    )  # fmt: skip


def now_doing(world: World) -> Callable[[Envelope], Ticket]:
    """The corridor without threads: every event is turned at once."""

    def submit(envelope: Envelope) -> Ticket:
        ticket = Ticket(envelope)
        ticket.settle(world.corridor.now_do(envelope))
        world.corridor.pump()
        return ticket

    return submit


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """A DBT team whose lines are at Twilio, on a Tuesday evening."""
    cast = on_twilio(team(tmp_path))
    account = account_of(cast)
    with World(cast) as world, start_blocking_portal() as portal:
        legs = Legs(world.address, world.keyring)
        carrier = staff_phones(account, world.keyring, legs)
        world.corridor.carriers["twilio"] = carrier
        world.corridor.tick.pulls(account.pulls)
        hooks = Hooks(account, now_doing(world), world.now, world.keyring, legs)
        yield Line(world, Cloud(webhooks(hooks.routes()), portal), account, carrier, hooks)
        legs.close()
