"""Asterisk's configuration files for one practice, each with the reason why beside what is set."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from .dialplan import dialplan
from .modules import modules_conf
from .pbx import TRUNK, Pbx, Station

NOWHERE = "nowhere"
"""A context without an extension: a text that finds none in its own is handed to ARI."""
STAFF = "from-staff"

NO_RECORDS = "; Asterisk keeps no list of calls beside ours.\n[general]\nenable = no\n"
LOGGER = "; More than this would write every number down.\n[general]\n[logfiles]\nmessages => warning,error\n"


def files(pbx: Pbx) -> Mapping[str, str]:
    """File name to content, for Asterisk's configuration folder. `ari.conf` and `pjsip.conf` hold passwords."""
    return {
        "modules.conf": modules_conf(),
        "logger.conf": LOGGER,
        "cdr.conf": NO_RECORDS,
        "cel.conf": NO_RECORDS,
        "http.conf": _http(pbx),
        "ari.conf": _ari(pbx),
        "rtp.conf": "[general]\nrtpstart = {}\nrtpend = {}\nicesupport = yes\n".format(*pbx.rtp_ports),
        "pjsip.conf": "\n".join((_transports(pbx), _trunk(pbx), *map(_station, pbx.stations.values()))),
        "extensions.conf": dialplan(pbx),
    }


def _http(pbx: Pbx) -> str:
    return dedent(f"""\
        ; ARI steers every call: it listens on this machine only.
        [general]
        enabled = yes
        bindaddr = 127.0.0.1
        bindport = {pbx.http_port}
        """)


def _ari(pbx: Pbx) -> str:
    return dedent(f"""\
        [general]
        enabled = yes

        [{pbx.user}]
        type = user
        read_only = no
        password = {pbx.password}
        """)


def _transports(pbx: Pbx) -> str:
    browser = dedent("""\

        ; phones in browsers come in over the web server
        [ws]
        type = transport
        protocol = ws
        bind = 127.0.0.1
        """)
    browsers = any(station.browser for station in pbx.stations.values())
    return dedent(f"""\
        [global]
        type = global
        user_agent = line
        ; whoever is neither the trunk nor a staff phone is refused: there is no anonymous endpoint
        endpoint_identifier_order = ip,username

        [udp]
        type = transport
        protocol = udp
        bind = {pbx.sip_address}:{pbx.sip_port}
        """) + (browser if browsers else "")


PRIVATE = """\
; No message may tell one side the other's number. Without this, a re-INVITE after the two are joined does
; (P-Asserted-Identity), and the machine's own name stands in From.
send_connected_line = no
trust_connected_line = no
from_domain = {domain}
; Sound goes through here: else the two phones would learn each other's address.
direct_media = no
; A phone may not pass a client on to somebody else.
allow_transfer = no
sdp_owner = -
sdp_session = line
dtmf_mode = rfc4733
rtp_symmetric = yes
message_context = nowhere
disallow = all
"""


def _trunk(pbx: Pbx) -> str:
    trunk = pbx.trunk
    auth = f"outbound_auth = {TRUNK}\n" if trunk.user else ""
    presents = (
        "; The provider lets a call show a number that is not ours: the crisis transfer shows the caller's own.\n"
        "send_pai = yes\n"
        if trunk.presents_caller
        else ""
    )
    head = dedent(f"""\
        ; ---- the trunk: clients, private staff phones, the crisis line
        [{TRUNK}]
        type = endpoint
        transport = udp
        context = from-{TRUNK}
        aors = {TRUNK}
        trust_id_inbound = yes
        force_rport = yes
        """)
    rest = dedent(f"""\
        allow = ulaw,alaw

        [{TRUNK}]
        type = aor
        contact = sip:{trunk.host}:{trunk.port}
        qualify_frequency = 0

        [{TRUNK}]
        type = identify
        endpoint = {TRUNK}
        match = {trunk.host}
        """)
    return head + auth + presents + PRIVATE.format(domain=pbx.domain) + rest + (_account(pbx) if trunk.user else "")


def _account(pbx: Pbx) -> str:
    trunk = pbx.trunk
    return dedent(f"""\

        [{TRUNK}]
        type = auth
        auth_type = digest
        username = {trunk.user}
        password = {trunk.password}

        [{TRUNK}]
        type = registration
        transport = udp
        outbound_auth = {TRUNK}
        server_uri = sip:{trunk.host}:{trunk.port}
        client_uri = sip:{trunk.user}@{trunk.host}:{trunk.port}
        retry_interval = 30
        """)


def _station(station: Station) -> str:
    head = dedent(f"""\
        ; ---- a staff phone {"in a browser" if station.browser else "on a desk"}
        [{station.name}]
        type = endpoint
        transport = {"ws" if station.browser else "udp"}
        context = {STAFF}
        aors = {station.name}
        auth = {station.name}
        """)
    rest = dedent(f"""\
        allow = {"opus,ulaw" if station.browser else "g722,ulaw,alaw"}

        [{station.name}]
        type = aor
        max_contacts = 3
        remove_existing = yes

        [{station.name}]
        type = auth
        auth_type = digest
        username = {station.name}
        password = {station.password}
        """)
    web = "webrtc = yes\n" if station.browser else ""
    return head + web + PRIVATE.format(domain="line.invalid") + rest
