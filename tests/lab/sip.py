"""As much of SIP as a telephone needs: messages to read and to write, and the session's few lines of SDP."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

KEYS = 101
"""The payload type of key events."""


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    def all(self, name: str) -> list[str]:
        """Every header of that name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def one(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next(iter(self.all(name)), "")

    @property
    def method(self) -> str:
        """INVITE …; of an answer, the method that it answers."""
        return self.one("CSeq").split()[-1]

    @property
    def status(self) -> int | None:
        """Of an answer."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else None

    @property
    def target(self) -> str:
        """The address in the request's first line."""
        return self.start.split()[1]

    def text(self) -> str:
        """As it goes over the wire."""
        lines = [self.start, *(f"{key}: {value}" for key, value in self.headers)]
        length = len(self.body.encode())
        return "\r\n".join([*lines, f"Content-Length: {length}", "", self.body])


def read(data: bytes) -> Message:
    """A message from the wire."""
    head, _, body = data.decode().partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers = tuple((key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in lines))
    return Message(start, tuple(one for one in headers if one[0].lower() != "content-length"), body)


def answer(to: Message, status: int, reason: str, *, tag: str, contact: str, body: str = "") -> Message:
    """The answer to a request."""
    said = to.one("To")
    headers = [("Via", via) for via in to.all("Via")] + [("Record-Route", route) for route in to.all("Record-Route")]
    headers += [
        ("From", to.one("From")), ("To", said if "tag=" in said else f"{said};tag={tag}"),
        ("Call-ID", to.one("Call-ID")), ("CSeq", to.one("CSeq")), ("Contact", contact),
    ]  # fmt: skip
    if body:
        headers.append(("Content-Type", "application/sdp"))
    return Message(f"SIP/2.0 {status} {reason}", tuple(headers), body)


@dataclass(slots=True)
class Dialog:
    """One side's view of a call: what its requests need."""

    id: str
    local: str
    remote: str
    target: str
    here: tuple[str, int]
    sequence: int = 1
    user: str = "phone"
    """As whom the other side may reach us."""
    branch: str = field(default_factory=lambda: f"z9hG4bK{secrets.token_hex(8)}")

    def request(
        self, method: str, body: str = "", kind: str = "application/sdp", *, same: bool = False,
        more: Iterable[tuple[str, str]] = (),
    ) -> Message:  # fmt: skip
        """The next request; `same` for an ACK or CANCEL of the one before."""
        if not same:
            self.sequence += 1
            self.branch = f"z9hG4bK{secrets.token_hex(8)}"
        host, port = self.here
        headers = [
            ("Via", f"SIP/2.0/UDP {host}:{port};branch={self.branch};rport"), ("Max-Forwards", "70"),
            ("From", self.local), ("To", self.remote), ("Call-ID", self.id), ("CSeq", f"{self.sequence} {method}"),
            ("Contact", f"<sip:{self.user}@{host}:{port}>"), *more,
        ]  # fmt: skip
        if body:
            headers.append(("Content-Type", kind))
        return Message(f"{method} {self.target} SIP/2.0", tuple(headers), body)


def proof(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """Digest credentials that answer a challenge (RFC 2617, with `auth` where it is offered)."""
    asked = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge.partition(" ")[2]))
    realm, nonce, client = asked["realm"], asked["nonce"], secrets.token_hex(8)
    known = _md5(f"{user}:{realm}:{password}")
    about = _md5(f"{method}:{uri}")
    said = f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "qop" not in asked:
        return f'{said}, response="{_md5(f"{known}:{nonce}:{about}")}"'
    answer_ = _md5(f"{known}:{nonce}:00000001:{client}:auth:{about}")
    opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
    return f'{said}, qop=auth, nc=00000001, cnonce="{client}", response="{answer_}"{opaque}'


def proven(credentials: str, method: str, passwords: Mapping[str, str]) -> bool:
    """Whether digest credentials are those of one of these users."""
    said = dict(re.findall(r'(\w+)="?([^",]*)"?', credentials.partition(" ")[2]))
    password = passwords.get(said.get("username", ""))
    if password is None:
        return False
    known = _md5(f"{said['username']}:{said['realm']}:{password}")
    about = _md5(f"{method}:{said['uri']}")
    middle = f"{said['nonce']}:{said['nc']}:{said['cnonce']}:{said['qop']}" if "qop" in said else said["nonce"]
    return said["response"] == _md5(f"{known}:{middle}:{about}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def number_in(header: str) -> str:
    """The user part of the address in a header."""
    found = re.search(r"sips?:([^@;>]*)@", header)
    return found.group(1) if found else ""


def uri_in(header: str) -> str:
    """The address in a header."""
    found = re.search(r"<([^>]*)>", header)
    return found.group(1) if found else header.split(";")[0]


def session(host: str, port: int) -> str:
    """Telephone sound in µ-law, and keys as events."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 {KEYS}\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:{KEYS} telephone-event/8000\r\n"
        f"a=fmtp:{KEYS} 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
    )


def sound_port(session_body: str) -> int | None:
    """Where the other side wants its sound."""
    found = re.search(r"^m=audio (\d+)", session_body, re.MULTILINE)
    return int(found.group(1)) if found else None
