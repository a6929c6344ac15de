"""`doctor` names each fault, and what to do; one thing is broken at a time."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests

from intersession.connect.registration import check_registration
from intersession.records.schema import fresh
from tests.connect.conftest import NOW, Office


def test_a_line_that_is_well_has_nothing_to_mend_and_nothing_is_changed(connected: Office) -> None:
    before = connected.db.rows("SELECT id, version FROM practice")
    assert connected.mends() == ""
    assert len(connected.doctor()) > 12
    assert connected.api.changes == []
    assert connected.db.rows("SELECT id, version FROM practice") == before


def number(office: Office, **settings: object) -> None:
    office.api.number(office.numbers[0]).update(settings)


def carrier(office: Office, name: str) -> None:
    office.db.run("UPDATE line SET carrier = ? WHERE id = 'main'", (name,))


def flow(office: Office, name: str, **properties: object) -> None:
    states = {one["name"]: one for one in office.api.flow()["definition"]["states"]}
    states[name]["properties"].update(properties)


def brand(office: Office, status: str, **more: str) -> None:
    office.api.brands = [{"sid": "BN1", "status": status, **more}]


FAULTS: dict[str, tuple[Callable[[Office], object], str]] = {
    "key away": (lambda o: o.key.unlink(), "there is no file"),
    "key short": (lambda o: o.key.write_bytes(b"x" * 7), "is no key"),
    "key of another": (lambda o: o.key.write_bytes(b"x" * 32), "it is not the key of this database"),
    "key for everybody": (lambda o: o.key.chmod(0o644), "chmod 600"),
    "journal": (
        lambda o: o.db.run(
            "INSERT INTO journal (practice_id, at, kind, rule, entry, place, seal) VALUES (?, 1, '', '', '{}', 1, '')",
            (o.practice.id,),
        ),
        "its chain is broken",
    ),
    "standstill": (lambda o: o.db.run("UPDATE heartbeat SET at = at - 61000000"), "or stands still"),
    "never served": (lambda o: o.db.run("DELETE FROM heartbeat"), "the line is not running"),
    "simulated line": (lambda o: carrier(o, "simulated"), "line main: on simulated"),
    "unknown carrier": (lambda o: carrier(o, "asterisk"), "run intersession connect asterisk"),
    "suspended": (lambda o: setattr(o.api, "status", "suspended"), "it is suspended"),
    "trial": (lambda o: setattr(o.api, "type", "Trial"), "a trial account calls and texts only"),
    "token": (lambda o: setattr(o.api, "down", 401), "the auth token does not fit"),
    "twilio down": (lambda o: setattr(o.api, "down", 503), "Twilio itself is in trouble"),
    "number lost": (lambda o: o.api.numbers.clear(), "does not have it (any more)"),
    "number mute": (lambda o: number(o, capabilities={"voice": False}), "it cannot take calls"),
    "calls elsewhere": (lambda o: number(o, voice_url="https://elsewhere.example"), "lead to this line: calls."),
    "calls by GET": (lambda o: number(o, voice_method="GET"), "the method of calls"),
    "no fallback": (lambda o: number(o, voice_fallback_url=""), "the fallback of calls"),
    "ends elsewhere": (lambda o: number(o, status_callback=""), "ends of calls"),
    "texts elsewhere": (lambda o: number(o, sms_url=""), "lead to this line: texts."),
    "text fallback": (lambda o: number(o, sms_fallback_url="https://elsewhere.example"), "the fallback of texts"),
    "application": (lambda o: number(o, voice_application_sid="AP1"), "calls, by an application"),
    "trunk": (lambda o: number(o, trunk_sid="TK1"), "calls, by a trunk"),
    "service takes texts": (
        lambda o: o.api.services[0].update(use_inbound_webhook_on_number=False), "Defer to sender's webhook",
    ),
    "flow lost": (lambda o: o.api.flows.clear(), "nothing at Twilio speaks"),
    "flow draft": (lambda o: o.api.flow().update(status="draft"), "is not what the line says"),
    "flow old words": (lambda o: flow(o, "words", say="Hello."), "is not what the line says"),
    "flow transcribes": (lambda o: flow(o, "message", transcribe=True), "is not what the line says"),
    "no answer": (lambda o: setattr(o.web, "fails", requests.ConnectionError()), "does not answer (ConnectionError)"),
    "no certificate": (lambda o: setattr(o.web, "fails", requests.exceptions.SSLError()), "has no valid certificate"),
    "bad handshake": (lambda o: setattr(o.web, "fails", ssl.SSLError()), "has no valid certificate"),
    "certificate ends": (lambda o: setattr(o.web, "ends", NOW + timedelta(days=9)), "it ends in 9 days"),
    "proxy alone": (lambda o: setattr(o.web, "stranger", 502), "the proxy at"),
    "not restarted": (lambda o: setattr(o.web, "stranger", 404), "no line on Twilio is behind it"),
    "other secret": (lambda o: setattr(o.web, "twilio", 403), "does not know this token or this address"),
    "somebody else": (lambda o: setattr(o.web, "stranger", 200), "the proxy leads elsewhere"),
    "clock": (lambda o: setattr(o.web, "clock", NOW + timedelta(seconds=9)), "clock: 9 s apart"),
    "no brand": (lambda o: setattr(o.api, "brands", []), "texting registration: none"),
    "brand refused": (lambda o: brand(o, "FAILED", failure_reason="tax number"), "the brand was refused: tax number"),
    "campaign refused": (lambda o: setattr(o.api, "campaign", "FAILED"), "the campaign was refused"),
    "number outside": (lambda o: o.api.members.clear(), "in no campaign's Messaging Service"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_it_names_the_fault_and_what_to_do(connected: Office, name: str) -> None:
    break_it, says = FAULTS[name]
    break_it(connected)
    assert says in connected.mends()


def test_a_database_that_is_not_there_is_named_and_not_made(connected: Office) -> None:
    connected.database += ".other"
    assert "database: there is no file" in connected.mends()
    assert not connected.folder.joinpath("line.sqlite3.other").exists()


def test_a_damaged_database_is_named(connected: Office) -> None:
    connected.db.run("PRAGMA wal_checkpoint(TRUNCATE)")
    connected.db.close()
    path = connected.folder / "line.sqlite3"
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * 8192 + whole[16384:])
    assert "database: it" in connected.mends()


def test_tables_of_an_older_version_are_named(connected: Office) -> None:
    connected.db.run("DELETE FROM django_migrations WHERE app = 'records'")
    assert "migrations wait" in connected.mends()


def test_an_empty_database_is_named(connected: Office) -> None:
    connected.database = fresh(connected.folder / "empty.sqlite3")
    assert "this database is empty" in connected.mends()


@pytest.mark.parametrize("status", ["PENDING", "IN_REVIEW"])
def test_D25_what_waits_for_others_is_said_and_is_no_fault(connected: Office, status: str) -> None:
    brand(connected, status)
    assert connected.mends() == ""
    assert any("the brand waits" in one.says for one in connected.doctor() if one.state == "wait")


def test_a_campaign_in_review_waits(connected: Office) -> None:
    connected.api.campaign = "IN_PROGRESS"
    assert connected.mends() == ""
    assert any("the campaign waits" in one.says for one in connected.doctor())


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (None, "has to be verified before it texts"), ("TWILIO_REJECTED", "refused: no website"),
        ("IN_REVIEW", "waits for Twilio's review"), ("TWILIO_APPROVED", "verified"),
    ],
)  # fmt: skip
def test_a_toll_free_number_is_verified_on_its_own(connected: Office, status: str | None, says: str) -> None:
    free = "+18005550123"
    if status:
        connected.api.toll_free = [
            {"tollfree_phone_number": free, "status": status, "rejection_reason": "no website"}
        ]
    (found,) = check_registration(connected.api.client, [free])
    assert says in found.says


def test_numbers_of_other_countries_need_no_registration(connected: Office) -> None:
    assert check_registration(connected.api.client, ["+442079460000"]) == []


def test_a_rota_that_cannot_be_rung_in_time_is_refused_by_name(connected: Office) -> None:
    pool = [f"coach{place}" for place in range(9)]
    for name in pool:
        connected.db.run(
            "INSERT INTO staff (id, practice_id, said_as, initials, roles, zone, hours, no_call, language, sealed_name,"
            " urgent_through, named_as_cover) SELECT ?, practice_id, ?, initials, roles, zone, hours, no_call,"
            " language, sealed_name, urgent_through, named_as_cover FROM staff LIMIT 1",
            (name, name.title()),
        )
        connected.db.run(
            "INSERT INTO endpoint (id, practice_id, staff_id, position, label, number_key, sealed_number)"
            " VALUES (?, ?, ?, 0, 'cell', ?, X'00')",
            (name, connected.practice.id, name, name),
        )
    connected.db.run("UPDATE practice SET pool = ?, version = version + 1", (str(pool).replace("'", '"'),))
    assert "ringing, the coaching pool: twilio starts 1 calls a second, so within 20 s" in connected.mends()
    assert "Coach6, Coach7, Coach8" in connected.mends()
    assert "Coach5" not in connected.mends()


