"""Asterisk's configuration files for one practice, each with the reason why beside what is set."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from textwrap import dedent

from .dialplan import TEXTS, dialplan
from .modules import modules_conf
from .pbx import REGISTERED, TRUNK, Pbx, Station

NOWHERE = "nowhere"
"""A context without an extension. A text goes to ARI all the same, where that listens."""
STAFF = "from-staff"

NO_RECORDS = "; Asterisk keeps no list of calls beside ours.\n[general]\nenable = no\n"
LOGGER = "; More than this would write every number down.\n[general]\n[logfiles]\nmessages => warning,error\n"

RINGS = dedent("""\
    ; What a caller hears while the fallback rings the duty number.
    [general]
    country = us

    [us]
    description = United States
    ringcadence = 2000,4000
    ring = 440+480/2000,0/4000
    busy = 480+620/500,0/500
    congestion = 480+620/250,0/250
    """)


DIALPLAN, MARK = "extensions.conf", "INTERSESSION_FILES"


def files(pbx: Pbx) -> Mapping[str, str]:
    """File name to content, for Asterisk's configuration folder. `ari.conf` and `pjsip.conf` hold passwords."""
    made = _files(pbx)
    return {**made, DIALPLAN: f"[globals]\n{MARK} = {_mark(made)}\n\n{made[DIALPLAN]}"}


def mark(pbx: Pbx) -> str:
    """By which an Asterisk that runs with these very files is known: its global variable `MARK`."""
    return _mark(_files(pbx))


def _mark(made: Mapping[str, str]) -> str:
    return hashlib.sha256("\x1f".join(made.values()).encode()).hexdigest()[:16]


def _files(pbx: Pbx) -> dict[str, str]:
    return {
        "modules.conf": modules_conf(),
        "logger.conf": LOGGER,
        "cdr.conf": NO_RECORDS,
        "cel.conf": NO_RECORDS,
        "http.conf": _http(pbx),
        "ari.conf": _ari(pbx),
        "rtp.conf": _rtp(pbx),
        "indications.conf": RINGS,
        "pjsip.conf": "\n".join((_transports(pbx), _trunk(pbx), *_stations(pbx))),
        DIALPLAN: dialplan(pbx),
    }


def _stations(pbx: Pbx) -> list[str]:
    return [_station(number, station) for number, station in pbx.stations.items()]


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


def _rtp(pbx: Pbx) -> str:
    ports = "[general]\nrtpstart = {}\nrtpend = {}\nicesupport = yes\n".format(*pbx.rtp_ports)
    if not pbx.public_address:
        return ports
    return ports + dedent(f"""\

        ; what browsers beyond the router are told, beside the address in this network
        [ice_host_candidates]
        {pbx.local_address} => {pbx.public_address},include_local_address
        """)


def _router(pbx: Pbx) -> str:
    """What the trunk is told, and what is not told to phones in this network."""
    if not pbx.public_address:
        return ""
    public = (f"{name} = {pbx.public_address}\n" for name in ("external_signaling_address", "external_media_address"))
    return "".join(public) + "".join(f"local_net = {network}\n" for network in PRIVATE_NETWORKS)


PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")


def _transports(pbx: Pbx) -> str:
    browser = dedent("""\

        ; phones in browsers come in over our own screens
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
        ; Whoever is neither the trunk nor a staff phone is refused: there is no anonymous endpoint. A phone is known by
        ; its name and has to prove it, the trunk by its address alone.
        endpoint_identifier_order = username,ip

        [udp]
        type = transport
        protocol = udp
        bind = {pbx.sip_address}:{pbx.sip_port}
        """) + _router(pbx) + (browser if browsers else "")


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
message_context = {texts}
disallow = all
"""


def _private(domain: str, texts: str) -> str:
    return PRIVATE.format(domain=domain, texts=texts)


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
        ; never by its name: anybody could write that
        identify_by = ip
        trust_id_inbound = yes
        force_rport = yes
        """)
    rest = dedent(f"""\
        allow = ulaw,alaw

        [{TRUNK}]
        type = aor
        contact = sip:{trunk.host}:{trunk.port}
        qualify_frequency = 0
        """) + "".join(_from(place, address) for place, address in enumerate((trunk.host, *trunk.addresses)))
    private = _private(pbx.domain, TEXTS if trunk.texts else NOWHERE)
    return head + auth + presents + private + rest + (_account(pbx) if trunk.user else "")


def _from(place: int, address: str) -> str:
    """Each by itself: a name that cannot be looked up at start would take the others with it."""
    return dedent(f"""\

        [{TRUNK}-from-{place}]
        type = identify
        endpoint = {TRUNK}
        match = {address}
        """)


def _plain(value: str) -> str:
    """A semicolon would begin a comment."""
    return value.replace(";", "\\;")


def _account(pbx: Pbx) -> str:
    trunk = pbx.trunk
    return dedent(f"""\

        [{TRUNK}]
        type = auth
        auth_type = digest
        username = {_plain(trunk.user)}
        password = {_plain(trunk.password)}

        [{TRUNK}]
        type = registration
        transport = udp
        outbound_auth = {TRUNK}
        server_uri = sip:{trunk.host}:{trunk.port}
        client_uri = sip:{trunk.user}@{trunk.host}:{trunk.port}
        contact_user = {REGISTERED}
        ; Where it calls the address that we registered, a secret in that address says who it is, from wherever.
        line = yes
        endpoint = {TRUNK}
        ; It goes on trying. By itself Asterisk gives up after ten times, and after one refusal.
        retry_interval = 30
        forbidden_retry_interval = 60
        fatal_retry_interval = 60
        auth_rejection_permanent = no
        max_retries = 1000000
        """)


def _station(number: str, station: Station) -> str:
    head = dedent(f"""\
        ; ---- a staff phone {"in a browser" if station.browser else "on a desk"}
        [{station.name}]
        type = endpoint
        transport = {"ws" if station.browser else "udp"}
        context = {STAFF}
        aors = {station.name}
        auth = {station.name}
        identify_by = username
        ; Whatever it says of itself: the line knows its owner by this number.
        callerid = <{number}>
        rewrite_contact = yes
        force_rport = yes
        """)
    rest = dedent(f"""\
        allow = g722,ulaw,alaw

        [{station.name}]
        type = aor
        ; Where it registers again, from another room or page, the newest place counts.
        max_contacts = 1
        remove_existing = yes
        qualify_frequency = 30

        [{station.name}]
        type = auth
        auth_type = digest
        username = {station.name}
        password = {station.password}
        """)
    return head + (BROWSER if station.browser else "") + _private("line.invalid", NOWHERE) + rest


BROWSER = """\
webrtc = yes
; Its password is of use through our own screens alone, to whoever is signed in there.
deny = 0.0.0.0/0.0.0.0
deny = ::/0
permit = 127.0.0.1/255.255.255.255
"""
