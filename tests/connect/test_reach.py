"""The public address, over real TLS on loopback: the webhooks themselves behind a certificate of our own."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from intersession.asgi import webhooks
from intersession.carriers.twilio.account import Account
from intersession.connect.reach import Internet, check_reach
from intersession.core.ids import PracticeId
from intersession.corridor.legs import Legs
from intersession.records.sealing import Keyring
from intersession.server.hooks import Hooks
from tests.carriers.twilio.cloud import TOKEN

ENDS = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)


def certificate(folder: Path) -> tuple[Path, Path]:
    """For 127.0.0.1, vouched for by itself; the files of the certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ENDS - timedelta(days=60)).not_valid_after(ENDS)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return public, private


class Served:
    """The webhooks of a practice, where Twilio would find them."""

    def __init__(self, folder: Path) -> None:
        self.authority, private = certificate(folder)
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(8)  # whoever comes before the server has started waits
        self.url = f"https://127.0.0.1:{self.socket.getsockname()[1]}"
        account = Account(practice=PracticeId("p"), public_url=self.url, tokens=(TOKEN,), lines={}, zone="UTC")
        keyring = Keyring(bytes(32))
        self.legs = Legs(str(folder / "none.sqlite3"), keyring)

        def never(envelope: object) -> None:
            raise AssertionError("a probe is no event")

        hooks = Hooks(account, never, lambda: datetime.now(UTC), keyring, self.legs)  # type: ignore[arg-type]
        self.server = uvicorn.Server(
            uvicorn.Config(
                webhooks(hooks.routes()), log_level="critical", ssl_certfile=self.authority, ssl_keyfile=private,
                lifespan="off",
            )
        )  # fmt: skip
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],))
        self.thread.start()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.legs.close()
        self.socket.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.close()


def test_it_is_reached_and_refuses_strangers(served: Served) -> None:
    address, lasting = check_reach(Internet(served.authority), served.url, TOKEN, datetime.now(UTC))
    assert (address.state, lasting.state) == ("ok", "ok")
    assert lasting.says == "good for 29 days"
    assert "reaches this line, and refuses whoever is not Twilio" in address.says


def test_another_token_is_found_out(served: Served) -> None:
    address, _ = check_reach(Internet(served.authority), served.url, "another", datetime.now(UTC))
    assert "does not know this token" in address.says


def test_a_certificate_that_nobody_vouches_for_is_found_out(served: Served) -> None:
    (found,) = check_reach(Internet(), served.url, TOKEN, datetime.now(UTC))
    assert (found.about, found.state) == ("certificate", "mend")


def test_an_end_of_the_certificate_is_read(served: Served) -> None:
    port = int(served.url.rpartition(":")[2])
    assert Internet(served.authority).certificate_ends("127.0.0.1", port) == ENDS
    with pytest.raises(ssl.SSLError):
        Internet().certificate_ends("127.0.0.1", port)


def test_nobody_there_is_said(served: Served) -> None:
    served.close()
    (found,) = check_reach(Internet(served.authority), served.url, TOKEN, datetime.now(UTC))
    assert "does not answer (ConnectionError)" in found.says


def test_the_time_there_is_read(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(served.authority))
    assert abs(Internet().date(served.url) - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(requests.RequestException):
        Internet().date("https://127.0.0.1:1")
