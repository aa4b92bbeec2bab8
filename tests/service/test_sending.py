"""Mail leaves encrypted and to whom it is meant, or not at all."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from schema.errors import GatewayAway
from schema.gateways import MailGateway
from service import gateways
from service.gateways import send_mail
from tests.gateways import Post, mail_server

AMINA = "amina@example.se"


@pytest.fixture
def certified(tmp_path: Path) -> ssl.SSLContext:
    """A server's certificate for this machine, which lies in the file ``own.pem``."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    file, secret = tmp_path / "own.pem", tmp_path / "key.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context


@pytest.fixture
def believed(certified: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The same, on a machine that trusts it."""
    monkeypatch.setattr(gateways, "trusted", lambda: ssl.create_default_context(cafile=str(tmp_path / "own.pem")))
    return certified


async def refused(post: Post, gateway: MailGateway) -> bool:
    """Whether nothing leaves."""
    with pytest.raises(GatewayAway):
        await send_mail(gateway, AMINA, "Ämne", "Text")
    return post.taken == []


@pytest.mark.parametrize(("password", "at_once"), [("a password", False), (None, True)])
async def test_mail_leaves_encrypted(believed: ssl.SSLContext, password: str | None, at_once: bool) -> None:
    """By STARTTLS, before the password, or from the first byte; with what a mail must say."""
    with mail_server(believed, password, at_once) as (post, gateway):
        await send_mail(gateway, AMINA, "Ämne", "Första\n\nandra")
    [mail] = post.taken
    assert post.encrypted == [True] or at_once  # which understands nothing else
    assert (mail["To"], mail["From"], mail["Subject"]) == (AMINA, gateway.sender, "Ämne")
    assert (mail["Auto-Submitted"], mail["Date"] is not None) == ("auto-generated", True)
    assert post.text() == "Första\n\nandra\n"


async def test_mail_that_must_be_encrypted_does_not_leave_in_clear() -> None:
    """A server without STARTTLS, or somebody between who takes it away, gets nothing."""
    with mail_server() as (post, gateway):
        assert await refused(post, replace(gateway, tls="required"))


async def test_mail_goes_to_no_server_that_is_not_known(certified: ssl.SSLContext) -> None:
    """A certificate that this machine does not trust, although the setting would do without any."""
    with mail_server(certified) as (post, gateway):
        assert await refused(post, gateway)
        assert await refused(post, replace(gateway, tls="offered"))


async def test_a_wrong_password_sends_nothing(believed: ssl.SSLContext) -> None:
    """The server refuses, and the refusal is the same plain one."""
    with mail_server(believed, "a password") as (post, gateway):
        assert await refused(post, replace(gateway, password="another"))
