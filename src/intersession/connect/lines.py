"""The practice's lines, and the numbers that they get at a carrier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from intersession.core.ids import LineId, PracticeId
from intersession.corridor.carrier_accounts import account_of, keep_account
from intersession.corridor.db import Db
from intersession.records.sealing import Keyring

from .findings import CannotConnect, Finding, mend, ok


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A published line."""

    id: LineId
    said_as: str
    number: str
    urgent: str | None
    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """The numbers that a line is to have, in E.164."""

    line: LineId
    number: str
    urgent: str | None = None


def lines_of(db: Db, practice: PracticeId) -> list[Line]:
    """All of them."""
    rows = db.rows(
        "SELECT id, said_as, digits, urgent_digits, carrier FROM line WHERE practice_id = ? ORDER BY id", (practice,)
    )
    return [
        Line(id=LineId(id_), said_as=said_as, number=number, urgent=urgent, carrier=carrier)
        for id_, said_as, number, urgent, carrier in rows
    ]


def assign(
    db: Db, keyring: Keyring, practice: PracticeId, carrier: str, settings: Mapping[str, str],
    assigned: Iterable[Assigned],
) -> None:  # fmt: skip
    """Keep how the carrier is reached, and give lines their numbers there; all of it or nothing."""
    assigned = tuple(assigned)
    with db.transaction():
        _refuse(db, keyring, practice, assigned)
        keep_account(db, keyring, practice, carrier, settings)
        for one in assigned:
            db.run(
                "UPDATE line SET digits = ?, urgent_digits = ?, carrier = ? WHERE id = ? AND practice_id = ?",
                (one.number, one.urgent, carrier, one.line, practice),
            )
        db.run("UPDATE practice SET version = version + 1 WHERE id = ?", (practice,))


def check_carriers(db: Db, keyring: Keyring, practice: PracticeId) -> list[Finding]:
    """Each line is on a carrier, and the practice is connected with it."""
    return [_check(line, db, keyring, practice) for line in lines_of(db, practice)]


def _check(line: Line, db: Db, keyring: Keyring, practice: PracticeId) -> Finding:
    about = f"line {line.id}"
    if line.carrier == "simulated":
        return mend(about, "on simulated telephones: no real call reaches it. Run intersession connect twilio")
    if account_of(db, keyring, practice, line.carrier) is None:
        return mend(about, f"on {line.carrier}, which is not connected: run intersession connect {line.carrier}")
    return ok(about, f"on {line.carrier}")


def _refuse(db: Db, keyring: Keyring, practice: PracticeId, assigned: tuple[Assigned, ...]) -> None:
    """A number twice, or one that a staff member's own phone has, which callers would then be shown."""
    mine = {one.line for one in assigned}
    kept = [line for line in lines_of(db, practice) if line.id not in mine]
    all_ = Counter(number for number in _numbers([*assigned, *kept]))
    twice = sorted(number for number, times in all_.items() if times > 1)
    if twice:
        raise CannotConnect(f"{twice[0]} cannot be two numbers of the practice at once: choose another")
    swapped = _swapped(db, practice, assigned)
    if swapped:
        raise CannotConnect(f"{swapped} is another line's number now: give that line its new number first")
    for number in all_:
        key = keyring.number_key(number)
        if db.value("SELECT 1 FROM endpoint WHERE practice_id = ? AND number_key = ?", (practice, key)):
            raise CannotConnect(f"{number} is a staff member's own phone: a line needs a number of its own")


def _numbers(of: Iterable[Assigned | Line]) -> list[str]:
    return [number for one in of for number in (one.number, one.urgent) if number]


def _swapped(db: Db, practice: PracticeId, assigned: tuple[Assigned, ...]) -> str | None:
    """A number that would stand in two rows while they are written."""
    owners = {line.number: line.id for line in lines_of(db, practice)}
    return next((one.number for one in assigned if owners.get(one.number, one.line) != one.line), None)
