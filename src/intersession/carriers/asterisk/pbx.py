"""The practice's own Asterisk, as the line knows it: where it is, its trunk, its phones, whose its numbers are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from intersession.core.ids import LineId, PracticeId

from ..port import Capabilities

TRUNK = "trunk"
"""The trunk's name as a PJSIP endpoint."""
REGISTERED = "line"
"""As whom we register at the trunk. Where a provider calls that name, the number that was dialled stands in To."""
UNLISTED = LineId("unlisted")
"""A number of the trunk that is no line of the practice. Whoever calls or texts it is answered all the same."""
BEEP, TONE, RING = "beep", "tone", "ring"
"""What `tones` makes: before a recording, the soft limit, and while the crisis line rings."""
FALLBACK, FALLBACK_SAVED = "fallback", "fallback-saved"
"""The fallback's words: the safety words and how to leave a message; that the message is kept."""
HELLO, RINGING, NO_ONE, WHISPER = "duty-hello", "duty-ringing", "duty-no-one", "duty-whisper"
"""Its words where it rings a duty number: the safety words; that somebody is rung; how to leave a message after that;
and what the duty person hears."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """The SIP provider. What it lacks is said in `capabilities`."""

    host: str
    port: int = 5060
    user: str = ""
    """Empty where the provider knows us by our address alone."""
    password: str = field(default="", repr=False)
    addresses: tuple[str, ...] = ()
    """Where its calls come from, beside the host: addresses, or networks as 192.0.2.0/24."""
    texts: bool = False
    """It carries SIP MESSAGE both ways."""
    presents_caller: bool = False
    """It lets a call show a number that is not ours: without that there is no crisis transfer (D64)."""
    withholds_number: bool = True
    legs_per_second: float = 10.0
    concurrent_legs: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A staff phone that registers at this Asterisk: on a desk, or in a browser."""

    name: str
    """What it calls itself at Asterisk. It tells nobody whose it is."""
    password: str = field(repr=False)
    browser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pbx:
    """One Asterisk of one practice, on the same machine: both read and write the same sound files."""

    practice: PracticeId
    lines: Mapping[str, LineId]
    """Every number that ends here, in E.164, a line's urgent number too."""
    trunk: Trunk
    password: str = field(repr=False)
    sounds: Path
    """The folder of the fallback's words and of the tones, each a `.wav` file (8 kHz, mono)."""
    user: str = "intersession"
    app: str = "intersession"
    http_port: int = 8088
    sip_address: str = "0.0.0.0"
    sip_port: int = 5060
    rtp_ports: tuple[int, int] = (10000, 10999)
    local_address: str = ""
    """This machine's own address in its network; matters where there is a public one."""
    public_address: str = ""
    """Under which the internet sees this machine, where a router stands between."""
    domain: str = "line.invalid"
    """Stands where SIP wants a domain, so that no message tells the machine's own name."""
    region: str = "US"
    """Where a number without a country code is."""
    stations: Mapping[str, Station] = field(default_factory=dict)
    """The staff member's number, as the line knows it, to the phone that rings for it instead."""
    duty: str = ""
    """A number, in E.164, that Asterisk rings by itself when the line is down; empty for none."""
    longest_seconds: int = 300
    """How long one recording may last."""

    @property
    def url(self) -> str:
        """Where ARI listens: on this machine only."""
        return f"http://127.0.0.1:{self.http_port}/ari"

    @property
    def socket(self) -> str:
        """Where phones in browsers register. It listens on this machine only: our own screens pass them on."""
        return f"ws://127.0.0.1:{self.http_port}/ws"

    def endpoint(self, number: str) -> str:
        """What to dial for a number."""
        station = self.stations.get(number)
        return f"PJSIP/{station.name}" if station else f"PJSIP/{number}@{TRUNK}"

    @property
    def words(self) -> tuple[str, ...]:
        """The sounds with which it speaks by itself."""
        return (FALLBACK, FALLBACK_SAVED, *((HELLO, RINGING, NO_ONE, WHISPER) if self.duty else ()))

    def mailbox(self, number: str) -> str | None:
        """Where a text for a number goes; None where the trunk carries none."""
        station = self.stations.get(number)
        if station is not None:
            return f"pjsip:{station.name}"
        return f"pjsip:{TRUNK}/sip:{number}@{self.trunk.host}:{self.trunk.port}" if self.trunk.texts else None

    def sound(self, name: str) -> str:
        """One of the sounds that are no words, as ARI names it."""
        return f"sound:{self.sounds / name}"

    @property
    def capabilities(self) -> Capabilities:
        """A SIP text has no delivery report: Asterisk says "accepted" even of a port where nobody listens."""
        return Capabilities(
            texts=self.trunk.texts, delivery_reports=False, crisis_transfer=self.trunk.presents_caller,
            presents_caller=self.trunk.presents_caller, withholds_number=self.trunk.withholds_number,
            static_fallback=True, legs_per_second=self.trunk.legs_per_second,
            concurrent_legs=self.trunk.concurrent_legs,
        )  # fmt: skip
