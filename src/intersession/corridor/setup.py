"""A practice's setup written as rows: the demo, scenarios, tests, and later the first run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from intersession.core.facts import ClientStatus
from intersession.core.layers import Layer, Level, effective
from intersession.core.levels import AccessLevel, AccessPhase
from intersession.core.limits import LimitKind
from intersession.core.policy import Policy
from intersession.core.policy_values import PolicyError
from intersession.core.presets import preset
from intersession.records.fields import to_micros
from intersession.records.sealing import Keyring, SealError, seal
from intersession.records.setup import ClientSetup, LayerSetup, LimitSetup, PracticeSetup, StaffSetup, WindowSetup

from .clients import AGREEMENT_FIELDS, SAFE_FIELDS, agreement, safe_contact
from .db import Db
from .pins import pin_hash

FIRST_SHORT_CODE = 101
POLICY_FIELDS = frozenset(Policy.__dataclass_fields__)


class SetupError(ValueError):
    """A setup that cannot be written; says which value and what was expected."""


def install(db: Db, keyring: Keyring, setup: PracticeSetup) -> None:
    """Write a whole practice in one transaction."""
    with db.transaction():
        _practice(db, setup)
        _lines(db, setup)
        for person in setup.staff:
            _staff(db, keyring, setup, person)
        for client in setup.clients:
            _client(db, keyring, setup, client)
        _rota(db, setup)
        _known(db, keyring, setup)


def opens(db: Db, keyring: Keyring, practice: str) -> bool:
    """Whether this is the key under which the practice was written."""
    staff = db.row("SELECT id, sealed_name FROM staff WHERE practice_id = ? ORDER BY id LIMIT 1", (practice,))
    try:
        if staff is not None:
            keyring.unseal(bytes(staff[1]), f"staff:name:{staff[0]}")
    except SealError:
        return False
    return True


def _practice(db: Db, setup: PracticeSetup) -> None:
    unknown = set(setup.policy) - POLICY_FIELDS
    if unknown:
        raise SetupError(f"policy has no value named {', '.join(sorted(unknown))}")
    own = {"level": Level.PRACTICE, "name": "practice", "values": {k: _plain(v) for k, v in setup.policy.items()}}
    layers = [*_preset(setup), own, *sorted(map(_layer, setup.layers), key=lambda one: list(Level).index(one["level"]))]
    try:
        effective([Layer(level=Level.PRACTICE, name="practice", values=one["values"]) for one in layers])
    except PolicyError as error:
        raise SetupError(str(error)) from error
    closed = {day.isoformat(): name for day, name in setup.closed_days.items()}
    db.run(
        "INSERT INTO practice (id, version, name, zone, locale, languages, policy, hours, closed_days, desk, pool,"
        " director, triage) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            setup.id, setup.name, setup.zone, setup.locale, json.dumps(setup.languages), json.dumps(layers),
            _windows(setup.hours), json.dumps(closed), json.dumps(setup.desk), json.dumps(setup.pool),
            setup.director, setup.triage,
        ),
    )  # fmt: skip


def _layer(layer: LayerSetup) -> dict[str, Any]:
    return {
        "level": Level(layer.level),
        "of": layer.of,
        "name": layer.name,
        "values": {name: _plain(value) for name, value in layer.values.items()},
        "locks": dict(layer.locks),
    }


def _preset(setup: PracticeSetup) -> list[dict[str, Any]]:
    if setup.preset is None:
        return []
    values = {name: _plain(value) for name, value in preset(setup.preset).values.items()}
    return [{"level": Level.PRACTICE, "name": f"preset {setup.preset}", "values": values}]


def _lines(db: Db, setup: PracticeSetup) -> None:
    for line in setup.lines:
        db.run(
            "INSERT INTO line (id, practice_id, kind, digits, urgent_digits, said_as, brand, staff, neutral, retired,"
            " moved_to, carrier) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                line.id, setup.id, line.kind, line.number, line.urgent_number, line.said_as,
                line.brand or line.said_as[:20], line.staff, line.neutral, line.retired, line.moved_to, line.carrier,
            ),
        )  # fmt: skip


def _staff(db: Db, keyring: Keyring, setup: PracticeSetup, person: StaffSetup) -> None:
    db.run(
        "INSERT INTO staff (id, practice_id, said_as, initials, roles, zone, hours, no_call, dnd_from, dnd_until,"
        " coach_until, supervisor, urgent_through, named_as_cover, language, sealed_name, pin)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            person.id, setup.id, person.said_as, person.initials, json.dumps(person.roles),
            person.zone or setup.zone, _windows(person.hours), _windows(person.no_call),
            0 if person.dnd_until else None, _micros(person.dnd_until),
            person.coach_until.isoformat() if person.coach_until else None, person.supervisor,
            person.urgent_through, person.named_as_cover, person.language,
            keyring.seal(person.name, f"staff:name:{person.id}"), pin_hash(person.pin) if person.pin else None,
        ),
    )  # fmt: skip
    for position, phone in enumerate(person.phones):
        db.run(
            "INSERT INTO endpoint (id, practice_id, staff_id, position, label, number_key, sealed_number, lost_at)"
            " VALUES (?,?,?,?,?,?,?,?)",
            (
                phone.id, setup.id, person.id, position, phone.label, keyring.number_key(phone.number),
                keyring.seal(phone.number, f"endpoint:number:{phone.id}"), None if phone.reachable else 1,
            ),
        )  # fmt: skip
    spans = [("encounter", span) for span in person.encounters] + [("time_off", span) for span in person.time_off]
    for kind, span in spans:
        db.run(
            'INSERT INTO absence (practice_id, staff_id, kind, start, "end", cover) VALUES (?,?,?,?,?,?)',
            (setup.id, person.id, kind, to_micros(span.start), to_micros(span.end), span.cover),
        )


def _short_code(db: Db, practice: str) -> str:
    """The next that is free."""
    given = db.value("SELECT count(*) FROM client WHERE practice_id = ?", (practice,))
    return str(FIRST_SHORT_CODE + int(given))


def _client(db: Db, keyring: Keyring, setup: PracticeSetup, client: ClientSetup) -> None:
    key, wrapped = keyring.new_data_key(f"client:{client.id}")
    _readable(client)
    profile = {
        "name": client.name,
        "agreement": _checked(client, "agreement", client.agreement, AGREEMENT_FIELDS),
        "safe": _checked(client, "safe", client.safe, SAFE_FIELDS),
        "limits": [_limit(limit, client.zone or setup.zone) for limit in client.limits],
    }
    sealed = seal(key, json.dumps(profile, separators=(",", ":")), f"client:profile:{client.id}")
    db.run(
        'INSERT INTO client (id, practice_id, handle, short_code, status, "primary", access, phase, language, zone,'
        " needs_relay, minor, next_talk, rule24_until, version, wrapped_key, sealed_profile)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,1,?,?)",
        (
            client.id, setup.id, client.handle, _short_code(db, setup.id), client.status, client.primary, client.access,
            client.phase, client.language, client.zone, client.needs_relay, client.minor, _micros(client.next_talk),
            _micros(client.rule24_until), wrapped, sealed,
        ),
    )  # fmt: skip
    for position, number in enumerate(client.numbers):
        _number(db, keyring, setup, number)
        db.run(
            "INSERT INTO client_number (practice_id, client_id, number_key, position) VALUES (?,?,?,?)",
            (setup.id, client.id, keyring.number_key(number), position),
        )


def _readable(client: ClientSetup) -> None:
    """What core could not read is refused here: later it would set aside every call of this client."""
    try:
        AccessLevel(client.access), AccessPhase(client.phase), ClientStatus(client.status)
        agreement({name: _plain(value) for name, value in client.agreement.items() if name in AGREEMENT_FIELDS})
        safe_contact({name: _plain(value) for name, value in client.safe.items() if name in SAFE_FIELDS})
        for limit in client.limits:
            LimitKind(limit.kind)
    except ValueError as error:
        raise SetupError(f"{client.handle}: {error}") from error


def _checked(
    client: ClientSetup, what: str, values: Mapping[str, object], known: frozenset[str]
) -> dict[str, object]:
    unknown = set(values) - known
    if unknown:
        raise SetupError(f"{what} of {client.handle} has no field {', '.join(sorted(unknown))}")
    return {name: _plain(value) for name, value in values.items()}


def _limit(limit: LimitSetup, zone: str) -> dict[str, object]:
    return {
        "kind": limit.kind,
        "start": to_micros(limit.start),
        "until": to_micros(limit.until),
        "zone": zone,
        "window": json.loads(_windows(limit.window)),
    }


def _rota(db: Db, setup: PracticeSetup) -> None:
    for shift in setup.shifts:
        db.run(
            'INSERT INTO shift (practice_id, staff_id, tier, start, "end") VALUES (?,?,?,?,?)',
            (setup.id, shift.staff, shift.tier, to_micros(shift.start), to_micros(shift.end)),
        )
    if setup.shifts:
        first = min(to_micros(shift.start) for shift in setup.shifts)
        db.run(
            "INSERT INTO errand (practice_id, lane, kind, subject, not_before, state, payload, outcome)"
            " VALUES (?, 'wake', 'shift', ?, ?, 'due', '', '')",
            (setup.id, f"shift:{setup.id}", first),
        )


def _known(db: Db, keyring: Keyring, setup: PracticeSetup) -> None:
    for kind, numbers in (("partner", setup.partners), ("guardian", setup.guardians)):
        for number in numbers:
            _number(db, keyring, setup, number)
            db.run(
                "INSERT INTO known_number (practice_id, number_key, kind) VALUES (?,?,?)",
                (setup.id, keyring.number_key(number), kind),
            )
    for block in setup.blocks:
        key = keyring.number_key(block.number)
        _number(db, keyring, setup, block.number)
        db.run(
            "INSERT INTO block (practice_id, number_key, hard, author, review_on, sealed_reason) VALUES (?,?,?,?,?,?)",
            (
                setup.id, key, block.hard, block.author, block.review_on.isoformat(),
                keyring.seal(block.reason, f"block:reason:{key}"),
            ),
        )  # fmt: skip


def _number(db: Db, keyring: Keyring, setup: PracticeSetup, number: str) -> None:
    key = keyring.number_key(number)
    db.run(
        "INSERT INTO number (key, practice_id, sealed) VALUES (?,?,?) ON CONFLICT (key) DO NOTHING",
        (key, setup.id, keyring.seal(number, f"number:{key}")),
    )


def _windows(windows: Iterable[WindowSetup]) -> str:
    return json.dumps([[w.weekday, w.start.isoformat("minutes"), w.end.isoformat("minutes")] for w in windows])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_micros(value)
    if isinstance(value, time):
        return value.isoformat("minutes")
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def _micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)
