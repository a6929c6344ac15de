"""The configuration: nobody learns a number from it, strangers are refused, and every call has somewhere to go."""

from __future__ import annotations

import re
from dataclasses import replace

from intersession.carriers.asterisk.config import files
from intersession.carriers.asterisk.pbx import Pbx, Station


def endpoints(pjsip: str) -> list[str]:
    """The sections of the endpoints."""
    return [section for section in re.split(r"(?m)^(?=\[)", pjsip) if "type = endpoint" in section]


def test_every_endpoint_keeps_the_numbers_apart(pbx: Pbx) -> None:
    """INV-04: a trunk, a desk phone and a browser phone alike."""
    web = Station(name="web", password="web-secret", browser=True)
    found = endpoints(files(replace(pbx, stations={**pbx.stations, "+12025550111": web}))["pjsip.conf"])
    assert len(found) == 3
    for endpoint in found:
        for setting in (
            "send_connected_line = no", "from_domain = line.invalid", "direct_media = no", "allow_transfer = no",
            "message_context = nowhere",
        ):  # fmt: skip
            assert setting in endpoint


def test_the_crisis_transfer_needs_a_trunk_that_presents_the_caller(pbx: Pbx) -> None:
    able = replace(pbx, trunk=replace(pbx.trunk, presents_caller=True))
    assert not pbx.capabilities.crisis_transfer
    assert "send_pai" not in files(pbx)["pjsip.conf"]
    assert able.capabilities.crisis_transfer
    assert "send_pai = yes" in files(able)["pjsip.conf"]


def test_what_a_trunk_cannot_do_is_said(pbx: Pbx) -> None:
    assert not pbx.capabilities.delivery_reports
    assert not pbx.capabilities.pulls
    assert not replace(pbx, trunk=replace(pbx.trunk, texts=False)).capabilities.texts
    assert pbx.capabilities.static_fallback


def test_a_station_rings_instead_of_the_number(pbx: Pbx) -> None:
    assert pbx.endpoint("+12025550110") == "PJSIP/desk"
    assert pbx.endpoint("+12025550142") == "PJSIP/+12025550142@trunk"
    assert replace(pbx, trunk=replace(pbx.trunk, texts=False)).mailbox("+12025550142") is None


def test_strangers_are_refused_and_nobody_passes_a_client_on(pbx: Pbx) -> None:
    modules = files(pbx)["modules.conf"]
    assert "autoload = no" in modules
    assert "load = res_pjsip_endpoint_identifier_anonymous" not in modules
    assert "load = res_pjsip_refer" not in modules
    assert "bindaddr = 127.0.0.1" in files(pbx)["http.conf"]


def test_staff_phones_reach_the_lines_and_nothing_else(pbx: Pbx) -> None:
    staff = files(pbx)["extensions.conf"].split("[from-staff]")[1].split("[")[0]
    assert re.findall(r"exten => ([^,]+)", staff) == sorted(pbx.lines)


def test_a_call_is_noted_before_it_is_handed_over_and_is_never_left_alone(pbx: Pbx) -> None:
    trunk = files(pbx)["extensions.conf"].split("[from-trunk]")[1].split("[from-staff]")[0]
    assert trunk.index("DB(") < trunk.index("TIMEOUT(absolute)") < trunk.index("Stasis(")
    assert "exten => T,1,Goto(fallback,s,1)" in trunk


def test_passwords_stay_where_they_are_used(pbx: Pbx) -> None:
    secrets = ("ari-secret", "trunk-secret", "desk-secret")
    for name, text in files(pbx).items():
        if name not in ("ari.conf", "pjsip.conf"):
            assert not any(secret in text for secret in secrets)
    assert not any(secret in repr(pbx) for secret in secrets)
