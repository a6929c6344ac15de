"""Everything that has to be so for the line to work, looked at without changing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from intersession.carriers.twilio.carrier import CAPABILITIES
from intersession.core.ids import PracticeId
from intersession.corridor.carrier_accounts import account_of
from intersession.corridor.db import Db
from intersession.corridor.directory import Directories
from intersession.records.sealing import Keyring
from intersession.server.asterisk import pbx_of
from intersession.server.carriers import Lines, twilio_client

from . import asterisk, twilio
from .findings import Finding, State, mend
from .lines import check_carriers
from .reach import Internet, Web
from .records import check_database, check_fit, check_journal, check_key, check_ticking
from .rota import check_rota


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """Looks at one practice."""

    database: str
    key: Path
    now: Callable[[], datetime]
    web: Web = Internet()
    client_of: Callable[[dict[str, str]], Any] = twilio_client

    def findings(self) -> Iterator[Finding]:
        """One after the other; what cannot be looked at without the one before is left out."""
        key, keyring = check_key(self.key)
        database = check_database(self.database)
        yield key
        yield database
        if keyring is None or database.state is not State.OK:
            return
        db = Db(self.database)
        try:
            yield from self._practice(db, keyring)
        finally:
            db.close()

    def _practice(self, db: Db, keyring: Keyring) -> Iterator[Finding]:
        practice = db.value("SELECT id FROM practice ORDER BY id LIMIT 1")
        if practice is None:
            yield mend("practice", "this database is empty: intersession serve --setup FILE reads one in")
            return
        fit = check_fit(db, keyring, PracticeId(practice))
        yield fit
        if fit.state is State.OK:
            yield check_journal(db, keyring, PracticeId(practice))
            yield check_ticking(db, self.now())
            yield from check_carriers(db, keyring, PracticeId(practice))
            yield from self._twilio(db, keyring, PracticeId(practice))
            yield from self._asterisk(db, keyring, PracticeId(practice))

    def _twilio(self, db: Db, keyring: Keyring, practice: PracticeId) -> Iterator[Finding]:
        settings = account_of(db, keyring, practice, twilio.CARRIER)
        if settings is None or twilio.CARRIER not in Lines(db, keyring, practice).carriers():
            return
        known = twilio.Practice(db=db, keyring=keyring, id=practice)
        yield from twilio.check(known, self.client_of(settings), settings, self.web, self.now())
        directory = Directories().of(db, practice, self.now())
        yield from check_rota(directory.practice, twilio.CARRIER, CAPABILITIES)

    def _asterisk(self, db: Db, keyring: Keyring, practice: PracticeId) -> Iterator[Finding]:
        settings = account_of(db, keyring, practice, asterisk.CARRIER)
        lines = Lines(db, keyring, practice)
        if settings is None or asterisk.CARRIER not in lines.carriers():
            return
        yield from asterisk.check(twilio.Practice(db=db, keyring=keyring, id=practice), settings)
        pbx = pbx_of(practice, lines.numbers(asterisk.CARRIER), settings)
        directory = Directories().of(db, practice, self.now())
        yield from check_rota(directory.practice, asterisk.CARRIER, pbx.capabilities)
