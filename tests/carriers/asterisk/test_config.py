"""The configuration: nobody learns a number from it, strangers are refused, and every call has somewhere to go."""

from __future__ import annotations

import re
from dataclasses import replace

from intersession.carriers.asterisk.config import NOWHERE, files
from intersession.carriers.asterisk.dialplan import TEXTS
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
        ):  # fmt: skip
            assert setting in endpoint


def test_only_a_trunk_that_carries_texts_has_a_place_for_them(pbx: Pbx) -> None:
    for texts, context in ((True, TEXTS), (False, NOWHERE)):
        trunk, *stations = endpoints(files(replace(pbx, trunk=replace(pbx.trunk, texts=texts)))["pjsip.conf"])
        assert f"message_context = {context}\n" in trunk
        assert all(f"message_context = {NOWHERE}\n" in station for station in stations)


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
    assert set(re.findall(r"exten => ([^,]+),1,Goto\(from-trunk,([^,]+),1\)", staff)) == {
        (dialled, number)
        for number in pbx.lines
        for dialled in (number, number.removeprefix("+"), number.removeprefix("+1"))
    }
    assert staff.count("exten") == 3 * len(pbx.lines)


def test_the_trunk_is_known_by_its_address_and_a_phone_by_its_password(pbx: Pbx) -> None:
    """Anybody may write `From: trunk`."""
    more = replace(pbx, trunk=replace(pbx.trunk, addresses=("192.0.2.7", "198.51.100.0/24")))
    pjsip = files(more)["pjsip.conf"]
    trunk, desk = endpoints(pjsip)
    assert "identify_by = ip\n" in trunk
    assert "auth = " not in trunk.replace("outbound_auth = ", "")
    known = re.findall(r"type = identify\nendpoint = trunk\nmatch = (.+)\n", pjsip)
    assert known == ["sip.provider.example", "192.0.2.7", "198.51.100.0/24"]
    assert "identify_by = username\n" in desk
    assert "\nauth = desk\n" in desk
    assert "callerid = <+12025550110>" in desk


def test_a_browsers_password_is_of_use_through_our_screens_alone(pbx: Pbx) -> None:
    web = Station(name="web", password="web-secret", browser=True)
    _, desk, browser = endpoints(files(replace(pbx, stations={**pbx.stations, "+12025550111": web}))["pjsip.conf"])
    assert "deny = 0.0.0.0/0.0.0.0" in browser
    assert "permit = 127.0.0.1/255.255.255.255" in browser
    assert "deny" not in desk


def test_behind_a_router_the_outside_is_told_the_public_address(pbx: Pbx) -> None:
    """And phones in the same network are not."""
    behind = files(replace(pbx, local_address="192.168.1.10", public_address="192.0.2.9"))
    transport = behind["pjsip.conf"].split("[udp]")[1].split("[")[0]
    assert "external_media_address = 192.0.2.9" in transport
    assert "external_signaling_address = 192.0.2.9" in transport
    assert "local_net = 192.168.0.0/16" in transport
    assert "192.168.1.10 => 192.0.2.9,include_local_address" in behind["rtp.conf"]
    assert "external" not in files(pbx)["pjsip.conf"]
    assert "ice_host_candidates" not in files(pbx)["rtp.conf"]


def test_a_password_may_hold_what_begins_a_comment(pbx: Pbx) -> None:
    odd = replace(pbx, trunk=replace(pbx.trunk, password="a;b"))
    assert "password = a\\;b\n" in files(odd)["pjsip.conf"]


def test_a_registration_is_never_given_up(pbx: Pbx) -> None:
    pjsip = files(pbx)["pjsip.conf"]
    assert "auth_rejection_permanent = no" in pjsip
    assert "type = registration" in pjsip
    assert "type = registration" not in files(replace(pbx, trunk=replace(pbx.trunk, user="")))["pjsip.conf"]


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
