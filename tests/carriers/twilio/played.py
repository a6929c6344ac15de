"""A story's world whose lines are at Twilio: the double between the telephones and the line."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from types import TracebackType

from anyio.from_thread import start_blocking_portal
from twilio.rest import Client

from intersession.asgi import webhooks
from intersession.carriers.twilio.carrier import CAPABILITIES, Twilio
from intersession.carriers.twilio.steps import Steps
from intersession.core.call import Said
from intersession.core.ids import ClipId, StaffId
from intersession.corridor.greetings import recorded
from intersession.corridor.legs import Legs
from intersession.corridor.tick import Turned
from intersession.server.hooks import Hooks
from intersession.stories.cast import Cast
from intersession.stories.world import World

from .cloud import ACCOUNT, TOKEN, Cloud
from .conftest import account_of, now_doing, on_twilio, reader_of
from .double import Double


class OnTwilio(World):
    """The same telephones, behind Twilio's double."""

    patience = timedelta(seconds=5)
    precision = timedelta(seconds=1)
    """A call waits for its start: one goes out a second."""

    def __init__(self, cast: Cast, *, twice: bool = False, loses: int = 0) -> None:
        super().__init__(on_twilio(cast))
        account = account_of(self.cast)
        self._legs = Legs(self.address, self.keyring)
        self._portal = start_blocking_portal()
        hooks = Hooks(account, now_doing(self), self.now, self.keyring, self._legs)
        self.double = Double(Cloud(webhooks(hooks.routes()), self._portal.__enter__()), self.exchange, self.now)
        self.double.twice, self.double.loses = twice, loses
        client = Client(ACCOUNT, TOKEN, http_client=self.double)
        self.corridor.tick.pulls(account.pulls)
        self.corridor.pace.set(account.lines.values(), CAPABILITIES.legs_per_second)
        self.corridor.carriers["twilio"] = Twilio(
            reader=reader_of(account, self.keyring), client=client, steps=Steps(self.keyring.digest),
            reference=self._legs.reference, fetch=self.double.fetch, now=self.now,
        )  # fmt: skip
        self.double.clips = self._clip
        self.corridor.turned.append(self._learn)
        self.beside.append(self.double)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._portal.__exit__(None, None, None)
        self._legs.close()
        super().__exit__(kind, error, trace)

    def _clip(self, clip: ClipId) -> Said:
        (row,) = self.db.rows("SELECT staff, locale FROM greeting_clip WHERE id = ?", (clip,))
        staff, locale = StaffId(row[0]), str(row[1])
        own = recorded(self.db, self.keyring, staff, locale)
        text = next(text for text, one in own.items() if one == clip)
        return Said(id="", text=text, locale=locale, voice=staff, clip=clip)

    def _learn(self, turned: Turned, at: datetime) -> None:
        for one in (turned, *turned.follows):
            for command in one.decision.commands if one.decision is not None else ():
                self.double.words.update({said.text: said for said in _said_in(command)})


def _said_in(value: object) -> list[Said]:
    if isinstance(value, Said):
        return [value]
    if isinstance(value, tuple):
        return [said for one in value for said in _said_in(one)]
    if is_dataclass(value):
        return [said for one in fields(value) for said in _said_in(getattr(value, one.name))]
    return []
