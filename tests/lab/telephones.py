"""Real SIP telephones behind one trunk. Each plays a tone of its own, keeps what it hears, and every SIP message.

They live on a thread of their own; their owners' acts are ordinary calls.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.lab.sip import (
    KEYS,
    Dialog,
    Message,
    answer,
    number_in,
    proof,
    proven,
    read,
    session,
    sound_port,
    uri_in,
)
from tests.lab.sound import PACKET, RATE, SILENCE, tone, tones_in

HOST = "127.0.0.1"
PATIENCE = 10.0


@dataclass(slots=True)
class Line:
    """A telephone's side of one call."""

    phone: Telephone
    dialog: Dialog
    invite: Message
    outgoing: bool
    sound: socket.socket
    tag: str = field(default_factory=lambda: secrets.token_hex(4))
    far: int | None = None
    up: bool = False
    over: bool = False
    status: int = 0
    packets: list[tuple[float, bytes]] = field(default_factory=list)
    speaks: bool = False
    keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


@dataclass(slots=True)
class Asking:
    """One request outside of a call. `status` is how it was answered; 0 while it waits."""

    dialog: Dialog
    request: Message
    status: int = 0
    answer: str = ""


@dataclass(slots=True)
class Telephone:
    """One telephone. `shows` is the number that it saw calling.

    A desk phone's `number` is its user name, and it answers a challenge by its password.
    """

    network: Network
    number: str
    hertz: int
    line: Line | None = None
    shows: str = ""
    engaged: bool = False
    off: bool = False
    answers: bool = False
    """Picks up at once, as a machine does, or the crisis line."""
    password: str = ""
    asking: Asking | None = None
    texts: list[tuple[str, str]] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)
    """Every SIP message: `in` (towards this telephone) or `out`, and its text."""

    # ------------------------------------------------------------ acts

    def call(self, to: str, *, withheld: bool = False, at: str = "") -> None:
        """Dial; `at` an address of the switch, where it is not its plain one."""
        self.network.do(self._call(to, withheld, at))

    def register(self, seconds: int = 300) -> int:
        """Tell the switch where it is, for so long; how that was answered."""
        return self.ask("REGISTER", "", more=[("Expires", str(seconds))]).status

    def ask(self, method: str, to: str, body: str = "", more: Sequence[tuple[str, str]] = ()) -> Asking:
        """One request outside of a call, and its answer."""
        self.network.do(self._ask(method, to, body, more))
        self.wait(lambda: self.asking is not None and self.asking.status != 0)
        assert self.asking is not None
        return self.asking

    def pick_up(self) -> None:
        """Answer what rings, once it rings."""
        self.wait(lambda: self.ringing)
        self.network.do(self._pick_up())

    def decline(self) -> None:
        """Refuse what rings."""
        self.network.do(self._refuse(486, "Busy Here"))

    def press(self, keys: str) -> None:
        """Press keys, one after the other, each for a tenth of a second."""
        self.network.do(self._press(keys))

    def speak(self, on: bool = True) -> None:
        """Play the own tone, or fall silent."""
        assert self.line is not None
        self.line.speaks = on

    def hang_up(self) -> None:
        """End the call."""
        self.network.do(self._hang_up())

    def text(self, to: str, body: str, times: int = 1) -> None:
        """Send a text; the network sends the same request so many times."""
        self.network.do(self._text(to, body, times))

    # ------------------------------------------------------------ what its owner notices

    @property
    def ringing(self) -> bool:
        """It rings."""
        return self.line is not None and not self.line.up and not self.line.over and not self.line.outgoing

    @property
    def busy(self) -> bool:
        """It rings, is dialling, or talks."""
        return self.line is not None and not self.line.over

    @property
    def up(self) -> bool:
        """In a call."""
        return self.line is not None and self.line.up and not self.line.over

    def wait(self, until: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Until something is so."""
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise AssertionError(f"telephone {self.hertz}: waited {seconds} s in vain")
            time.sleep(0.01)

    def heard(self, among: Sequence[float], seconds: float = 0.3) -> set[float]:
        """Which of these tones came in during the last moments."""
        return self.heard_between(time.monotonic() - seconds, time.monotonic(), among)

    def heard_between(self, start: float, end: float, among: Sequence[float]) -> set[float]:
        """Which of these tones came in between two instants of the monotonic clock."""
        packets = self.line.packets if self.line is not None else []
        return tones_in([packet for at, packet in list(packets) if start <= at <= end], among)

    def hears(self, hertz: float, seconds: float = PATIENCE) -> None:
        """Wait until a tone comes in."""
        self.wait(lambda: hertz in self.heard((hertz,), 0.12), seconds)

    # ------------------------------------------------------------ SIP, on the network's thread

    async def _call(self, to: str, withheld: bool, at: str = "") -> None:
        here = self.network.here
        me = (
            '"Anonymous" <sip:anonymous@anonymous.invalid>' if withheld else f"<sip:{self.number}@{here[0]}:{here[1]}>"
        )
        host, port = self.network.switch
        dialled = self.network.aliases.get(to, to)
        dialog = Dialog(
            id=secrets.token_hex(8), local=f"{me};tag={secrets.token_hex(4)}", remote=f"<sip:{dialled}@{host}:{port}>",
            target=at or f"sip:{to}@{host}:{port}", here=here, user=self._user,
        )  # fmt: skip
        sound = _sound_socket()
        invite = dialog.request("INVITE", session(HOST, sound.getsockname()[1]))
        self.line = Line(self, dialog, invite, True, sound)
        self.network.lines[dialog.id] = self.line
        self.send(invite)

    async def _ask(self, method: str, to: str, body: str, more: Sequence[tuple[str, str]]) -> None:
        host, port = self.network.switch
        me = f"<sip:{self.number}@{host}:{port}>"
        target = f"sip:{to}@{host}:{port}" if to else f"sip:{host}:{port}"
        dialog = Dialog(
            id=secrets.token_hex(8), local=f"{me};tag={secrets.token_hex(4)}", remote=f"<{target}>" if to else me,
            target=target, here=self.network.here, user=self._user,
        )  # fmt: skip
        self.asking = Asking(dialog, dialog.request(method, body, "text/plain", more=more))
        self.send(self.asking.request)

    def _ask_answered(self, message: Message, asking: Asking) -> None:
        challenge, asked = message.one("WWW-Authenticate"), asking.request
        if challenge and self.password and not asked.one("Authorization"):
            shown = proof(challenge, asked.method, asking.dialog.target, self.number, self.password)
            more = [("Expires", one) for one in asked.all("Expires")] + [("Authorization", shown)]
            asking.request = asking.dialog.request(asked.method, asked.body, "text/plain", more=more)
            self.send(asking.request)
        elif message.status is not None and message.status >= 200:
            asking.status, asking.answer = message.status, message.text()

    async def _pick_up(self) -> None:
        line = self.line
        assert line is not None
        port = line.sound.getsockname()[1]
        self.send(answer(line.invite, 200, "OK", tag=line.tag, contact=self._contact, body=session(HOST, port)))
        self._begin(line, line.invite.body)

    async def _refuse(self, status: int, reason: str) -> None:
        line = self.line
        assert line is not None
        self.send(answer(line.invite, status, reason, tag=line.tag, contact=self._contact))
        self._end(line)

    async def _press(self, keys: str) -> None:
        assert self.line is not None
        for key in keys:
            self.line.keys.put_nowait(key)

    async def _hang_up(self) -> None:
        line = self.line
        if line is None or line.over:
            return
        if line.up:
            self.send(line.dialog.request("BYE"))
        elif line.outgoing:
            self.send(line.dialog.request("CANCEL", same=True))
        else:
            await self._refuse(486, "Busy Here")
        self._end(line)

    async def _text(self, to: str, body: str, times: int) -> None:
        host, port = self.network.switch
        here = self.network.here
        dialog = Dialog(
            id=secrets.token_hex(8), local=f"<sip:{self.number}@{here[0]}>;tag={secrets.token_hex(4)}",
            remote=f"<sip:{to}@{host}>", target=f"sip:{to}@{host}:{port}", here=here,
        )  # fmt: skip
        message = dialog.request("MESSAGE", body, "text/plain")
        for _ in range(times):
            self.send(message)

    def take(self, message: Message, line: Line | None) -> None:
        """A message for this telephone."""
        if message.status is not None and line is None and self.asking is not None:
            self._ask_answered(message, self.asking)
        elif message.status is not None:
            self._answered(message, line)
        elif message.method == "INVITE" and line is None:
            self._rings(message)
        elif message.method == "INVITE" and line is not None:
            body = session(HOST, line.sound.getsockname()[1])
            self.send(answer(message, 200, "OK", tag=line.tag, contact=self._contact, body=body))
        elif message.method == "MESSAGE":
            self.texts.append((number_in(message.one("From")), message.body))
            self.send(answer(message, 200, "OK", tag=secrets.token_hex(4), contact=self._contact))
        elif message.method != "ACK":
            self.send(answer(message, 200, "OK", tag=line.tag if line else "x", contact=self._contact))
            if line is not None and message.method == "CANCEL":
                self.send(answer(line.invite, 487, "Request Terminated", tag=line.tag, contact=self._contact))
            if line is not None and message.method in ("BYE", "CANCEL"):
                self._end(line)

    def _rings(self, invite: Message) -> None:
        if self.off or self.engaged or self.busy:
            status, reason = (480, "Temporarily Unavailable") if self.off else (486, "Busy Here")
            self.send(answer(invite, status, reason, tag="busy", contact=self._contact))
            return
        line = Line(self, _answering(invite, self.network.here), invite, False, _sound_socket())
        line.dialog.local += f";tag={line.tag}"
        self.network.lines[invite.one("Call-ID")] = line
        self.line, self.shows = line, number_in(invite.one("From"))
        self.send(answer(invite, 180, "Ringing", tag=line.tag, contact=self._contact))
        if self.answers:
            asyncio.get_running_loop().create_task(self._machine(line))

    async def _machine(self, line: Line) -> None:
        await self._pick_up()
        line.speaks = True

    def _answered(self, message: Message, line: Line | None) -> None:
        if line is None or message.method != "INVITE":
            return
        status = message.status or 0
        if status < 200:
            return
        line.status = status
        dialog = line.dialog
        dialog.remote = message.one("To")
        if status < 300:
            dialog.target = uri_in(message.one("Contact"))
            ack = Dialog(dialog.id, dialog.local, dialog.remote, dialog.target, dialog.here, dialog.sequence - 1)
            self.send(ack.request("ACK"))
            if not line.up and not line.over:
                self._begin(line, message.body)
            return
        self.send(dialog.request("ACK", same=True))
        challenge = message.one("WWW-Authenticate")
        if challenge and self.password and not line.invite.one("Authorization"):
            shown = proof(challenge, "INVITE", dialog.target, self.number, self.password)
            dialog.remote = line.invite.one("To")
            line.invite = dialog.request("INVITE", line.invite.body, more=[("Authorization", shown)])
            self.send(line.invite)
            return
        self._end(line)

    def _begin(self, line: Line, body: str) -> None:
        line.far, line.up = sound_port(body), True
        loop = asyncio.get_running_loop()
        line.tasks = [loop.create_task(_talk(line)), loop.create_task(_listen(line))]

    def _end(self, line: Line) -> None:
        line.over = True
        for task in line.tasks:
            task.cancel()
        line.sound.close()

    def send(self, message: Message) -> None:
        """Over the trunk."""
        self.messages.append(("out", message.text()))
        self.network.send(message)

    @property
    def _contact(self) -> str:
        host, port = self.network.here
        return f"<sip:{self._user}@{host}:{port}>"

    @property
    def _user(self) -> str:
        return self.number if self.password else "phone"


def _answering(invite: Message, here: tuple[str, int]) -> Dialog:
    return Dialog(
        id=invite.one("Call-ID"), local=invite.one("To"), remote=invite.one("From"),
        target=uri_in(invite.one("Contact")), here=here, sequence=100,
    )  # fmt: skip


def _sound_socket() -> socket.socket:
    made = socket.socket(type=socket.SOCK_DGRAM)
    made.bind((HOST, 0))
    made.setblocking(False)
    return made


async def _talk(line: Line) -> None:
    """Twenty milliseconds at a time: silence, the own tone, or a key."""
    sequence, stamp, source = secrets.randbelow(1000), secrets.randbelow(100_000), secrets.randbelow(2**31)
    voice = tone(line.phone.hertz)
    next_at, at = time.monotonic(), 0
    while line.far is not None:
        if not line.keys.empty():
            key = "0123456789*#".index(line.keys.get_nowait())
            for step in range(8):
                ends = 0x80 if step >= 5 else 0
                event = struct.pack(">BBH", key, ends | 10, min(step + 1, 5) * PACKET)
                mark = 0x80 if step == 0 else 0
                _send(line, struct.pack(">BBHII", 0x80, mark | KEYS, sequence & 0xFFFF, stamp, source) + event)
                sequence += 1
                await asyncio.sleep(0.02)
            stamp += 8 * PACKET
            for _ in range(3):
                _send(line, struct.pack(">BBHII", 0x80, 0, sequence & 0xFFFF, stamp, source) + SILENCE)
                sequence, stamp = sequence + 1, stamp + PACKET
                await asyncio.sleep(0.02)
            next_at = time.monotonic()
            continue
        sound = voice[at : at + PACKET] if line.speaks else SILENCE
        at = (at + PACKET) % RATE
        _send(line, struct.pack(">BBHII", 0x80, 0, sequence & 0xFFFF, stamp, source) + sound)
        sequence, stamp, next_at = sequence + 1, stamp + PACKET, next_at + 0.02
        await asyncio.sleep(max(0.0, next_at - time.monotonic()))


def _send(line: Line, packet: bytes) -> None:
    if line.far is not None:
        line.sound.sendto(packet, (HOST, line.far))


async def _listen(line: Line) -> None:
    loop = asyncio.get_running_loop()
    while True:
        packet = await loop.sock_recv(line.sound, 2048)
        if len(packet) > 12 and packet[1] & 0x7F == 0:
            line.packets.append((time.monotonic(), packet[12:]))


@dataclass(slots=True)
class Network:
    """The provider behind the trunk: every number that is not the practice's is one of its telephones."""

    here: tuple[str, int] = (HOST, 0)
    switch: tuple[str, int] = (HOST, 0)
    """Where the practice's Asterisk listens."""
    phones: dict[str, Telephone] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    """Whoever calls or registers here has to be one of these, where there are any."""
    registrations: dict[str, str] = field(default_factory=dict)
    """User to address, of those who registered."""
    aliases: dict[str, str] = field(default_factory=dict)
    """A name that is called, to the number that was dialled and stands in To."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """What came with credentials: its method, and whether they were right."""
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    transport: asyncio.DatagramTransport | None = None

    def phone(self, number: str) -> Telephone:
        """The telephone with that number; its tone is its own."""
        if number not in self.phones:
            self.phones[number] = Telephone(self, number, 200 + 50 * len(self.phones))
        return self.phones[number]

    def do(self, act: Coroutine[Any, Any, None]) -> None:
        """An act of somebody, from another thread."""
        asyncio.run_coroutine_threadsafe(act, self.loop).result(PATIENCE)

    def send(self, message: Message) -> None:
        """To the practice's Asterisk."""
        assert self.transport is not None
        self.transport.sendto(message.text().encode(), self.switch)

    def take(self, data: bytes) -> None:
        """From the practice's Asterisk."""
        message = read(data)
        line = self.lines.get(message.one("Call-ID"))
        if message.status is None and message.method in ("OPTIONS", "REGISTER", "INVITE") and self._answers(message):
            return
        if line is not None:
            phone: Telephone | None = line.phone
        elif message.status is None:
            phone = self.phone(number_in(message.target))
        else:  # the answer to a registration, or to a text
            phone = next((one for one in self.phones.values() if _asked(one, message)), None)
        if phone is not None:
            phone.messages.append(("in", data.decode()))
            phone.take(message, line)

    def _answers(self, message: Message) -> bool:
        """Whether the network itself answers it: a sign of life, a registration, a challenge."""
        host, port = self.here
        contact = f"<sip:{host}:{port}>"
        if self.passwords and message.method != "OPTIONS" and "tag=" not in message.one("To"):
            name = "Proxy-Authorization" if message.method == "INVITE" else "Authorization"
            shown = message.one(name)
            right = bool(shown) and proven(shown, message.method, self.passwords)
            if shown:
                self.asked.append((message.method, "right" if right else "wrong"))
            if not right:
                self.send(_challenge(message, contact))
                return True
        if message.method == "INVITE":
            return False
        if message.method == "REGISTER":
            self.registrations[number_in(message.one("To"))] = uri_in(message.one("Contact"))
            contact = message.one("Contact")
        self.send(answer(message, 200, "OK", tag=secrets.token_hex(4), contact=contact))
        return True

    def clear(self) -> None:
        """Everybody hangs up, and the telephones are forgotten."""
        for phone in list(self.phones.values()):
            self.do(phone._hang_up())
        self.phones.clear()
        self.lines.clear()


def _asked(phone: Telephone, message: Message) -> bool:
    return phone.asking is not None and phone.asking.dialog.id == message.one("Call-ID")


def _challenge(message: Message, contact: str) -> Message:
    of_a_call = message.method == "INVITE"
    status, reason = (407, "Proxy Authentication Required") if of_a_call else (401, "Unauthorized")
    said = answer(message, status, reason, tag=secrets.token_hex(4), contact=contact)
    name = "Proxy-Authenticate" if of_a_call else "WWW-Authenticate"
    asks = f'Digest realm="provider", nonce="{secrets.token_hex(8)}", algorithm=MD5, qop="auth"'
    return Message(said.start, (*said.headers, (name, asks)))


class _Socket(asyncio.DatagramProtocol):
    def __init__(self, network: Network) -> None:
        self.network = network

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self.network.take(data)


@contextmanager
def telephone_network(host: str = HOST) -> Iterator[Network]:
    """A network on a free port of one of the loopback's addresses, on a thread of its own."""
    network = Network()
    thread = threading.Thread(target=network.loop.run_forever, name="telephones", daemon=True)
    thread.start()

    async def begin() -> None:
        made, _ = await network.loop.create_datagram_endpoint(lambda: _Socket(network), local_addr=(host, 0))
        network.transport, network.here = made, made.get_extra_info("sockname")

    async def end() -> None:
        assert network.transport is not None
        network.transport.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    network.do(begin())
    try:
        yield network
    finally:
        network.clear()
        network.do(end())
        network.loop.call_soon_threadsafe(network.loop.stop)
        thread.join(5)
        network.loop.close()
